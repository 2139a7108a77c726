"""The moderators' queue: what was reported and not decided."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Min, QuerySet

from community.models import Comment, Decision, Flag, Post


@dataclass(slots=True)
class Reported:
    """One reported post or comment, with its open reports, oldest first."""

    target: Post | Comment
    flags: list[Flag]

    @property
    def kind(self) -> str:
        return "post" if isinstance(self.target, Post) else "comment"

    @property
    def causes(self) -> list[str]:
        """What was reported, in words, each once."""
        return list(dict.fromkeys(flag.get_cause_display() for flag in self.flags))

    @property
    def post(self) -> Post:
        return self.target if isinstance(self.target, Post) else self.target.post


def waiting(limit: int = 50) -> list[Reported]:
    """What waits longest first. Two queries for the things, one for their reports."""
    open_flags = Flag.objects.filter(decision=None)
    oldest = list(
        open_flags.values("post_id", "comment_id")
        .annotate(since=Min("created_at"), n=Count("pk"))
        .order_by("since")[:limit]
    )
    posts = Post.objects.select_related("author", "thread", "thread__product").in_bulk(
        [row["post_id"] for row in oldest if row["post_id"]]
    )
    comments = Comment.objects.select_related("author", "post__thread__product").in_bulk(
        [row["comment_id"] for row in oldest if row["comment_id"]]
    )
    flags: dict[tuple[int | None, int | None], list[Flag]] = {}
    for flag in (
        (open_flags.filter(post_id__in=list(posts)) | open_flags.filter(comment_id__in=list(comments)))
        .select_related("member")
        .order_by("created_at", "pk")
    ):
        flags.setdefault((flag.post_id, flag.comment_id), []).append(flag)
    return [
        Reported(
            posts[row["post_id"]] if row["post_id"] else comments[row["comment_id"]],
            flags.get((row["post_id"], row["comment_id"]), []),
        )
        for row in oldest
    ]


def open_flags(target: Post | Comment) -> QuerySet[Flag]:
    """The undecided reports of one thing, oldest first."""
    return target.flags.filter(decision=None).select_related("member").order_by("created_at", "pk")


def decisions(target: Post | Comment) -> QuerySet[Decision]:
    """What was decided on it before, newest first."""
    return target.decisions.select_related("decided_by").order_by("-decided_at", "-pk")


def removals_of(member_id: int) -> int:
    """How many of a member's posts and comments moderators removed."""
    return Decision.objects.filter(verdict=Decision.Verdict.REMOVE, post__author_id=member_id).count() + (
        Decision.objects.filter(verdict=Decision.Verdict.REMOVE, comment__author_id=member_id).count()
    )
