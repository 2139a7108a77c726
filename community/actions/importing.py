"""Bringing in threads from elsewhere, many at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts.models import Member
from accounts.viewer import Viewer
from community import signals
from community.actions.products import forget_products
from community.imports import ReadPost, ReadThread
from community.models import Acceptance, Post, Product, Standing, State, Thread, Topic
from core.errors import Refused
from core.text import slugify
from events.models import Event
from search.outbox import changed

SPAM = "Marked as spam where it came from."
COUNTS = ["threads", "answers", "accepted", "helpful"]


@dataclass
class Imported:
    """What one batch added. `known` threads were there already and stayed as they were."""

    threads: int = 0
    posts: int = 0
    members: int = 0
    acceptances: int = 0
    known: int = 0


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file comes from; a line's own licence and address go before these."""

    source: str
    licence: str = ""
    url: str = ""  # with {id} for the thread's key there

    def address(self, thread: ReadThread) -> str:
        return thread.source_url or (self.url.replace("{id}", thread.external_id) if self.url else "")


def known_keys(keys: Iterable[str], *, origin: Origin) -> set[str]:
    """Those keys whose threads are here already."""
    rows = Thread.objects.filter(source=origin.source, external_id__in=list(keys))
    return set(rows.values_list("external_id", flat=True))


def import_batch(
    *,
    threads: Sequence[ReadThread],
    origin: Origin,
    by: Viewer,
    now: datetime,
    with_credits: bool = False,
    escalate: bool = False,
) -> Imported:
    """Add those of `threads` that are not here yet, with their members, products and topics.

    One transaction: all or nothing, so that an interrupted import goes on where it stopped. Imported
    members cannot sign in, totals of votes and me-toos become base counts, spam arrives removed.
    Nobody is notified. `with_credits` sends `acceptances_imported`, `escalate` `threads_imported`.
    Only the system may. Raises Refused, and IntegrityError where another import runs at once.
    """
    if not by.is_system:
        raise Refused("Only the system imports threads.", code="system_only")
    result = Imported()
    with transaction.atomic():
        keys = {thread.external_id: thread for thread in reversed(threads)}
        known = known_keys(keys, origin=origin)
        new = [thread for key, thread in keys.items() if key not in known]
        new.sort(key=lambda thread: thread.opening.created_at)
        result.known = len(threads) - len(new)
        if not new:
            return result
        members = _members(new, origin, result)
        products, topics = _products(new, origin)
        rows = {thread.external_id: _thread(thread, origin, members, products, topics, now) for thread in new}
        Thread.objects.bulk_create(rows.values(), batch_size=200)
        posts = _posts(new, rows, origin, members, now)
        accepted = _accept(new, rows, posts)
        _standing(new, members)
        Event.objects.bulk_create(
            [
                Event(
                    at=now, verb="thread.imported", actor=None, object_type="community.thread", object_id=row.pk,
                    subject_type="community.thread", subject_id=row.pk, after={"source": origin.source},
                )
                for row in rows.values()
            ],
            batch_size=200,
        )  # fmt: skip
        changed("thread", [row.pk for row in rows.values() if row.removed_at is None])
        result.threads, result.posts, result.acceptances = len(rows), len(posts), len(accepted)
        if with_credits and accepted:
            signals.acceptances_imported.send(Acceptance, acceptances=accepted, by=by, now=now)
        if escalate:
            waiting = [row for row in rows.values() if row.state == State.OPEN and row.removed_at is None]
            signals.threads_imported.send(Thread, threads=waiting, by=by, now=now)
    return result


def _members(new: list[ReadThread], origin: Origin, result: Imported) -> dict[str, Member]:
    """Everybody who wrote any of it, by their key in the source; made where missing."""
    first: dict[str, tuple[datetime, str]] = {}
    for thread in new:
        for post in (thread.opening, *thread.answers):
            if post.author not in first or post.created_at < first[post.author][0]:
                first[post.author] = (post.created_at, thread.lang)
    have = {
        member.external_id: member
        for member in Member.objects.filter(source=origin.source, external_id__in=first).only("id", "external_id")
    }
    made = [
        Member(
            name=key[:60], language="fr" if lang.startswith("fr") else "en", created_at=at,
            source=origin.source, external_id=key,
        )
        for key, (at, lang) in first.items()
        if key not in have
    ]  # fmt: skip
    Member.objects.bulk_create(made, batch_size=200)
    result.members = len(made)
    return have | {member.external_id: member for member in made}


def _products(new: list[ReadThread], origin: Origin) -> tuple[dict[str, Product], dict[tuple[int, str], Topic]]:
    """Products and topics by the names that the file uses; unknown ones are made."""
    names = {thread.product for thread in new}
    products = {}
    for name in sorted(names):
        product, made = Product.objects.get_or_create(
            slug=slugify(name) or "product", defaults={"names": {"en": _title(name)}, "source": origin.source}
        )
        if made:
            product.path = f"/{product.pk}/"
            product.save(update_fields=["path"])
            transaction.on_commit(forget_products)
        products[name] = product
    topics = {}
    for product_id, name in sorted({(products[t.product].pk, t.topic) for t in new if t.topic}):
        topics[product_id, name] = Topic.objects.get_or_create(
            product_id=product_id, slug=slugify(name) or "topic", defaults={"names": {"en": _title(name)}}
        )[0]
    return products, topics


