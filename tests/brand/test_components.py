"""Components: one documented interface each, used by pages, and shown by themselves in the style guide."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import TemplateSyntaxError
from django.template.loader import render_to_string

TEMPLATES = Path(settings.TEMPLATES[0]["DIRS"][0])  # type: ignore[index]
COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))
# The one that a tag draws, since it works out a part of what it shows.
TAGS = {"line.html": r"\{% line "}
INCLUDE = re.compile(r'\{% include "components/([\w.]+)"(?P<rest>[^%]*)%\}')


def uses(name: str) -> set[str]:
    """The templates of pages that use a component."""
    pattern = re.compile(TAGS.get(name) or rf'\{{% include "components/{name}"')
    others = [path for path in TEMPLATES.rglob("*.html") if path.parent.name != "components"]
    return {
        str(path.relative_to(TEMPLATES))
        for path in others
        if not path.name.startswith("styleguide") and pattern.search(path.read_text())
    }


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.name)
def test_a_component_says_at_its_top_all_that_it_takes(path):
    text = path.read_text()
    match = re.match(r"\{% comment %\}\n(.+?)\{% endcomment %\}", text, re.DOTALL)
    assert match is not None, "it begins with a comment"
    said = set(re.findall(r"^  (\w+) {2,}\S", match[1], re.MULTILINE))
    body = text[match.end() :]
    own = set(re.findall(r"\b(?:with|for|count) (\w+)(?:=| in|, \w+ in)", body)) | set(re.findall(r", (\w+) in", body))
    names = set()
    for tag in re.findall(r"\{\{ (.+?) \}\}|\{% (?:if|elif|line|icon|with|for) (.+?) %\}", body):
        words = re.sub(r'"[^"]*"|\'[^\']*\'|\|\w+:?', " ", tag[0] or tag[1])
        words = re.sub(r"^\w+=|\b\w+ in\b|, \w+ in\b", " ", words)
        names |= {word.split(".")[0] for word in re.findall(r"\b[a-z_][\w.]*", words)}
    assert names - own - {"or", "and", "not", "is", "in", "None", "only"} <= said
    assert said <= set(re.findall(r"\w+", body)), "it says no more than it takes"


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.name)
def test_a_component_is_used_by_at_least_two_pages_and_shown_in_the_style_guide(path):
    assert len(uses(path.name)) >= 2, path.name
    guide = (TEMPLATES / "pages" / "styleguide.html").read_text()
    assert re.search(TAGS.get(path.name) or f'include "components/{path.name}"', guide)
    assert f"<code>components/<wbr>{path.name}</code>" in guide


def test_nothing_but_what_is_given_reaches_a_component():
    """A name of the page that happens to be one of the component's would change it unseen."""
    for path in TEMPLATES.rglob("*.html"):
        for match in INCLUDE.finditer(path.read_text()):
            assert match["rest"].rstrip().endswith("only"), f"{path.name}: {match[0]}"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_style_guide_shows_each_state(client, language):
    page = client.get(f"/{language}/styleguide/").content.decode()
    for state in (
        "aria-invalid",
        " disabled",
        'aria-pressed="true"',
        'data-scheme="light"',
        'data-scheme="dark"',
        'class="empty',
        *(f'class="notice {meaning}"' for meaning in ("solved", "waiting", "person", "held")),
        *(f'class="promise {meaning}"' for meaning in ("solved", "waiting", "person", "held", "late", "closed")),
    ):
        assert state in page, state
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_what_was_typed_stays_in_a_field_and_is_words():
    try:
        shown = render_to_string(
            "components/field.html", {"id": "a", "label": "A", "rows": 3, "value": "<b>", "error": "Say it."}
        )
    except TemplateSyntaxError as error:  # pragma: no cover
        pytest.fail(str(error))
    assert ">&lt;b&gt;</textarea>" in shown and 'aria-describedby="a-error"' in shown and 'aria-invalid="true"' in shown
