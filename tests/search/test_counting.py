"""What is searched is counted, and nobody with it."""

from __future__ import annotations

import re
import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from search import asked, counting
from search.models import Asked, Phrase
from tests.search.conftest import Shelf

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
STEP = timedelta(seconds=counting.OCCASION)
MARK = re.compile(r'name="mark" value="([^"]+)"')


def _search(
    text: str, *, now: datetime = AT, results: int = 3, lang: str = "en", product: int = 0, was: str = ""
) -> str:
    mark = counting.searched(text=text, lang=lang, product=product, results=results, was=was, now=now)
    return mark.signed() if mark else ""


def _often(text: str, times: int = counting.OCCASIONS, **more: Any) -> list[str]:
    return [_search(text, now=more.get("now", AT) + each * STEP, **{k: v for k, v in more.items() if k != "now"})
            for each in range(times)]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("  My  BILL, please! ", "my bill please"),
        ("écran Noir ?", "écran noir"),
        ("write to jane.doe@example.org now", "write to … now"),
        ("call +33 6 12 34 56 78", "call …"),
        ("06.12.34.56.78 ne marche pas", "… ne marche pas"),
        ("FR76 3000 6000 0112 3456 7890 189", "…"),
        ("order AB12345XY late", "order … late"),
        ("see https://example.org/u/jane?x=1", "see …"),
        ("iphone 15 5g 2026", "iphone 15 5g 2026"),
        ("\x00 ?!", ""),
        ("a" * 500, "a" * counting.TEXT_MAX),
    ],
)
def test_what_looks_personal_is_cut_out_before_anything_is_counted(text: str, words: str) -> None:
    assert counting.normal(text) == ("" if words == "…" else words)


def test_words_are_kept_only_once_they_were_searched_on_enough_occasions() -> None:
    # One after the other within a quarter of an hour is one occasion, however often.
    for minute in range(10):
        _search("jane doe of nantes", now=AT + timedelta(minutes=minute))
        if minute % 3 == 2:
            counting.write()
    counting.write()
    _often("jane doe of nantes", counting.OCCASIONS - 2, now=AT + STEP)
    counting.write()
    row = Phrase.objects.get()
    assert (row.text, row.occasions) == ("", counting.OCCASIONS - 1)
    assert "jane" not in repr(list(Phrase.objects.values()) + list(Asked.objects.values()))
    _search("Jane Doe of NANTES", now=AT + counting.OCCASIONS * STEP)
    counting.write()
    assert Phrase.objects.get().text == "jane doe of nantes"
    assert sum(Asked.objects.values_list("searches", flat=True)) == 10 + counting.OCCASIONS - 2 + 1


def test_nothing_in_the_tables_can_point_at_a_person() -> None:
    columns = {field.name for model in (Phrase, Asked) for field in model._meta.get_fields()}
    assert columns == {
        "id", "lang", "digest", "text", "occasions", "last_occasion", "last_day", "asked", "day", "phrase", "product",
        "searches", "failed", "abandoned", "opened", "reworded", "went_to_ask", "results",
    }  # fmt: skip


def test_what_follows_a_search_is_counted_once_and_by_its_first_step() -> None:
    opened, left, vain, reworded = _search("one"), _search("two"), _search("three", results=0), _search("four")
    for how in ("open", "open", "ask"):
        counting.followed(mark=opened, how=how, now=AT)
    _search("four again", was=reworded)
    _search("another still", was=reworded)
    counting.followed(mark=vain, how="ask", now=AT)
    counting.followed(mark="made-up", how="open", now=AT)
    counting.followed(mark=left, how="no such thing", now=AT)
    counting.write()
    by_digest = {row.phrase.digest: row for row in Asked.objects.select_related("phrase")}

    def row(text: str) -> tuple[int, ...]:
        of = by_digest[counting.digest(text, "en")]
        return of.searches, of.failed, of.abandoned, of.opened, of.reworded, of.went_to_ask

    assert row("one") == (1, 0, 0, 1, 0, 0)
    assert row("two") == (1, 0, 1, 0, 0, 0)
    assert row("three") == (1, 1, 0, 0, 0, 1)
    assert row("four") == (1, 0, 0, 0, 1, 0)
    assert row("four again") == (1, 0, 1, 0, 0, 0)


def test_turning_pages_and_narrowing_is_the_same_search() -> None:
    mark = _search("roaming")
    assert _search("Roaming", was=mark) == mark
    counting.write()
    assert Asked.objects.get().searches == 1
    # The same in another language is no other words.
    _search("roaming", was=mark, lang="fr")
    counting.write()
    assert not any(Asked.objects.values_list("reworded", flat=True))


def test_what_was_typed_counts_when_a_suggestion_is_opened() -> None:
    mark = counting.typed(text="roam", lang="en", now=AT)
    assert mark and not counting.write()
    counting.followed(mark=mark.signed(), how="open", now=AT)
    counting.write()
    row = Asked.objects.get()
    assert (row.searches, row.opened, row.abandoned) == (1, 1, 0)


def test_a_mark_is_good_for_half_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    mark = _search("roaming")
    monkeypatch.setattr(counting, "FOLLOWS_WITHIN", -1)
    counting.followed(mark=mark, how="open", now=AT)
    counting.write()
    assert Asked.objects.get().opened == 0


