"""What the signs of an arranged acceptance say, in words: for those who decide, and for nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign: a sentence with its figures, and how much it counts ("3.2"); below zero it speaks for them."""

    name: str
    words: str
    weight: str
    is_for: bool


def signs(kept: Iterable[Mapping[str, Any]]) -> list[Sign]:
    """From a review's `signs`, the strongest first; those that a later version no longer knows are left out."""
    return [
        Sign(each["sign"], _WORDS[each["sign"]](each["facts"]), figure(each["weight"]), each["weight"] < 0)
        for each in kept
        if each["sign"] in _WORDS
    ]


def figure(nats: float) -> str:
    """With one decimal, as the page's language writes it."""
    return str(number_format(nats, 1))


def _accepted_often(facts: Facts) -> str:
    return ngettext(
        "%(accepted)s of the one thread that the helper answered ended with their answer accepted.",
        "%(accepted)s of %(answered)s threads that the helper answered ended with their answer accepted.",
        facts["answered"],
    ) % {"accepted": facts["accepted"], "answered": facts["answered"]}


def _same_two_again(facts: Facts) -> str:
    return _("This asker accepted this helper %(times)s times, of %(solved)s acceptances.") % {
        "times": facts["times"],
        "solved": facts["solved"],
    }


def _accepts_all(facts: Facts) -> str:
    return ngettext(
        "The asker accepted an answer to %(solved)s of %(asked)s question, by somebody whom few others accept.",
        "The asker accepted an answer to %(solved)s of %(asked)s questions, by people whom few others accept.",
        facts["asked"],
    ) % {"solved": facts["solved"], "asked": facts["asked"]}


def _circle(facts: Facts) -> str:
    return _("Their help comes back: by others or directly, the helper accepted the asker’s answers, too.")


def _passed_on(facts: Facts) -> str:
    return ngettext(
        "One of the two both gives acceptances and receives them, the asker %(count)s time.",
        "One of the two both gives acceptances and receives them, the asker %(count)s times.",
        facts["asker_earned"],
    ) % {"count": facts["asker_earned"]}


def _nobody_else_tried(facts: Facts) -> str:
    if not facts["others"]:
        return _("Nobody else answered the question.")
    return ngettext(
        "One other person answered the question, too.",
        "%(count)s others answered the question, too.",
        facts["others"],
    ) % {"count": facts["others"]}


def _quick(facts: Facts) -> str:
    return _("Answered %(answered)s after it was asked, and accepted %(accepted)s later.") % {
        "answered": _minutes(facts["seconds_to_answer"]),
        "accepted": _minutes(facts["seconds_to_accept"]),
    }


def _new_accounts(facts: Facts) -> str:
    return ngettext(
        "One of the two accounts was less than 30 days old.",
        "Both accounts were less than 30 days old.",
        facts["accounts"],
    )


def _same_device(facts: Facts) -> str:
    return _("Both signed in on the same device within a month.")


def _same_network(facts: Facts) -> str:
    return _("Both signed in over the same network with the same browser within a month; a household does so, too.")


def _title_only(facts: Facts) -> str:
    return _("The question is hardly more than its title.")


def _near_identical(facts: Facts) -> str:
    return _("%(percent)s%% of the answer’s words stand in an earlier answer.") % {
        "percent": round(100 * facts["alike"])
    }


def _beside_held(facts: Facts) -> str:
    return ngettext(
        "The one other acceptance of one of the two looks arranged by itself.",
        "Of %(of)s other acceptances of one of the two, %(held)s look arranged by themselves.",
        facts["of"],
    ) % {"of": facts["of"], "held": facts["held"]}


def _minutes(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}


_WORDS: dict[str, Callable[[Facts], str]] = {
    "accepted_often": _accepted_often,
    "same_two_again": _same_two_again,
    "accepts_all": _accepts_all,
    "circle": _circle,
    "passed_on": _passed_on,
    "nobody_else_tried": _nobody_else_tried,
    "quick": _quick,
    "new_accounts": _new_accounts,
    "same_device": _same_device,
    "same_network": _same_network,
    "title_only": _title_only,
    "near_identical": _near_identical,
    "beside_held": _beside_held,
}
