"""What pages say of threads and their authors, in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Member
from accounts.permissions import check_may_suspend
from accounts.viewer import Viewer
from community import cards
from community.models import Post, Product, Thread
from community.permissions import may
from community.status import Status, solved_sentence
from community.status import status as status_of

register = template.Library()


@register.simple_tag
def status(thread: Thread, now: datetime) -> Status:
    """`{% status thread now as s %}`: meaning, words and what follows."""
    return status_of(thread, now)


@register.simple_tag
def thread_card(thread: Thread) -> str:
    """The address of the picture for links to a thread."""
    return cards.of_thread(thread)


@register.simple_tag
def list_card(product: Product | None = None) -> str:
    """The address of the picture for links to a list: all questions, or those about a product."""
    return cards.of_list(product)


@register.simple_tag
def home_card() -> str:
    """The address of the picture for links to the first page."""
    return cards.of_home()


@register.simple_tag
def say(thread: Thread, now: datetime) -> SafeString:
    """The sentence of a thread: where it stands, in the colour of its meaning, and what follows."""
    found = status_of(thread, now)
    return format_html('<span class="status {}">{}</span> {}', found.meaning, found.words, found.then)


@register.simple_tag(takes_context=True)
def may_suspend(context: dict[str, Any], member: Member) -> bool:
    """Whether the viewer may suspend this member; costs a query for moderators alone."""
    there = member.closed_at is None and member.erased_at is None
    return there and may(check_may_suspend, member, context.get("viewer") or Viewer(), timezone.now())


@register.filter
def how_it_was_solved(thread: Thread) -> str:
    return solved_sentence(thread)


@register.simple_tag
def people_say_so(post: Post) -> str:
    """Who said that an answer helped; the reader by name of "you"."""
    count = post.helpfuls
    if not count:
        return _("Nobody has said so yet")
    if getattr(post, "has_vote", False):
        others = count - 1
        if not others:
            return _("You say so")
        return ngettext("One other person says so, and you", "%(count)s other people say so, and you", others) % {
            "count": others
        }
    return ngettext("One person says so", "%(count)s people say so", count) % {"count": count}


@register.simple_tag
def people_have_it(thread: Thread, me_too: bool) -> str:
    """Who has this problem, or wants this idea, too, in a sentence; `me_too`: the reader is one of them."""
    count = thread.me_toos
    if not count:
        return ""
    if thread.is_idea:
        return _people_want_it(count, me_too)
    if me_too:
        others = count - 1
        if not others:
            return _("You have it too")
        return ngettext(
            "One other person has it too, and you", "%(count)s other people have it too, and you", others
        ) % {"count": others}
    return ngettext("One person has it too", "%(count)s people have it too", count) % {"count": count}


def _people_want_it(count: int, me_too: bool) -> str:
    if me_too:
        others = count - 1
        if not others:
            return _("You want it too")
        return ngettext(
            "One other person wants it too, and you", "%(count)s other people want it too, and you", others
        ) % {"count": others}
    return ngettext("One person wants it too", "%(count)s people want it too", count) % {"count": count}


@register.simple_tag
def standing(member: Member) -> str:
    """What their answers say of a member; read `standing` with the member, or this costs a query each."""
    if member.erased_at:
        return ""
    found = getattr(member, "standing", None)
    accepted = found.accepted if found else 0
    if accepted:
        return ngettext("One answer accepted", "%(count)s answers accepted", accepted) % {"count": accepted}
    if found and found.answers:
        return _("Answers here now and then")
    return ""
