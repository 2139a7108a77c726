"""Searching by meaning, with a real encoder, asked of both engines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from search import ranking
from search.engine import Answer, Engine, Filters, Key
from search.meaning.encoder import Encoder
from tests.search.conftest import Shelf

pytestmark = pytest.mark.django_db

Filled = Callable[[], Engine]

OTHER_WORDS = "handset does not start"


@pytest.fixture(autouse=True)
def _by_meaning(encoder: Path, tmp_path: Path, settings: Any) -> None:
    settings.SEARCH_ENCODER = str(encoder)
    settings.SEARCH_VECTORS = tmp_path / "vectors"


def _shelve(threads: Shelf) -> None:
    threads.put(1, "My phone will not switch on")
    threads.put(2, "How do I change the tariff of my daughter?")
    threads.put(3, "Where can I see my invoices?")


def _keys(answer: Answer) -> list[int]:
    return [each.key.object_id for each in answer.found]


def _ask(engine: Engine, text: str = OTHER_WORDS, lang: str = "en", **more: Any) -> list[int]:
    return _keys(engine.query(text, lang=lang, filters=more.pop("filters", Filters()), **more))


def _similar(engine: Engine, title: str = OTHER_WORDS, **more: Any) -> Answer:
    return engine.similar(title, "", lang="en", product=None, **more)


def test_what_says_the_same_in_other_words_is_found(threads: Shelf, filled: Filled) -> None:
    _shelve(threads)
    engine = filled()
    assert _ask(engine)[:1] == [1]
    assert _keys(_similar(engine))[:1] == [1]


def test_it_is_sure_enough_to_be_suggested_and_what_is_about_something_else_is_not(
    threads: Shelf, filled: Filled
) -> None:
    _shelve(threads)
    threads.put(4, "I cannot sign in to my account")
    engine: Any = filled()

    def suggested(title: str) -> list[int]:
        return [each.key.object_id for each in _similar(engine, title).found if each.sure >= ranking.SURE]

    assert suggested("Unable to log in") == [4]
    assert suggested("A recipe for an apple pie") == []
    engine.weights = ranking.without("meaning")
    assert suggested("Unable to log in") == []


def test_without_its_weight_searches_go_by_words_alone(threads: Shelf, filled: Filled) -> None:
    _shelve(threads)
    engine: Any = filled()
    engine.weights = ranking.without("meaning")
    assert 1 not in _ask(engine)


def test_what_fits_by_words_and_by_meaning_comes_before_what_fits_by_one(threads: Shelf, filled: Filled) -> None:
    threads.put(1, "Handset start fee")
    threads.put(2, "The handset will not start up")
    threads.put(3, "My phone will not switch on")
    assert _ask(filled())[0] == 2


def test_a_language_that_the_encoder_was_not_taught_goes_by_words(threads: Shelf, filled: Filled) -> None:
    _shelve(threads)
    threads.put(4, "Mon téléphone ne s’allume plus", lang="fr")
    engine = filled()
    assert _ask(engine, OTHER_WORDS) and _ask(engine, OTHER_WORDS, lang="fr") == []
    assert _ask(engine, "téléphone", lang="fr")[0] == 4


def test_filters_hold_for_what_is_near(threads: Shelf, articles: Shelf, filled: Filled) -> None:
    now = timezone.now()
    threads.put(1, "My phone will not switch on", product_ids=(5,), product_id=5, at=now - timedelta(days=2))
    articles.put(1, "My mobile will not turn on", solved=True, at=now - timedelta(days=400))
    engine = filled()

    def found(**filters: Any) -> set[Key]:
        answer = engine.query(OTHER_WORDS, lang="en", filters=Filters(**filters))
        return {each.key for each in answer.found}

    thread, article = Key("thread", 1), Key("article", 1)
    assert found() == {thread, article}
    assert found(kinds=("article",)) == {article}
    assert found(product=5) == {thread}
    assert found(solved=True) == {article}
    assert found(until=now - timedelta(days=100)) == {article}
    hidden = engine.query(OTHER_WORDS, lang="en", filters=Filters(), without=[thread])
    assert {each.key for each in hidden.found} == {article}


def test_what_was_changed_is_near_by_what_it_says_now_and_what_was_taken_out_is_not_found(
    threads: Shelf, filled: Filled
) -> None:
    _shelve(threads)
    engine = filled()
    engine.write([threads.put(1, "A recipe for apple pie")], [])
    assert 1 not in _ask(engine)[:1]
    assert _ask(engine, "baking a fruit cake")[:1] == [1]
    engine.write([threads.put(9, "My phone will not switch on")], [])
    assert _ask(engine)[:1] == [9]
    engine.write([], [Key("thread", 9)])
    assert 9 not in _ask(engine)


def test_what_was_encoded_once_is_not_encoded_again(
    threads: Shelf, filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    _shelve(threads)
    engine = filled()
    _ask(engine)

    def refuse(self: Encoder, texts: Any) -> Any:
        raise AssertionError(f"encoded again: {texts}")

    monkeypatch.setattr(Encoder, "encode", refuse)
    assert _ask(filled())[:1] == [1]


def test_an_index_that_was_made_without_an_encoder_is_searched_by_words(
    engine: Any, threads: Shelf, filled: Filled
) -> None:
    _shelve(threads)
    near, engine.near = engine.near, None
    filled()
    engine.near = near
    assert _ask(engine, "invoices") == [3]
    assert _ask(engine) == []
    # What is written from now on is found by its meaning, too.
    engine.write([threads.put(4, "My mobile will not turn on")], [])
    near.look_again()
    assert _ask(engine)[:1] == [4]
