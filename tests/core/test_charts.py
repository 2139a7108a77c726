"""Charts: nothing rises above its scale, and each number is in the table too."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string

from core import charts
from core.charts import Cell, Chart, Column, Series

SERIES = (Series("Earned", "full"), Series("Taken back", "held"), Series("Paid", "outline"))


def columns(*rows: tuple[int, int, int]) -> list[Column]:
    return [
        Column(f"{number}", f"Month {number}", tuple(Cell(value, f"{value} credits") for value in row))
        for number, row in enumerate(rows, 1)
    ]


def chart(*rows: tuple[int, int, int], stacked: bool = True) -> Chart:
    return charts.bars(
        key="k", title="T", about="A.", head="Month", series=SERIES, columns=columns(*rows), stacked=stacked
    )


def test_bars_stand_on_each_other_and_none_rises_above_the_scale() -> None:
    drawn = chart((0, 0, 0), (20, 10, 7))
    assert [part.look for part in drawn.parts] == ["full", "held", "outline"]
    assert sum(part.height for part in drawn.parts) == pytest.approx(37 / 40 * (drawn.base - charts.ABOVE), abs=0.5)
    assert [words for _y, words in drawn.scale] == ["0", "20", "40"]
    assert min(part.y for part in drawn.parts) > 0


def test_bars_beside_each_other_share_their_place() -> None:
    drawn = chart((20, 10, 7), stacked=False)
    first, second, third = drawn.parts
    assert first.x < second.x < third.x and first.x + first.width == pytest.approx(second.x, abs=0.2)
    assert {round(part.y + part.height) for part in drawn.parts} == {drawn.base}


def test_lines_go_through_the_middle_of_each_column() -> None:
    drawn = charts.lines(
        key="k", title="T", about="A.", head="Month", series=SERIES, columns=columns((1, 2, 0), (4, 0, 2))
    )
    assert [line.points.count(",") for line in drawn.paths] == [2, 2, 2]
    assert drawn.paths[0].points.split()[1].endswith(f",{charts.ABOVE:.1f}")


def test_the_scale_is_a_round_number() -> None:
    assert [charts.nice(most) for most in (0, 1, 2, 3, 9, 11, 21, 90, 101)] == [2, 2, 2, 4, 10, 20, 30, 100, 200]
    assert chart().parts == () and chart((0, 0, 0)).parts == ()


def test_months_of_a_year_are_all_named_and_of_many_days_a_few() -> None:
    assert len(chart(*[(1, 1, 1)] * 12).named) == 12
    assert 3 <= len(chart(*[(1, 1, 1)] * 90).named) <= 5


def test_numbers_lead_where_they_come_from_and_words_are_escaped() -> None:
    drawn = charts.bars(
        key="k",
        title="T",
        about="A.",
        head="Month",
        series=SERIES[:1],
        columns=[Column("<b>", "<b>", (Cell(1.5, "1,5 <i>", "/en/credits/?a=1&b=2"),), "/en/credits/")],
    )
    page = render_to_string("components/chart.html", {"chart": drawn})
    assert (
        '<a href="/en/credits/?a=1&amp;b=2">1,5 &lt;i&gt;</a>' in page
        and '<a href="/en/credits/">&lt;b&gt;</a>' in page
    )
    assert "<b>" not in page and "style=" not in page and 'aria-labelledby="k-title"' in page
