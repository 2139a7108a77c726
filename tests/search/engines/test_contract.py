"""What both engines promise, asked of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from search import editorial
from search.embedded.schema import mark
from search.engine import Answer, Counts, Engine, Filters, Key, Unavailable
from tests.search.conftest import Shelf
from tests.search.test_find import ODD

pytestmark = pytest.mark.django_db

Filled = Callable[[], Engine]


def _ids(answer: Answer) -> list[int]:
    return [each.key.object_id for each in answer.found]


def _query(engine: Engine, text: str, lang: str = "en", **more: Any) -> Answer:
    return engine.query(text, lang=lang, filters=more.pop("filters", Filters()), **more)


FRENCH = [
    ("abonnement", "Changer l’abonnement de ma fille"),
    ("l'abonnement", "Mes abonnements ont disparu"),
    ("resilier", "J’ai résilié hier"),
    ("résiliée", "Comment resilier ma ligne"),
    ("TÉLÉPHONES", "telephone perdu"),
    ("photos", "Ma photo est floue"),
    ("numéros", "Garder mon numero"),
    ("qu’opérateurs", "Un opérateur m’appelle"),
    ("réseaux", "Plus de reseau depuis lundi"),
    ("œufs", "Un oeuf cassé"),
    ("e\u0301cran", "Mon écran est noir"),
]
ENGLISH = [
    ("screens", "My phone’s screen broke"),
    ("daughter", "The tablet of my daughter's friend"),
    ("crashes", "It keeps crashing"),
    ("cafe", "Wi-Fi in the café"),
    ("connect", "Connecting takes an hour"),
    ("isn't charging", "The charge never ends"),
    ("reset", "PAGE_RESET_FAILED everywhere"),
    ("config", "Nothing under about:config"),
    ("installer", "Where installer.exe went"),
    ("router:admin", "The admin of a router"),
]


@pytest.mark.parametrize(("lang", "pairs"), [("fr", FRENCH), ("en", ENGLISH)])
def test_a_word_is_found_in_whatever_form_it_was_typed(
    lang: str, pairs: list[tuple[str, str]], threads: Shelf, filled: Filled
) -> None:
    for pk, (_, title) in enumerate(pairs):
        threads.put(pk, title, lang=lang)
    engine = filled()
    for typed, title in pairs:
        answer = _query(engine, typed, lang)
        assert title in [threads.notes[pk].title for pk in _ids(answer)], typed
        assert not answer.loosened
        assert answer.total < len(pairs) / 2, f"{typed} finds everything"


def test_other_languages_are_found_by_readers_of_any(threads: Shelf, filled: Filled) -> None:
    threads.put(1, "Größere Datenmenge für Zürich", lang="de")
    threads.put(2, "日本語のメール", lang="ja")
    threads.put(3, "Roaming en Espagne", lang="fr")
    threads.put(4, "Roaming in Spain and elsewhere", lang="en")
    engine = filled()
    assert _ids(_query(engine, "zurich", "fr")) == [1]
    assert _ids(_query(engine, "メール", "en")) == [2]
    assert _ids(_query(engine, "espagne", "en")) == [3]
    assert _ids(_query(engine, "roaming", "fr")) == [3, 4]


def test_a_title_weighs_more_than_a_body_and_all_words_more_than_some(threads: Shelf, filled: Filled) -> None:
    threads.put(1, "Something about bills", "roaming roaming costs")
    threads.put(2, "Roaming costs", "something about bills")
    threads.put(3, "Roaming", "in the mountains")
    assert _ids(_query(filled(), "roaming costs")) == [2, 1, 3]


def test_other_forms_and_small_words_put_what_is_likest_first(threads: Shelf, filled: Filled) -> None:
    threads.put(1, "Where do I top up")
    threads.put(2, "Top apps")
    threads.put(3, "My top up did not arrive")
    engine = filled()
    assert _ids(_query(engine, "top up not arriving"))[0] == 3
    assert _ids(_query(engine, "where do i top"))[0] == 1


def test_what_holds_all_words_comes_first_and_what_holds_some_follows(threads: Shelf, filled: Filled) -> None:
    threads.put(1, "Roaming", "costs")
    threads.put(2, "Roaming")
    found = _query(filled(), "roaming costs")
    assert (_ids(found), found.total, found.loosened) == ([1, 2], 2, False)
    assert found.found[0].sure > found.found[1].sure


def test_half_of_a_long_question_is_no_match_by_itself(threads: Shelf, filled: Filled) -> None:
    threads.put(1, "Envelopes jam")
    threads.put(2, "Before we moved", "Near the rear door was a photo, and a printer stood below it.")
    engine = filled()
    assert _ids(_query(engine, "Envelopes jam in the rear tray of my photo printer")) == [1, 2]


def test_too_few_of_the_words_match_only_when_nothing_else_does(threads: Shelf, filled: Filled) -> None:
    threads.put(1, "Screen broken")
    engine = filled()
    few = _query(engine, "screen zzzz yyyy xxxx")
    assert (_ids(few), few.total, few.loosened) == ([1], 1, True)
    assert _query(engine, "how is it").total == 0
    assert _query(engine, "").total == 0


def test_filters_narrow_and_keys_can_be_left_out(threads: Shelf, articles: Shelf, filled: Filled) -> None:
    threads.put(1, "Roaming", product_id=3, product_ids=(1, 3), topic_id=7, solved=True)
    threads.put(2, "Roaming", product_id=4, product_ids=(4,))
    articles.put(9, "Roaming")
    engine = filled()

    def found(**filters: Any) -> list[int]:
        answer = _query(engine, "roaming", filters=Filters(**filters))
        assert answer.total == len(answer.found)
        return sorted(_ids(answer))

    assert found() == [1, 2, 9]
    assert found(kinds=("article",)) == [9]
    assert (found(product=1), found(product=4), found(topic=7)) == ([1], [2], [1])
    assert (found(solved=True), found(solved=False)) == ([1], [2, 9])
    assert (found(product=10**40), found(product=-1)) == ([], [])
    without = _query(engine, "roaming", without={Key("thread", 1), Key("article", 9), Key("article", 2)})
    assert (_ids(without), without.total) == ([2], 1)
    assert _ids(engine.similar("roaming", "", lang="en", product=None, without={Key("thread", 2)})) != []
    assert 2 not in _ids(engine.similar("roaming", "", lang="en", product=None, without={Key("thread", 2)}))


def test_the_total_counts_beyond_the_limit(threads: Shelf, filled: Filled) -> None:
    for pk in range(1, 60):
        threads.put(pk, "Roaming in Spain", "word " * (pk % 9))
    answer = _query(filled(), "roaming", limit=20)
    assert (len(answer.found), answer.total) == (20, 59)
    assert [each.score for each in answer.found] == sorted((each.score for each in answer.found), reverse=True)


def test_the_last_word_is_the_start_of_one_while_typing(threads: Shelf, filled: Filled) -> None:
    threads.put(1, "Retrouver l’internet après un transfert", lang="fr")
    threads.put(2, "Something else altogether", lang="en")
    engine = filled()
    for typed in ("internet trans", "tránsf", "inter", "l’inter", "transfert"):
        assert _ids(_query(engine, typed, "fr", typing=True)) == [1], typed
    assert _ids(_query(engine, "transf", "fr")) == []
    assert _ids(_query(engine, "transf ", "fr", typing=True)) == []


def test_what_is_similar_prefers_the_same_product_and_is_empty_when_nothing_fits(
    threads: Shelf, filled: Filled
) -> None:
    threads.put(1, "Voicemail does not answer", product_id=1, product_ids=(1,))
    threads.put(2, "Voicemail does not answer", product_id=2, product_ids=(2,))
    threads.put(3, "Screen is black", "voicemail")
    engine = filled()
    assert _ids(engine.similar("My voicemail never answers", "", lang="en", product=2))[:2] == [2, 1]
    assert _ids(engine.similar("My voicemail never answers", "", lang="en", product=1))[:2] == [1, 2]
    assert _ids(engine.similar("Bread and butter", "with jam", lang="en", product=1)) == []


def test_writing_adds_replaces_takes_out_and_may_be_done_twice(threads: Shelf, articles: Shelf, filled: Filled) -> None:
    threads.put(1, "Roaming")
    threads.put(2, "Roaming too")
    articles.put(2, "Roaming explained")
    engine = filled()
    for _ in range(2):
        engine.write([threads.put(1, "Voicemail"), threads.put(3, "Roaming again")], [Key("thread", 2), Key("x", 5)])
        assert [f.key for f in _query(engine, "voicemail").found] == [Key("thread", 1)]
        assert {f.key for f in _query(engine, "roaming").found} == {Key("thread", 3), Key("article", 2)}
    engine.write([threads.put(2, "Roaming is back")], [])
    assert Key("thread", 2) in {f.key for f in _query(engine, "roaming").found}


def test_marks_tell_what_is_held_in_any_range(
    threads: Shelf, articles: Shelf, filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.elastic.engine.MARKS_AT_ONCE", 7)
    monkeypatch.setattr("search.embedded.index.MARKS_AT_ONCE", 7)
    for pk in range(1, 31):
        threads.put(pk, f"Roaming {pk}")
    articles.put(5, "Roaming")
    engine = filled()
    held = dict(engine.marks("thread", 0, None))
    assert held == {pk: mark(note) for pk, note in threads.notes.items()}
    assert len({value >= 2**63 for value in held.values()}) == 2, "numbers of 64 bits, large and small"
    assert [pk for pk, _ in engine.marks("thread", 5, 21)] == list(range(5, 21))
    assert list(engine.marks("thread", 40, None)) == list(engine.marks("news", 0, None)) == []


def test_a_rebuild_replaces_everything_and_readers_keep_the_old_index_meanwhile(threads: Shelf, filled: Filled) -> None:
    threads.put(1, "Roaming")
    engine = filled()
    del threads.notes[1]
    threads.put(2, "Roaming")
    seen: list[list[int]] = []

    def documents() -> Any:
        yield threads.notes[2]
        seen.append(_ids(_query(engine, "roaming")))

    engine.rebuild(documents())
    assert seen == [[1]]
    assert _ids(_query(engine, "roaming")) == [2]


def test_a_rebuild_that_breaks_off_leaves_the_index_in_use(threads: Shelf, filled: Filled) -> None:
    threads.put(1, "Roaming")
    engine = filled()

    def broken() -> Any:
        yield threads.notes[1]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.rebuild(broken())
    engine.write([threads.put(2, "Roaming")], [])
    assert sorted(_ids(_query(engine, "roaming"))) == [1, 2]


def test_without_an_index_every_question_says_so(engine: Engine, threads: Shelf) -> None:
    for ask in (
        lambda: _query(engine, "roaming"),
        lambda: engine.similar("roaming", "", lang="en", product=None),
        lambda: list(engine.marks("thread", 0, None)),
        lambda: engine.write([threads.put(1, "Roaming")], []),
    ):
        with pytest.raises(Unavailable):
            ask()
    assert not engine.ready()  # type: ignore[attr-defined]


def test_nothing_typed_raises(threads: Shelf, filled: Filled) -> None:
    for pk, text in enumerate(ODD):
        threads.put(pk, "Roaming " + text[:200], "\x00 odd \ud800 body " + text)
    engine = filled()
    for text in ODD:
        for typing in (False, True):
            _query(engine, text, typing=typing)
        engine.similar(text, text, lang="fr", product=1)
    assert _query(engine, "roaming").total == len(ODD)


SLIPS = [
    ("facure", "Comprendre ma facture", "facture", "fr"),
    ("abonnemnet", "Changer d’abonnement", "abonnement", "fr"),
    ("motdepasse oublié", "Mot de passe oublié", "mot de passe oublié", "fr"),
    ("reseaumobile", "Plus de réseau mobile", "reseau mobile", "fr"),
    ("romaing charges", "Roaming charges abroad", "roaming charges", "en"),
    ("voicemial", "Voicemail does not answer", "voicemail", "en"),
    ("wifi calling", "Wi-Fi calling does not work", "", "en"),
    ("e-mail", "My email is gone", "", "en"),
    ("esim", "How to get an e-SIM", "", "en"),
]


def test_a_slip_is_taken_for_the_word_that_was_meant(threads: Shelf, filled: Filled) -> None:
    for pk, (_, title, _, lang) in enumerate(SLIPS):
        threads.put(pk, title, lang=lang)
    threads.put(100, "Foaming at the mouth")
    engine = filled()
    for pk, (typed, _, meant, lang) in enumerate(SLIPS):
        answer = _query(engine, typed, lang)
        assert pk in _ids(answer), typed
        assert answer.meant == meant or not meant, typed
    assert (_ids(_query(engine, "foaming")), _query(engine, "foaming").meant) == ([100], ""), "it is a word"


def test_small_words_are_no_slips(threads: Shelf, filled: Filled) -> None:
    threads.put(1, "Three cards were charged twice")
    threads.put(2, "Limit of transfers")
    engine = filled()
    for lang in ("en", "fr"):
        for typed in ("where is there a limit", "the limit, is it there"):
            answer = _query(engine, typed, lang)
            assert (_ids(answer), answer.meant) == ([2], ""), (typed, lang)


def test_a_question_in_french_finds_the_english_article(articles: Shelf, threads: Shelf, filled: Filled) -> None:
    articles.put(1, "Cancel your plan")
    articles.put(2, "Change your password")
    threads.put(3, "Rien de commun ici", lang="fr")
    engine = filled()
    assert _ids(_query(engine, "résilier mon forfait", "fr")) == [1]
    assert _ids(_query(engine, "comment changer de mot de passe", "fr")) == [2]


def test_signals_put_equal_matches_in_order(threads: Shelf, articles: Shelf, filled: Filled) -> None:
    now = timezone.now()
    threads.put(1, "Roaming", at=now - timedelta(days=400))
    threads.put(2, "Roaming", at=now - timedelta(days=2))
    threads.put(3, "Roaming", at=now - timedelta(days=400), solved=True, votes=9)
    threads.put(4, "Roaming", at=now - timedelta(days=400), product_id=7, product_ids=(5, 7))
    articles.put(5, "Roaming", at=now - timedelta(days=4000), lasting=True)
    engine = filled()
    assert _ids(_query(engine, "roaming")) == [2, 5, 3, 1, 4]
    assert _ids(_query(engine, "roaming", product=5))[0] in (2, 4)
    assert _ids(_query(engine, "roaming", product=7)).index(4) < _ids(_query(engine, "roaming")).index(4)
    assert _ids(_query(engine, "roaming", filters=Filters(until=now - timedelta(days=30)))) == [3, 1, 4]
    assert _ids(engine.similar("roaming", "and more", lang="en", product=7)).index(4) < 3


def test_the_rest_of_a_question_sorts_what_its_title_finds(threads: Shelf, filled: Filled) -> None:
    for pk in range(1, 30):
        threads.put(pk, "Voicemail does not answer", "nothing of that sort")
    threads.put(30, "Voicemail does not answer", "the handset abroad says code seven")
    engine = filled()
    assert _ids(engine.similar("Voicemail", "My handset shows code seven", lang="en", product=None))[0] == 30


def test_words_that_editors_teach_find_each_other_and_are_no_slips(threads: Shelf, filled: Filled) -> None:
    threads.put(1, "Restart the router", lang="en")
    for pk in range(2, 5):
        threads.put(pk, f"A modern contract {pk}", lang="en")
    engine = filled()
    with editorial.tried(editorial.table_of([("en", "livebox, router\nmodem => router")], [])):
        assert _ids(_query(engine, "liveboxes")) == [1]
        answer = _query(engine, "modem")
        assert (_ids(answer), answer.meant) == ([1], "")
        assert _ids(_query(engine, "livebox", "fr")) == []
    assert _ids(_query(engine, "livebox")) == []


def test_what_other_filters_would_find_is_counted_with_the_rest_as_they_are(
    threads: Shelf, articles: Shelf, filled: Filled
) -> None:
    threads.put(1, "Roaming in Spain", product_id=4, product_ids=(2, 4), topic_id=9, solved=True)
    threads.put(2, "Roaming in Italy", product_id=4, product_ids=(2, 4), topic_id=8)
    threads.put(3, "Roaming at sea", product_id=5, product_ids=(2, 5))
    threads.put(4, "Roaming while hidden", product_id=5, product_ids=(2, 5), solved=True)
    threads.put(5, "An invoice", product_id=5, product_ids=(2, 5), topic_id=9)
    articles.put(1, "Roaming", product_id=5, product_ids=(2, 5), solved=True)
    articles.put(2, "Roaming for all")
    engine = filled()

    def counts(text: str = "roaming", any_of: bool = False, **filters: Any) -> Counts:
        hidden = [Key("thread", 4)]
        return engine.counts(text, lang="en", filters=Filters(**filters), without=hidden, any_of=any_of)

    assert counts() == Counts({"thread": 3, "article": 2}, {2: 4, 4: 2, 5: 2}, {9: 1, 8: 1}, 2)
    assert counts(kinds=("thread",)) == Counts({"thread": 3, "article": 2}, {2: 3, 4: 2, 5: 1}, {9: 1, 8: 1}, 1)
    assert counts(product=4, topic=9) == Counts({"thread": 1}, {2: 4, 4: 2, 5: 2}, {9: 1, 8: 1}, 1)
    assert counts(solved=True) == Counts({"thread": 1, "article": 1}, {2: 2, 4: 1, 5: 1}, {9: 1}, 2)
    assert counts("roaming on sea zeppelin", any_of=True).kinds == {"thread": 3, "article": 2}
    assert counts("zeppelin") == counts("") == Counts()
