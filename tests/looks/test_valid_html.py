"""Every page, and every part of one that is swapped in, is HTML as the standard has it: the Nu Html Checker says so."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.looks.gallery import Picture
from tests.looks.hanging import document
from tests.services import servers

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def checker() -> list[str]:
    try:
        return servers.html_checker()
    except servers.Missing as reason:
        pytest.skip(str(reason))


def complaints(checker: list[str], pictures: list[Picture], folder: Path) -> list[str]:
    """What the checker says of each, errors, warnings and remarks alike: nothing is filtered."""
    for number, picture in enumerate(pictures):
        (folder / f"{number}.html").write_text(document(picture), encoding="utf-8")
    words = [*checker, "--format", "json", "--stdout", "--exit-zero-always", str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
    said = json.loads(done.stdout)["messages"]
    assert not any(one["type"] == "non-document-error" for one in said), said
    of = [pictures[int(Path(one["url"]).stem)] for one in said]
    return [f"{of[place]}: {one['message']} {one.get('extract', '')!r}" for place, one in enumerate(said)]


def test_every_page_is_valid_html(checker, galleries, tmp_path):
    # The editors' admin is Wagtail's own.
    ours = [one for one in galleries["plain en"] + galleries["longest fr"] if not one.kind.startswith("wagtailadmin")]
    assert len({one.kind for one in ours}) > 50
    assert not complaints(checker, ours, tmp_path)


def test_the_checker_says_what_is_wrong(checker, galleries, tmp_path):
    wrong = next(one for one in galleries["plain en"] if one.kind == "terms")
    wrong = Picture(**{**vars(wrong), "html": wrong.html.replace("<h1", "<p><div hx-get='/'></div><h1", 1)})
    assert any("hx-get" in words for words in complaints(checker, [wrong], tmp_path))
