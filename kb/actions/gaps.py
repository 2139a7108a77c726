"""Turning a search that finds nothing into an article, and telling those who asked to be told."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Member
from accounts.viewer import Viewer
from community.models import Product
from core.errors import Invalid, Refused
from events.record import record
from kb import signals
from kb.models import Article, EditorialTask, Wanted
from kb.permissions import check_may_plan, check_may_want
from kb.queries import editors
from notifications.notify import notify
from search.counting import digest, normal

# What one member may wait for at most.
WANTED_MAX = 50


def want(*, text: str, lang: str, by: Viewer, on: bool, now: datetime) -> None:
    """Have a member told when an article answers this search, or no longer. Again changes nothing.

    Locks the member. Raises Refused, and Invalid for words that say nothing.
    """
    words = normal(text)
    if not words:
        raise Invalid({"q": _("Type what you look for.")})
    with transaction.atomic():
        check_may_want(by, now)
        member = Member.objects.select_for_update(no_key=True).get(pk=by.member_id or 0)
        rows = Wanted.objects.filter(member=member)
        row = rows.filter(lang=lang, digest=digest(words, lang)).first()
        if row is not None and not on:
            record(verb="answer.unwanted", actor=member, obj=row, now=now)
            row.delete()
        elif row is None and on:
            if rows.count() >= WANTED_MAX:
                raise Refused(_("You wait for as many answers as you can. Take one back first."), code="too_many")
            row = Wanted.objects.create(
                member=member, text=words, lang=lang, digest=digest(words, lang), created_at=now
            )
            record(verb="answer.wanted", actor=member, obj=row, now=now)


def open_task(
    *, text: str, lang: str, product: Product | None, owner: Member | None, by: Viewer, now: datetime
) -> EditorialTask:
    """Have somebody answer a search by an article. One that is open for it already is given back as it is.

    Raises Refused, and Invalid for an owner who is no editor.
    """
    words = normal(text)
    if not words:
        raise Invalid({"q": _("Type what you look for.")})
    with transaction.atomic():
        check_may_plan(by, now)
        _check_owner(owner)
        task, made = EditorialTask.objects.get_or_create(
            digest=digest(words, lang), lang=lang, state=EditorialTask.State.OPEN,
            defaults={"text": words, "product": product, "owner": owner, "created_at": now},
        )  # fmt: skip
        if made:
            record(
                verb="task.opened", actor=by.member, obj=task, now=now,
                after={"text": words, "owner": owner.pk if owner else None},
            )  # fmt: skip
        return task


def change_task(
    *, task: EditorialTask, owner: Member | None, article: Article | None, by: Viewer, now: datetime
) -> EditorialTask:
    """Say who writes, and which article answers. One that is published ends the task, and those who wait are told.

    Locks the task. Raises Refused, and Invalid for an owner who is no editor.
    """
    with transaction.atomic():
        check_may_plan(by, now)
        task = _open(task)
        _check_owner(owner)
        before = {"owner": task.owner_id, "article": task.article_id}
        task.owner, task.article = owner, article
        task.save(update_fields=["owner", "article"])
        after = {"owner": task.owner_id, "article": task.article_id}
        if before != after:
            record(verb="task.changed", actor=by.member, obj=task, now=now, before=before, after=after)
        if article is not None and article.live:
            _answer(task, article, by.member, now)
        return task


def drop_task(*, task: EditorialTask, by: Viewer, now: datetime) -> None:
    """No article is to be written. Those who wait go on waiting, for another one. Locks the task. Raises Refused."""
    with transaction.atomic():
        check_may_plan(by, now)
        task = _open(task)
        task.state, task.closed_at = EditorialTask.State.DROPPED, now
        task.save(update_fields=["state", "closed_at"])
        record(verb="task.dropped", actor=by.member, obj=task, now=now)


def answered_by(*, article: Article, now: datetime) -> None:
    """An article went live: the tasks that wait for it are done. In the caller's transaction; again is harmless."""
    tasks = EditorialTask.objects.select_for_update(of=("self",)).filter(
        state=EditorialTask.State.OPEN, article=article
    )
    for task in tasks.order_by("pk"):
        _answer(task, article, None, now)


def _answer(task: EditorialTask, article: Article, by: Member | None, now: datetime) -> None:
    task.state, task.closed_at = EditorialTask.State.DONE, now
    task.save(update_fields=["state", "closed_at"])
    record(verb="task.done", actor=by, obj=task, now=now, after={"article": article.pk})
    signals.search_answered.send(EditorialTask, task=task, article=article, now=now)
    waiting = Wanted.objects.filter(digest=task.digest, lang=task.lang)
    members = list(waiting.values_list("member_id", flat=True))
    notify(
        members=members,
        kind="search_answered",
        path=f"help/articles/{article.pk}/",
        key=f"search_answered:{task.pk}",
        now=now,
        data={"title": article.title, "text": task.text},
    )
    waiting.filter(member__in=members).delete()


def _open(task: EditorialTask) -> EditorialTask:
    locked = EditorialTask.objects.select_for_update(of=("self",)).get(pk=task.pk)
    if locked.state != EditorialTask.State.OPEN:
        raise Refused(_("This is settled already."), code="settled")
    return locked


def _check_owner(owner: Member | None) -> None:
    if owner is not None and not editors().filter(pk=owner.pk).exists():
        raise Invalid({"owner": _("Choose somebody who edits help articles.")})
