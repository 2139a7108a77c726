"""What editors teach search: what a search finds then, who may teach it, and what the preview shows."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from accounts.viewer import Viewer
from events.models import Event
from search import editorial, find, outbox
from search.engine import Key
from search.models import Pin, Synonyms
from tests.search.conftest import Shelf

pytestmark = pytest.mark.django_db


def _ids(text: str, lang: str = "en", viewer: Viewer | None = None, **more: Any) -> list[int]:
    editorial.look_again()
    results = find.query(text=text, viewer=viewer or Viewer(), lang=lang, **more)
    return [hit.shown.object_id for hit in results.hits]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("box, router", [(["box", "router"], ["box", "router"])]),
        ("mdp => mot de passe, code\n\n  a , b ", [(["mdp"], ["mot de passe", "code"]), (["a", "b"], ["a", "b"])]),
    ],
)
def test_a_line_says_what_means_what(text: str, lines: Any) -> None:
    assert editorial.read_lines(text) == lines


@pytest.mark.parametrize("text", ["box", "=> router", "box =>", "one two three four five, six", ",,", "?, !"])
def test_a_line_that_says_nothing_is_named(text: str) -> None:
    with pytest.raises(editorial.BadLine, match=r".*"):
        editorial.read_lines(f"fine, good\n{text}")


def test_words_that_mean_the_same_find_each_other_in_their_language_only(threads: Shelf, index: Any) -> None:
    threads.put(1, "Restart the router", lang="en")
    threads.put(2, "Something else entirely", lang="en")
    index()
    assert _ids("livebox") == []
    row = Synonyms.objects.create(lang="en", words="livebox, router")
    assert _ids("livebox") == [1]
    assert _ids("liveboxes") == [1]
    assert _ids("livebox", lang="fr") == []
    row.delete()
    assert _ids("livebox") == []


def test_an_arrow_leads_one_way_and_several_words_may_mean_one(threads: Shelf, index: Any) -> None:
    threads.put(1, "Changer mon mdp", lang="fr")
    threads.put(2, "Mot de passe perdu", lang="fr")
    index()
    Synonyms.objects.create(lang="fr", words="mot de passe => mdp")
    assert set(_ids("mot de passe", lang="fr")) == {1, 2}
    assert _ids("mdp", lang="fr") == [1]


def test_what_editors_know_is_no_slip_and_is_marked_in_what_is_found(threads: Shelf, index: Any) -> None:
    for pk in range(1, 4):
        threads.put(pk, f"Modern router {pk}", lang="en")
    index()
    Synonyms.objects.create(lang="en", words="modern => router")
    editorial.look_again()
    results = find.query(text="modern", viewer=Viewer(), lang="en")
    assert results.meant == "" and "<mark>router</mark>" in results.hits[0].title


def test_what_is_pinned_stands_first_and_once(threads: Shelf, articles: Shelf, index: Any) -> None:
    for pk in range(1, 30):
        threads.put(pk, f"Cancel my plan {pk}")
    articles.put(70, "Leaving us", "How to end a contract.")
    index()
    before = _ids("cancel my plan")
    Pin.objects.create(lang="en", queries="cancelling\nend of contract", found=[["article", 70], ["thread", 29]])
    after = _ids("cancel my plan")
    assert after[:2] == [70, 29] and after.count(29) == 1
    assert [pk for pk in after if pk not in (70, 29)] == [pk for pk in before if pk != 29][:18]
    results = find.query(text="cancel my plan", viewer=Viewer(), lang="en")
    assert results.total == 30 and results.has_more
    second = find.query(text="cancel my plan", viewer=Viewer(), lang="en", page=2)
    assert len({hit.shown.url for hit in (*results.hits, *second.hits)}) == 30
    assert _ids("plan") and 70 not in _ids("plan")
    assert 70 not in _ids("cancel", lang="fr")
    assert find.suggest(text="cancel", viewer=Viewer(), lang="en")[0].shown.object_id == 70
    assert find.similar(title="I want to cancel it", viewer=Viewer(), lang="en")[0].shown.object_id == 70


def test_a_pin_for_nothing_else_holds_for_nothing_else(threads: Shelf, index: Any) -> None:
    threads.put(1, "Coverage map")
    index()
    Pin.objects.create(lang="en", queries="network", exact=True, found=[["thread", 1]])
    assert _ids("networks") == [1]
    assert _ids("network abroad") == []


def test_what_is_pinned_obeys_filters(threads: Shelf, articles: Shelf, index: Any) -> None:
    threads.put(1, "A", product_id=4, product_ids=(2, 4), topic_id=9, solved=True)
    index()
    Pin.objects.create(lang="en", queries="network", found=[["thread", 1]])
    for fits in ({"kinds": ["thread"]}, {"product": 2}, {"product": 4}, {"topic": 9}, {"solved": True}):
        assert _ids("network", **fits) == [1], fits
    for fits in ({"kinds": ["article"]}, {"product": 3}, {"topic": 8}, {"solved": False}):
        assert _ids("network", **fits) == [], fits


def test_what_is_pinned_counts_with_what_is_found(threads: Shelf, index: Any) -> None:
    threads.put(1, "Coverage", product_id=4, product_ids=(2, 4), topic_id=9, solved=True)
    threads.put(2, "The network is slow", product_id=5, product_ids=(2, 5))
    index()
    Pin.objects.create(lang="en", queries="network", found=[["thread", 1]])
    editorial.look_again()

    def counts(**more: Any) -> Any:
        results = find.query(text="network", viewer=Viewer(), lang="en", count=True, **more)
        assert results.counts
        return (
            results.total,
            results.counts.kinds,
            results.counts.products,
            results.counts.topics,
            results.counts.solved,
        )

    assert counts() == (2, {"thread": 2}, {2: 2, 4: 1, 5: 1}, {9: 1}, 1)
    assert counts(product=5) == (1, {"thread": 1}, {2: 2, 4: 1, 5: 1}, {}, 0)


def test_what_is_pinned_is_shown_to_nobody_who_may_not_see_it(threads: Shelf, index: Any, agent: Viewer) -> None:
    threads.put(1, "A secret of the network")
    index()
    Pin.objects.create(lang="en", queries="network", found=[["thread", 1]])
    assert _ids("network") == [1]
    threads.hidden.add(1)
    outbox.changed("thread", [1])
    editorial.look_again()
    results = find.query(text="network", viewer=Viewer(), lang="en")
    assert (results.hits, results.total) == ([], 0)
    assert find.suggest(text="network", viewer=Viewer(), lang="en") == []
    assert find.similar(title="network", viewer=Viewer(), lang="en") == []
    # Nor does the team meet it on top: what is not for everybody is pinned for nobody.
    assert find.query(text="network", viewer=agent, lang="en").hits[0].score < find.PINNED


def test_what_another_process_kept_holds_a_second_later_without_a_restart(
    threads: Shelf, index: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads.put(1, "Restart the router")
    index()
    assert _ids("livebox") == []
    moment = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: moment)
    # As another process does: nothing here is told of it.
    Synonyms.objects.bulk_create([Synonyms(lang="en", words="livebox, router")])
    assert find.query(text="livebox", viewer=Viewer(), lang="en").hits == []
    moment += editorial.TRUSTED + 0.01
    assert find.query(text="livebox", viewer=Viewer(), lang="en").hits != []


def test_teaching_is_recorded_and_holds_at_once_here(
    threads: Shelf, index: Any, django_capture_on_commit_callbacks: Any
) -> None:
    threads.put(1, "Restart the router")
    index()
    assert _ids("livebox") == []
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        Synonyms.objects.create(lang="en", words="livebox, router")
    assert find.query(text="livebox", viewer=Viewer(), lang="en").hits != []
    Synonyms.objects.get().delete()
    assert list(Event.objects.filter(object_type="search.synonyms").values_list("verb", flat=True)) == [
        "synonyms.added",
        "synonyms.deleted",
    ]


def test_a_search_asks_for_what_is_taught_at_most_once_a_second(
    threads: Shelf, index: Any, django_assert_max_num_queries: Any
) -> None:
    threads.put(1, "Restart the router")
    index()
    assert _ids("router") == [1]
    with django_assert_max_num_queries(1):  # what waits in the outbox
        assert find.suggest(text="router", viewer=Viewer(), lang="en")


# -- in Wagtail's admin ---------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["moderator", "operator"])
def test_editors_keep_synonyms_and_pins(who: str, request: Any, sign_in: Any, threads: Shelf) -> None:
    threads.put(3, "Which SIM do I need?")
    client = sign_in(request.getfixturevalue(who))
    assert reverse("wagtailsnippets_search_synonyms:list") in client.get("/cms/").content.decode()
    given = {"lang": "fr", "words": "box, routeur\nmdp => mot de passe", "note": "", "tried": ""}
    assert client.post(reverse("wagtailsnippets_search_synonyms:add"), given).status_code == 302
    row = Synonyms.objects.get()
    assert row.words.splitlines() == ["box, routeur", "mdp => mot de passe"]
    edit = reverse("wagtailsnippets_search_synonyms:edit", args=[row.pk])
    answer = client.post(edit, given | {"words": "box"})
    assert answer.status_code == 200 and "words" in answer.context["form"].errors

    given = {"lang": "en", "queries": "sim", "addresses": "https://any.example/thread/3/", "tried": "", "note": ""}
    assert client.post(reverse("wagtailsnippets_search_pin:add"), given).status_code == 302
    pin = Pin.objects.get()
    assert (pin.found, pin.exact) == ([["thread", 3]], False)
    edit = reverse("wagtailsnippets_search_pin:edit", args=[pin.pk])
    assert "/thread/3/" in client.get(edit).content.decode()
    answer = client.post(edit, given | {"addresses": "/thread/4/"})
    assert "no public question" in str(answer.context["form"].errors["addresses"])
    assert client.post(reverse("wagtailsnippets_search_pin:delete", args=[pin.pk])).status_code == 302
    assert not Pin.objects.exists()


@pytest.mark.parametrize("who", ["customer", "agent"])
def test_nobody_else_teaches_search(who: str, request: Any, sign_in: Any) -> None:
    client = sign_in(request.getfixturevalue(who))
    for name in ("synonyms", "pin"):
        add = reverse(f"wagtailsnippets_search_{name}:add")
        assert client.get(add).status_code in (302, 403)
        assert client.post(add, {"lang": "en", "words": "a, b", "queries": "a"}).status_code in (302, 403)
        preview = reverse(f"wagtailsnippets_search_{name}:preview_on_add")
        assert client.post(preview, {"lang": "en"}).status_code in (302, 403)
    assert not Synonyms.objects.exists() and not Pin.objects.exists()


def test_the_preview_shows_the_result_before_and_after(
    sign_in: Any, moderator: Viewer, threads: Shelf, index: Any
) -> None:
    threads.put(1, "Restart the router")
    threads.put(2, "A livebox of my own")
    index()
    client = sign_in(moderator)
    preview = reverse("wagtailsnippets_search_synonyms:preview_on_add")
    given = {"lang": "en", "words": "livebox, router", "tried": "", "note": ""}
    assert client.post(preview, given).json()["is_valid"] is True
    page = client.get(preview, {"mode": ""}).content.decode()
    now, kept = page.split("With this kept")
    assert "livebox</mark> of my own" in now and "Restart the" not in now
    assert "Restart the <mark>router</mark>" in kept and "New here." in kept
    assert not Synonyms.objects.exists()
    # With words of one's own, of a row that is there already.
    row = Synonyms.objects.create(lang="en", words="livebox, router")
    preview = reverse("wagtailsnippets_search_synonyms:preview_on_edit", args=[row.pk])
    given = {"lang": "en", "words": "livebox, hub", "tried": "my livebox", "note": ""}
    assert client.post(preview, given).json()["is_valid"] is True
    page = client.get(preview).content.decode()
    assert "What “my livebox” finds" in page
    now, kept = page.split("With this kept")
    assert "Restart the" in now and "Restart the" not in kept


def test_the_preview_of_a_pin_is_in_its_language_and_says_when_search_rests(
    sign_in: Any, moderator: Viewer, threads: Shelf, folder: Any
) -> None:
    threads.put(5, "Garder son numéro", lang="fr")
    client = sign_in(moderator)
    preview = reverse("wagtailsnippets_search_pin:preview_on_add")
    given = {"lang": "fr", "queries": "portabilité", "addresses": "/thread/5/", "tried": "", "note": ""}
    assert client.post(preview, given).json()["is_valid"] is True
    page = client.get(preview).content.decode()
    assert '<html lang="fr">' in page and "portabilité" in page


def test_keys_of_pins_are_pairs() -> None:
    table = editorial.table_of([], [("en", "one\ntwo", False, [Key("thread", 1)])])
    with editorial.tried(table):
        assert editorial.pinned("two of them", "en-GB") == [Key("thread", 1)]
        assert editorial.pinned("three", "en") == []