def test_counts_of_several_threads_add_up() -> None:
    threads = [threading.Thread(target=lambda: [_search("busy") for _ in range(200)]) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    counting.write()
    assert Asked.objects.get().searches == 800


def test_a_flood_of_different_words_takes_no_more_room_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "WAITING_MAX", 10)
    for number in range(40):
        _search(f"w{number}x")
    assert counting.write() == 10
    assert Phrase.objects.count() == 10


def test_what_stays_rare_and_what_is_old_is_forgotten() -> None:
    _search("rare", now=AT)
    _often("common", now=AT)
    counting.write()
    call_command("search", "forget", "--now", (AT + counting.RARE_FOR + timedelta(days=1)).isoformat())
    assert list(Phrase.objects.values_list("text", flat=True)) == ["common"]
    assert Asked.objects.count() == 1
    call_command("search", "forget", "--now", (AT + counting.KEPT_FOR + timedelta(days=1)).isoformat())
    assert not Phrase.objects.exists() and not Asked.objects.exists()


# -- pages ------------------------------------------------------------------------------------------


def test_a_page_of_results_counts_without_writing_to_the_database(
    client: Client, threads: Shelf, index: Any, django_assert_max_num_queries: Any
) -> None:
    threads.put(1, "Roaming in Spain", product_id=7)
    index()
    client.get("/en/search/", {"q": "warm"})
    counting._waiting.take()
    with django_assert_max_num_queries(4) as asked_of:
        page = client.get("/en/search/", {"q": "Roaming"}).content.decode()
    assert not [each["sql"] for each in asked_of if not each["sql"].startswith("SELECT")]
    mark = MARK.search(page)[1]  # type: ignore[index]
    assert f'name="was" value="{mark}"' in page
    assert client.post("/en/search/followed/", {"mark": mark, "how": "open"}).status_code == 204
    counting.write()
    row = Asked.objects.get()
    assert (row.product, row.searches, row.opened, row.results) == (7, 1, 1, 1)
    assert not client.cookies


def test_a_page_that_is_fetched_ahead_counts_nothing(client: Client, threads: Shelf, index: Any) -> None:
    threads.put(1, "Roaming in Spain")
    index()
    client.get("/en/search/", {"q": "roaming"}, headers={"Sec-Purpose": "prefetch"})
    assert counting.write() == 0


def test_a_reworded_search_and_its_pages_are_told_by_the_form_alone(client: Client, threads: Shelf, index: Any) -> None:
    for pk in range(1, 30):
        threads.put(pk, f"Roaming in Spain {pk}")
    index()
    mark = MARK.search(client.get("/en/search/", {"q": "roaming"}).content.decode())[1]  # type: ignore[index]
    page = client.get("/en/search/", {"q": "roaming", "page": 2, "was": mark}).content.decode()
    assert f'name="was" value="{mark}"' in page
    client.get("/en/search/", {"q": "roaming abroad", "was": mark})
    counting.write()
    rows = {row.phrase.digest: row for row in Asked.objects.select_related("phrase")}
    first = rows[counting.digest("roaming", "en")]
    assert (first.searches, first.reworded, first.abandoned) == (1, 1, 0)
    assert rows[counting.digest("roaming abroad", "en")].searches == 1


# -- what editors read -------------------------------------------------------------------------------


def test_phrases_are_listed_by_what_came_of_them_in_the_period() -> None:
    week = timedelta(days=7)
    _often("old favourite", 8, now=AT - week)
    _often("old favourite", 8)
    _often("new trouble", 6)
    _often("in vain", 5, results=0, product=4)
    for mark in _often("opened", 7):
        counting.followed(mark=mark, how="open", now=AT)
    _often("en français", 5, lang="fr")
    _search("rare words")
    counting.write()
    period = asked.Period(end=date(2026, 3, 10), days=7)

    def texts(kind: str, of: asked.Period = period) -> list[str]:
        return [row.text for row in asked.listed(of, kind)]

    assert texts("top")[:2] == ["old favourite", "opened"]
    assert "old favourite" not in texts("rising") and texts("rising")[0] == "opened"
    assert texts("failed") == ["in vain"]
    assert texts("abandoned") == ["old favourite", "new trouble", "en français"]
    row = next(row for row in asked.listed(period, "top") if row.text == "old favourite")
    assert (row.searches, row.before) == (8, 8)
    assert texts("top", asked.Period(end=date(2026, 3, 10), days=7, lang="fr")) == ["en français"]
    assert texts("top", asked.Period(end=date(2026, 3, 10), days=7, products=[4])) == ["in vain"]
    totals = asked.totals(period)
    assert (totals.searches, totals.failed, totals.unkept) == (32, 5, 1)
    days = asked.days(period)
    assert len(days) == 7 and days[-1].searches == 32 and days[0].searches == 0
    assert days[-1].led_on == 7


def test_each_list_costs_one_query_however_much_was_asked(django_assert_num_queries: Any) -> None:
    for number in range(30):
        _often(f"phrase {'x' * number}")
    counting.write()
    period = asked.Period(end=date(2026, 3, 10), days=28)
    for kind in ("top", "rising", "failed", "abandoned"):
        with django_assert_num_queries(1):
            assert len(asked.listed(period, kind)) <= asked.LISTED
    with django_assert_num_queries(2):
        asked.days(period)
        asked.totals(period)
