"""What became private is nowhere to be seen, on either engine, although the index still holds it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.viewer import Viewer
from community.actions.asking import ask
from community.actions.removal import remove_post
from community.models import Post, Product, Thread, Topic, Visibility
from search import documents, find
from search.engine import Engine
from search.models import Change
from search.outbox import changed
from search.rebuild import Counted
from tests.search.conftest import Shelf

pytestmark = pytest.mark.django_db

SECRET = "xylophone"


@pytest.fixture
def stale(
    engine: Engine, customer: Viewer, product: Product, topic: Topic, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> Thread:
    """A thread that the engine's index holds, and will go on holding: nobody writes it. The real sources are back."""
    for kind, source in REAL.items():
        monkeypatch.setitem(documents.SOURCES, kind, source)
    thread = ask(
        title=f"The {SECRET} merger", details=f"Figures of the {SECRET}.", by=customer, lang="en", product=product,
        topic=topic, now=now,
    )  # fmt: skip
    ask(title="Public figures", details="Of the year.", by=customer, lang="en", product=product, topic=topic, now=now)
    engine.rebuild(Counted(progress=False))
    Change.objects.all().delete()
    assert find.query(text=SECRET, viewer=Viewer(), lang="en").total == 1, "it was public"
    return thread


REAL = dict(documents.SOURCES)


def _removed(thread: Thread, moderator: Viewer, now: datetime) -> None:
    remove_post(post=thread.posts.get(is_opening=True), by=moderator, reason="It names somebody.", now=now)


def _private(thread: Thread, moderator: Viewer, now: datetime) -> None:
    Thread.objects.filter(pk=thread.pk).update(visibility=Visibility.ASKER)
    changed("thread", [thread.pk])


def _for_staff(thread: Thread, moderator: Viewer, now: datetime) -> None:
    Thread.objects.filter(pk=thread.pk).update(visibility=Visibility.STAFF)
    changed("thread", [thread.pk])


def _deleted(thread: Thread, moderator: Viewer, now: datetime) -> None:
    Post.objects.filter(thread=thread).delete()
    Thread.objects.filter(pk=thread.pk).delete()
    changed("thread", [thread.pk])


@pytest.mark.parametrize("outbox", [True, False], ids=["waiting", "forgotten"])
@pytest.mark.parametrize("hide", [_removed, _private, _for_staff, _deleted])
def test_a_thread_that_became_private_is_nowhere(
    hide: Callable[..., None], outbox: bool, stale: Thread, client: Client, moderator: Viewer, now: datetime
) -> None:
    """With its row in the outbox, and even where no row tells of it."""
    hide(stale, moderator, now)
    if not outbox:
        Change.objects.all().delete()
    for lang in ("en", "fr"):
        results = client.get(f"/{lang}/search/", {"q": f"{SECRET} merger"}).content.decode()
        assert results.count(SECRET) == results.count(f"{SECRET} merger"), "only the words that were typed"
        assert f"/t/{stale.pk}" not in results
        assert client.get(f"/{lang}/search/similar/", {"title": f"The {SECRET} merger"}).content == b""
        assert client.get(f"/{lang}/search/suggest/", {"q": SECRET[:5]}).content == b""
    found = find.query(text=SECRET, viewer=Viewer(), lang="en")
    assert (found.total, found.hits, found.has_more, found.about) == (0, [], False, False)
    assert find.query(text="figures", viewer=Viewer(), lang="en").total == 1
    call_command("search", "query", SECRET, "--json", stdout=(out := StringIO()))
    assert json.loads(out.getvalue())["hits"] == []


def test_counts_over_many_pages_leave_out_what_waits_to_be_hidden(threads: Shelf, filled: Callable[[], Engine]) -> None:
    for pk in range(1, 101):
        threads.put(pk, "Roaming", "word " * (pk % 7))
    filled()
    threads.hidden |= {3, 50, 99}
    changed("thread", sorted(threads.hidden))
    seen: list[int] = []
    for page in range(1, 6):
        results = find.query(text="roaming", viewer=Viewer(), lang="en", page=page)
        assert results.total == 97
        seen += [hit.shown.object_id for hit in results.hits]
    assert sorted(seen) == sorted(set(threads.notes) - threads.hidden), "each once"


def test_a_snippet_quotes_what_is_written_now(threads: Shelf, filled: Callable[[], Engine]) -> None:
    threads.put(1, "Password", "the password is hunter2")
    filled()
    threads.put(1, "Password", "the password was taken out")
    (hit,) = find.query(text="password hunter2", viewer=Viewer(), lang="en").hits
    assert "hunter2" not in hit.title + hit.snippet
    assert "<mark>password</mark> was taken out" in hit.snippet
    (hit,) = find.similar(title="Password", body="hunter2", viewer=Viewer(), lang="en")
    assert "hunter2" not in hit.title + hit.snippet + hit.answer


@pytest.mark.elasticsearch
def test_the_cluster_gives_no_text_back(threads: Shelf, on_cluster: Any) -> None:
    """Neither the document nor a field: what was removed here does not lie about there."""
    on_cluster.rebuild([threads.put(1, f"The {SECRET}", f"Figures of the {SECRET}")])
    said = on_cluster.client.search(index=on_cluster.indices.alias, fields=["*"], source=True, query={"match_all": {}})
    assert said["hits"]["total"]["value"] == 1
    assert SECRET not in json.dumps(said.body)
