"""One thread with everything that its page shows."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, Subquery

from accounts.viewer import Viewer
from community.models import Acceptance, Adoption, Comment, Post, Thread

ANSWERS_A_PAGE = 50


# What one member said and wrote in one thread, each as (kind, key, text). Written out: it is asked for with every
# page of somebody signed in, and building it from parts would cost more than running it.
_OWN = """
SELECT 'open', version, '' FROM community_thread
    WHERE id = %(thread)s AND author_id <> %(member)s AND visibility = 'public' AND removed_at IS NULL
UNION ALL SELECT 'draft', id, CAST(data AS text) FROM community_draft WHERE member_id = %(member)s AND key = %(draft)s
UNION ALL SELECT 'me_too', id, '' FROM community_metoo WHERE member_id = %(member)s AND thread_id = %(thread)s
UNION ALL SELECT 'follow', id, '' FROM community_follow WHERE member_id = %(member)s AND thread_id = %(thread)s
UNION ALL SELECT 'not_solved', id, '' FROM community_notsolved WHERE member_id = %(member)s AND thread_id = %(thread)s
UNION ALL SELECT 'seen', id, CAST(at AS text) FROM community_seen
    WHERE member_id = %(member)s AND thread_id = %(thread)s
UNION ALL SELECT 'wrote', id, '' FROM community_post WHERE thread_id = %(thread)s AND author_id = %(member)s
UNION ALL SELECT 'vote', v.post_id, '' FROM community_post p JOIN community_vote v ON v.post_id = p.id
    AND v.member_id = %(member)s WHERE p.thread_id = %(thread)s
UNION ALL SELECT 'flag', f.post_id, '' FROM community_post p JOIN community_flag f ON f.post_id = p.id
    AND f.member_id = %(member)s AND f.decision_id IS NULL WHERE p.thread_id = %(thread)s
UNION ALL SELECT 'remark', c.id, '' FROM community_post p JOIN community_comment c ON c.post_id = p.id
    AND c.author_id = %(member)s WHERE p.thread_id = %(thread)s
"""


@dataclass(frozen=True, slots=True)
class Own:
    """What one member said and wrote in a thread."""

    me_too: bool = False
    follows: bool = False
    said_not_solved: bool = False
    # Whether they wrote a post or a comment in it.
    wrote: bool = False
    votes: frozenset[int] = frozenset()
    flags: frozenset[int] = frozenset()
    draft: dict[str, str] = field(default_factory=dict)
    # Up to when they have read it; None before their first visit.
    seen_at: datetime | None = None
    # The thread's version where everybody may read it and another asked it; None otherwise.
    open_version: int | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether the thread looks to them as to anybody; a draft stands in its form alone."""
        said = self.me_too or self.follows or self.said_not_solved or self.wrote
        return not (said or self.votes or self.flags)

    @classmethod
    def read(cls, pk: int, viewer: Viewer) -> Own:
        """One query; none for a visitor."""
        if viewer.member_id is None:
            return cls()
        given: dict[str, int | str] = {"member": viewer.member_id, "thread": pk, "draft": f"answer:{pk}"}
        with connection.cursor() as cursor:
            cursor.execute(_OWN, given)
            rows = cursor.fetchall()
        kinds = {kind for kind, _key, _text in rows}
        return cls(
            me_too="me_too" in kinds,
            follows="follow" in kinds,
            said_not_solved="not_solved" in kinds,
            wrote=bool(kinds & {"wrote", "remark"}),
            votes=frozenset(key for kind, key, _text in rows if kind == "vote"),
            flags=frozenset(key for kind, key, _text in rows if kind == "flag"),
            draft=next((json.loads(text) for kind, _key, text in rows if kind == "draft"), {}),
            seen_at=next((_moment(text) for kind, _key, text in rows if kind == "seen"), None),
            open_version=next((version for kind, version, _text in rows if kind == "open"), None),
        )


