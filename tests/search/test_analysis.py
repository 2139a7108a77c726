"""A word is found in whatever form it was typed."""

from __future__ import annotations

from typing import Any

import pytest

from search.engine import Filters
from tests.search.conftest import Shelf


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("abonnement", "Changer l’abonnement de ma fille"),
        ("abonnement", "Changer l'abonnement de ma fille"),
        ("l'abonnement", "Mes abonnements ont disparu"),
        ("resilier", "J’ai résilié hier"),
        ("résiliée", "Comment resilier ma ligne"),
        ("telephone", "Les téléphones sont coupés"),
        ("TÉLÉPHONE", "telephone perdu"),
        ("photos", "Ma photo est floue"),
        ("numéros", "Garder mon numero"),
        ("qu’opérateurs", "Un opérateur m’appelle"),
        ("réseaux", "Plus de reseau depuis lundi"),
        ("œufs", "Un oeuf cassé"),
        ("e\u0301cran", "Mon écran est noir"),
    ],
)
def test_french_is_found_across_elision_accents_and_plurals(
    typed: str, title: str, threads: Shelf, articles: Shelf, index: Any
) -> None:
    threads.put(1, title, lang="fr")
    threads.put(2, "Rien de commun ici", lang="fr")
    answer = index().query(typed, lang="fr", filters=Filters())
    assert [(each.key.object_id, answer.loosened) for each in answer.found] == [(1, False)]


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("phone", "My phone's screen broke"),
        ("daughter's phones", "The phone of my daughter"),
        ("crashes", "It keeps crashing"),
        ("cafe", "Wi-Fi in the café"),
        ("connect", "Connecting takes an hour"),
        ("isn't charging", "The charge never ends"),
    ],
)
def test_english_is_found_across_possessives_stems_and_accents(
    typed: str, title: str, threads: Shelf, articles: Shelf, index: Any
) -> None:
    threads.put(1, title)
    threads.put(2, "Something else altogether")
    answer = index().query(typed, lang="en", filters=Filters())
    assert [(each.key.object_id, answer.loosened) for each in answer.found] == [(1, False)]


def test_other_languages_are_folded_and_found_by_readers_of_any(threads: Shelf, articles: Shelf, index: Any) -> None:
    threads.put(1, "Größere Datenmenge für Zürich", lang="de")
    threads.put(2, "日本語のメール", lang="ja")
    engine = index()
    assert engine.query("zurich", lang="fr", filters=Filters()).found[0].key.object_id == 1
    assert engine.query("メール", lang="en", filters=Filters()).found[0].key.object_id == 2


def test_a_title_weighs_more_than_a_body(threads: Shelf, articles: Shelf, index: Any) -> None:
    threads.put(1, "Something about bills", "roaming roaming costs")
    threads.put(2, "Roaming costs", "something about bills")
    assert [f.key.object_id for f in index().query("roaming costs", lang="en", filters=Filters()).found] == [2, 1]


def test_stop_words_alone_find_nothing(threads: Shelf, articles: Shelf, index: Any) -> None:
    threads.put(1, "How is it where you are")
    assert index().query("how is it", lang="en", filters=Filters()).total == 0


def test_when_nothing_holds_the_words_those_with_some_are_offered(threads: Shelf, articles: Shelf, index: Any) -> None:
    threads.put(1, "Screen broken")
    answer = index().query("screen zzzz yyyy xxxx", lang="en", filters=Filters())
    assert (answer.total, answer.loosened) == (1, True)
