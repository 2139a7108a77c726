"""The page of results and the suggestions, as people meet them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.viewer import Viewer
from community.actions.acceptance import accept
from community.actions.answering import answer
from community.actions.asking import ask
from community.actions.removal import remove_post
from community.models import Product, Thread, Topic, Visibility
from core import ratelimits
from search.models import Change
from search.rebuild import rebuild
from search.writer import Writer

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(customer: Viewer, product: Product, topic: Topic, now: datetime) -> Callable[..., Thread]:
    """`post("Title")`: a question that the customer asked."""

    def make(title: str, details: str = "Calls work, nothing loads.", **more: Any) -> Thread:
        given = {"by": customer, "lang": "en", "product": product, "topic": topic, "now": now} | more
        return ask(title=title, details=details, **given)

    return make


@pytest.fixture
def write(folder: Path) -> Callable[[], None]:
    """Have the index hold what was posted."""

    def go() -> None:
        rebuild(folder, progress=False)
        Change.objects.all().delete()

    return go


def _text(response: Any) -> str:
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def test_results_lead_to_threads_with_the_words_marked(client: Client, post: Any, write: Any) -> None:
    thread = post("No mobile data in Spain", "Roaming stopped at the border <script>.")
    write()
    page = _text(client.get("/en/search/", {"q": "roaming border"}))
    assert f'href="{thread.path_in("en")}"' in page
    assert "<mark>Roaming</mark> stopped at the <mark>border</mark>" in page
    assert "1 result for “roaming border”" in page
    assert page.count("<h1") == 1
    assert 'value="roaming border"' in page


def test_results_in_another_language_say_so(client: Client, post: Any, write: Any) -> None:
    post("Plus d’internet depuis le transfert", lang="fr")
    write()
    assert '<li class="row" lang="fr">' in _text(client.get("/en/search/", {"q": "transfert"}))
    assert '<li class="row">' in _text(client.get("/fr/search/", {"q": "transfert"}))


def test_filters_are_part_of_the_address(
    client: Client, post: Any, write: Any, helper: Viewer, customer: Viewer, now: datetime
) -> None:
    solved = post("Roaming is slow")
    accept(answer=answer(thread=solved, by=helper, body="Switch it off and on.", now=now), by=customer, now=now)
    other = Product.objects.create(slug="fibre", names={"en": "Fibre"})
    open_thread = post("Roaming is dear", product=other, topic=None)
    write()

    def found(**narrow: str) -> set[int]:
        page = _text(client.get("/en/search/", {"q": "roaming", **narrow}))
        return {int(pk) for pk in re.findall(r'href="/en/community/t/(\d+)-', page)}

    assert found() == {solved.pk, open_thread.pk}
    assert found(solved="1") == {solved.pk}
    assert found(product="fibre") == {open_thread.pk}
    assert found(kind="article") == set()
    assert found(kind="thread", product="plan-20", solved="1") == {solved.pk}
    assert found(product="no such product", kind="nor kind", page="-7") == {solved.pk, open_thread.pk}


def test_each_filter_says_how_many_it_would_find_and_nothing_is_offered_in_vain(
    client: Client, post: Any, write: Any, helper: Viewer, customer: Viewer, now: datetime, topic: Topic
) -> None:
    solved = post("Roaming is slow")
    accept(answer=answer(thread=solved, by=helper, body="Switch it off and on.", now=now), by=customer, now=now)
    post("Roaming is dear", topic=None)
    Product.objects.create(slug="fibre", names={"en": "Fibre"})
    write()
    page = _text(client.get("/en/search/", {"q": "roaming"}))
    plain = re.sub(r"<[^>]+>", "", page)
    assert "Everything (2)" in plain and "Questions (2)" in plain and "Help articles (0)" in plain
    assert "Solved only (1)" in plain and "20 GB plan (2)" in plain
    assert "Fibre" not in page
    narrowed = _text(client.get("/en/search/", {"q": "roaming", "product": "plan-20", "topic": "data"}))
    plain = re.sub(r"<[^>]+>", "", narrowed)
    assert "Mobile data (1)" in plain and "20 GB plan (2)" in plain and "Questions (1)" in plain
    assert "1 result for “roaming”" in narrowed and 'name="topic" value="data"' in narrowed
    # A topic of no product narrows nothing.
    assert "2 results" in _text(client.get("/en/search/", {"q": "roaming", "topic": "data"}))


def test_nothing_found_offers_to_ask_with_the_words_kept(client: Client, post: Any, write: Any) -> None:
    post("Roaming")
    write()
    page = _text(client.get("/en/search/", {"q": "teleport & more"}))
    assert "Nothing found for “teleport &amp; more”" in page
    assert 'href="/en/community/ask/?title=teleport+%26+more"' in page
    assert 'href="/en/requests/"' in page


def test_nothing_typed_says_what_can_be_searched(client: Client, folder: Path) -> None:
    for given in ({}, {"q": ""}, {"q": " \x00 "}):
        page = _text(client.get("/en/search/", given))
        assert "a few words, in any language" in page
        assert "Nothing found" not in page


@pytest.mark.parametrize("text", ["\x00", '"', "a AND (", "%", "<script>", "é" * 5_000, "\u202e", "🙂"])
def test_any_characters_give_a_page(text: str, client: Client, post: Any, write: Any) -> None:
    post("Roaming")
    write()
    for name in ("q", "title", "product", "page", "kind"):
        for path in ("/en/search/", "/en/search/similar/", "/fr/search/suggest/"):
            assert client.get(path, {"q": "roaming", "title": "roaming", name: text}).status_code == 200


def test_search_rests_plainly_while_there_is_no_index(client: Client, folder: Path) -> None:
    page = _text(client.get("/en/search/", {"q": "roaming"}))
    assert "Search is resting" in page
    assert 'href="/en/community/"' in page
    assert 'value="roaming"' in page
    assert _text(client.get("/en/search/similar/", {"title": "roaming"})) == ""
    assert _text(client.get("/en/search/suggest/", {"q": "roaming"})) == ""


def test_a_removed_thread_is_gone_at_once_for_everybody(
    client: Client, post: Any, write: Any, moderator: Viewer, now: datetime
) -> None:
    thread = post("Roaming secrets", "The word is xylophone.")
    write()
    remove_post(post=thread.posts.get(is_opening=True), by=moderator, reason="It names somebody.", now=now)
    page = _text(client.get("/en/search/", {"q": "xylophone"}))
    assert "Nothing found" in page
    assert "Roaming secrets" not in page
    assert _text(client.get("/en/search/similar/", {"title": "Roaming secrets"})) == ""


def test_what_only_asker_and_staff_may_see_is_never_in_the_index(
    sign_in: Any, post: Any, write: Any, customer: Viewer, helper: Viewer, agent: Viewer, now: datetime, folder: Path
) -> None:
    thread = post("Roaming question")
    write()
    answer(thread=thread, by=agent, body="Your PIN is xylophone.", now=now, as_staff=True, visibility=Visibility.ASKER)
    Writer(folder).step()
    for viewer in (customer, helper, agent):
        page = _text(sign_in(viewer).get("/en/search/", {"q": "xylophone"}))
        assert "Nothing found" in page
        assert "PIN" not in page
    assert "<mark>Roaming</mark> question" in _text(sign_in(helper).get("/en/search/", {"q": "roaming"}))


def test_the_ask_form_is_shown_what_solves_it_best_first(
    client: Client, post: Any, write: Any, helper: Viewer, customer: Viewer, now: datetime
) -> None:
    thread = post("No mobile data after moving my number")
    accept(answer=answer(thread=thread, by=helper, body="Add **orme.data** by hand.", now=now), by=customer, now=now)
    write()
    page = _text(client.get("/en/search/similar/", {"title": "Moved my number, no mobile data"}))
    assert '<section class="suggest"' in page
    assert "This may be answered already" in page
    assert '<li class="best">' in page
    assert "Add orme.data by hand." in page
    assert "Solved by an answer." in page
    assert _text(client.get("/en/search/similar/", {"title": "Invoice of February"})) == ""
    assert _text(client.get("/en/search/similar/", {"title": "No"})) == ""


def test_suggestions_come_while_the_word_is_typed(client: Client, post: Any, write: Any) -> None:
    post("Retrouver internet après un transfert", lang="fr")
    write()
    assert "Retrouver internet" in _text(client.get("/fr/search/suggest/", {"q": "internet trans"}))
    assert _text(client.get("/fr/search/suggest/", {"q": "xyz"})) == ""


def test_too_many_searches_are_told_when_to_come_back(
    client: Client, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ratelimits.RATES, "search", "2/m")
    codes = [client.get("/en/search/", {"q": "roaming"}).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    assert client.get("/en/search/").status_code == 200


def test_pages_only_answer_to_reading(client: Client) -> None:
    for path in ("/en/search/", "/en/search/similar/", "/en/search/suggest/"):
        assert client.post(path).status_code == 405


def test_a_page_of_results_costs_the_same_few_queries_at_any_size(
    client: Client, post: Any, write: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        post(f"Roaming {number}")
    write()
    with django_assert_max_num_queries(6):
        page = _text(client.get("/en/search/", {"q": "roaming"}))
    assert page.count('<li class="row"') == 20
    assert 'rel="next"' in page


def test_products_are_offered_under_their_parents(client: Client, post: Any, write: Any, product: Product) -> None:
    child = Product.objects.create(slug="esim", names={"en": "eSIM"}, parent=product)
    child.path = f"{product.path}{child.pk}/"
    child.save()
    post("Roaming with an eSIM", product=child, topic=None)
    write()
    page = _text(client.get("/en/search/", {"q": "roaming", "product": "esim"}))
    assert '<option value="plan-20">20 GB plan (1)</option>' in page
    assert '<option value="esim" selected>– eSIM (1)</option>' in page
    assert page.index("plan-20") < page.index('value="esim" selected')