def _moment(text: str) -> datetime:
    """A time as the database writes it; SQLite leaves the zone out, which is UTC."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def first_after(thread: Thread, viewer: Viewer, at: datetime) -> Post | None:
    """The first answer that came after a moment, by somebody else than the viewer."""
    found = Post.objects.filter(thread=thread, is_opening=False, created_at__gt=at).visible_to(viewer)
    return found.exclude(author_id=viewer.member_id).order_by("created_at", "pk").first()


def thread(pk: int, viewer: Viewer) -> Thread | None:
    """A thread that the viewer may see, with what its page shows beside its own columns."""
    return next(iter(Thread.objects.visible_to(viewer).for_page().filter(pk=pk).order_by()), None)


def original(thread: Thread, viewer: Viewer) -> Thread | None:
    """What a duplicate points at, where this viewer may see that. One query for a duplicate, none otherwise."""
    if thread.duplicate_of_id is None:
        return None
    return Thread.objects.visible_to(viewer).filter(pk=thread.duplicate_of_id).first()


def adoption(thread: Thread) -> Adoption | None:
    """What the team said when it adopted this idea. One query for an adopted one, none otherwise."""
    return Adoption.objects.filter(thread=thread, revoked_at=None).first() if thread.is_adopted else None


def posts(thread: Thread, viewer: Viewer, own: Own, *, after: int = 0) -> tuple[list[Post], int]:
    """The opening post, the accepted answer, and the answers after the post `after` (0: from the first).

    At most ANSWERS_A_PAGE of the others; the second value is the key that the next page starts after, or 0.
    """
    accepted = Acceptance.objects.filter(post_id=OuterRef("pk"), revoked_at=None)
    queryset = (
        Post.objects.filter(thread=thread)
        .visible_to(viewer)
        .select_related("author", "author__standing")
        .annotate(accepted=Exists(accepted), acceptance_id=Subquery(accepted.values("pk")[:1]))
        .order_by("-is_opening", "-accepted", "created_at", "pk")
    )
    if after:
        since = Subquery(Post.objects.filter(pk=after, thread=thread).values("created_at")[:1])
        later = Q(created_at__gt=since) | Q(created_at=since, pk__gt=after)
        queryset = queryset.filter(Q(is_opening=True) | Q(accepted=True) | later)
    found: list[Post] = list(queryset[: ANSWERS_A_PAGE + 3])
    others = [post for post in found if not post.is_opening and not post.accepted]  # type: ignore[attr-defined]
    if len(others) > ANSWERS_A_PAGE:
        cut = others[ANSWERS_A_PAGE:]
        found = [post for post in found if post not in cut]
        following = others[ANSWERS_A_PAGE - 1].pk
    else:
        following = 0
    for post in found:
        post.thread = thread
        post.has_vote = post.pk in own.votes  # type: ignore[attr-defined]
        post.is_flagged = post.pk in own.flags  # type: ignore[attr-defined]
    return found, following


def comments(posts: Iterable[Post], viewer: Viewer) -> dict[int, list[Comment]]:
    """The comments under each of these posts, oldest first. One query."""
    by_post: dict[int, list[Comment]] = defaultdict(list)
    commented = {post.pk: post for post in posts if post.comment_count}
    if not commented and not viewer.is_team:
        return by_post
    wanted = commented or {post.pk: post for post in posts}
    found = (
        Comment.objects.filter(post_id__in=wanted)
        .visible_to(viewer)
        .select_related("author")
        .order_by("post_id", "created_at", "pk")
    )
    for comment in found:
        comment.post = wanted[comment.post_id]
        by_post[comment.post_id].append(comment)
    return by_post


def place(post: Post) -> int:
    """The key of the answer that the page showing this one starts after, or 0 for the first page."""
    if post.is_opening:
        return 0
    before = (
        Post.objects.filter(thread_id=post.thread_id, is_opening=False)
        .filter(Q(created_at__lt=post.created_at) | Q(created_at=post.created_at, pk__lt=post.pk))
        .order_by("created_at", "pk")
    )
    count = before.count()
    if count < ANSWERS_A_PAGE:
        return 0
    start = count // ANSWERS_A_PAGE * ANSWERS_A_PAGE - 1
    return before.values_list("pk", flat=True)[start]


def latest_posts(member_id: int, limit: int = 20) -> list[Post]:
    """What a member wrote lately that everybody may read."""
    return list(
        Post.objects.visible_to(Viewer())
        .filter(author_id=member_id)
        .select_related("thread", "thread__product")
        .annotate(accepted=Exists(Acceptance.objects.filter(post_id=OuterRef("pk"), revoked_at=None)))
        .order_by(F("created_at").desc(), F("pk").desc())[:limit]
    )
