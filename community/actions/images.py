"""Pictures in posts: decoded and written anew, so that nothing but the picture is kept."""

from __future__ import annotations

import secrets
import struct
import zlib
from datetime import datetime
from io import BytesIO

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image as Pillow
from PIL import ImageOps

from accounts.permissions import check_may_take_part
from accounts.viewer import Viewer
from community.actions.ground import as_of_now, writer
from community.models import Image
from core.errors import Invalid
from core.reading import SMALL_FROM, SMALL_WIDTH, sized_name, small_name

# What is read. All of them are kept as WebP; of one that moves, the first picture.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
# Longest edge in pixels of what is kept: twice the width of a text column, for sharp screens.
EDGE_MOST = 2048
QUALITY = 82
# What decoders raise for what they cannot read, or have no room for.
_UNREADABLE = (
    OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, OverflowError, MemoryError,
    struct.error, zlib.error,
)  # fmt: skip


def add_image(*, by: Viewer, upload: UploadedFile, now: datetime) -> Image:
    """Keep a picture under a random name, turned upright, without metadata, at most EDGE_MOST pixels long.

    What it is shows in its content, not its name. Size in bytes and the pixels that its header declares
    are checked before anything is decoded. Raises Invalid({"image": …}) and Refused.
    """
    check_may_take_part(by, now)
    most = settings.ENTRAIDE["IMAGE_MAX_BYTES"]
    if upload.size is None or upload.size > most:
        raise Invalid({"image": _("This picture is too large: at most %(most)s MB.") % {"most": most // 1024**2}})
    content, (width, height), small = _anew(upload)
    name = sized_name(secrets.token_hex(16), (width, height))
    row = Image(width=width, height=height, bytes=len(content), created_at=now)
    try:
        with transaction.atomic():
            by = as_of_now(by)
            check_may_take_part(by, now)
            row.member = writer(by)
            row.file.save(name, ContentFile(content), save=False)
            if small:
                row.file.storage.save(small_name(row.file.name or name), ContentFile(small))
            row.save()
    except BaseException:
        if row.file:
            row.delete_files()
        raise
    return row


def _anew(upload: UploadedFile) -> tuple[bytes, tuple[int, int], bytes]:
    """The picture as WebP, its width and height in pixels, and a small copy of a wide one. Raises Invalid."""
    try:
        with Pillow.open(upload, formats=FORMATS) as picture:
            _check_pixels(picture.size)
            if picture.format == "JPEG":
                picture.draft("RGB", (EDGE_MOST, EDGE_MOST))
            picture.seek(0)
            picture.load()
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((EDGE_MOST, EDGE_MOST), Pillow.Resampling.LANCZOS)
            see_through = upright.has_transparency_data
            bare = Pillow.new("RGBA" if see_through else "RGB", upright.size)
            bare.paste(upright.convert(bare.mode))
    except Pillow.DecompressionBombError:
        raise _too_many_pixels() from None
    except Invalid:
        raise
    except _UNREADABLE:
        # Whatever a decoder stumbles over: not a picture, another kind of file, or one that ends too early.
        raise Invalid({"image": _("This is not a picture that we can read: send a JPEG, PNG, WebP or GIF.")}) from None
    size, content = bare.size, _written(bare)
    if size[0] <= SMALL_FROM:
        return content, size, b""
    bare.thumbnail((SMALL_WIDTH, EDGE_MOST), Pillow.Resampling.LANCZOS)
    return content, size, _written(bare)


def _written(picture: Pillow.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()


def _check_pixels(size: tuple[int, int]) -> None:
    if size[0] * size[1] > settings.ENTRAIDE["IMAGE_MAX_PIXELS"]:
        raise _too_many_pixels()


def _too_many_pixels() -> Invalid:
    most = settings.ENTRAIDE["IMAGE_MAX_PIXELS"] // 1_000_000
    return Invalid({"image": _("This picture has too many pixels: at most %(most)s million.") % {"most": most}})
