"""Every page, and every part of one that is swapped in, is HTML as the standard has it: the Nu Html Checker says so."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.looks.gallery import Picture
from tests.looks.hanging import document
from tests.services import servers

pytestmark = pytest.mark.once

WRONG = "wrong on purpose"
Said = list[tuple[Picture, list[str]]]


@pytest.fixture(scope="module")
def checker() -> list[str]:
    try:
        return servers.html_checker()
    except servers.Missing as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def said(checker: list[str], galleries: dict[str, list[Picture]], tmp_path_factory: pytest.TempPathFactory) -> Said:
    """What the checker says of each page, errors, warnings and remarks alike: nothing is filtered.

    Asked once for all, with a page among them that is wrong on purpose: starting it takes longest.
    """
    # The editors' admin is Wagtail's own.
    ours = [one for one in galleries["plain en"] + galleries["longest fr"] if not one.kind.startswith("wagtailadmin")]
    terms = next(one for one in ours if one.kind == "terms")
    wrong = replace(terms, kind=WRONG, html=terms.html.replace("<h1", "<p><div hx-get='/'></div><h1", 1))
    pictures = [*ours, wrong]
    folder = tmp_path_factory.mktemp("pages")
    for number, picture in enumerate(pictures):
        (folder / f"{number}.html").write_text(document(picture), encoding="utf-8")
    words = [*checker, "--format", "json", "--stdout", "--exit-zero-always", str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
    messages = json.loads(done.stdout)["messages"]
    assert not any(one["type"] == "non-document-error" for one in messages), messages
    found: Said = [(picture, []) for picture in pictures]
    for one in messages:
        found[int(Path(one["url"]).stem)][1].append(f"{one['message']} {one.get('extract', '')!r}")
    return found


def test_every_page_is_valid_html(said):
    ours = [(picture, words) for picture, words in said if picture.kind != WRONG]
    assert len({picture.kind for picture, _words in ours}) > 50
    assert [f"{picture}: {each}" for picture, words in ours for each in words] == []


def test_the_checker_says_what_is_wrong(said):
    [words] = [words for picture, words in said if picture.kind == WRONG]
    assert any("hx-get" in each for each in words)
