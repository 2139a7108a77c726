"""The charts of the figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import charts
from core.charts import LOOKS, Cell, Chart, Column, Series
from rewards.amounts import credits
from rewards.figures.cost import Cost
from rewards.figures.cuts import AGES
from rewards.figures.earners import TOPS, Concentration
from rewards.figures.flows import Flow
from rewards.figures.owed import Owed
from rewards.figures.selection import Selection
from rewards.figures.words import NAMES, age_words, top_words
from rewards.rules import CREDIT

_FLOWS = ("earned", "reversed", "expired", "paid")


def owed_by_age(rows: Sequence[Owed]) -> Chart:
    shown = [row for row in rows if row.figure != "receivable"]
    columns = [
        Column(
            label=age_words(age),
            name=age_words(age),
            cells=tuple(_cell(row.by_age[age.name], Selection(row.figure, age=age.name)) for row in shown),
        )
        for age in AGES
    ]
    most = max(shown, key=lambda row: row.total)
    about = _("Most of it is in this state: %(state)s, %(credits)s credits.") % {
        "state": NAMES[most.figure],
        "credits": credits(most.total),
    }
    return charts.bars(
        key="owed",
        title=_("Owed to members, by age, in credits"),
        about=about,
        head=_("Age"),
        series=_series(NAMES[row.figure] for row in shown),
        columns=columns,
        axis=_whole,
    )


def flows_by_month(rows: Sequence[Flow]) -> Chart:
    return charts.bars(
        key="months",
        title=_("Earned, taken back, expired and paid, by month, in credits"),
        about=_sums(rows),
        head=_("Month"),
        series=_series(NAMES[name] for name in _FLOWS),
        columns=[_of_flow(row) for row in rows],
        stacked=False,
        axis=_whole,
    )


def rolling(rows: Sequence[Flow]) -> Chart:
    return charts.lines(
        key="rolling",
        title=_("The twelve months up to each month, in credits"),
        about=_("Each point is what twelve months come to that end there."),
        head=_("Up to"),
        series=_series(NAMES[name] for name in _FLOWS),
        columns=[_of_flow(row) for row in rows],
        axis=_whole,
    )


def costs(rows: Sequence[Cost]) -> Chart:
    known = [row for row in rows if row.each is not None]
    about = (
        _("In the last month with a solved question, one cost %(credits)s credits.")
        % {"credits": credits(known[-1].each or 0)}
        if known
        else _("No question was solved in these months.")
    )
    return charts.lines(
        key="cost",
        title=_("Cost of a solved question, by month, in credits"),
        about=about,
        head=_("Month"),
        series=_series([_("Credits a solved question")]),
        columns=[
            Column(
                label=formats.date_format(row.month, "M"),
                name=formats.date_format(row.month, "YEAR_MONTH_FORMAT"),
                cells=(
                    Cell(
                        max(row.each or 0, 0) / CREDIT,
                        "–" if row.each is None else credits(row.each),
                        Selection("net", row.month, row.month).url(),
                    ),
                ),
            )
            for row in rows
        ],
        axis=_whole,
    )


def concentrations(rows: Sequence[Concentration]) -> Chart:
    earning = [row for row in rows if row.count]
    about = (
        ngettext(
            "Of %(count)s earner in the last such month, the top tenth earned %(share)s of all credits.",
            "Of %(count)s earners in the last such month, the top tenth earned %(share)s of all credits.",
            earning[-1].count,
        )
        % {"count": earning[-1].count, "share": percent(earning[-1].share(10))}
        if earning
        else _("Nobody earned anything in these months.")
    )
    return charts.lines(
        key="earners",
        title=_("Share of the earners with the most credits, by month, in per cent"),
        about=about,
        head=_("Month"),
        series=_series(top_words(top) for top in TOPS),
        columns=[
            Column(
                label=formats.date_format(row.first, "M"),
                name=formats.date_format(row.first, "YEAR_MONTH_FORMAT"),
                cells=tuple(_share(row, top) for top in TOPS),
            )
            for row in rows
        ],
        axis=_whole,
    )


def _share(row: Concentration, top: int) -> Cell:
    return Cell(row.share(top), percent(row.share(top)), Selection("top", row.first, row.last, top=top).url())


def percent(value: float) -> str:
    """With one decimal and its sign, as the page's language writes it: "12.5%"."""
    return _("%(number)s%%") % {"number": formats.number_format(value, 1)}


def _of_flow(row: Flow) -> Column:
    return Column(
        label=formats.date_format(row.last, "M"),
        name=formats.date_format(row.last, "YEAR_MONTH_FORMAT"),
        cells=tuple(_cell(row.amounts[name], Selection(name, row.first, row.last)) for name in _FLOWS),
    )


def _sums(rows: Sequence[Flow]) -> str:
    return _("%(earned)s credits were earned in these months, and %(paid)s paid out.") % {
        "earned": credits(sum(row.amounts["earned"] for row in rows)),
        "paid": credits(sum(row.amounts["paid"] for row in rows)),
    }


def _cell(amount: int, selection: Selection) -> Cell:
    return Cell(max(amount, 0) / CREDIT, credits(amount), selection.url())


def _series(names: Iterable[object]) -> tuple[Series, ...]:
    return tuple(Series(str(name), look) for name, look in zip(names, LOOKS, strict=False))


def _whole(value: float) -> str:
    return str(formats.number_format(value, 0 if value == int(value) else 1, force_grouping=True))
