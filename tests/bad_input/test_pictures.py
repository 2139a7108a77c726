"""Files that are no pictures, or that would be too much to read."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image as Picture

from community.models import Image

SIZE = 50_000


def encoded(kind: str, **more) -> bytes:
    made = io.BytesIO()
    Picture.effect_noise((64, 48), 80).convert("RGB").save(made, kind, **more)
    return made.getvalue()


END = b"\0\0\0\0IEND\xaeB`\x82"


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, data: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data or zlib.compress(b"\0" * 99)) + END


def webp(width: int, height: int) -> bytes:
    """An extended file whose canvas is this large; one small picture is in it."""
    inner = encoded("WEBP")[12:]
    canvas = b"\x00\x00\x00\x00" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + canvas + inner
    return b"RIFF" + struct.pack("<I", len(body)) + body


def animated_webp(width: int, height: int) -> bytes:
    inner = encoded("WEBP")[12:]
    canvas = b"\x02\x00\x00\x00" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    frame = b"\0" * 6 + (63).to_bytes(3, "little") + (47).to_bytes(3, "little") + b"\x64\0\0\0" + inner
    body = (
        b"WEBPVP8X" + struct.pack("<I", 10) + canvas + b"ANIM" + struct.pack("<I", 6) + b"\0" * 6
        + b"ANMF" + struct.pack("<I", len(frame)) + frame
    )  # fmt: skip
    return b"RIFF" + struct.pack("<I", len(body)) + body


def gif(width: int, height: int) -> bytes:
    return (
        b"GIF89a"
        + struct.pack("<HH", width, height)
        + b"\0\0\0"
        + (b"\x2c" + struct.pack("<HHHH", 0, 0, width, height) + b"\0\x02\x02\x44\x01\0;")
    )


def send(world, content: bytes, name: str = "picture.png", kind: str = "image/png"):
    upload = SimpleUploadedFile(name, content, content_type=kind)
    return world.client("asker").post(reverse("community:upload"), {"picture": upload})


NO_PICTURES = {
    "empty": b"",
    "text": b"no picture at all",
    "html": b"<!doctype html><script>alert(1)</script>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>',
    "pdf": b"%PDF-1.7\n1 0 obj",
    "truncated png": encoded("PNG")[:900],
    "truncated jpeg": encoded("JPEG")[:300],
    "truncated webp": encoded("WEBP")[:60],
    "truncated gif": encoded("GIF")[:40],
    "header alone": b"\x89PNG\r\n\x1a\n",
    "broken data": png(8, 8, b"not compressed"),
    "bomb in a text": png(8, 8)[:-12] + chunk(b"zTXt", b"k\0\0" + zlib.compress(b"a" * 60_000_000)) + END,
    "tiff": encoded("TIFF"),
    "bmp": encoded("BMP"),
    "ppm": encoded("PPM"),
    "ico": encoded("ICO"),
    "webp that says nothing": b"RIFF\x00\x00\x00\x00WEBP",
    "negative": b"GIF89a" + b"\xff" * 400,
}  # fmt: skip


@pytest.mark.parametrize("name", NO_PICTURES)
def test_what_is_no_picture_is_refused_in_words_and_nothing_is_kept(world, name):
    response = send(world, NO_PICTURES[name])
    if name == "bomb in a text" and response.status_code == 200:
        # The text is skipped and the picture is whole.
        return
    assert response.status_code == 422, name
    assert "picture" in response.json()["error"].lower()
    assert Image.objects.count() == 0


@pytest.mark.parametrize("make", [png, webp, animated_webp, gif])
def test_a_picture_that_says_it_is_huge_is_refused_before_it_is_drawn(world, make):
    tracemalloc.start()
    response = send(world, make(SIZE, SIZE))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert response.status_code == 422
    assert response.json()["error"]
    assert peak < 30_000_000
    assert Image.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (encoded("GIF") + b"<script>alert(1)</script>", "a.html"),
        (encoded("JPEG", comment=b"<script>alert(1)</script>"), "a.svg"),
        (encoded("PNG") + b"PK\x03\x04<?php evil(); ?><script>alert(1)</script>", "../../evil.php"),
    ],
)
def test_what_is_two_things_at_once_comes_out_as_a_picture_alone(world, content, name):
    response = send(world, content, name, "text/html")
    assert response.status_code == 200
    image = Image.objects.get()
    try:
        with default_storage.open(image.file.name) as kept:
            data = kept.read()
        assert data[:4] == b"RIFF" and b"script" not in data and b"php" not in data
        assert image.file.name.endswith(".webp") and ".." not in image.file.name and "evil" not in image.file.name
        served = world.client("asker").get(image.file.url)
        assert served["Content-Type"] == "image/webp" and "sandbox" in served["Content-Security-Policy"]
    finally:
        image.file.delete(save=False)


def test_of_a_picture_that_moves_the_first_one_is_kept_without_where_it_was_taken(world):
    frames = [Picture.new("P", (20, 10), shade) for shade in (10, 200)]
    made = io.BytesIO()
    frames[0].save(made, "GIF", save_all=True, append_images=frames[1:], comment=b"camille@example.org")
    assert send(world, made.getvalue(), "a.gif", "image/gif").status_code == 200
    exif = Picture.Exif()
    exif[0x010E], exif[0x0112] = "camille@example.org", 6
    assert send(world, encoded("JPEG", exif=exif)).status_code == 200
    for image in Image.objects.order_by("pk"):
        with default_storage.open(image.file.name) as kept:
            data = kept.read()
        with Picture.open(io.BytesIO(data)) as picture:
            assert getattr(picture, "n_frames", 1) == 1 and not picture.getexif()
        assert b"camille" not in data
        image.file.delete(save=False)
    # Turned as the camera said.
    assert (Image.objects.order_by("-pk").first().width, Image.objects.order_by("-pk").first().height) == (48, 64)


def test_a_picture_of_too_many_bytes_says_how_many_may_be(world, settings):
    settings.ENTRAIDE = {**settings.ENTRAIDE, "IMAGE_MAX_BYTES": 1000}
    response = send(world, encoded("PNG"))
    assert response.status_code == 422 and "too large" in response.json()["error"]


@pytest.mark.parametrize("given", [{}, {"picture": "text"}, {"other": "x"}])
def test_no_file_at_all_is_said_so(world, given):
    response = world.client("asker").post(reverse("community:upload"), given)
    assert response.status_code == 422 and "Choose a picture" in response.json()["error"]
