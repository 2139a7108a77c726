"""A question that need not be asked: a suggestion solves it; and one that is asked all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.actions.erasure import erase
from accounts.actions.export import export
from accounts.viewer import Viewer
from community.actions.acceptance import accept
from community.actions.answering import answer
from community.actions.asking import ask
from community.actions.removal import remove_post
from community.models import Deflection, Draft, MeToo, Product, Thread
from events.models import Event
from search.rebuild import rebuild

pytestmark = pytest.mark.django_db

WORDS = {"title": "No data after moving my number", "details": "Since Tuesday."}


@pytest.fixture
def solved(customer: Viewer, helper: Viewer, product: Product, now: Any, settings: Any, tmp_path: Path) -> Thread:
    """A solved question that a search finds."""
    thread = ask(
        by=customer, title="No mobile data after moving my number", details="Nothing loads.", product=product,
        topic=None, lang="en", now=now,
    )  # fmt: skip
    accept(answer=answer(thread=thread, by=helper, body="Set **orme.data**.", now=now), by=customer, now=now)
    settings.SEARCH_INDEX_DIR = tmp_path
    rebuild(tmp_path, progress=False)
    return thread


def _solve(client: Client, thread: Thread, **more: Any) -> Any:
    key = f"thread:{thread.pk}"
    return client.post("/en/community/ask/solved/", {**WORDS, "helped": key, "shown": [key, "article:3"], **more})


def test_each_suggestion_can_end_the_question(client: Client, solved: Thread) -> None:
    page = client.get("/en/search/similar/", WORDS).content.decode()
    assert "This solves my problem" in page and f'value="thread:{solved.pk}"' in page
    assert 'formaction="/en/community/ask/solved/"' in page


def test_a_customer_whose_problem_is_solved_is_thanked_counts_as_me_too_and_posts_nothing(
    sign_in: Any, make_viewer: Any, solved: Thread, product: Product, now: Any
) -> None:
    other = make_viewer("Tom")
    Draft.objects.create(member=other.member, key="ask", data=WORDS, updated_at=now)
    client = sign_in(other)
    answered = _solve(client, solved, product=product.pk, token="one-form")
    assert answered.url == solved.path_in("en")
    page = client.get(answered.url).content.decode()
    assert "Good to know that this solves it. Your question was not posted" in page
    row = Deflection.objects.get()
    assert (row.member, row.product, row.helped) == (other.member, product, f"thread:{solved.pk}")
    assert (row.shown, row.thread, row.lang) == ([f"thread:{solved.pk}", "article:3"], None, "en")
    assert MeToo.objects.get().member == other.member
    solved.refresh_from_db()
    assert solved.me_too_count == 1
    assert Thread.objects.count() == 1 and not Draft.objects.exists()
    assert Event.objects.filter(verb="ask.solved", actor=other.member).count() == 1
    # The same form again counts once, another form counts again, and a me-too stays one.
    _solve(client, solved, token="one-form")
    assert Deflection.objects.count() == 1
    _solve(client, solved, token="another")
    assert (Deflection.objects.count(), MeToo.objects.count()) == (2, 1)


def test_a_visitor_ends_a_question_too_and_nothing_of_them_is_kept(client: Client, solved: Thread) -> None:
    answered = _solve(client, solved)
    assert answered.url == solved.path_in("en")
    row = Deflection.objects.get()
    assert (row.member, row.token, row.helped) == (None, "", f"thread:{solved.pk}")
    assert not MeToo.objects.exists()


def test_ones_own_question_helps_without_a_me_too(sign_in: Any, customer: Viewer, solved: Thread) -> None:
    _solve(sign_in(customer), solved)
    assert Deflection.objects.count() == 1 and not MeToo.objects.exists()


def test_what_is_no_longer_there_solves_nothing_and_what_was_typed_stays(
    sign_in: Any, helper: Viewer, moderator: Viewer, solved: Thread, now: Any
) -> None:
    remove_post(post=solved.posts.get(is_opening=True), by=moderator, reason="It names somebody.", now=now)
    client = sign_in(helper)
    for helped in (f"thread:{solved.pk}", "thread:999", "nothing:1", "", "thread:-1", "thread:" + "9" * 30):
        answered = _solve(client, solved, helped=helped)
        assert answered.status_code == 422
        assert "This is no longer there." in answered.content.decode()
        assert WORDS["title"] in answered.content.decode()
    assert not Deflection.objects.exists()


def test_a_question_that_is_posted_anyway_keeps_what_was_suggested(
    sign_in: Any, helper: Viewer, solved: Thread, product: Product
) -> None:
    shown = [f"thread:{solved.pk}", f"thread:{solved.pk}", "made up", "article:3"]
    sign_in(helper).post("/en/community/ask/", {**WORDS, "product": product.pk, "lang": "en", "shown": shown})
    thread = Thread.objects.exclude(pk=solved.pk).get()
    row = Deflection.objects.get()
    assert (row.thread, row.helped, row.shown) == (thread, "", [f"thread:{solved.pk}", "article:3"])
    assert row.member == helper.member


def test_without_a_script_the_suggestions_come_with_the_form(client: Client, solved: Thread) -> None:
    plain = client.get("/en/community/ask/").content.decode()
    noscript = plain[plain.index("<noscript>") : plain.index("</noscript>")]
    assert 'name="look"' in noscript and "See questions like mine" in noscript
    page = client.post("/en/community/ask/", {**WORDS, "look": "1"}).content.decode()
    assert solved.title in page and "This solves my problem" in page and "Since Tuesday." in page
    nothing = client.post("/en/community/ask/", {"title": "Zeppelin", "details": "", "look": "1"}).content.decode()
    assert "Nothing like it was found." in nothing
    assert not Thread.objects.exclude(pk=solved.pk).exists()


def test_a_person_takes_it_along_and_is_erased_from_it(
    sign_in: Any, make_viewer: Any, solved: Thread, now: Any
) -> None:
    other = make_viewer("Tom")
    _solve(sign_in(other), solved, token="one-form")
    assert export(by=other, now=now)["community"]["suggested"][0]["helped"] == f"thread:{solved.pk}"
    erase(by=other, keep_name=False, now=now)
    row = Deflection.objects.get()
    assert (row.member, row.token) == (None, "")
