"""What each kind of notification asks for, why it comes, and whether its mails can be stopped."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.models import Notification


class Mails(models.TextChoices):
    """Mails that a member may stop, by what they are about. The product goes on telling."""

    ANSWERS = "answers", _("Answers and comments to what you wrote")
    FOLLOWED = "followed", _("New answers where you follow")
    THANKS = "thanks", _("Your answer was accepted, or became a help article; your idea was adopted")
    REVIEWS = "reviews", _("Help articles to review or to change")
    DESK = "desk", _("Threads that need a person")


@dataclass(frozen=True, slots=True)
class Kind:
    """The words of its button, the reason that its mail gives, and which choice stops it (None: nothing does)."""

    action: str | Promise
    why: str | Promise
    mails: Mails | None = None


OTHER = Kind(_("Read it where it was written"), _("You get this mail because it concerns your account."))
FOLLOWED = Kind(_("Read the answer"), _("You get this mail because you follow this thread."), Mails.FOLLOWED)
CREDITS = Kind(_("Read your statement"), _("You get this mail because each change to your credits is told."))
KINDS = {
    "answer_posted": Kind(_("Read the answer"), _("You get this mail because you asked."), Mails.ANSWERS),
    "comment_posted": Kind(
        _("Read the comment"), _("You get this mail because you wrote what was commented."), Mails.ANSWERS
    ),
    "answer_accepted": Kind(_("See your answer"), _("You get this mail because you answered."), Mails.THANKS),
    "idea_adopted": Kind(_("See your idea"), _("You get this mail because it was your idea."), Mails.THANKS),
    # Told with its reason, as every decision about what somebody wrote is.
    "adoption_revoked": Kind(
        _("See your idea"), _("You get this mail because a decision about what you wrote is always told.")
    ),
    "article_published": Kind(
        _("Read the article"), _("You get this mail because you wrote the answer."), Mails.THANKS
    ),
    "search_answered": Kind(
        _("Read the article"), _("You get this mail because you asked to be told of an answer. It is the only one.")
    ),
    "article_submitted": Kind(
        _("Review the article"), _("You get this mail because you review help articles."), Mails.REVIEWS
    ),
    "article_sent_back": Kind(
        _("Change the article"), _("You get this mail because you submitted the article."), Mails.REVIEWS
    ),
    "case_opened": Kind(_("Open the thread"), _("You get this mail because you work at the desk."), Mails.DESK),
    "cases_imported": Kind(_("Open the desk"), _("You get this mail because you work at the desk."), Mails.DESK),
    "case_back": Kind(_("Open the thread"), _("You get this mail because the case is yours."), Mails.DESK),
    # What follows cannot be stopped: it says who has one's question, what was decided, and what happened to credits.
    "case_waits": Kind(
        _("See where it stands"), _("You get this mail because you asked, and the desk has your question now.")
    ),
    "case_taken": Kind(_("See where it stands"), _("You get this mail because you asked, and somebody has it now.")),
    "decision": Kind(
        _("See what was decided"), _("You get this mail because a decision about what you wrote is always told.")
    ),
    "suspended": Kind(
        _("Look at your account"), _("You get this mail because a decision about your account is always told.")
    ),
    "credits_reversed": CREDITS,
    "credits_withheld": Kind(
        _("Read why, or appeal"), _("You get this mail because a decision about your credits is always told.")
    ),
    "appeal_decided": Kind(
        _("See what was decided"), _("You get this mail because a decision about your credits is always told.")
    ),
    "credits_expiring": CREDITS,
    "credits_expired": CREDITS,
    "debt_written_off": CREDITS,
    "payees_to_report": Kind(_("See who"), _("You get this mail because you run this site.")),
    "payout_statement": Kind(
        _("Choose"), _("You get this mail because your credits are yours: nobody chooses for you without a word.")
    ),
    "payout_reminder": Kind(
        _("Choose"), _("You get this mail because your credits are yours: nobody chooses for you without a word.")
    ),
    "payout_kept": CREDITS,
    "payout_paid": CREDITS,
    "payout_back": CREDITS,
    "payout_run_waits": Kind(
        _("Open the run"), _("You get this mail because you are an operator, and no money leaves without a person.")
    ),
}


def kind_of(notification: Notification) -> Kind:
    """By its name and data; that of the rest for a kind that a later version no longer has."""
    if notification.kind == "answer_posted" and not notification.data.get("to_asker"):
        return FOLLOWED
    return KINDS.get(notification.kind, OTHER)
