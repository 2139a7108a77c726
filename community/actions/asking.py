"""Asking a question, or posting an idea."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.viewer import Viewer
from community import signals
from community.actions.deflecting import keys
from community.actions.ground import as_of_now, count, writer
from community.models import Deflection, Draft, Follow, Post, Product, State, Thread, Topic, Visibility
from community.permissions import check_may_ask
from core.errors import Invalid
from core.text import check_body, check_title, render_markdown
from events.record import record
from search.outbox import changed

# What a person may open; with the state in which it begins.
OPENED = {Thread.Kind.QUESTION.value: State.OPEN, Thread.Kind.IDEA.value: State.IDEA}
_LANG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def ask(
    *,
    by: Viewer,
    title: str,
    details: str,
    product: Product | None,
    topic: Topic | None,
    lang: str,
    now: datetime,
    token: str = "",
    visibility: str = Visibility.PUBLIC,
    shown: Iterable[str] = (),
    kind: str = Thread.Kind.QUESTION,
) -> Thread:
    """Post a question, or an idea, with its opening post; the asker follows it and their draft goes.

    `shown` names what was suggested meanwhile, and did not spare the question: it is kept.

    The same words with the same `token` again give the thread that the first made. Raises Invalid with all
    that is wrong, by field, and Refused. Sends `thread_asked`.
    """
    given: dict[str, str] = {}
    errors: dict[str, str | Promise] = {}
    for field, check, text in (("title", check_title, title), ("details", check_body, details)):
        try:
            given[field] = check(text)
        except Invalid as invalid:
            errors |= invalid.errors
    errors |= wrong_place(product, topic)
    if not _LANG.fullmatch(lang) or len(lang) > 35:
        errors["lang"] = _("Choose the language that you write in.")
    if kind not in OPENED:
        errors["kind"] = _("Say whether it is a question or an idea.")
    try:
        with transaction.atomic():
            by = as_of_now(by)
            check_may_ask(by, now, visibility)
            author = writer(by)
            first = _already_asked(author.pk, token)
            if first is not None and _is_same(first, given, kind):
                return first
            if errors or product is None:
                raise Invalid(errors)
            if first is not None:
                # Somebody went back to the form they had sent and asked something else in it.
                token = ""
            thread = Thread.objects.create(
                author=author, created_at=now, last_activity_at=now, title=given["title"], lang=lang, product=product,
                topic=topic, visibility=visibility, token=token[:40], kind=kind, state=OPENED[kind],
            )  # fmt: skip
            Post.objects.create(
                thread=thread, author=author, is_opening=True, created_at=now, body=given["details"],
                html=render_markdown(given["details"]),
            )  # fmt: skip
            Follow.objects.create(thread=thread, member=author, created_at=now)
            if kind == Thread.Kind.QUESTION and (suggested := keys(shown)):
                Deflection.objects.create(
                    at=now, lang=lang, member=author, product=product, shown=suggested, thread=thread
                )
            Draft.objects.filter(member=author, key="ask").delete()
            if visibility == Visibility.PUBLIC:
                count(author.pk, threads=1)
            after = {"product": product.pk, "lang": lang, "kind": kind}
            record(verb="thread.asked", actor=author, obj=thread, now=now, after=after)
            changed("thread", [thread.pk])
            signals.thread_asked.send(Thread, thread=thread, by=by, now=now)
            return thread
    except IntegrityError:
        # The same form came twice at the same moment, and the other one was first.
        first = _already_asked(by.member_id, token)
        if first is None:
            raise
        return first


def wrong_place(product: Product | None, topic: Topic | None) -> dict[str, str | Promise]:
    """What is wrong with a product and a topic to ask about, by field."""
    if product is None or not Product.objects.current().filter(pk=product.pk).exists():
        return {"product": _("Choose a product from the list.")}
    if topic is not None and (topic.product_id != product.pk or topic.retired_at):
        return {"topic": _("Choose a topic of this product.")}
    return {}


def _already_asked(author_id: int | None, token: str) -> Thread | None:
    return Thread.objects.filter(author_id=author_id, token=token[:40]).first() if token else None


def _is_same(thread: Thread, given: dict[str, str], kind: str) -> bool:
    """Whether a thread was made of these words."""
    opening = Post.objects.filter(thread=thread, is_opening=True).values_list("body", flat=True).first()
    return (thread.kind, thread.title, opening) == (kind, given.get("title"), given.get("details"))
