"""Reports and what moderators decide on them; removing and restoring; steering a thread."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.viewer import viewer_of
from community import permissions as rights
from community.actions import flagging, removal, steering
from community.forms import Entry
from community.models import Comment, Decision, Flag, Post, Product, Thread, Topic
from community.queries import moderation
from community.queries.lists import Tree
from community.views.common import (
    find_comment,
    find_post,
    find_target,
    find_thread,
    go,
    now,
    post_path,
    signed_in,
    started,
)
from core.errors import Invalid, Refused
from core.ratelimits import check

FORM = ["GET", "HEAD", "POST"]


@require_http_methods(FORM)
@signed_in
def report(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Report a post or a comment to the moderators."""
    target = find_target(request, kind, pk)
    viewer = viewer_of(request)
    rights.check_may_flag(target, viewer, now())
    entry = started(request, ("cause", "text"))
    context = {"target": target, "post": _post_of(target), "entry": entry, "causes": Flag.Cause.choices}
    if request.method != "POST":
        return render(request, "community/report.html", context)
    check(request, "report")
    try:
        flagging.flag(target=target, by=viewer, cause=entry.values["cause"], text=entry.values["text"], now=now())
    except Invalid as error:
        entry.refuse(error)
        return render(request, "community/report.html", context, status=422)
    return render(request, "community/reported.html", context)


@require_safe
@signed_in
def reports(request: HttpRequest) -> HttpResponse:
    """What waits for a moderator, the oldest report first."""
    rights.check_may_moderate(viewer_of(request), now())
    return render(request, "community/reports.html", {"waiting": moderation.waiting()})


