"""What somebody is shown is what the database says now, whatever the index holds."""

from __future__ import annotations

import random
import string
from functools import partial
from typing import Any

import pytest

from accounts.viewer import Viewer
from search import editorial, find, ranking
from search.engine import Unavailable
from search.outbox import changed
from tests.search.conftest import Shelf

pytestmark = pytest.mark.django_db


def _found(text: str, viewer: Viewer | None = None, **more: Any) -> find.Results:
    return find.query(text=text, viewer=viewer or Viewer(), lang="en", **more)


def _ids(results: find.Results) -> list[int]:
    return [hit.shown.object_id for hit in results.hits]


def test_threads_and_articles_stand_in_one_list(threads: Shelf, articles: Shelf, index: Any) -> None:
    threads.put(1, "Unrelated", "the tariff of roaming")
    articles.put(1, "Roaming tariff")
    index()
    assert [(hit.shown.kind, hit.shown.object_id) for hit in _found("roaming tariff").hits] == [
        ("article", 1),
        ("thread", 1),
    ]


def test_filters_narrow_by_kind_product_topic_and_solved(threads: Shelf, articles: Shelf, index: Any) -> None:
    threads.put(1, "Roaming", product_id=3, product_ids=(1, 3), topic_id=7, solved=True)
    threads.put(2, "Roaming", product_id=4, product_ids=(4,))
    articles.put(9, "Roaming")
    index()
    assert sorted(_ids(_found("roaming"))) == [1, 2, 9]
    assert _ids(_found("roaming", kinds=["article"])) == [9]
    assert _ids(_found("roaming", product=1)) == [1]
    assert _ids(_found("roaming", product=4)) == [2]
    assert _ids(_found("roaming", topic=7)) == [1]
    assert _ids(_found("roaming", solved=True)) == [1]
    assert sorted(_ids(_found("roaming", solved=False))) == [2, 9]
    assert _ids(_found("roaming", product=10**40)) == []


def test_a_removal_shows_at_once_before_the_writer_ran(threads: Shelf, articles: Shelf, index: Any) -> None:
    for pk in range(1, 60):
        threads.put(pk, "Roaming in Spain")
    index()
    assert _found("roaming").total == 59
    threads.hidden.add(7)
    changed("thread", [7])
    results = _found("roaming")
    assert results.total == 58
    assert all(7 not in _ids(_found("roaming", page=page)) for page in (1, 2, 3))


def test_a_stale_index_leaks_neither_hit_nor_count_nor_words(threads: Shelf, articles: Shelf, index: Any) -> None:
    threads.put(1, "Secret merger", "confidential figures")
    threads.put(2, "Public figures")
    index()
    threads.hidden.add(1)
    results = _found("merger")
    assert (results.hits, results.total, results.has_more) == ([], 0, False)
    assert _found("figures").total == 1
    assert find.similar(title="Secret merger", viewer=Viewer(), lang="en") == []
    assert find.suggest(text="secret merg", viewer=Viewer(), lang="en") == []


def test_a_snippet_quotes_what_is_written_now(threads: Shelf, articles: Shelf, index: Any) -> None:
    threads.put(1, "Password", "the password is hunter2")
    index()
    threads.put(1, "Password", "the password was taken out")
    hit = _found("password hunter2").hits[0]
    assert "hunter2" not in hit.snippet
    assert "<mark>password</mark> was taken out" in hit.snippet


def test_pages_stay_full_and_hold_each_hit_once_when_many_may_not_be_seen(
    threads: Shelf, articles: Shelf, index: Any
) -> None:
    for pk in range(1, 101):
        threads.put(pk, "Roaming", "word " * (pk % 7))
    index()
    threads.hidden |= set(range(1, 16))
    seen: list[int] = []
    for page in range(1, 6):
        results = _found("roaming", page=page)
        seen += _ids(results)
        assert len(results.hits) == (20 if page < 5 else 5)
        assert results.has_more == (page < 5)
    assert sorted(seen) == list(range(16, 101))


def test_the_team_finds_what_only_it_may_see_if_the_index_has_it(
    threads: Shelf, articles: Shelf, index: Any, agent: Viewer
) -> None:
    threads.put(1, "Roaming")
    index()
    threads.hidden.add(1)
    changed("thread", [1])
    assert _found("roaming", agent).total == 1
    assert _found("roaming").total == 0


def test_what_was_found_is_marked_and_everything_else_escaped(threads: Shelf, articles: Shelf, index: Any) -> None:
    threads.put(1, "<b>Roaming</b> & more", "x " * 900 + 'pay <script>alert("roaming")</script> abroad ' + "y " * 900)
    index()
    hit = _found("roaming").hits[0]
    assert hit.title == "&lt;b&gt;<mark>Roaming</mark>&lt;/b&gt; &amp; more"
    assert "<script" not in hit.snippet
    assert "alert(&quot;<mark>roaming</mark>&quot;)" in hit.snippet
    assert len(hit.snippet) < 500


def test_marks_follow_the_language_of_what_was_found(threads: Shelf, articles: Shelf, index: Any) -> None:
    threads.put(1, "Résilier", "J’ai résilié l’abonnement", lang="fr")
    index()
    hit = _found("resiliee abonnements").hits[0]
    assert hit.title == "<mark>Résilier</mark>"
    assert hit.snippet == "J’ai <mark>résilié</mark> l’<mark>abonnement</mark>"


