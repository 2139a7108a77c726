"""What the community answers when a person takes what is theirs, or has themselves erased."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from accounts.models import Member
from accounts.signals import member_changed, member_erased, member_exported
from community.models import (
    Acceptance,
    Adoption,
    Comment,
    Deflection,
    Draft,
    Flag,
    Follow,
    Image,
    MemberProduct,
    MeToo,
    NotSolved,
    Post,
    Revision,
    Seen,
    Standing,
    Thread,
    Vote,
)
from core.drawn import names_changed

# What of a member stands beside what they wrote.
_SHOWN = ("member.profile", "member.erased")
_WRITTEN = ("id", "created_at", "visibility", "removed_at", "removed_reason")


@receiver(member_exported, dispatch_uid="community.export")
def export(sender: Any, *, member: Member, export: dict[str, Any], **_arguments: Any) -> None:
    """Everything that this member wrote, pressed, kept or was told of themselves, under "community"."""
    export["community"] = {
        "threads": _rows(
            Thread.objects.filter(author=member), *_WRITTEN, "kind", "title", "lang", "product__slug", "state"
        ),
        "posts": _rows(Post.objects.filter(author=member), *_WRITTEN, "thread_id", "is_opening", "body", "edited_at"),
        "comments": _rows(Comment.objects.filter(author=member), *_WRITTEN, "post_id", "text"),
        "revisions": _rows(
            Revision.objects.filter(written_by=member), "post_id", "number", "title", "body", "written_at", "reason"
        ),
        "accepted": _rows(
            Acceptance.objects.filter(accepted_by=member), "thread_id", "post_id", "accepted_at", "revoked_at"
        ),
        "adopted": _rows(Adoption.objects.filter(adopted_by=member), "thread_id", "adopted_at", "words", "revoked_at"),
        "votes": _rows(Vote.objects.filter(member=member), "post_id", "created_at"),
        "me_toos": _rows(MeToo.objects.filter(member=member), "thread_id", "created_at"),
        "not_solved": _rows(NotSolved.objects.filter(member=member), "thread_id", "created_at"),
        "follows": _rows(Follow.objects.filter(member=member), "thread_id", "created_at"),
        "suggested": _rows(Deflection.objects.filter(member=member), "at", "shown", "helped", "thread_id"),
        "read": _rows(Seen.objects.filter(member=member), "thread_id", "at"),
        "reports": _rows(Flag.objects.filter(member=member), "post_id", "comment_id", "cause", "text", "created_at"),
        "drafts": _rows(Draft.objects.filter(member=member), "key", "data", "updated_at"),
        "images": _rows(Image.objects.filter(member=member), "file", "width", "height", "bytes", "created_at"),
        "products": _rows(MemberProduct.objects.filter(member=member), "product__slug", "source", "since", "details"),
        "standing": _rows(
            Standing.objects.filter(member=member),
            "trust",
            "threads",
            "answers",
            "accepted",
            "helpful",
            order="member_id",
        ),
    }


@receiver(member_erased, dispatch_uid="community.erase")
def erase(sender: Any, *, member: Member, now: datetime, **_arguments: Any) -> None:
    """Drafts, follows, what was read and owned products go, the text of reports, and pictures that no post shows. What
    was written for others stays, under the name that accounts leaves."""
    Draft.objects.filter(member=member).delete()
    Follow.objects.filter(member=member).delete()
    Seen.objects.filter(member=member).delete()
    Deflection.objects.filter(member=member).update(member=None, token="")
    MemberProduct.objects.filter(member=member).delete()
    Flag.objects.filter(member=member).update(text="")
    for image in Image.objects.filter(member=member):
        if not image.posts().exists():
            image.delete()
            # The file cannot come back with a rollback, so it goes when nothing can fail any more.
            transaction.on_commit(image.delete_files)


@receiver(member_changed, dispatch_uid="community.draw_names")
def draw_names(sender: Any, *, verb: str, **_arguments: Any) -> None:
    """Finished posts show who wrote them: drawn anew under a new name."""
    if verb in _SHOWN:
        names_changed()


def _rows(rows: Any, *fields: str, order: str = "pk") -> list[dict[str, Any]]:
    """Plain JSON values, in order."""
    return [{name: _json(value) for name, value in row.items()} for row in rows.order_by(order).values(*fields)]


def _json(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
