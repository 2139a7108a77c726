"""Pictures that are drawn rather than kept: the icon of a site, and the card that others show for a link to it."""

from __future__ import annotations

import bisect
import io
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import font_lato
from PIL import Image, ImageDraw, ImageFont

from core import colour

# Change it with the drawing: it is a part of every picture's address.
MAKING = "1"
CARD = (1200, 630)
ICON_SIZES = (180, 192, 512)

_FONTS = Path(font_lato.__file__).parent / "files"
_GROUND, _INK, _SOFT, _WHITE = (
    colour.hexed(*colour.GROUND[0]),
    colour.hexed(0.235, 0.012, 80),
    colour.hexed(0.47, 0.014, 80),
    "#ffffff",
)
# The meanings, as the stylesheet's tokens have them in the light.
_MEANINGS = {
    "solved": colour.hexed(0.44, 0.1, 152),
    "waiting": colour.hexed(0.5, 0.1, 75),
    "person": colour.hexed(0.44, 0.12, 255),
    "held": colour.hexed(0.46, 0.14, 30),
}
_LEFT, _RIGHT, _COUNTER = 80, 1120, 452


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on a card: whose site, what about, the title, and where it stands, in words."""

    site: str
    colour: str
    title: str
    over: str = ""
    state: str = ""
    meaning: str = ""


def card(shown: Card) -> bytes:
    """A PNG of 1200 by 630: the title stands on the counter, what is said of it hangs below."""
    image = Image.new("RGB", CARD, _GROUND)
    draw = ImageDraw.Draw(image)
    _mark(draw, _LEFT, 72, 1.5, shown.colour)
    draw.text((_LEFT + 68, 81), drawable(shown.site), font=_font("Bold", 36), fill=_INK, anchor="lm")
    over = drawable(shown.over)
    if over:
        over = _cut(over, _font("Regular", 30), _RIGHT - _LEFT - 80 - int(_font("Bold", 36).getlength(shown.site)))
        draw.text((_RIGHT, 83), over, font=_font("Regular", 30), fill=_SOFT, anchor="rm")
    font, lines = _fitted(drawable(shown.title) or drawable(shown.site))
    step = int(font.size * 1.2)
    for number, line in enumerate(reversed(lines)):
        draw.text((_LEFT, _COUNTER - 34 - number * step), line, font=font, fill=_INK, anchor="ls")
    draw.rectangle((0, _COUNTER, CARD[0], _COUNTER + 11), fill=shown.colour)
    below = wrapped(drawable(shown.state), _font("Bold", 38), _RIGHT - _LEFT, 2)
    for number, line in enumerate(below):
        meant = _MEANINGS.get(shown.meaning, _SOFT)
        draw.text((_LEFT, _COUNTER + 78 + number * 48), line, font=_font("Bold", 38), fill=meant, anchor="ls")
    return _png(image.quantize(64))


def icon(size: int, ground: str) -> bytes:
    """A square PNG for home screens: the line in white on the brand's colour, within what any mask leaves."""
    large = Image.new("RGB", (4 * size, 4 * size), ground)
    _mark(ImageDraw.Draw(large), 0.19 * 4 * size, 0.5 * 4 * size - 6.5 * (2.48 * size / 34), 2.48 * size / 34, _WHITE)
    return _png(large.resize((size, size), Image.Resampling.LANCZOS))


def mark_svg(light: str, dark: str) -> str:
    """The favicon: heavier than the mark in the bar, so that it can be told at 16 pixels; light and dark."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
        f"<style>g{{color:{light}}}@media(prefers-color-scheme:dark){{g{{color:{dark}}}}}</style>"
        '<g fill="currentColor"><circle cx="7" cy="16" r="7"/><path d="M7 13.5h14v5H7z"/>'
        '<circle cx="25" cy="16" r="5" fill="none" stroke="currentColor" stroke-width="4"/></g></svg>\n'
    )


def draw_icons(folder: Path) -> None:
    """The product's own icons, which are files that are kept with the source."""
    light, dark = colour.roles(colour.DEFAULT)["mark"]
    (folder / "favicon.svg").write_text(mark_svg(colour.hexed(*light), colour.hexed(*dark)))
    (folder / "icons").mkdir(exist_ok=True)
    for size in ICON_SIZES:
        (folder / "icons" / f"{size}.png").write_bytes(icon(size, colour.DEFAULT))