ODD = [
    "\x00\x01\x1f", "\ud800", '"unclosed', "title:(", "a AND", "NOT", "-", "[1 TO *]", "/re[gex/", "*", "?" * 999,
    "^~!", "\\", "{}", "roaming~99", "roaming^1e999", "🙂", "\u202e\u200b", "a" * 100_000, "roaming " * 5_000,
    "' OR 1=1 --", "<mark>", "%s %(x)s", "\t\n\r", "ß" * 41, "İ", "ﬀ", "a\u0301" * 500,
]  # fmt: skip


@pytest.mark.parametrize("text", ODD)
def test_nothing_typed_raises(text: str, threads: Shelf, articles: Shelf, index: Any) -> None:
    threads.put(1, "Roaming in İstanbul ß ﬀ", "\x00 odd \ud800 body " + text)
    index()
    _found(text)
    find.similar(title=text, body=text, viewer=Viewer(), lang="en")
    find.suggest(text=text, viewer=Viewer(), lang="fr")


def test_no_random_string_raises(threads: Shelf, articles: Shelf, index: Any) -> None:
    threads.put(1, "Roaming: costs (abroad) & more")
    index()
    chance = random.Random(5)
    signs = string.printable + "éàçœ’«»…€日本語\u0000\u0301\u202e\ud83d😀"
    for _ in range(300):
        text = "".join(chance.choices(signs, k=chance.randint(0, 60)))
        _found(text)
        find.suggest(text=text, viewer=Viewer(), lang="en")


def test_similar_needs_more_than_one_word_in_common_and_prefers_the_product(
    threads: Shelf, articles: Shelf, index: Any
) -> None:
    threads.put(1, "Mobile data stopped after moving my number", product_id=1, product_ids=(1,))
    threads.put(2, "Mobile data stopped after moving my number", product_id=2, product_ids=(2,))
    threads.put(3, "Moving to a new flat")
    index()
    found = find.similar(title="No mobile data since I moved my number", product=2, viewer=Viewer(), lang="en")
    assert [hit.shown.object_id for hit in found] == [2, 1]
    assert find.similar(title="Invoice for my moving van", viewer=Viewer(), lang="en") == []


def test_nothing_is_suggested_to_somebody_who_asks_where_nothing_is_about_the_same(
    threads: Shelf, articles: Shelf, index: Any
) -> None:
    threads.put(1, "My invoice shows a charge for calls to Spain", "I pay by card, and the card was charged twice.")
    index()
    assert find.similar(title="Is the card for my mother in the post", viewer=Viewer(), lang="en") == []
    close = find.similar(title="A charge for calls to Spain on my invoice", viewer=Viewer(), lang="en")
    assert [hit.shown.object_id for hit in close] == [1]
    # Who searches sees what there is all the same.
    assert [hit.shown.object_id for hit in _found("card for my mother").hits] == [1]


def test_while_one_types_nothing_is_offered_for_one_common_word(threads: Shelf, articles: Shelf, index: Any) -> None:
    threads.put(1, "Roaming in Spain")
    index()
    assert find.suggest(text="charger roaming broken screen", viewer=Viewer(), lang="en") == []
    assert [hit.shown.object_id for hit in find.suggest(text="roaming spa", viewer=Viewer(), lang="en")] == [1]


def test_suggestions_take_the_last_word_for_the_start_of_one(threads: Shelf, articles: Shelf, index: Any) -> None:
    threads.put(1, "Retrouver internet après un transfert", lang="fr")
    index()
    assert [hit.shown.object_id for hit in find.suggest(text="internet trans", viewer=Viewer(), lang="fr")] == [1]
    assert [hit.shown.object_id for hit in find.suggest(text="tránsf", viewer=Viewer(), lang="fr")] == [1]


def test_a_search_asks_the_database_a_fixed_number_of_questions(
    threads: Shelf, articles: Shelf, index: Any, django_assert_num_queries: Any
) -> None:
    for pk in range(1, 90):
        threads.put(pk, "Roaming")
    index()
    editorial.table()  # looked at once a second, however many search
    with django_assert_num_queries(1):  # what waits in the outbox; the shelves here are no tables
        _found("roaming")


def test_counts_are_left_out_while_the_index_is_far_behind(
    threads: Shelf, articles: Shelf, index: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for pk in range(1, 90):
        threads.put(pk, "Roaming")
    index()
    monkeypatch.setattr(find, "PENDING_MAX", 3)
    changed("thread", range(1, 6))
    assert _found("roaming").total is None
    assert len(_found("roaming").hits) == 20


def test_without_an_index_searching_says_so(folder: Any, threads: Shelf) -> None:
    with pytest.raises(Unavailable):
        _found("roaming")


def test_an_index_that_cannot_be_read_says_so_and_not_otherwise(threads: Shelf, articles: Shelf, index: Any) -> None:
    threads.put(1, "Roaming")
    engine = index()
    meta = next(engine.folder.glob("v*/meta.json"))
    kept = meta.read_text()
    meta.write_text("{ broken")
    with pytest.raises(Unavailable):
        _found("roaming")
    meta.write_text(kept)
    assert _found("roaming").total == 1


def test_what_stands_near_may_be_less_alike_than_what_is_suggested(threads: Shelf, articles: Shelf, index: Any) -> None:
    threads.put(1, "Orange light on the Fibre box every evening")
    threads.put(2, "Voicemail greets callers in German")
    index()
    alike = partial(find.similar, title="My own router behind the Fibre box loses", viewer=Viewer(), lang="en")
    assert alike() == []
    assert [hit.shown.object_id for hit in alike(least=ranking.NEAR)] == [1]
