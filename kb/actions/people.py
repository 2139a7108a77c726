"""What the knowledge base holds of a person: exported, and erased."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.models import Member
from kb.models import Article, Credit, EditorialTask, HelpedVote, Origin, Wanted


def erase(*, member: Member) -> None:
    """Take the name off what is credited to a member, unless they asked that it stays; forget what they said helped
    and what they wait for, and free what they were to write.

    The counts stay: they name nobody.
    """
    with transaction.atomic():
        if not member.keep_name:
            Origin.objects.filter(credited=member).update(credited_to="")
        HelpedVote.objects.filter(member=member).delete()
        Wanted.objects.filter(member=member).delete()
        EditorialTask.objects.filter(owner=member).update(owner=None)


def export(*, member: Member) -> list[dict[str, Any]]:
    """The articles that credit a member: title, address, name shown."""
    origins = {row.translation_key: row for row in Origin.objects.filter(credited=member)}
    articles = Article.objects.filter(translation_key__in=origins).order_by("pk")
    return [
        {
            "title": article.title,
            "path": article.path_on_site,
            "published": article.live,
            "credited_to": origins[article.translation_key].credited_to,
        }
        for article in articles
    ]


def credited(*, member: Member) -> list[dict[str, Any]]:
    """The articles that a member is credited for with others, or for their translation."""
    rows = Credit.objects.filter(member=member).select_related("article").order_by("pk")
    return [{"title": row.article.title, "path": row.article.path_on_site, "role": row.role} for row in rows]


def said(*, member: Member) -> list[dict[str, Any]]:
    """Which articles a member said helped, or did not."""
    return [
        {"title": vote.article.title, "helped": vote.helped, "at": vote.at.isoformat()}
        for vote in HelpedVote.objects.filter(member=member).select_related("article").order_by("pk")
    ]


def waited_for(*, member: Member) -> dict[str, list[dict[str, Any]]]:
    """The searches that a member wants to hear of when there is an answer, and those they are to answer."""
    return {
        "wanted": [
            {"text": row.text, "lang": row.lang, "at": row.created_at.isoformat()}
            for row in Wanted.objects.filter(member=member).order_by("pk")
        ],
        "to_write": [
            {"text": row.text, "lang": row.lang, "state": row.state, "at": row.created_at.isoformat()}
            for row in EditorialTask.objects.filter(owner=member).order_by("pk")
        ],
    }
