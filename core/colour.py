"""A brand's colour: what it becomes on pages, whether it can be read, and the nearest ones that can.

Pure: numbers in, numbers out. OKLCH as CSS Color 4 has it; contrast as WCAG 2 counts it.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

# What the brand's hue is used for: lightness and chroma, light and dark, as the stylesheet's tokens say.
ROLES: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "brand": ((0.4, 0.115), (0.81, 0.07)),
    "fill": ((0.4, 0.115), (0.48, 0.11)),
    "on-fill": ((0.985, 0.006), (0.985, 0.006)),
    "mark": ((0.4, 0.115), (0.68, 0.1)),
    "brand-wash": ((0.955, 0.015), (0.275, 0.028)),
    "focus": ((0.55, 0.19), (0.84, 0.12)),
}
# Neutrals that a brand stands on: lightness, chroma and hue, light and dark.
GROUND = ((0.985, 0.004, 80.0), (0.185, 0.006, 80.0))
TINT = ((0.955, 0.007, 80.0), (0.25, 0.008, 80.0))
# The product's own colour, whose chroma the roles are given for.
DEFAULT = "#732850"
_CHROMA = 0.115
# A brand may be as much as this more vivid than the product's own colours.
_VIVID = 1.5

TEXT, BORDER = 4.5, 3.0
_HEX = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing about a colour that cannot be read: `what` ("on_it", "on_ground" or a role), in which scheme."""

    what: str
    scheme: str
    ratio: float
    least: float


def normal(given: str) -> str:
    """`#rrggbb` in small letters. Raises ValueError for what is no such colour."""
    match = _HEX.fullmatch(given.strip())
    if match is None:
        raise ValueError(given)
    digits = match[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))


@lru_cache(maxsize=1024)
def oklch(colour: str) -> tuple[float, float, float]:
    """Lightness (0 to 1), chroma and hue (degrees) of `#rrggbb`."""
    red, green, blue = _linear(colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    light = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return light, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def hexed(light: float, chroma: float, hue: float) -> str:
    """`#rrggbb` of that lightness and hue, with as much of the chroma as a screen can show."""
    channels = _channels(light, fitting(light, chroma, hue), hue)
    return "#" + "".join(f"{round(255 * _curved(min(1.0, max(0.0, channel)))):02x}" for channel in channels)


def fitting(light: float, chroma: float, hue: float) -> float:
    """The chroma, or the most of it that sRGB has at this lightness and hue."""
    if _shown(light, chroma, hue):
        return chroma
    low, high = 0.0, chroma
    for _step in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if _shown(light, middle, hue) else (low, middle)
    return low


def contrast(one: str, other: str) -> float:
    """WCAG's ratio of two colours, 1 to 21."""
    lights = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lights[0] + 0.05) / (lights[1] + 0.05)


def roles(colour: str) -> dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]]:
    """Each role's lightness, chroma and hue, light and dark: hue and chroma of the brand, lightness of the role."""
    _light, chroma, hue = oklch(colour)
    part = min(_VIVID, chroma / _CHROMA)
    return {
        name: (
            (light[0], fitting(light[0], part * light[1], hue), hue),
            (dark[0], fitting(dark[0], part * dark[1], hue), hue),
        )
        for name, (light, dark) in ROLES.items()
    }


def faults(colour: str) -> list[Fault]:
    """What of a brand in this colour could not be read; empty for a colour that may be taken.

    The colour itself stands as it is given in mails, pictures and icons; its roles stand on pages.
    """
    found = []
    on_fill = hexed(*roles(colour)["on-fill"][0])
    asked = [("on_it", "light", on_fill, colour, TEXT), ("on_ground", "light", colour, hexed(*GROUND[0]), TEXT)]
    worn = {name: (hexed(*light), hexed(*dark)) for name, (light, dark) in roles(colour).items()}
    for number, scheme in enumerate(("light", "dark")):
        ground, tint = hexed(*GROUND[number]), hexed(*TINT[number])
        for under in (ground, tint, worn["brand-wash"][number]):
            asked.append(("brand", scheme, worn["brand"][number], under, TEXT))
        asked.append(("fill", scheme, worn["on-fill"][number], worn["fill"][number], TEXT))
        # The mark is the edge of a filled button, and the line of the counter.
        asked += [(name, scheme, worn[name][number], ground, BORDER) for name in ("mark", "focus")]
    for what, scheme, one, other, least in asked:
        ratio = contrast(one, other)
        if ratio < least:
            found.append(Fault(what, scheme, ratio, least))
    return found


def nearest(colour: str, count: int = 3) -> list[str]:
    """Colours near to this one that may be taken, the nearest first, none of them too like another."""
    near: list[str] = []
    for _distance, other in sorted((distance(colour, other), other) for other in set(_around(colour))):
        if any(distance(other, taken) < 0.04 for taken in near) or faults(other):
            continue
        near.append(other)
        if len(near) == count:
            break
    return near


def distance(one: str, other: str) -> float:
    """How different two colours look: their distance in OKLab, about 0.02 where one begins to see it."""
    (light, a, b), (light_too, a_too, b_too) = _lab(one), _lab(other)
    return math.hypot(light - light_too, a - a_too, b - b_too)


def css(colour: str) -> str:
    """The tokens of the stylesheet that a brand's colour changes, as a stylesheet of its own."""
    lines = [
        f"--{name}:light-dark({_written(light)},{_written(dark)})" for name, (light, dark) in roles(colour).items()
    ]
    hue = oklch(colour)[2]
    return f":root{{--hue:{hue:.1f};{';'.join(lines)}}}\n"


# Changes with what is made of a colour, so that an address with it in can be kept for good.
MAKING = hashlib.sha256(repr((ROLES, GROUND, _CHROMA, _VIVID)).encode()).hexdigest()[:6]


def _written(colour: tuple[float, float, float]) -> str:
    light, chroma, hue = colour
    # Rounded down: a thousandth more could lie outside of what a screen shows.
    return f"oklch({light:g} {math.floor(chroma * 1000) / 1000:g} {hue:.1f})"


def _around(colour: str) -> Iterator[str]:
    """Other lightnesses of it, from black to white; then less vivid, and with its hue a little turned."""
    _light, chroma, hue = oklch(colour)
    for step in range(101):
        for share, turn in ((1.0, 0), (0.8, 0), (0.6, 0), (1.0, 14), (1.0, -14)):
            yield hexed(step / 100, share * chroma, hue + turn)


def _lab(colour: str) -> tuple[float, float, float]:
    light, chroma, hue = oklch(colour)
    return light, chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))


def _channels(light: float, chroma: float, hue: float) -> tuple[float, float, float]:
    """Linear red, green and blue; outside of 0 to 1 where no screen shows the colour."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _shown(light: float, chroma: float, hue: float) -> bool:
    return all(-0.0001 <= channel <= 1.0001 for channel in _channels(light, chroma, hue))


def _linear(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(normal(colour)[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _straight(red), _straight(green), _straight(blue)


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _straight(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _curved(channel: float) -> float:
    return 12.92 * channel if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055