def _title(slug: str) -> str:
    words = slug.replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def _state(thread: ReadThread, replies: list[ReadPost], now: datetime) -> State:
    """Of a thread with these answers, those marked as spam left out: an accepted one of these solves nothing."""
    if any(post.external_id == thread.solution for post in replies):
        return State.SOLVED
    if not any(post.author != thread.opening.author for post in replies):
        return State.OPEN
    silent = now - timedelta(days=settings.ENTRAIDE["SILENT_DAYS"])
    return State.UNCONFIRMED if replies[-1].created_at < silent else State.ANSWERED


def _thread(
    thread: ReadThread,
    origin: Origin,
    members: dict[str, Member],
    products: dict[str, Product],
    topics: dict[tuple[int, str], Topic],
    now: datetime,
) -> Thread:
    shown = sorted((post for post in thread.answers if not post.spam), key=lambda post: post.created_at)
    replies = [post for post in shown if post.author != thread.opening.author]
    last = shown[-1].created_at if shown else thread.opening.created_at
    state = _state(thread, shown, now)
    product = products[thread.product]
    return Thread(
        author=members[thread.opening.author],
        created_at=thread.opening.created_at,
        title=thread.title,
        lang=thread.lang,
        product=product,
        topic=topics.get((product.pk, thread.topic)),
        state=state,
        last_activity_at=last,
        answer_count=len(shown),
        me_too_base=thread.me_too,
        first_answer_at=replies[0].created_at if replies else None,
        last_answer_at=replies[-1].created_at if replies else None,
        solved_at=last if state == State.SOLVED else None,
        closed_at=last if state in (State.SOLVED, State.UNCONFIRMED) else None,
        locked_at=last if thread.locked else None,
        removed_at=now if thread.spam else None,
        removed_reason=SPAM if thread.spam else "",
        source=origin.source,
        external_id=thread.external_id,
        licence=thread.licence or origin.licence,
        source_url=origin.address(thread),
    )


def _posts(
    new: list[ReadThread], rows: dict[str, Thread], origin: Origin, members: dict[str, Member], now: datetime
) -> dict[str, Post]:
    posts = {}
    for thread in new:
        row = rows[thread.external_id]
        for number, post in enumerate((thread.opening, *thread.answers)):
            # Threads and answers are counted apart in most exports, so their keys may collide.
            key = f"{'answer' if number else 'thread'}:{post.external_id}"
            spam = post.spam or (thread.spam and number == 0)
            posts[key] = Post(
                thread=row,
                is_opening=number == 0,
                author=members[post.author],
                created_at=post.created_at,
                body=post.body,
                html=post.html,
                helpful_base=post.helpful,
                removed_at=now if spam else None,
                removed_reason=SPAM if spam else "",
                source=origin.source,
                external_id=key,
            )
    Post.objects.bulk_create(posts.values(), batch_size=200)
    return posts


def _accept(new: list[ReadThread], rows: dict[str, Thread], posts: dict[str, Post]) -> list[Acceptance]:
    accepted = []
    for thread in new:
        post = posts.get(f"answer:{thread.solution}") if thread.solution else None
        if post is None or post.removed_at is not None:
            continue
        row = rows[thread.external_id]
        accepted.append(
            Acceptance(
                thread=row,
                post=post,
                accepted_by=row.author,
                accepted_at=row.solved_at or row.created_at,
                imported=True,
            )
        )
    return Acceptance.objects.bulk_create(accepted, batch_size=200)


def _standing(new: list[ReadThread], members: dict[str, Member]) -> None:
    """Add what these threads count for to their authors' standing."""
    counts: dict[int, Counter[str]] = {}
    for thread in new:
        if thread.spam:
            continue
        counts.setdefault(members[thread.opening.author].pk, Counter())["threads"] += 1
        for post in thread.answers:
            if post.spam:
                continue
            count = counts.setdefault(members[post.author].pk, Counter())
            count["answers"] += 1
            count["helpful"] += post.helpful
            count["accepted"] += post.external_id == thread.solution
    Standing.objects.bulk_create([Standing(member_id=pk) for pk in counts], ignore_conflicts=True, batch_size=200)
    standings = list(Standing.objects.select_for_update().filter(pk__in=counts).order_by("pk"))
    for standing in standings:
        for name, number in counts[standing.pk].items():
            setattr(standing, name, getattr(standing, name) + number)
    # An upsert of whole rows: an UPDATE with a case for each row costs several times as much.
    Standing.objects.bulk_create(
        standings, update_conflicts=True, unique_fields=["member"], update_fields=COUNTS, batch_size=200
    )
