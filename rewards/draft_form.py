"""The form of a draft: what stands in its fields for given rules, and which rules it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.errors import Invalid
from rewards.rules import CREDIT

Words = str | Promise
_MOST_CREDITS = 10**9


@dataclass(frozen=True, slots=True)
class Field:
    """One number of the rules: `path` is where it stands in them ("royalty.most"). Empty leaves it out."""

    path: str
    label: Words
    kind: str = "whole"
    hint: Words = ""

    @property
    def id(self) -> str:
        return self.path.replace(".", "-")


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that make one way; `way` is its name in the rules, left out of them where its first field is empty."""

    title: Words
    fields: tuple[Field, ...]
    way: str = ""
    hint: Words = ""


_HOLD = _("Days pending, if other than for an answer")
GROUPS = (
    Group(
        _("Accepted answers"),
        (
            Field("accepted_answer", _("Credits for an accepted answer"), "credits"),
            Field("hold_days", _("Days until it settles")),
            Field("pool", _("Pool, in credits a month"), "credits", _("Leave it empty for a flat rate.")),
        ),
    ),
    Group(
        _("A cap that falls"),
        (
            Field("taper.after", _("Answers of a month that earn in full")),
            Field("taper.percent", _("Percent of the one before, for each further one")),
            Field("taper.least", _("Percent of the full amount, at least")),
        ),
        "taper",
        _("Leave the first field of a part empty and nothing is earned, or capped, by it."),
    ),
    Group(
        _("An accepted answer that helped others"),
        (
            Field("endorsement.amount", _("Credits for each member"), "credits"),
            Field("endorsement.most", _("Credits at most"), "credits"),
            Field("endorsement.trust", _("Percent by trust level"), "list", _("Five numbers, for levels 0 to 4.")),
            Field("endorsement.hold_days", _HOLD),
        ),
        "endorsement",
    ),
    Group(
        _("First accepted answer of a member"),
        (Field("first_answer.amount", _("Credits"), "credits"), Field("first_answer.hold_days", _HOLD)),
        "first_answer",
    ),
    Group(
        _("Answer that becomes a help article"),
        (Field("article.amount", _("Credits"), "credits"), Field("article.hold_days", _HOLD)),
        "article",
    ),
    Group(
        _("Help article that helps"),
        (
            Field("royalty.amount", _("Credits for each member whom it helped"), "credits"),
            Field("royalty.most", _("Credits a month at most"), "credits"),
            Field("royalty.percent", _("Percent of the month before, each month")),
            Field("royalty.months", _("Months for which it earns")),
            Field("royalty.hold_days", _HOLD),
        ),
        "royalty",
    ),
    Group(
        _("Translation"),
        (Field("translation.amount", _("Credits"), "credits"), Field("translation.hold_days", _HOLD)),
        "translation",
    ),
    Group(
        _("Article for a search that found nothing"),
        (Field("failed_search.amount", _("Credits"), "credits"), Field("failed_search.hold_days", _HOLD)),
        "failed_search",
    ),
    Group(
        _("Idea that the team adopts"),
        (Field("adopted.amount", _("Credits"), "credits"), Field("adopted.hold_days", _HOLD)),
        "adopted",
    ),
    Group(
        _("What credits are worth, and how long they last"),
        (
            Field("value", _("Value of one credit"), "value", _("In the programme’s currency, for example 0.01.")),
            Field("cash_minimum", _("Credits needed to be paid in cash"), "credits"),
            Field("expiry_months", _("Months until settled credits expire"), "whole", _("Empty: never.")),
            Field("rollover_months", _("Months by which they are carried over once")),
            Field("warning_days", _("Days before that members are warned"), "list"),
        ),
    ),
)
FIELDS = tuple(field for group in GROUPS for field in group.fields)


def typed(rules: Mapping[str, Any], value_micros: int) -> dict[str, str]:
    """What stands in the fields, by id."""
    found = {}
    for field in FIELDS:
        value = value_micros if field.kind == "value" else _get(rules, field.path)
        found[field.id] = "" if value is None else _WRITE[field.kind](value)
    return found


def read(given: Mapping[str, str], rules: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """The rules and the value of a credit (millionths) that the fields say; what no field asks stays as in `rules`.

    Raises Invalid with what is wrong of each field.
    """
    errors: dict[str, Words] = {}
    found: dict[str, Any] = dict(rules)
    value = 0
    for group in GROUPS:
        if group.way:
            found.pop(group.way, None)
            if not given.get(group.fields[0].id, "").strip():
                continue
            found[group.way] = {}
        for field in group.fields:
            text = given.get(field.id, "").strip()
            name = field.path.rpartition(".")[2]
            place = found[group.way] if group.way else found
            if not text:
                place.pop(name, None)
                if field.path in _NEEDED:
                    errors[field.id] = _("Give a number.")
                continue
            try:
                number = _READ[field.kind](text)
            except (ValueError, ArithmeticError):
                errors[field.id] = _("This is no number that fits here.")
                continue
            if field.kind == "value":
                value = number
            else:
                place[name] = number
    if errors:
        raise Invalid(errors)
    return found, value


_NEEDED = frozenset(
    {"accepted_answer", "hold_days", "value", "taper.percent", "endorsement.most",
     "royalty.most", "royalty.percent", "royalty.months"}
)  # fmt: skip


def _get(rules: Mapping[str, Any], path: str) -> Any:
    way, _dot, name = path.rpartition(".")
    return ((rules.get(way) or {}) if way else rules).get(name)


def _decimal(text: str, unit: int) -> int:
    number = Decimal(text.replace(" ", "").replace("\u00a0", "").replace("\u202f", "").replace(",", ".")) * unit
    # The range first: 1e999999 would be a million digits.
    if not number.is_finite() or not 0 <= number <= _MOST_CREDITS * CREDIT or number != int(number):
        raise ValueError(text)
    return int(number)


def _value(text: str) -> int:
    number = _decimal(text, 1_000_000)
    if not 0 < number < 2**31:
        raise ValueError(text)
    return number


def _whole(text: str) -> int:
    number = int(text)
    if not 0 <= number <= _MOST_CREDITS:
        raise ValueError(text)
    return number


def _plain(number: int, unit: int) -> str:
    return f"{Decimal(number) / unit:f}"


_READ: dict[str, Callable[[str], Any]] = {
    "whole": _whole,
    "credits": lambda text: _decimal(text, CREDIT),
    "value": _value,
    "list": lambda text: [_whole(each) for each in text.replace(",", " ").split()],
}
_WRITE: dict[str, Callable[[Any], str]] = {
    "whole": str,
    "credits": lambda number: _plain(number, CREDIT),
    "value": lambda number: _plain(number, 1_000_000),
    "list": lambda numbers: " ".join(map(str, numbers)),
}
