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
from search.engine import Engine, Key
from search.models import Change
from search.outbox import changed
from search.rebuild import Counted
from tests.search.conftest import Shelf

pytestmark = pytest.mark.django_db

SECRET = "xylophone"
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
    pk = thread.pk
    Post.objects.filter(thread=thread).delete()
    Thread.objects.filter(pk=pk).delete()
    changed("thread", [pk])


WAYS = {"xylophone": _removed, "bassoon": _private, "clarinet": _for_staff, "trombone": _deleted}


@pytest.fixture
def stale(
    engine: Engine, customer: Viewer, product: Product, topic: Topic, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Thread]:
    """Threads by their word, which the engine's index holds and will go on holding: nobody writes it."""
    for kind, source in REAL.items():
        monkeypatch.setitem(documents.SOURCES, kind, source)

    def post(title: str, details: str) -> Thread:
        return ask(title=title, details=details, by=customer, lang="en", product=product, topic=topic, now=now)

    posted = {word: post(f"The {word} merger", f"Figures about the {word} deal.") for word in WAYS}
    post("Public figures", "Of the year.")
    engine.rebuild(Counted(progress=False))
    Change.objects.all().delete()
    for word in WAYS:
        assert find.query(text=word, viewer=Viewer(), lang="en").total == 1, "it was public"
    return posted


@pytest.mark.parametrize("outbox", [True, False], ids=["waiting", "forgotten"])
def test_a_thread_that_became_private_is_nowhere(
    outbox: bool, stale: dict[str, Thread], client: Client, moderator: Viewer, now: datetime
) -> None:
    """With its row in the outbox, and even where no row tells of it."""
    addresses = {word: f"/t/{thread.pk}" for word, thread in stale.items()}
    for word, hide in WAYS.items():
        hide(stale[word], moderator, now)
    if not outbox:
        Change.objects.all().delete()
    for word, address in addresses.items():
        for lang in ("en", "fr"):
            for asked in (word, f"{word} public"):
                page = client.get(f"/{lang}/search/", {"q": asked}).content.decode()
                assert not any(each in page for each in (address, "merger", "deal")), hide
            assert client.get(f"/{lang}/search/similar/", {"title": f"The {word} merger"}).content == b""
            assert client.get(f"/{lang}/search/suggest/", {"q": word[:5]}).content == b""
        found = find.query(text=word, viewer=Viewer(), lang="en")
        assert (found.total, found.hits, found.has_more, found.about) == (0, [], False, False)
        call_command("search", "query", word, "--json", stdout=(out := StringIO()))
        assert json.loads(out.getvalue())["hits"] == []
    assert find.query(text="figures", viewer=Viewer(), lang="en").total == 1


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
def test_the_cluster_gives_no_text_back_but_the_words_of_a_title(threads: Shelf, on_cluster: Any) -> None:
    """Neither the document nor a field; the words of its title are compared by their pieces, and go with it."""
    on_cluster.rebuild([threads.put(1, "Our Figures", f"Figures of the {SECRET}")])

    def said() -> Any:
        on_cluster.client.indices.refresh(index=on_cluster.indices.alias)
        return on_cluster.client.search(
            index=on_cluster.indices.alias, fields=["*"], source=True, query={"match_all": {}}
        )

    (hit,) = said()["hits"]["hits"]
    assert SECRET not in json.dumps(dict(hit)) and "Figures" not in json.dumps(dict(hit))
    assert hit["_source"]["spaced"] == " our figures "
    on_cluster.write([], [Key("thread", 1)])
    assert "figures" not in json.dumps(said().body)
