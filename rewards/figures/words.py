"""What figures are called."""

from __future__ import annotations

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from rewards.figures.cuts import AGES, Age
from rewards.figures.selection import Selection

NAMES = {
    "pending": pgettext_lazy("figure", "Pending"),
    "held": pgettext_lazy("figure", "Held, for a person to look at"),
    "settled": pgettext_lazy("figure", "Settled"),
    "on-its-way": pgettext_lazy("figure", "On its way to be paid"),
    "receivable": pgettext_lazy("figure", "Owed by members"),
    "earned": pgettext_lazy("figure", "Earned"),
    "reversed": pgettext_lazy("figure", "Taken back"),
    "expired": pgettext_lazy("figure", "Expired"),
    "given-up": pgettext_lazy("figure", "Given up with an account"),
    "paid": pgettext_lazy("figure", "Paid out"),
    "matched": pgettext_lazy("figure", "Added for charities"),
    "written-off": pgettext_lazy("figure", "Written off"),
    "net": pgettext_lazy("figure", "Earned, less what was taken back"),
    "breakage": pgettext_lazy("figure", "Expired and given up"),
    "debt": pgettext_lazy("figure", "What a member owes"),
    "payee": pgettext_lazy("figure", "Paid to members"),
    "lines": pgettext_lazy("figure", "Contributions that were paid for"),
}

_AGES = {
    0: gettext_lazy("Up to 3 months"),
    3: gettext_lazy("3 to 6 months"),
    6: gettext_lazy("6 to 12 months"),
    12: gettext_lazy("1 to 2 years"),
    24: gettext_lazy("Over 2 years"),
}


def age_words(age: Age) -> str:
    return str(_AGES[age.first])


def top_words(top: int) -> str:
    return _("Top %(top)s%%") % {"top": top}


def name_of(selection: Selection) -> str:
    """Of a figure, without its time."""
    if selection.figure == "top":
        return (
            _("Earned by all earners")
            if selection.top == 100
            else _("Earned by the top %(top)s%% of earners") % {"top": selection.top}
        )
    return str(NAMES[selection.figure])


def time_of(selection: Selection) -> str:
    """Which time or age it is of; "" for all there is."""
    if selection.year:
        return str(selection.year)
    if selection.age:
        return next(age_words(age) for age in AGES if age.name == selection.age)
    first, last = (
        formats.date_format(day, "YEAR_MONTH_FORMAT") if day else "" for day in (selection.first, selection.last)
    )
    if first and last and first != last:
        return _("%(first)s to %(last)s") % {"first": first, "last": last}
    return first or last
