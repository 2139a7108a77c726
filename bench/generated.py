"""Any number of threads with three posts each, made by the database itself out of one real thread."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db import connection, models, transaction

from accounts.models import Member
from accounts.viewer import Viewer
from community.actions.acceptance import accept
from community.actions.answering import answer
from community.actions.asking import ask
from community.actions.products import make_product, make_topic
from community.models import Acceptance, Post, Product, Thread

PEOPLE, PRODUCTS, POSTS = 1_000, 10, 3
APART = 30  # seconds between two questions
CHUNK = 50_000
# Of a hundred threads, as in the real ones: how many are answered and never accepted, and solved. The rest is open.
ANSWERED, SOLVED = 62, 30
LANGUAGES = (
    "CASE WHEN {i} % 100 < 82 THEN 'en' WHEN {i} % 100 < 92 THEN 'fr' WHEN {i} % 100 < 97 THEN 'de' ELSE 'pt-BR' END"
)
WORDS = (
    "Since Tuesday my phone shows full bars and loads nothing outside of the Wi-Fi at home. I have restarted it, "
    "taken the SIM out and put it back, and removed the old profile.\n\n1. Settings, Network, SIM.\n"
    "2. Access points.\n\nWhat else can I try?"
)


def fill(count: int) -> None:
    """Add `count` threads to an installation without any; the newest was asked a minute ago."""
    now = datetime.now(UTC)
    first = now - timedelta(seconds=APART * count + 60)
    people, products = _ground(first)
    asker, helper = Viewer(member=people[0], verified=True), Viewer(member=people[1], verified=True)
    thread = ask(
        by=asker, title="No data since I moved", details=WORDS, product=products[0], topic=None, lang="en", now=first
    )
    posts = [thread.posts.get()]
    posts += [answer(thread=thread, by=helper, body=WORDS, now=first) for _ in range(POSTS - 1)]
    acceptance = accept(answer=posts[1], by=asker, now=first)
    for low, high in _ranges(count):
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in _statements(thread, posts, acceptance, people, products, first):
                cursor.execute(statement.format(low=low, high=high))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for model in (Thread, Post, Acceptance):
                table = model._meta.db_table
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
    known()


def known() -> None:
    """What the database does by itself within minutes, beside what is measured: how full its tables are."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _ground(at: datetime) -> tuple[list[Member], list[Product]]:
    people = Member.objects.bulk_create(Member(name=f"Member {number}", created_at=at) for number in range(PEOPLE))
    products = [make_product(slug=f"product-{n}", names={"en": f"Product {n}"}, now=at) for n in range(PRODUCTS)]
    for product in products:
        make_topic(product=product, slug="data", names={"en": "Data"}, now=at)
    return people, products


def _ranges(count: int) -> Iterator[tuple[int, int]]:
    for low in range(1, count, CHUNK):
        yield low, min(low + CHUNK, count)


def _statements(
    thread: Thread,
    posts: list[Post],
    acceptance: Acceptance,
    people: list[Member],
    products: list[Product],
    first: datetime,
) -> Iterator[str]:
    """One copy of each row for each number from {low} to below {high}, with what differs computed from it."""
    i = "n.i"
    author = f"{people[0].pk} + {i} % {PEOPLE}"
    asked = _moment(first, f"{i} * {APART}")
    answered, solved = f"{i} % 100 < {ANSWERED}", f"{i} % 100 < {ANSWERED + SOLVED}"
    state = f"CASE WHEN {answered} THEN 'answered' WHEN {solved} THEN 'solved' ELSE 'open' END"
    yield _copy(
        thread,
        id=f"{thread.pk} + {i}",
        title=f"'Question number ' || {i} || ' about mobile data that does not load'",
        author_id=author,
        product_id=f"{products[0].pk} + {i} % {PRODUCTS}",
        lang=LANGUAGES.format(i=i),
        state=state,
        created_at=asked,
        last_activity_at=asked,
        solved_at=f"CASE WHEN {state} = 'solved' THEN {asked} END",
        promise_from="NULL",
        promised_at="NULL",
    )
    for place, post in enumerate(posts):
        yield _copy(
            post,
            id=f"{posts[0].pk + POSTS} + {i} * {POSTS} + {place}",
            thread_id=f"{thread.pk} + {i}",
            author_id=author if not place else f"{people[0].pk} + ({i} + {place}) % {PEOPLE}",
            created_at=_moment(first, f"{i} * {APART} + {place * 600}"),
        )
    yield _copy(
        acceptance,
        where=f"{state} = 'solved'",
        id=f"{acceptance.pk} + {i}",
        thread_id=f"{thread.pk} + {i}",
        post_id=f"{posts[0].pk + POSTS} + {i} * {POSTS} + 1",
        accepted_at=asked,
    )


def _moment(first: datetime, seconds: str) -> str:
    if connection.vendor == "postgresql":
        return f"timestamptz '{first.isoformat()}' + ({seconds}) * interval '1 second'"
    return f"datetime('{first:%Y-%m-%d %H:%M:%S}', ({seconds}) || ' seconds')"


def _copy(row: models.Model, *, where: str = "TRUE", **changed: str) -> str:
    table = row._meta.db_table
    columns = [field.column for field in row._meta.concrete_fields if not field.generated]
    values = ", ".join(changed.get(column, f't."{column}"') for column in columns)
    if connection.vendor == "postgresql":
        numbers = "(SELECT generate_series({low}, {high} - 1) AS i)"
    else:
        numbers = (
            "(WITH RECURSIVE up(i) AS (SELECT {low} UNION ALL SELECT i + 1 FROM up WHERE i + 1 < {high}) "
            "SELECT i FROM up)"
        )
    names = ", ".join(f'"{column}"' for column in columns)
    return (
        f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} t, {numbers} n WHERE t.id = {row.pk} AND ({where})"
    )
