"""The names that pages keep in each language; any other words come from the catalogue, which may change them."""

from __future__ import annotations

from functools import cache

import polib

from config.environment import BASE_DIR

KEPT = {
    "Ask a question": "Poser une question",
    "Community": "Communauté",
    "Help": "Aide",
    "My credits": "Mes crédits",
    "My requests": "Mes demandes",
    "Desk": "Comptoir",
    "Sign in": "Se connecter",
    "Sign up": "Créer un compte",
    "What do you need?": "De quoi avez-vous besoin ?",
    "Title": "Titre",
    "Details": "Détails",
    "Product": "Produit",
    "Topic": "Sujet",
    "Your answer": "Votre réponse",
    "E-mail": "E-mail",
    "Password": "Mot de passe",
    "Post question": "Publier la question",
    "Post answer": "Publier la réponse",
    "Accept this answer": "Accepter cette réponse",
    "Undo acceptance": "Annuler l’acceptation",
    "This helped": "Cela m’a aidé",
    "I have this problem too": "J’ai aussi ce problème",
    "Follow": "Suivre",
    "Report": "Signaler",
    "Promote to FAQ": "Promouvoir en FAQ",
    "Take": "Prendre en charge",
    "Search": "Rechercher",
}


def in_language(lang: str) -> dict[str, str]:
    """English name to the name in this language. KeyError for a word that is not kept."""
    return {english: english if lang == "en" else french for english, french in KEPT.items()}


@cache
def _catalogue(lang: str) -> dict[str, str]:
    path = BASE_DIR / "locale" / lang / "LC_MESSAGES" / "django.po"
    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(path))}


def said(lang: str, english: str, **values: object) -> str:
    """What a page says for these English words. KeyError for words that the catalogue does not have."""
    words = english if lang == "en" else _catalogue(lang)[english]
    return words % values if values else words
