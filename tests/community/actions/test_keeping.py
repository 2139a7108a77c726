"""Drafts, pictures and products."""

import re
import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Pillow

from accounts.viewer import Viewer
from community.actions.answering import answer
from community.actions.drafts import DRAFTS_MOST, discard, keep
from community.actions.images import EDGE_MOST, add_image
from community.actions.products import hang_under, make_product, make_topic, retire
from community.models import Draft, Image, Product
from core.errors import Invalid, Refused
from search.models import Change

pytestmark = pytest.mark.django_db


def test_a_draft_is_kept_replaced_and_gone_when_sent(thread, helper, now):
    for text in ("Tur", "Turn on"):
        keep(by=helper, key=f"answer:{thread.pk}", data={"body": text}, now=now)
    assert Draft.objects.get().data == {"body": "Turn on"}
    answer(thread=thread, by=helper, body="Turn on roaming.", now=now)
    assert not Draft.objects.exists()


def test_an_emptied_or_discarded_draft_is_none(helper, now):
    for end in (
        lambda: keep(by=helper, key="ask", data={"title": " "}, now=now),
        lambda: discard(by=helper, key="ask"),
    ):
        keep(by=helper, key="ask", data={"title": "No data"}, now=now)
        end()
        assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("key", "data"),
    [("ask:1", {"a": "b"}), ("answer:x", {"a": "b"}), ("../etc", {"a": "b"}), ("ask", {"a": "x" * 300_000}),
     ("ask", {str(n): "x" for n in range(13)}), ("ask", {"a": ["b"]})],
)  # fmt: skip
def test_a_draft_of_no_form_or_without_measure_is_refused(helper, now, key, data):
    with pytest.raises(Invalid):
        keep(by=helper, key=key, data=data, now=now)
    with pytest.raises(Refused):
        keep(by=Viewer(), key="ask", data={"a": "b"}, now=now)


def test_the_oldest_draft_goes_when_there_are_too_many(helper, now):
    for number in range(1, DRAFTS_MOST + 3):
        keep(by=helper, key=f"answer:{number}", data={"body": "x"}, now=now)
    assert Draft.objects.count() == DRAFTS_MOST and not Draft.objects.filter(key="answer:1").exists()


def picture(kind="JPEG", size=(60, 40), name="x.jpg", mode="RGB", **options):
    out = BytesIO()
    Pillow.new(mode, size, "red" if mode == "RGB" else 0).save(out, kind, **options)
    return SimpleUploadedFile(name, out.getvalue())


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_is_kept_as_webp_under_a_random_name(customer, now, media, kind):
    image = add_image(by=customer, upload=picture(kind, name="../../evil.html"), now=now)
    assert re.fullmatch(r"posts/\d{4}/\d\d/[0-9a-f]{32}-60x40\.webp", image.file.name)
    with Pillow.open(media / image.file.name) as kept:
        assert kept.format == "WEBP" and kept.size == (60, 40) == (image.width, image.height)


def test_metadata_goes_and_the_picture_stands_upright(customer, now, media):
    exif = Pillow.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010E] = "taken at home"
    image = add_image(by=customer, upload=picture(exif=exif), now=now)
    with Pillow.open(media / image.file.name) as kept:
        assert kept.size == (40, 60) and not kept.getexif()
    assert b"taken at home" not in (media / image.file.name).read_bytes()


def test_of_a_moving_picture_the_first_frame_stays_and_a_large_one_shrinks(customer, now, media):
    frames = [Pillow.new("P", (10, 10), n) for n in range(3)]
    out = BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    image = add_image(by=customer, upload=SimpleUploadedFile("x.gif", out.getvalue()), now=now)
    with Pillow.open(media / image.file.name) as kept:
        assert getattr(kept, "n_frames", 1) == 1
    assert add_image(by=customer, upload=picture(size=(3000, 30)), now=now).width == EDGE_MOST


def declared_png(width, height):
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return SimpleUploadedFile("x.png", b"\x89PNG\r\n\x1a\n" + chunk + b"\0\0\0\0IDAT")


def broken():
    return SimpleUploadedFile("x.jpg", picture(size=(600, 400)).read()[:1500])


@pytest.mark.parametrize(
    "upload",
    [
        lambda: declared_png(50_000, 50_000),
        lambda: declared_png(9_000, 9_000),
        broken,
        lambda: SimpleUploadedFile("x.png", b"<svg onload='alert(1)'>"),
        lambda: SimpleUploadedFile("x.jpg", b""),
        lambda: picture("TIFF"),
        lambda: SimpleUploadedFile("x.jpg", b"\xff\xd8\xff" + bytes(settings.ENTRAIDE["IMAGE_MAX_BYTES"])),
    ],
)
def test_what_is_no_usable_picture_is_refused_in_words_and_leaves_nothing(customer, now, media, upload):
    with pytest.raises(Invalid) as wrong:
        add_image(by=customer, upload=upload(), now=now)
    assert str(wrong.value.errors["image"])
    assert not Image.objects.exists() and not [path for path in Path(media).rglob("*") if path.is_file()]


def test_products_form_a_tree_that_can_be_rearranged(thread, product, customer, operator, now):
    mobile = make_product(slug="mobile", names={"en": "Mobile", "fr": "Mobile"}, now=now)
    child = make_product(slug="esim", names={"en": "eSIM"}, parent=product, now=now)
    assert child.path == f"{product.path}{child.pk}/"
    Change.objects.all().delete()
    hang_under(product=product, parent=mobile, by=operator, now=now)
    child.refresh_from_db()
    assert child.path == f"/{mobile.pk}/{product.pk}/{child.pk}/"
    assert Change.objects.get().object_id == thread.pk
    with pytest.raises(Invalid):
        hang_under(product=mobile, parent=child, by=operator, now=now)
    with pytest.raises(Refused, match="operators_only"):
        make_product(slug="x", names={"en": "X"}, by=customer, now=now)
    for slug, names in (("mobile", {"en": "Again"}), ("日本", {"en": "X"}), ("x", {"en": " "})):
        with pytest.raises(Invalid):
            make_product(slug=slug, names=names, now=now)
    make_topic(product=mobile, slug="bill", names={"en": "Bill"}, now=now)
    with pytest.raises(Invalid):
        make_topic(product=mobile, slug="bill", names={"en": "Bill"}, now=now)
    retire(product=mobile, by=operator, now=now)
    assert mobile not in Product.objects.current()
