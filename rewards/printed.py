"""A member's statements in words, for paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.viewer import Viewer
from core.brand import Brand
from core.pictures import drawable
from rewards.amounts import credits, minor
from rewards.models import Payout, Transfer
from rewards.paper import Paper, Part, Row, pdf
from rewards.queries import Line
from rewards.statements import Statement, lines_of
from rewards.years import TaxYear

# Millimetres; together as wide as a page's text.
_SUM = (("", 129.0), ("", -45.0))


def year_pdf(viewer: Viewer, made: Statement, year: TaxYear, brand: Brand) -> bytes:
    """The statement of a tax year."""
    title = _("Credits in the tax year %(year)s") % {"year": year.label}
    return pdf(_paper(viewer, made, title, [], brand))


def run_pdf(viewer: Viewer, made: Statement, payout: Payout, brand: Brand) -> bytes:
    """The statement of a payout run, with what becomes of the credits."""
    title = _("Statement of credits, payout run %(number)s") % {"number": payout.run.number}
    return pdf(_paper(viewer, made, title, [what_becomes(payout)], brand))


def what_becomes(payout: Payout) -> str:
    """What a run did, or will do, with a member's credits, in a sentence."""
    State = Payout.State
    choice = str(dict(Payout.Choice.choices).get(payout.choice, ""))
    facts = {"credits": credits(payout.amount), "sum": minor(payout.value, payout.currency), "choice": choice}
    if payout.state == State.PAID:
        return _("Paid: %(sum)s for %(credits)s credits. Choice: %(choice)s.") % facts
    if payout.state in (State.KEPT, State.REFUSED, State.RETURNED):
        why = str(dict(Payout.Why.choices).get(payout.why, ""))
        return " ".join(filter(None, (_("Kept: %(credits)s credits.") % facts, why)))
    if payout.is_out:
        return _("On its way: %(sum)s for %(credits)s credits. Choice: %(choice)s.") % facts
    return _("Can be paid: %(sum)s for %(credits)s credits. Choice so far: %(choice)s.") % facts


def words_of(line: Line) -> str:
    """For what a line is, with the title of what earned it."""
    cause = _cause(line)
    if line.kind in (Transfer.Kind.PAYOUT, Transfer.Kind.WRITE_OFF) or line.cause == Transfer.Reason.PAYOUT_CAME_BACK:
        return cause
    title = drawable(line.title) or (_("a question in another script") if line.title else _("no longer shown"))
    # Translators: for what credits are, then the title of the question.
    return _("%(cause)s: %(title)s") % {"cause": cause, "title": title}


def _cause(line: Line) -> str:
    if line.cause == "answer_removed":
        return _("The answer was removed")
    return str(dict(Transfer.Reason.choices).get(line.cause, ""))


def _paper(viewer: Viewer, made: Statement, title: str, said: list[str], brand: Brand) -> Paper:
    assert viewer.member
    return Paper(
        brand=brand.name,
        colour=brand.drawn,
        title=title,
        name=viewer.member.shown_name,
        said=[_period(made), *said],
        parts=_parts(viewer, made),
        until=made.until,
    )


def _period(made: Statement) -> str:
    days = {"first": _long(made.first), "last": _long(made.last), "until": _long(made.until)}
    if made.runs:
        return _("From %(first)s to %(last)s; so far, up to %(until)s. More may still come.") % days
    return _("From %(first)s to %(last)s.") % days


def _parts(viewer: Viewer, made: Statement) -> Iterator[Part]:
    yield Part(_("Balance of settled credits"), _SUM, _summed(made), Row((_closing(made), credits(made.closing))))
    if beside := list(_beside(made)):
        yield Part(_("Not in this balance"), _SUM, beside)
    if made.payments:
        yield _payments(made)
    for each in made.groups:
        count = ngettext("%(count)s line", "%(count)s lines", each.count) % {"count": number(each.count)}
        yield Part(
            f"{each.group.words} ({count})",
            (
                (_("Date"), 22.0),
                (_("For what"), 92.0),
                (_("Rules"), 16.0),
                (_("Credits"), -20.0),
                (_("Balance"), -24.0),
            ),
            _rows(lines_of(viewer, made, each.group)),
            Row(("", _("Together"), "", credits(each.amount, signed=True), "")),
        )


def _columns() -> Sequence[tuple[str, float]]:
    return (
        (_("Date"), 20.0), (_("For what"), 104.0), (_("Rules"), 12.0), (_("Credits"), -17.0), (_("Balance"), -21.0),
    )  # fmt: skip


def _summed(made: Statement) -> Iterable[Row]:
    yield Row((_("On %(day)s, before anything else") % {"day": _long(made.first)}, credits(made.opening)))
    for each in made.groups:
        yield Row((each.group.words, credits(each.amount, signed=True)))


def _closing(made: Statement) -> str:
    return _("At the end of %(day)s") % {"day": _long(made.until)}


def _beside(made: Statement) -> Iterable[Row]:
    if made.pending:
        yield Row((_("Pending: not settled yet"), credits(made.pending)))
    if made.owed:
        yield Row((_("Owed: kept from what is earned next"), credits(made.owed)))


def _payments(made: Statement) -> Part:
    names = dict(Payout.Choice.choices)
    rows = [
        Row((_day(each.on), str(names[each.choice]), credits(each.amount), minor(each.value, each.currency)))
        for each in made.payments
    ]
    sums = ", ".join(minor(value, currency) for currency, value in sorted(made.paid.items()))
    return Part(
        _("What was paid, and when"),
        ((_("Date"), 22.0), (_("How"), 92.0), (_("Credits"), -30.0), (_("Sum"), -30.0)),
        rows,
        Row(("", _("Paid to you; gifts to a charity are not counted"), "", sums or credits(0))),
    )


def _rows(lines: Iterable[Line]) -> Iterator[Row]:
    for line in lines:
        after = credits(line.balance_after) if line.balance_after is not None else ""
        version = str(line.version or "")
        yield Row((_day(line.on), words_of(line), version, credits(line.amount, signed=True), after))


def _long(on: date) -> str:
    return formats.date_format(on, "DATE_FORMAT").replace("\u202f", " ")


def _day(on: date) -> str:
    return formats.date_format(on, "SHORT_DATE_FORMAT")


def number(count: int) -> str:
    """A count as the language groups it."""
    return formats.number_format(count, use_l10n=True, force_grouping=True)


def file_name(what: str, of: int, language: str, ending: str) -> str:
    """What a download is called: letters, digits and hyphens alone."""
    return f"credits-{what}-{of}-{language}.{ending}"
