"""Pictures that the demo's people send: drawn when they are needed, so that none lies in the sources."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFont

from accounts.viewer import Viewer
from community.actions.images import add_image

_PLACE = re.compile(r"\]\(picture:(\w+)\)")


def with_pictures(text: str, *, by: Viewer, now: datetime, sent: dict[str, str]) -> str:
    """The text with each `![words](picture:name)` uploaded by its author, as the editor does it, but once: `sent`
    keeps the addresses."""

    def upload(found: re.Match[str]) -> str:
        name = found[1]
        if name not in sent:
            file = BytesIO()
            _DRAWN[name]().save(file, "PNG")
            picture = SimpleUploadedFile(f"{name}.png", file.getvalue(), "image/png")
            sent[name] = add_image(by=by, upload=picture, now=now).file.url
        return f"]({sent[name]})"

    return _PLACE.sub(upload, text)


def _lights() -> Image.Image:
    """The front of a Fibre box: the left light red, the others white."""
    picture = Image.new("RGB", (960, 420), "#8d8478")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 330, 960, 420), fill="#6b5f52")
    draw.rounded_rectangle((110, 90, 850, 340), radius=34, fill="#d9d6d0")
    draw.rounded_rectangle((124, 104, 836, 320), radius=28, fill="#f4f2ee")
    draw.rectangle((110, 340, 850, 352), fill="#3f3831")
    for place, colour in enumerate(("#c8281e", "#ffffff", "#ffffff", "#ffffff")):
        x = 300 + 120 * place
        if place == 0:
            for size, glow in ((44, "#f3d9d3"), (34, "#eab4aa"), (26, "#dd7c70")):
                draw.ellipse((x - size, 212 - size, x + size, 212 + size), fill=glow)
        draw.ellipse((x - 16, 196, x + 16, 228), fill=colour, outline="#b7b2aa", width=2)
    return picture


def _speeds() -> Image.Image:
    """A speed test by the hour of one evening: high, then low between eight and eleven, then high."""
    picture = Image.new("RGB", (960, 440), "#ffffff")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=20)
    values = (812, 798, 640, 210, 118, 96, 140, 702, 805)
    for line in range(0, 900, 200):
        y = 380 - line * 0.4
        draw.line((70, y, 930, y), fill="#dddddd", width=1)
        draw.text((18, y - 12), str(line), fill="#555555", font=font)
    for place, value in enumerate(values):
        x = 90 + 94 * place
        draw.rectangle((x, 380 - value * 0.4, x + 60, 380), fill="#b5543c" if value < 300 else "#4a7a6c")
        draw.text((x + 10, 392), f"{17 + place} h", fill="#333333", font=font)
    return picture


_DRAWN: dict[str, Callable[[], Image.Image]] = {"lights": _lights, "speeds": _speeds}
