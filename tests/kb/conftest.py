"""What the tests of the knowledge base stand on: the tree, and an answer that was accepted."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from wagtail.models import Locale, Site

from accounts.jobs import Job
from accounts.viewer import Viewer
from community.actions.acceptance import accept
from community.actions.answering import answer
from community.actions.asking import ask
from community.models import Post
from kb.actions.promotion import promote
from kb.models import FaqArticle

BODY = """Add our access point.

1. Open **Settings**, then *SIMs*.
2. Fill in `orme.data`.

## Still not

Restart the phone, and see [the list](https://example.org/list).
"""


@pytest.fixture(autouse=True)
def _tree(db: None) -> None:
    """The rows of the migration, laid again after a test that empties every table."""
    ContentType.objects.clear_cache()
    Site.clear_site_root_paths_cache()
    import_module("kb.migrations.0002_tree").lay(apps)
    assert Locale.objects.count() == 2


@pytest.fixture
def make_answer(customer: Viewer, helper: Viewer, product: Any, topic: Any, now: Any) -> Callable[..., Post]:
    """`make_answer(lang="fr")`: an accepted answer to a new question."""

    def make(*, title: str = "No data after moving", lang: str = "en", accepted: bool = True, body: str = BODY) -> Post:
        thread = ask(by=customer, title=title, details="Calls work.", product=product, topic=topic, lang=lang, now=now)
        post = answer(thread=thread, by=helper, body=body, now=now)
        if accepted:
            accept(answer=post, by=customer, now=now)
        return Post.objects.select_related("thread").get(pk=post.pk)

    return make


@pytest.fixture
def accepted(make_answer: Callable[..., Post]) -> Post:
    return make_answer()


@pytest.fixture
def article(accepted: Post, moderator: Viewer, now: Any) -> FaqArticle:
    """A promoted answer, in review."""
    return promote(answer=accepted, by=moderator, now=now)


@pytest.fixture
def second(make_viewer: Callable[..., Viewer]) -> Viewer:
    """Another moderator."""
    return make_viewer("Sam Second", Job.MODERATOR)
