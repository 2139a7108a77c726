"""What accounts keeps in step, and what it answers when a person exports what is theirs."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone

from accounts.models import Member, User
from accounts.signals import member_exported


@receiver([post_save, post_delete], sender=EmailAddress)
def keep_verified_in_step(*, instance: EmailAddress, **kwargs: object) -> None:
    """`User.email_verified_at` follows the primary address.

    Tied to the rows rather than to allauth's own signals: some of its flows (reset by mail, social sign-in, its
    admin) change rows and send none.
    """
    verified = EmailAddress.objects.filter(user_id=instance.user_id, primary=True, verified=True).exists()
    user = User.objects.filter(pk=instance.user_id)
    if verified:
        user.filter(email_verified_at=None).update(email_verified_at=timezone.now())
    else:
        user.exclude(email_verified_at=None).update(email_verified_at=None)


@receiver(member_exported)
def export(*, member: Member, export: dict[str, Any], **kwargs: object) -> None:
    """Adds the account itself. Secrets (password, keys) are named by kind alone."""
    user = member.user
    export["accounts"] = {
        "name": member.name,
        "language": member.language,
        "time_zone": member.time_zone,
        "joined_at": member.created_at.isoformat(),
        "suspended_until": member.suspended_until.isoformat() if member.suspended_until else None,
        "suspended_reason": member.suspended_reason,
        "consents": [
            {"kind": consent.kind, "version": consent.version, "given_at": consent.given_at.isoformat()}
            for consent in member.consents.order_by("pk")
        ],
        "emails": list(
            EmailAddress.objects.filter(user=user).order_by("pk").values("email", "verified", "primary") if user else ()
        ),
        "second_factors": list(
            Authenticator.objects.filter(user=user).order_by("pk").values_list("type", flat=True) if user else ()
        ),
        "connected": list(
            SocialAccount.objects.filter(user=user).order_by("pk").values("provider", "uid") if user else ()
        ),
        "last_sign_in_at": user.last_login.isoformat() if user and user.last_login else None,
    }
