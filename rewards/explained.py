"""The programme's rules as a page says them: one version in words and figures, with worked examples."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rewards.amounts import credits, money, whole
from rewards.ledger import booked_on
from rewards.models import ProgrammeVersion
from rewards.rules import CREDIT, Rules

# What an example is told of: as many accepted answers.
EXAMPLES = (1, 5, 25)


@dataclass(frozen=True, slots=True)
class Example:
    """So many accepted answers of one month, what they earn (thousandths of a credit), and what that is worth."""

    answers: int
    amount: int
    worth: str


@dataclass(frozen=True, slots=True)
class Way:
    """One way to earn: `words` say the rule with its figures, `examples` work it out. `name` makes its anchor."""

    name: str
    title: str
    words: tuple[str, ...]
    examples: tuple[str, ...] = ()
    # Days until it settles, where they are not those of an accepted answer.
    hold_days: int | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """One version. The days are those of an answer that is accepted on `accepted_on`."""

    version: ProgrammeVersion
    rules: Rules
    one_credit: str
    examples: tuple[Example, ...]
    ways: tuple[Way, ...]
    accepted_on: date
    settles_on: date
    expires_on: date | None
    carried_to: date | None
    cash_minimum: int | None


def explained(version: ProgrammeVersion, now: datetime) -> Explained:
    """A version with the example of an answer that is accepted at `now`. Raises ValueError for unusable rules."""
    rules = Rules.read(version.rules)

    def worth(amount: int) -> str:
        return money(amount, value_micros=version.value_micros, currency=version.currency)

    accepted_on = booked_on(now)
    settles_on = rules.settles_on(accepted_on)
    life = rules.life(settles_on)
    minimum = version.rules.get("cash_minimum")
    return Explained(
        version=version,
        rules=rules,
        one_credit=worth(CREDIT),
        examples=()
        if rules.pool is not None
        else tuple(Example(count, total, worth(total)) for count in EXAMPLES for total in [_month(rules, count)]),
        ways=ways_of(rules),
        accepted_on=accepted_on,
        settles_on=settles_on,
        expires_on=life.expires_on,
        carried_to=life.rolls_to,
        cash_minimum=None if minimum is None else int(minimum),
    )


def ways_of(rules: Rules) -> tuple[Way, ...]:
    """What earns beside the accepted answer itself, and what bounds that, in the active language."""
    found = (_pool(rules), _taper(rules), _endorsement(rules), _first(rules), _article(rules), _royalty(rules),
             _translation(rules), _failed_search(rules), _adopted(rules))  # fmt: skip
    return tuple(way for way in found if way is not None)


def in_credits(amount: int) -> str:
    """ "40 credits", with its thousandths where it has some: "33.333 credits"."""
    if amount % CREDIT:
        digits = len(f"{amount % CREDIT:03d}".rstrip("0"))
        text = number_format(amount / CREDIT, digits, use_l10n=True, force_grouping=True)
    else:
        text = credits(amount)
    return ngettext("%(credits)s credit", "%(credits)s credits", whole(amount)) % {"credits": text}


def _month(rules: Rules, answers: int) -> int:
    return sum(rules.answer(number) for number in range(1, answers + 1))


def _pool(rules: Rules) -> Way | None:
    if rules.pool is None:
        return None
    share = rules.pool // 20
    return Way(
        "pool",
        _("A pool for each month"),
        (
            _(
                "Accepted answers share %(pool)s each calendar month. The pool is shared when the month is over, "
                "between all answers of that month that stand accepted then, to the last thousandth of a credit."
            )
            % {"pool": in_credits(rules.pool)},
            _("What is taken back while it is pending is shared once more, between the answers that stand."),
        ),
        (
            _("In a month with 20 accepted answers that count alike, each has a share of %(share)s.")
            % {"share": in_credits(share)},
        ),
    )


def _taper(rules: Rules) -> Way | None:
    taper = rules.taper
    if taper is None:
        return None
    number = taper.after + 5
    full = rules.accepted_answer
    first = ngettext(
        "Of the answers of yours that are accepted in a calendar month, the first earns in full.",
        "Of the answers of yours that are accepted in a calendar month, the first %(count)s earn in full.",
        taper.after,
    ) % {"count": taper.after}
    rest = _(
        "Each one after that earns %(percent)s%% of the one before it, and never less than %(least)s%% of the full "
        "amount: the cap falls, it never stops."
    ) % {"percent": taper.percent, "least": taper.least}
    back = _(
        "When one of them is taken back, the last of the month moves into its place and earns the rest. So no answer "
        "earns less because of another one that did not stand."
    )
    example: tuple[str, ...] = ()
    if rules.pool is None and full:
        example = (
            _("%(count)s accepted answers in one month earn %(amount)s; the last of them earns %(last)s.")
            % {
                "count": number,
                "amount": in_credits(_month(rules, number)),
                "last": in_credits(taper.of(full, number)),
            },
        )
    return Way("month", _("Many answers in one month"), (f"{first} {rest}", back), example)


def _endorsement(rules: Rules) -> Way | None:
    way = rules.endorsement
    if way is None or not way.amount:
        return None
    levels = ", ".join(
        _("level %(level)s: %(percent)s%%") % {"level": n, "percent": p} for n, p in enumerate(way.trust)
    )
    return Way(
        "helped",
        _("An accepted answer that helped others, too"),
        (
            _(
                "When the credits of your accepted answer settle, it earns %(amount)s more for each other member who "
                "pressed “This helped” by then, and no more than %(most)s in all."
            )
            % {"amount": in_credits(way.amount), "most": in_credits(way.most)},
            _("Each member counts once, by their trust level (%(levels)s).") % {"levels": levels},
            _("The asker, the answer’s author and the team do not count. Later presses change nothing."),
        ),
        (
            _("Three members of level 0 and one of level 2 say that it helped: %(amount)s.")
            % {"amount": in_credits(way.of((0, 0, 0, 2)))},
        ),
        way.hold_days,
    )


def _first(rules: Rules) -> Way | None:
    way = rules.first_answer
    if way is None or not way.amount:
        return None
    words = _("Your first answer that is accepted earns %(amount)s more, once.") % {"amount": in_credits(way.amount)}
    return Way("first", _("Your first accepted answer"), (words,), (), way.hold_days)


def _article(rules: Rules) -> Way | None:
    way = rules.article
    if way is None or not way.amount:
        return None
    return Way(
        "article",
        _("An answer that becomes a help article"),
        (
            _(
                "When moderators make a help article of your accepted answer and it is published, it earns %(amount)s, "
                "shared evenly between the members who are credited for it."
            )
            % {"amount": in_credits(way.amount)},
            _(
                "An article that is withdrawn before its credits settle gives them back, and has them again when it "
                "returns."
            ),
        ),
        (
            _("Three members wrote it together: %(first)s for the first, %(others)s for each of the others.")
            % {
                "first": in_credits(-(-way.amount // 3)),
                "others": in_credits(way.amount // 3),
            },
        )
        if way.amount % 3 == 1
        else (),
        way.hold_days,
    )


def _royalty(rules: Rules) -> Way | None:
    way = rules.royalty
    if way is None or not way.amount:
        return None
    steps = (_("in the month of publishing"), _("a month later"), _("six months later"))
    ages = [(step, way.of(10, age)) for step, age in zip(steps, (0, 1, 6), strict=True) if age < way.months]
    example = ", ".join(
        _("%(amount)s %(when)s") % {"amount": in_credits(amount), "when": step} for step, amount in ages
    )
    falls = ""
    if way.percent < 100:
        falls = _("Each month later it earns %(percent)s%% of the month before.") % {"percent": way.percent}
    months = ngettext(
        "It earns in the month of publishing alone.",
        "It earns for %(count)s months, that of publishing included.",
        way.months,
    ) % {"count": way.months}
    return Way(
        "royalty",
        _("A help article that helps"),
        (
            _(
                "For each member whom the article helped in a calendar month it earns %(amount)s when that month is "
                "over, and no more than %(most)s a month; shared evenly between the members who are credited for it."
            )
            % {"amount": in_credits(way.amount), "most": in_credits(way.most)},
            " ".join(filter(None, (falls, months))),
            _(
                "A member counts once a month: who says that the article helped, or who finds in it what they were "
                "about to ask. Those who are credited, the team and visitors without an account do not count."
            ),
        ),
        (_("Ten members whom it helped: %(amounts)s.") % {"amounts": example},) if example else (),
        way.hold_days,
    )


def _translation(rules: Rules) -> Way | None:
    way = rules.translation
    if way is None or not way.amount:
        return None
    words = _(
        "When a help article that you translated is published, the translation earns %(amount)s, shared evenly between "
        "its translators."
    ) % {"amount": in_credits(way.amount)}
    return Way("translation", _("A translation"), (words,), (), way.hold_days)


def _failed_search(rules: Rules) -> Way | None:
    way = rules.failed_search
    if way is None or not way.amount:
        return None
    words = _(
        "When an article of yours answers a search that found nothing and was put on the list of what is to be "
        "written, it earns %(amount)s, shared evenly between its authors."
    ) % {"amount": in_credits(way.amount)}
    return Way("search", _("An answer to a search that found nothing"), (words,), (), way.hold_days)


def _adopted(rules: Rules) -> Way | None:
    way = rules.adopted
    if way is None or not way.amount:
        return None
    days = rules.hold_days if way.hold_days is None else way.hold_days
    return Way(
        "idea",
        _("An idea that the team adopts"),
        (
            _("When the team adopts an idea of yours, it earns %(amount)s. How many others want it does not count.")
            % {"amount": in_credits(way.amount)},
            _(
                "What the team takes back, with its reason, gives its credits back; so does an idea that is removed. "
                "Ideas of the team itself earn nothing."
            ),
        ),
        (
            ngettext(
                "You suggest something, and the team adopts it on %(day)s: %(amount)s, settled a day later.",
                "You suggest something, and the team adopts it on %(day)s: %(amount)s, settled %(count)s days later.",
                days,
            )
            % {
                "day": date_format(date(2026, 3, 2), "j F"),
                "amount": in_credits(way.amount),
                "count": days,
            },
        ),
        way.hold_days,
    )
