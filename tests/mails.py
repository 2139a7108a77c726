"""One example of every mail that the product sends, as its reader gets it: for tests, and for pictures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import translation

from accounts.letters import letter_of
from accounts.models import Member, User
from config.environment import BASE_DIR
from core.letters import message
from notifications.models import Notification
from notifications.tasks import mail_of

AT = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
TITLE = "No mobile data since I moved my number to Orme"
THREAD = "community/t/12-no-mobile-data/"
# Kind, where it leads, and what it is told with. A kind that says different things stands here once for each.
TOLD: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("answer_posted", f"{THREAD}#post-40", {"title": TITLE, "author": "Nadia Benali", "to_asker": True}),
    ("answer_posted", f"{THREAD}#post-40", {"title": TITLE, "author": "Nadia Benali", "to_asker": False}),
    ("comment_posted", f"{THREAD}#post-40", {"title": TITLE, "author": "Tom Acheson", "on_question": False}),
    ("comment_posted", f"{THREAD}#post-39", {"title": TITLE, "author": "Tom Acheson", "on_question": True}),
    ("answer_accepted", f"{THREAD}#post-40", {"title": TITLE, "asker": "Camille Roy"}),
    ("answer_posted", THREAD, {"title": TITLE, "author": "Nadia Benali", "to_asker": True, "idea": True}),
    ("comment_posted", THREAD, {"title": TITLE, "author": "Tom Acheson", "on_question": True, "idea": True}),
    ("comment_posted", THREAD, {"title": TITLE, "author": "Tom Acheson", "on_question": False, "idea": True}),
    ("idea_adopted", THREAD, {"title": TITLE, "words": "It comes with the next version of the app."}),
    ("adoption_revoked", THREAD, {"title": TITLE, "reason": "The supplier cannot do it after all."}),
    ("article_published", "help/articles/7/", {"title": TITLE}),
    ("search_answered", "help/articles/7/", {"title": TITLE, "text": "esim on two phones"}),
    ("article_submitted", "help/reviews/7/", {"title": TITLE}),
    ("article_sent_back", "help/reviews/7/", {"title": TITLE, "comment": "Say which menu on an iPhone."}),
    ("case_opened", THREAD, {"title": TITLE, "asker": "Camille Roy", "reason": "escalated", "due_at": AT.isoformat()}),
    ("case_opened", THREAD, {"title": TITLE, "asker": "Camille Roy", "reason": "unanswered", "due_at": AT.isoformat()}),
    ("cases_imported", "desk/", {"count": 12}),
    ("case_waits", THREAD, {"title": TITLE, "reason": "escalated", "due_at": AT.isoformat()}),
    ("case_waits", THREAD, {"title": TITLE, "reason": "unsolved", "due_at": AT.isoformat()}),
    ("case_waits", THREAD, {"title": TITLE, "reason": "unanswered", "due_at": AT.isoformat()}),
    ("case_taken", THREAD, {"title": TITLE, "agent": "Amira Haddad", "due_at": AT.isoformat()}),
    ("case_back", THREAD, {"title": TITLE, "due_at": AT.isoformat()}),
    (
        "decision",
        f"{THREAD}#post-40",
        {"title": TITLE, "verdict": "remove", "what": "answer", "reason": "It asks for an identity card (rule 4)."},
    ),
    (
        "decision",
        f"{THREAD}#post-40",
        {"title": TITLE, "verdict": "keep", "what": "comment", "reason": "Direct, but not rude."},
    ),
    ("suspended", "account/", {"until_at": AT.isoformat(), "reason": "Advertising, after two warnings."}),
    (
        "credits_reversed",
        "credits/",
        {"title": TITLE, "amount": 40_000, "owed": 10_000, "cause": "answer_replaced", "reason": "It did not last."},
    ),
    (
        "credits_withheld",
        "credits/withheld/7/",
        {
            "title": TITLE,
            "count": 1,
            "amount": 40_000,
            "rule": "7",
            "automated": True,
            "until_at": AT.isoformat(),
            "reason": "Six answers in a row to the same person, each within minutes.",
        },
    ),
    (
        "credits_withheld",
        "credits/withheld/7/",
        {
            "title": TITLE,
            "count": 3,
            "amount": 120_000,
            "rule": "5",
            "automated": False,
            "until_at": AT.isoformat(),
            "reason": "Copied from the maker’s own help pages.",
        },
    ),
    (
        "appeal_decided",
        "credits/withheld/7/",
        {"title": TITLE, "count": 1, "granted": True, "amount": 40_000, "reason": "You are brother and sister."},
    ),
    (
        "appeal_decided",
        "credits/withheld/7/",
        {"title": TITLE, "count": 1, "granted": True, "amount": 0, "reason": "You are brother and sister."},
    ),
    (
        "appeal_decided",
        "credits/withheld/7/",
        {"title": TITLE, "count": 1, "granted": False, "amount": 0, "reason": "Both accounts are one person’s."},
    ),
    ("credits_expiring", "credits/", {"amount": 40_000, "expires_at": AT.isoformat()}),
    ("credits_expired", "credits/", {"amount": 40_000}),
    ("debt_written_off", "credits/", {"amount": 10_000}),
    ("payees_to_report", "credits/figures/payees/?year=2026&list=alerts", {"year": 2026, "near": 2, "over": 1}),
    ("payees_to_report", "credits/figures/payees/?year=2026&list=alerts", {"year": 2026, "near": 1, "over": 0}),
    ("payees_to_report", "credits/figures/payees/?year=2026&list=alerts", {"year": 2026, "near": 0, "over": 3}),
    (
        "payout_statement",
        "credits/payouts/2/",
        {"amount": 1_240_000, "choice": "keep", "choose_at": AT.isoformat()},
    ),
    (
        "payout_reminder",
        "credits/payouts/2/",
        {"amount": 1_240_000, "choice": "cash", "choose_at": AT.isoformat()},
    ),
    ("payout_kept", "credits/payouts/2/", {"amount": 320_000, "why": "minimum"}),
    (
        "payout_paid",
        "credits/payouts/2/",
        {"amount": 1_240_000, "value": 1_240, "currency": "EUR", "choice": "cash", "why": ""},
    ),
    (
        "payout_back",
        "credits/payouts/2/",
        {"amount": 1_240_000, "value": 1_240, "currency": "EUR", "choice": "cash", "why": "refused"},
    ),
    ("payout_run_waits", "credits/runs/2/", {"number": 2, "what": "freeze", "count": 0}),
    ("payout_run_waits", "credits/runs/2/", {"number": 2, "what": "approve", "count": 0}),
    ("payout_run_waits", "credits/runs/2/", {"number": 2, "what": "bank", "count": 1}),
    ("payout_run_waits", "credits/runs/2/", {"number": 2, "what": "ask", "count": 12}),
)
_CHANGED = {"timestamp": AT, "ip": "203.0.113.7", "user_agent": "Firefox on Android"}
_KEY = "MTI-c8d3-1f2e3d4c5b6a"
# What allauth gives its templates beside these is not used by ours.
ACCOUNT: dict[str, dict[str, Any]] = {
    "account/email/email_confirmation_signup": {
        "activate_url": f"{settings.PUBLIC_URL}/en/account/confirm-email/{_KEY}/"
    },
    "account/email/email_confirmation": {"activate_url": f"{settings.PUBLIC_URL}/en/account/confirm-email/{_KEY}/"},
    "account/email/password_reset_key": {
        "password_reset_url": f"{settings.PUBLIC_URL}/en/account/password/reset/key/{_KEY}/"
    },
    "account/email/account_already_exists": {"password_reset_url": f"{settings.PUBLIC_URL}/en/account/password/reset/"},
    "account/email/unknown_account": {"signup_url": f"{settings.PUBLIC_URL}/en/account/signup/"},
    "account/email/email_changed": {"from_email": "camille@example.org", "to_email": "c.roy@example.org"},
    "account/email/email_confirm": {},
    "account/email/email_deleted": {"deleted_email": "camille@example.org"},
    "account/email/password_changed": {},
    "account/email/password_reset": {},
    "account/email/password_set": {},
    "mfa/email/recovery_codes_generated": {},
    "mfa/email/totp_activated": {},
    "mfa/email/totp_deactivated": {},
    "mfa/email/webauthn_added": {},
    "mfa/email/webauthn_removed": {},
    "socialaccount/email/account_connected": {"provider": "Google"},
    "socialaccount/email/account_disconnected": {"provider": "Google"},
}


def kinds_on_disk() -> set[str]:
    """Every kind that has templates."""
    found = {path.name.removesuffix(".subject.txt") for path in (_templates() / "notifications").glob("*.subject.txt")}
    for room in ("account", "mfa", "socialaccount"):
        found |= {
            f"{room}/email/{path.name.removesuffix('_subject.txt')}"
            for path in (_templates() / room / "email").glob("*_subject.txt")
        }
    return found


def every_mail(lang: str) -> Iterator[tuple[str, EmailMultiAlternatives]]:
    """Each example by the name of its kind, in a language. Writes and sends nothing."""
    user = User(pk=1, email="camille@example.org")
    member = Member(pk=1, user=user, name="Camille Roy", language=lang, time_zone="Europe/Paris")
    for number, (kind, path, data) in enumerate(TOLD):
        told = Notification(pk=number, member=member, kind=kind, path=path, data=data, created_at=AT)
        yield kind, mail_of(told)
    for prefix, given in ACCOUNT.items():
        context = {"email": user.email, **_CHANGED, **given}
        # Not around the yield: whoever reads two languages in turn would change this one's.
        with translation.override(lang):
            mail = message(letter_of(prefix, context), to=user.email)
        yield prefix, mail


def _templates() -> Path:
    return BASE_DIR / "templates"
