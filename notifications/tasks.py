"""Background work of notifications: mail."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.utils import timezone

from core import brand
from core.brand import Brand
from core.tasks import task
from notifications.models import Notification
from notifications.words import as_read_by, words_of


@task()
def send_mails(ids: list[int]) -> None:
    """Mail these notifications, each once it is sent marked so: a second run sends only what is left.

    Passes over who has no confirmed address any more. Goes on past a mail that fails and raises its error at
    the end, so that one bad address keeps nobody else waiting.
    """
    waiting = (
        Notification.objects.filter(pk__in=ids, mailed_at=None, member__closed_at=None, member__erased_at=None)
        .filter(member__user__is_active=True, member__user__email_verified_at__isnull=False)
        .select_related("member__user")
        .order_by("pk")
    )
    failed: OSError | None = None
    worn = brand.current()
    with get_connection() as connection:
        for notification in waiting:
            try:
                connection.send_messages([_mail(notification, worn)])
            except OSError as error:  # smtplib's errors are OSErrors
                failed = error
                continue
            Notification.objects.filter(pk=notification.pk).update(mailed_at=timezone.now())
    if failed is not None:
        # Without the cause's own words: they hold the address.
        raise RuntimeError(f"a mail was not taken: {type(failed).__name__}") from None


def _mail(notification: Notification, worn: Brand) -> EmailMultiAlternatives:
    member = notification.member
    assert member.user is not None
    with as_read_by(member) as language:
        words = words_of(notification, language)
        context = {
            "words": words,
            "name": member.name,
            "language": language,
            "site_name": worn.name,
            "colour": worn.drawn,
            "account_url": f"{settings.PUBLIC_URL}/{language}/account/notifications/",
        }
        mail = EmailMultiAlternatives(
            subject=words.subject,
            body=render_to_string("notifications/mail.txt", context),
            from_email=worn.sender,
            to=[member.user.email],
            # So that no absence notice answers, and clients group the mails of one thread.
            headers={"Auto-Submitted": "auto-generated"},
        )
        mail.attach_alternative(render_to_string("notifications/mail.html", context), "text/html")
    return mail
