"""Making a help article of an accepted answer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Member
from accounts.viewer import Viewer
from community.actions.ground import draw_anew
from community.models import Acceptance, Post, Thread
from core.errors import Refused
from core.text import TITLE_MAX, clean_line
from events.record import record
from kb.actions.reviewing import submit
from kb.actions.sections import add_article, locale_for, section_for
from kb.conversion import blocks_of
from kb.models import FaqArticle, Origin
from kb.permissions import check_may_promote


def promote(*, answer: Post, by: Viewer, now: datetime, title: str = "") -> FaqArticle:
    """A draft with the question's title (or `title`) and the answer's words, credited to its author, in review.

    It stands in the section of the thread's product, in the thread's language (English where help is not kept in
    it). An answer that was promoted before gives the article that it became. Locks the thread, the answer, then
    the section. Raises Refused.
    """
    with transaction.atomic():
        thread = Thread.objects.select_for_update(of=("self",)).select_related("product").get(pk=answer.thread_id)
        post = Post.objects.select_for_update(of=("self",)).select_related("author").get(pk=answer.pk)
        accepted = Acceptance.objects.filter(post=post, revoked_at=None).exists()
        check_may_promote(thread, post, by, now, accepted=accepted)
        if by.member is None or by.member.user is None:
            raise Refused(_("Sign in first."), code="signed_out")
        made = Origin.objects.filter(post=post).first()
        if made is not None:
            return FaqArticle.objects.filter(translation_key=made.translation_key).order_by("pk").get()
        section = section_for(thread.product, locale_for(thread.lang))
        article = FaqArticle(
            title=clean_line(title)[:TITLE_MAX] or thread.title,
            body=blocks_of(post.html),
            product=thread.product,
            topic=thread.topic,
            owner=by.member.user,
            live=False,
            has_unpublished_changes=True,
        )
        add_article(section, article)
        Origin.objects.create(
            translation_key=article.translation_key,
            post=post,
            thread=thread,
            credited=post.author,
            credited_to=credit_of(post.author),
            promoted_by=by.member,
            created_at=now,
        )
        record(
            verb="answer.promoted", actor=by.member, obj=post, subject=thread, now=now, after={"article": article.pk}
        )
        draw_anew(Thread.objects.filter(pk=thread.pk))
        article.save_revision(user=by.member.user)
        submit(article=article, by=by, now=now)
        return article


def credit_of(member: Member) -> str:
    """The name to credit as it stands; empty for one that was erased."""
    return "" if member.erased_at and not member.keep_name else member.name
