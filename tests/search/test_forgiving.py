"""What somebody meant is found, whatever they typed."""

from __future__ import annotations

import random
import string
from typing import Any

import pytest

from accounts.viewer import Viewer
from search import find
from search.engine import Filters
from tests.search.conftest import Shelf

pytestmark = pytest.mark.django_db


def _found(engine: Any, text: str, lang: str) -> tuple[list[int], str]:
    answer = engine.query(text, lang=lang, filters=Filters())
    return [each.key.object_id for each in answer.found], answer.meant


@pytest.mark.parametrize(
    ("typed", "title", "meant"),
    [
        ("conecxion internet", "Connexion Internet coupée", ""),
        ("facure", "Comprendre ma facture", "facture"),
        ("abonnemnet", "Changer d’abonnement", "abonnement"),
        ("téléphonne", "Mon téléphone est perdu", ""),
        ("motdepasse oublié", "Mot de passe oublié", "mot de passe oublié"),
        ("reseaumobile", "Plus de réseau mobile", "reseau mobile"),
    ],
)
def test_a_slip_in_french_is_taken_for_the_word_that_was_meant(
    typed: str, title: str, meant: str, threads: Shelf, articles: Shelf, index: Any
) -> None:
    threads.put(1, title, lang="fr")
    threads.put(2, "Rien de commun ici", lang="fr")
    assert _found(index(), typed, "fr") == ([1], meant)


@pytest.mark.parametrize(
    ("typed", "title", "meant"),
    [
        ("romaing charges", "Roaming charges abroad", "roaming charges"),
        ("paswords", "How to change a password", "passwords"),
        ("My bil is too high, recieve", "I receive bills twice", "My bil is too high, receive"),
        ("voicemial", "Voicemail does not answer", "voicemail"),
        ("wifi calling", "Wi-Fi calling does not work", ""),
        ("wi fi calling", "WiFi calling does not work", ""),
        ("e-mail", "My email is gone", ""),
        ("email", "My e-mail is gone", ""),
        ("esim", "How to get an e-SIM", ""),
        ("calling wi-fi", "WiFi calling", ""),
        ("roamings charge", "Charged for roaming", ""),
    ],
)
def test_a_slip_in_english_is_taken_for_the_word_that_was_meant(
    typed: str, title: str, meant: str, threads: Shelf, articles: Shelf, index: Any
) -> None:
    threads.put(1, title)
    threads.put(2, "Something else altogether")
    assert _found(index(), typed, "en") == ([1], meant)


def test_a_word_that_somebody_wrote_is_never_taken_for_another(threads: Shelf, articles: Shelf, index: Any) -> None:
    threads.put(1, "Roaming in Spain")
    threads.put(2, "Roaring in the night")
    assert _found(index(), "roaring", "en") == ([2], "")


def test_a_word_that_hardly_anybody_wrote_finds_what_everybody_writes_too(
    threads: Shelf, articles: Shelf, index: Any
) -> None:
    threads.put(1, "Raoming in Spain")
    for pk in range(2, 300):
        threads.put(pk, "Roaming")
    found, meant = _found(index(), "raoming", "en")
    assert (found[0], len(found), meant) == (1, 20, "")


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("résilier mon forfait", "Cancel your plan"),
        ("comment changer de mot de passe", "Change your password"),
        ("rembourser une facture", "Refund of an invoice that was paid twice"),
        ("Je ne reçois plus mes mails", "I no longer receive mails"),
    ],
)
def test_a_question_in_french_finds_the_english_article_where_there_is_no_french_one(
    typed: str, title: str, threads: Shelf, articles: Shelf, index: Any
) -> None:
    articles.put(1, title)
    threads.put(2, "Something else altogether")
    threads.put(3, "Rien de commun ici", lang="fr")
    index()
    results = find.query(text=typed, viewer=Viewer(), lang="fr")
    assert [hit.shown.object_id for hit in results.hits] == [1]
    assert (results.foreign, results.loosened) == (True, False)


def test_the_article_in_the_reader_s_language_comes_first_and_nothing_is_said(
    threads: Shelf, articles: Shelf, index: Any
) -> None:
    articles.put(1, "Cancel your plan")
    articles.put(2, "Résilier votre forfait", lang="fr")
    index()
    results = find.query(text="résilier mon forfait", viewer=Viewer(), lang="fr-CH")
    assert [hit.shown.object_id for hit in results.hits] == [2, 1]
    assert not results.foreign


def test_what_was_meant_is_marked_and_said(threads: Shelf, articles: Shelf, index: Any) -> None:
    threads.put(1, "Roaming in Spain")
    index()
    results = find.query(text="romaing", viewer=Viewer(), lang="en")
    assert (results.meant, results.hits[0].title) == ("roaming", "<mark>Roaming</mark> in Spain")


SIGNS = string.printable + "éàçœ’«»…€日本語\u0000\u0301\u202e\ud83d😀ßİﬀ\u200b٣"
PIECES = [
    "roaming", "romaing", "wi-fi", "AND", "OR NOT", '"', "title:", "(", ")))", "[1 TO *]", "/a+/", "*", "?", "~2",
    "^9", "\\", "{}", "<b>", "--", "+", "&&", "||", "!", "%s", "{{x}}", "\ud800", "\x00", "🙂", "a" * 60, "résilié",
    "motdepasse", "1234567890", "e\u0301", "l’", "'", "’’", "\n", "\t", "日本語", "ﷺ", "İ" * 30,
]  # fmt: skip


@pytest.mark.once
def test_ten_thousand_strings_raise_nothing(threads: Shelf, articles: Shelf, index: Any) -> None:
    threads.put(1, "Roaming: costs (abroad) & more", "the body of it")
    articles.put(1, "Résilier l’abonnement", "mot de passe", lang="fr")
    engine = index()
    chance = random.Random(5)
    for number in range(10_000):
        if number % 2:
            text = "".join(chance.choices(SIGNS, k=chance.randint(0, 40)))
        else:
            text = chance.choice(["", " "]).join(chance.choices(PIECES, k=chance.randint(1, 6)))
        lang = chance.choice(["en", "fr", "de", ""])
        engine.query(text, lang=lang, filters=Filters(), typing=bool(number % 3))
        if number % 10 == 0:
            engine.similar(text, text[::-1], lang=lang, product=chance.choice([None, 1, 10**30]))
