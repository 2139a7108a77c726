"""Pages of several lists merged into one hold what one sorted list would, forwards and backwards, in one query."""

from datetime import timedelta

import pytest

from community.models import State, Thread
from core import paging
from core.paging import newest, paginate

pytestmark = pytest.mark.django_db
LANGS, STATES = ("en", "fr", "de"), (State.OPEN, State.ANSWERED, State.SOLVED)


@pytest.fixture
def threads(customer, product, now):
    """Forty, in turn in each language and state; pairs were asked in the same second."""
    return Thread.objects.bulk_create(
        Thread(
            author=customer.member,
            product=product,
            title=f"Thread {i}",
            lang=("en", "fr-CA", "de", "en-GB", "fr")[i % 5],
            state=STATES[i // 2 % 3],
            created_at=now + timedelta(seconds=i // 2),
        )
        for i in range(40)
    )


def through(queryset, among, *, backwards):
    """The keys of all pages, from the first to the last or from there back."""
    page = paginate(queryset, key="created_at", size=7, among=among)
    pages = [page]
    while page.older:
        page = paginate(queryset, key="created_at", cursor=page.older, size=7, among=among)
        pages.append(page)
    if backwards:
        pages = [page]
        while page.newer:
            page = paginate(queryset, key="created_at", cursor=page.newer, size=7, among=among)
            pages.insert(0, page)
    return [row.pk for page in pages for row in page.rows]


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(
    "among",
    [
        {"lang_base": ("fr",)},
        {"lang_base": ("fr", "de")},
        {"state": (State.OPEN, State.SOLVED), "lang_base": ("en", "fr")},
        {"lang_base": ()},
        {},
    ],
)
@pytest.mark.parametrize("most", [60, 1])
def test_merged_pages_hold_what_one_list_would(threads, among, backwards, most, monkeypatch):
    monkeypatch.setattr(paging, "MERGED_MOST", most)
    wanted = [
        thread.pk
        for thread in Thread.objects.order_by("-created_at", "-pk")
        if all(getattr(thread, column) in values for column, values in among.items())
    ]
    found = through(Thread.objects.listed(), among, backwards=backwards)
    assert found == wanted


def test_a_merged_page_is_one_query_that_reads_no_more_of_each_list_than_it_shows(threads, django_assert_num_queries):
    among = {"lang_base": LANGS, "state": STATES}
    with django_assert_num_queries(1) as asked:
        paginate(Thread.objects.listed(), key="created_at", size=7, among=among)
    assert asked.captured_queries[0]["sql"].count("LIMIT 8") == 10
    with django_assert_num_queries(1):
        found = list(newest(Thread.objects.listed(), key="created_at", most=3, among=among))
    assert [thread.title for thread in found] == ["Thread 39", "Thread 38", "Thread 37"]


def test_the_database_knows_a_language_without_its_region(threads):
    found = dict(Thread.objects.values_list("lang", "lang_base"))
    assert found == {"en": "en", "en-GB": "en", "fr": "fr", "fr-CA": "fr", "de": "de"}
    Thread.objects.filter(lang="de").update(lang="pt-BR")
    assert Thread.objects.filter(lang_base="pt").count() == 8
