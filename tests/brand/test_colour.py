"""A brand's colour: its numbers, what is refused, and what is offered instead."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core import colour

STYLESHEET = Path(__file__).resolve().parents[2] / "static" / "entraide.css"


@pytest.mark.parametrize(
    ("given", "light", "chroma", "hue"),
    [
        # As CSS Color 4 has them.
        ("#ff0000", 0.62796, 0.25768, 29.234),
        ("#00ff00", 0.86644, 0.29483, 142.495),
        ("#0000ff", 0.45201, 0.31321, 264.052),
        ("#ffffff", 1.0, 0.0, None),
        ("#808080", 0.59987, 0.0, None),
    ],
)
def test_colours_have_the_numbers_that_the_specification_says(given, light, chroma, hue):
    found = colour.oklch(given)
    assert found[0] == pytest.approx(light, abs=2e-4)
    assert found[1] == pytest.approx(chroma, abs=2e-4)
    if hue is not None:
        assert found[2] == pytest.approx(hue, abs=0.05)
    assert colour.hexed(*found) == given


def test_contrast_is_counted_as_wcag_does():
    assert colour.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colour.contrast("#ffffff", "#767676") == pytest.approx(4.54, abs=0.01)
    assert colour.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("given", ["#ABC", "abc", " #aabbcc "])
def test_a_colour_is_written_one_way(given):
    assert colour.normal(given) == "#aabbcc"


@pytest.mark.parametrize("given", ["", "red", "#12", "#12345g", "#1234567", "url(x)", "#fff;}"])
def test_what_is_no_colour_is_not_taken_for_one(given):
    with pytest.raises(ValueError):
        colour.normal(given)


def test_the_roles_are_those_of_the_stylesheet():
    """Both say how light each role is; a brand's own stylesheet must not change that."""
    tokens = STYLESHEET.read_text()
    for name, (light, dark) in colour.ROLES.items():
        line = re.search(rf"--{name}:\s*(.+?);", tokens)
        assert line is not None, name
        numbers = [
            (float(one), float(two)) for one, two in re.findall(r"oklch\(([\d.]+) ([\d.]+) var\(--hue\)\)", line[1])
        ]
        assert {*numbers} == {light, dark}, name
    for name, wanted in (("ground", colour.GROUND), ("tint", colour.TINT)):
        line = re.search(rf"--{name}:\s*(.+?);", tokens)
        assert line is not None
        found = re.findall(r"oklch\(([\d.]+) ([\d.]+) var\(--warm\)\)", line[1])
        assert [(float(one), float(two), 80.0) for one, two in found] == list(wanted)


def test_browsers_paint_their_own_edge_like_the_page():
    page = (STYLESHEET.parents[1] / "templates" / "base.html").read_text()
    for scheme, ground in zip(("light", "dark"), colour.GROUND, strict=True):
        assert f'media="(prefers-color-scheme: {scheme})" content="{colour.hexed(*ground)}"' in page


def test_the_products_own_colour_is_the_one_of_its_tokens():
    hue = float(re.search(r"--hue:\s*([\d.]+)", STYLESHEET.read_text())[1])  # type: ignore[index]
    assert colour.hexed(*colour.ROLES["brand"][0], hue) == colour.DEFAULT
    assert colour.faults(colour.DEFAULT) == []


@pytest.mark.parametrize("vivid", [0.0, 0.05, 0.12, 0.2, 0.37])
def test_whatever_the_hue_a_colour_dark_enough_can_be_read_in_every_role(vivid):
    for hue in range(0, 360, 9):
        assert colour.faults(colour.hexed(0.45, vivid, hue)) == [], hue


@pytest.mark.parametrize(
    "given", ["#ffd800", "#00c2a8", "#ff7900", "#e6007e", "#767676", "#ffffff", "#9fe8ff", "#b0ff00"]
)
def test_what_is_offered_for_a_colour_that_is_refused_can_really_be_read(given):
    assert colour.faults(given)
    near = colour.nearest(given)
    assert len(near) == 3
    white = colour.hexed(*colour.ROLES["on-fill"][0], colour.oklch(given)[2])
    ground = colour.hexed(*colour.GROUND[0])
    for other in near:
        assert colour.faults(other) == []
        # Counted here, too, and not by the code that refuses.
        assert colour.contrast(other, white) >= 4.45 and colour.contrast(other, ground) >= 4.5
    distances = [colour.distance(given, other) for other in near]
    assert distances == sorted(distances)


def test_nothing_that_passes_is_much_nearer_than_the_first_offered():
    """Every lightness and vividness of this hue, tried one by one."""
    given = "#ff7900"
    hue = colour.oklch(given)[2]
    tried = {colour.hexed(light / 100, chroma / 100, hue) for light in range(30, 75) for chroma in range(26)}
    best = min(colour.distance(given, other) for other in tried if not colour.faults(other))
    assert colour.distance(given, colour.nearest(given)[0]) <= best + 0.01


def test_a_brands_stylesheet_keeps_every_colour_within_what_a_screen_shows():
    """Browsers cut off what lies outside, each in its way: then lightness and contrast are not what was counted."""
    for given in ("#0b5fff", "#00804c", "#7a5a00", "#b00020"):
        for light, chroma, hue in re.findall(r"oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)", colour.css(given)):
            assert colour.fitting(float(light), float(chroma), float(hue)) == pytest.approx(float(chroma), abs=1e-3)
