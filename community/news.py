"""What is new to one reader in a thread, laid over the finished posts that all readers share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from community.models import Thread
from community.queries import threads

# Where `parts/posts.html` leaves room for a link of the reader's own.
ROOM = "<!--own-->"


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer on the page."""

    pk: int
    author_id: int
    created_at: datetime


def first_unread(thread: Thread, answers: Sequence[Shown], viewer: Viewer, own: threads.Own) -> int | None:
    """The first answer by somebody else that came since the reader was here; None on a first visit, or without any.

    Costs a query only where there is one that this page of a long thread does not show.
    """
    since = own.seen_at
    if viewer.member_id is None or since is None or thread.last_answer_at is None or thread.last_answer_at <= since:
        return None
    new = [each for each in answers if each.created_at > since and each.author_id != viewer.member_id]
    if new:
        return min(new, key=lambda each: (each.created_at, each.pk)).pk
    if len(answers) >= thread.answer_count:
        return None
    found = threads.first_after(thread, viewer, since)
    return found.pk if found else None


def laid_over(posts: SafeString, answers: Sequence[Shown], first: int | None) -> SafeString:
    """The posts with a line above the first unread answer, and a link to it at the top."""
    if first is None:
        return mark_safe(posts.replace(ROOM, "", 1))  # our own template's words
    shown = [each.pk for each in answers]
    here = first in shown
    link = format_html(
        '<a href="{}">{}</a>',
        f"#post-{first}" if here else reverse("community:post", args=[first]),
        _("First unread answer"),
    )
    html = posts.replace(ROOM, link, 1)
    at = html.find(f'id="post-{first}"')
    start = html.rfind("<article", 0, at)
    # The accepted answer hangs from its own line, right under the question.
    if here and 'class="post accepted' not in html[start:at]:
        line = format_html('<p class="since" id="new">{}</p>', _("New since you were here"))
        html = f"{html[:start]}{line}{html[start:]}"
    return mark_safe(html)