def wrapped(text: str, font: ImageFont.FreeTypeFont, width: int, most: int) -> list[str]:
    """Lines no wider than `width`, broken at spaces (never at one that holds words together); at most `most`."""
    lines: list[str] = []
    words = [piece for word in text.split(" ") if word for piece in _pieces(word, font, width)]
    while words:
        line = words.pop(0)
        while words and font.getlength(f"{line} {words[0]}") <= width:
            line = f"{line} {words.pop(0)}"
        if len(lines) == most - 1 and words:
            return [*lines, _cut(" ".join([line, *words]), font, width)]
        lines.append(line)
    return lines


def _fitted(title: str) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """The largest letters in which the title has room, cut off where even the smallest have none."""
    for size, most in ((76, 3), (64, 4), (56, 4)):
        font = _font("Black", size)
        lines = wrapped(title, font, _RIGHT - _LEFT, most)
        if not lines or not lines[-1].endswith("…") or title.endswith("…"):
            break
    return font, lines


def _pieces(word: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """A word that is wider than a line (an address, a log) in pieces that are not."""
    pieces = []
    while font.getlength(word) > width:
        fits = max(1, bisect.bisect_left(range(len(word)), True, key=lambda at: font.getlength(word[: at + 1]) > width))
        pieces.append(word[:fits])
        word = word[fits:]
    return [*pieces, word]


def _cut(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    """The text, or as much of it as fits with the sign that more follows."""
    if font.getlength(text) <= width:
        return text
    fits = bisect.bisect_left(range(len(text)), True, key=lambda at: font.getlength(text[: at + 1] + "…") > width)
    text = text[:fits]
    return text.rstrip(" ,.;:") + "…"


def drawable(text: str) -> str:
    """The text without signs that the letters have no drawing for; "" where a letter is among those."""
    shown = []
    for sign in unicodedata.normalize("NFC", text[:300]).replace("\u202f", "\xa0"):
        if sign.isspace() and sign != "\xa0":
            shown.append(" ")
        elif _has(sign):
            shown.append(sign)
        elif unicodedata.category(sign)[0] in "LMN":
            return ""
    return " ".join(part for part in "".join(shown).split(" ") if part)


@lru_cache(maxsize=4096)
def _has(sign: str) -> bool:
    font = _font("Black", 40)
    drawn, none = font.getmask(sign), font.getmask("\uffff")
    return (drawn.size, bytes(drawn)) != (none.size, bytes(none))


@lru_cache(maxsize=16)
def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    # Laid out by Pillow itself: the same everywhere, whether or not a system has Raqm.
    return ImageFont.truetype(str(_FONTS / f"Lato-{weight}.ttf"), size, layout_engine=ImageFont.Layout.BASIC)


def _mark(draw: ImageDraw.ImageDraw, left: float, top: float, scale: float, fill: str) -> None:
    """The line from one to another, 34 by 12 units with its right end open."""
    draw.ellipse((left, top + scale, left + 10 * scale, top + 11 * scale), fill=fill)
    draw.rectangle((left + 5 * scale, top + 4.5 * scale, left + 25 * scale, top + 7.5 * scale), fill=fill)
    draw.ellipse(
        (left + 23.5 * scale, top + scale, left + 33.5 * scale, top + 11 * scale),
        outline=fill,
        width=max(1, round(1.9 * scale)),
    )


def _png(image: Image.Image) -> bytes:
    made = io.BytesIO()
    image.save(made, "PNG", optimize=True)
    return made.getvalue()
