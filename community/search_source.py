"""Threads as the search index knows them: what everybody may read of each, in one text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from django.db.models import Exists, OuterRef, Subquery

from accounts.viewer import Viewer
from community.models import Acceptance, Post, Product, Thread, Topic, Visibility
from core.text import plain
from search.documents import Choice, Document, Shown

KIND = "thread"

# Characters of the question, of the accepted answer, of each other answer, and of the whole.
OPENING_MOST = 6_000
ACCEPTED_MOST = 6_000
ANSWER_MOST = 1_500
WHOLE_MOST = 20_000
SHOWN_MOST = 300
IDS_AT_ONCE = 5_000
_ADDRESS = re.compile(r"/[a-z]{2}/community/t/(\d{1,18})(-[\w-]*)?/")


class ThreadSource:
    """Public threads that are not removed, with their public answers: the accepted one first."""

    kind = KIND

    def ids(self) -> Iterator[int]:
        """By pages of keys rather than one long cursor: a writer never waits for a rebuild."""
        last = 0
        while True:
            rows = Thread.objects.listed().filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)
            page = list(rows[:IDS_AT_ONCE])
            yield from page
            if len(page) < IDS_AT_ONCE:
                return
            last = page[-1]

    def documents(self, ids: Sequence[int]) -> Iterable[Document]:
        """Two queries, whatever the number of threads. Answers come accepted first, then most helpful."""
        threads = list(Thread.objects.listed().filter(pk__in=ids).select_related("product").order_by("pk"))
        accepted = Acceptance.objects.filter(post=OuterRef("pk"), revoked_at=None)
        posts = (
            Post.objects.filter(thread__in=[thread.pk for thread in threads])
            .filter(visibility=Visibility.PUBLIC, removed_at=None)
            .annotate(accepted=Exists(accepted))
            .only("thread_id", "is_opening", "html", "helpful_base", "helpful_count")
        )
        by_thread: dict[int, list[Post]] = defaultdict(list)
        for post in posts:
            by_thread[post.thread_id].append(post)
        return [_document(thread, by_thread[thread.pk]) for thread in threads]

    def shown(self, ids: Sequence[int], viewer: Viewer) -> dict[int, Shown]:
        """One query; the words are those of the question, which whoever sees the thread may read."""
        opening = Post.objects.filter(thread=OuterRef("pk"), is_opening=True).values("html")[:1]
        threads = (
            Thread.objects.visible_to(viewer)
            .filter(pk__in=ids)
            .select_related("product")
            .annotate(opening_html=Subquery(opening))
        )
        return {
            thread.pk: Shown(
                kind=KIND,
                object_id=thread.pk,
                url=thread.get_absolute_url(),
                title=thread.title,
                lang=thread.lang,
                # Cut before it is read: markup is never longer than four times its words here.
                text=plain((thread.opening_html or "")[: 4 * SHOWN_MOST])[:SHOWN_MOST],
                solved=thread.is_solved,
                state=thread.state,
                at=thread.created_at,
                product=thread.product.name,
                extra={
                    "answers": thread.answer_count,
                    "me_toos": thread.me_toos,
                    "article_path": thread.article_path,
                    "article_title": thread.article_title,
                },
            )
            for thread in threads
        }

    def at(self, path: str) -> int | None:
        match = _ADDRESS.fullmatch(path)
        found = Thread.objects.listed().filter(pk=int(match[1])).values_list("pk", flat=True) if match else None
        return found.first() if found is not None else None


def _document(thread: Thread, posts: list[Post]) -> Document:
    opening = [post for post in posts if post.is_opening]
    answers = [post for post in posts if not post.is_opening]
    answers.sort(key=_rank)
    parts = [plain(post.html)[:OPENING_MOST] for post in opening]
    room = WHOLE_MOST - sum(map(len, parts))
    for post in answers:
        if room <= 0:
            break
        text = plain(post.html)[: min(room, ACCEPTED_MOST if post.accepted else ANSWER_MOST)]  # type: ignore[attr-defined]
        parts.append(text)
        room -= len(text)
    return Document(
        kind=KIND,
        object_id=thread.pk,
        lang=thread.lang,
        title=thread.title,
        body="\n".join(parts),
        answer=parts[1] if opening and answers and answers[0].accepted and len(parts) > 1 else "",  # type: ignore[attr-defined]
        product_id=thread.product_id,
        topic_id=thread.topic_id,
        product_ids=tuple(int(part) for part in thread.product.path.split("/") if part) or (thread.product_id,),
        solved=thread.is_solved,
        votes=thread.me_toos + max((post.helpfuls for post in answers), default=0),
        at=thread.created_at,
    )


def _rank(post: Post) -> tuple[bool, int, int]:
    return (not post.accepted, -post.helpfuls, post.pk)  # type: ignore[attr-defined]


def products() -> list[Choice]:
    """What a search can be narrowed to, each product under its parent. One query."""
    children: dict[int | None, list[Product]] = defaultdict(list)
    for product in Product.objects.current():
        children[product.parent_id].append(product)
    found: list[Choice] = []
    waiting = [(product, 0) for product in reversed(children[None])]
    while waiting:
        product, depth = waiting.pop()
        found.append(Choice(product.pk, product.slug, product.name, depth))
        waiting += [(child, depth + 1) for child in reversed(children[product.pk])]
    return found


def topics(product: int) -> list[Choice]:
    """The topics of a product that can be asked about. One query."""
    rows = Topic.objects.filter(product_id=product, retired_at=None).order_by("position", "pk")
    return [Choice(topic.pk, topic.slug, topic.name) for topic in rows]
