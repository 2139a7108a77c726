"""Background work of notifications: mail."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils import timezone
from django.utils.translation import gettext as _

from core.letters import Letter, message
from core.tasks import task
from notifications.actions.choosing import token_for
from notifications.kinds import kind_of
from notifications.models import Notification, Silence
from notifications.words import as_read_by, words_of


@task()
def send_mails(ids: list[int]) -> None:
    """Mail these notifications, each once it is sent marked so: a second run sends only what is left.

    Passes over who has no confirmed address any more, and who stopped mails of that sort. Goes on past a mail
    that fails and raises its error at
    the end, so that one bad address keeps nobody else waiting.
    """
    waiting = (
        Notification.objects.filter(pk__in=ids, mailed_at=None, member__closed_at=None, member__erased_at=None)
        .filter(member__user__is_active=True, member__user__email_verified_at__isnull=False)
        .select_related("member__user")
        .order_by("pk")
    )
    failed: OSError | None = None
    told = Notification.objects.filter(pk__in=ids).values("member_id")
    silences = set(Silence.objects.filter(member_id__in=told).values_list("member_id", "mails"))
    with get_connection() as connection:
        for notification in waiting:
            if _is_stopped(notification, silences):
                continue
            try:
                connection.send_messages([mail_of(notification)])
            except OSError as error:  # smtplib's errors are OSErrors
                failed = error
                continue
            Notification.objects.filter(pk=notification.pk).update(mailed_at=timezone.now())
    if failed is not None:
        # Without the cause's own words: they hold the address.
        raise RuntimeError(f"a mail was not taken: {type(failed).__name__}") from None


def mail_of(notification: Notification) -> EmailMultiAlternatives:
    """The mail that tells of it, in its reader's language and zone; sends nothing."""
    member = notification.member
    assert member.user is not None
    kind = kind_of(notification)
    with as_read_by(member) as language:
        words = words_of(notification, language)
        account = f"{settings.PUBLIC_URL}/{language}/account/notifications/"
        links = [(_("Everything you were told"), account)]
        headers = {}
        if kind.mails is not None:
            stop = f"{account}stop/{token_for(member.pk, kind.mails)}/"
            links.insert(0, (_("Stop mails like this one"), stop))
            # So that a mail program can offer to stop them with one press (RFC 8058).
            headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        letter = Letter(
            subject=words.subject,
            greeting=_("Hello %(name)s,") % {"name": member.name},
            body=words.body,
            action=str(kind.action),
            url=words.url,
            why=str(kind.why),
            links=tuple(links),
        )
        return message(letter, to=member.user.email, headers=headers)


def _is_stopped(notification: Notification, silences: set[tuple[int, str]]) -> bool:
    mails = kind_of(notification).mails
    return mails is not None and (notification.member_id, mails.value) in silences