@require_http_methods(FORM)
@signed_in
def decide(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Evidence beside decision: keep or remove what was reported, with a reason that its author reads."""
    viewer = viewer_of(request)
    rights.check_may_moderate(viewer, now())
    target = find_target(request, kind, pk)
    entry = started(request, ("reason", "verdict"))
    code = 200
    if request.method == "POST":
        try:
            flagging.decide(
                target=target, by=viewer, verdict=entry.values["verdict"], reason=entry.values["reason"], now=now()
            )
        except (Invalid, Refused) as error:
            entry.refuse(error)
            code = 422 if isinstance(error, Invalid) else 403
        else:
            return go(request, reverse("community:reports"))
    post = _post_of(target)
    context = {
        "target": target,
        "kind": kind,
        "post": post,
        "opening": post.thread.posts.filter(is_opening=True).select_related("author").first(),
        "flags": list(moderation.open_flags(target)),
        "decisions": list(moderation.decisions(target)),
        "removals": moderation.removals_of(target.author_id),
        "entry": entry,
        "verdicts": Decision.Verdict,
    }
    return render(request, "community/decide.html", context, status=code)


def _post_of(target: Post | Comment) -> Post:
    return target if isinstance(target, Post) else target.post


@dataclass(frozen=True, slots=True)
class Words:
    """What a page that asks for a reason says: its title, its button, and what follows."""

    title: str | Promise
    button: str | Promise
    follows: str | Promise


REMOVE = Words(
    _("Remove this post"), _("Remove the post"), _("Readers no longer see it. Its author still does, with the reason.")
)
REMOVE_COMMENT = Words(
    _("Remove this comment"),
    _("Remove the comment"),
    _("Readers no longer see it. Its author still does, with the reason."),
)
RESTORE = Words(_("Restore this post"), _("Restore the post"), _("Readers see it again at once."))
STEERING = {
    "lock": Words(_("Lock this thread"), _("Lock the thread"), _("Only staff can answer or comment from then on.")),
    "unlock": Words(_("Unlock this thread"), _("Unlock the thread"), _("Everybody can answer and comment again.")),
    "move": Words(
        _("Move this thread"), _("Move the thread"), _("It appears in the lists of its new product at once.")
    ),
    "duplicate": Words(
        _("Asked before"),
        _("Mark as asked before"),
        _("Readers are led to the thread where it was first asked, and nobody waits for an answer here."),
    ),
    "unduplicate": Words(
        _("Not asked before"), _("Take the mark away"), _("The thread stands for itself again, as it did before.")
    ),
}


@require_http_methods(FORM)
@signed_in
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a post: its author, or a moderator who says why."""
    post = find_post(request, pk)
    rights.check_may_remove(post, viewer_of(request), now())
    entry = started(request, ("reason",))
    return _with_reason(request, post, entry, REMOVE, _remove_post)


@require_http_methods(FORM)
@signed_in
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a removed post again."""
    post = find_post(request, pk)
    rights.check_may_restore(post, viewer_of(request), now())
    entry = started(request, ("reason",))
    return _with_reason(request, post, entry, RESTORE, _restore_post)


@require_http_methods(FORM)
@signed_in
def remove_comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a comment: its author, or a moderator who says why."""
    comment = find_comment(request, pk)
    rights.check_may_remove_comment(comment, viewer_of(request), now())
    entry = started(request, ("reason",))
    return _with_reason(request, comment, entry, REMOVE_COMMENT, _remove_comment)


@require_http_methods(FORM)
@signed_in
def steer(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Lock, unlock, move, or mark as asked before; each with its reason."""
    words = STEERING.get(what)
    if words is None:
        raise Http404
    thread = find_thread(request, pk)
    rights.check_may_moderate(viewer_of(request), now())
    entry = started(request, ("reason", "product", "topic", "of"))
    context: dict[str, Any] = {"thread": thread, "what": what}
    if what == "move":
        context["products"] = Tree.read(viewer_of(request)).products
        context["topics"] = list(Topic.objects.filter(retired_at=None).select_related("product"))
        if request.method != "POST" and not entry.values["product"]:
            entry.values |= {"product": str(thread.product_id), "topic": str(thread.topic_id or "")}
    return _with_reason(request, thread, entry, words, _STEERS[what], **context)


def _with_reason(
    request: HttpRequest, target: Any, entry: Entry, words: Words, act: Any, **context: Any
) -> HttpResponse:
    """The page that asks why, and the act once it is said. Comes back to what was acted on, or to the list."""
    code = 200
    if request.method == "POST":
        try:
            back = act(request, target, entry)
        except (Invalid, Refused) as error:
            entry.refuse(error)
            code = 422 if isinstance(error, Invalid) else 403
        else:
            return go(request, back)
    context |= {"target": target, "entry": entry, "words": words, "by_author": _is_own(request, target)}
    return render(request, "community/reason.html", context, status=code)


def _is_own(request: HttpRequest, target: Any) -> bool:
    """Whether somebody removes what they wrote themselves: they need not say why."""
    return not isinstance(target, Thread) and viewer_of(request).is_member(target.author_id)


def _remove_post(request: HttpRequest, post: Post, entry: Entry) -> str:
    removal.remove_post(post=post, by=viewer_of(request), reason=entry.values["reason"], now=now())
    return post.thread.get_absolute_url()


def _restore_post(request: HttpRequest, post: Post, entry: Entry) -> str:
    removal.restore_post(post=post, by=viewer_of(request), reason=entry.values["reason"], now=now())
    return post_path(post)


def _remove_comment(request: HttpRequest, comment: Comment, entry: Entry) -> str:
    removal.remove_comment(comment=comment, by=viewer_of(request), reason=entry.values["reason"], now=now())
    return post_path(comment.post)


def _lock(request: HttpRequest, thread: Thread, entry: Entry) -> str:
    steering.lock(thread=thread, by=viewer_of(request), reason=entry.values["reason"], now=now())
    return thread.get_absolute_url()


def _unlock(request: HttpRequest, thread: Thread, entry: Entry) -> str:
    steering.unlock(thread=thread, by=viewer_of(request), reason=entry.values["reason"], now=now())
    return thread.get_absolute_url()


def _move(request: HttpRequest, thread: Thread, entry: Entry) -> str:
    product = Product.objects.filter(pk=_key(entry.values["product"])).first()
    if product is None:
        raise Invalid({"product": _("Choose a product from the list.")})
    topic = Topic.objects.filter(pk=_key(entry.values["topic"])).first()
    reason = entry.values["reason"]
    steering.move(thread=thread, by=viewer_of(request), product=product, topic=topic, reason=reason, now=now())
    return thread.get_absolute_url()


# A number, or the address of a thread with its number in it.
_NUMBER = re.compile(r"(?:.*/t/)?([0-9]{1,18})(?:[-/].*)?")


def _duplicate(request: HttpRequest, thread: Thread, entry: Entry) -> str:
    match = _NUMBER.fullmatch(entry.values["of"].strip())
    of = Thread.objects.visible_to(viewer_of(request)).filter(pk=int(match[1])).first() if match else None
    if of is None:
        raise Invalid({"of": _("There is no such thread.")})
    steering.mark_duplicate(thread=thread, of=of, by=viewer_of(request), reason=entry.values["reason"], now=now())
    return thread.get_absolute_url()


def _unduplicate(request: HttpRequest, thread: Thread, entry: Entry) -> str:
    steering.unmark_duplicate(thread=thread, by=viewer_of(request), reason=entry.values["reason"], now=now())
    return thread.get_absolute_url()


def _key(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


_STEERS = {
    "lock": _lock,
    "unlock": _unlock,
    "move": _move,
    "duplicate": _duplicate,
    "unduplicate": _unduplicate,
}
