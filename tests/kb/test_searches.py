"""What editors read of searches, what they make of it, and how those who wait are told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions.erasure import erase
from accounts.actions.export import export
from accounts.jobs import Job
from accounts.viewer import Viewer
from core.errors import Invalid, Refused
from kb.actions import gaps
from kb.actions.demo import make_article, withdraw_article
from kb.models import EditorialTask, Wanted
from notifications.models import Notification
from search import counting
from search.rebuild import rebuild

pytestmark = pytest.mark.django_db


@pytest.fixture
def article(product: Any, now: Any) -> Any:
    """`article("Title", publish=False)`: one in English."""

    def make(title: str, *, publish: bool = True) -> Any:
        return make_article(
            section_slug="mobile", section_title="Mobile", lang="en", title=title, lead="In short.", steps=["One."],
            product=product, publish=publish, now=now,
        )  # fmt: skip

    return make


@pytest.fixture
def task(moderator: Viewer, now: Any) -> EditorialTask:
    return gaps.open_task(
        text="eSIM on two phones", lang="en", product=None, owner=moderator.member, by=moderator, now=now
    )


def _told(viewer: Viewer) -> list[Notification]:
    return list(Notification.objects.filter(member=viewer.member, kind="search_answered"))


def _count(text: str, *, results: int, product: int = 0) -> None:
    for step in range(counting.OCCASIONS):
        at = timezone.now() - timedelta(seconds=step * counting.OCCASION)
        counting.searched(text=text, lang="en", product=product, results=results, was="", now=at)
    counting.write()


def test_the_page_shows_what_was_searched_with_a_chart_and_its_table(
    sign_in: Any, moderator: Viewer, product: Any, django_assert_max_num_queries: Any
) -> None:
    _count("esim on two phones", results=0, product=product.pk)
    _count("roaming <b>", results=3)
    client = sign_in(moderator)
    client.get("/en/help/searches/")
    with django_assert_max_num_queries(20):
        page = client.get("/en/help/searches/").content.decode()
    assert "10 searches in 28 days." in page and "5 found nothing," in page
    assert "<svg" in page and 'role="img"' in page and "The numbers as a table" in page
    assert page.count("esim on two phones") >= 3 and "roaming b" in page and "<b>" not in page
    assert "style=" not in page
    narrowed = client.get("/en/help/searches/", {"product": product.slug, "days": "7", "lang": "en"}).content.decode()
    assert "5 searches in 7 days." in narrowed and "roaming b" not in narrowed
    assert "Nobody has searched" in client.get("/en/help/searches/", {"lang": "fr"}).content.decode()
    assert client.get("/en/help/searches/", {"product": "none", "days": "x", "lang": "\x00"}).status_code == 200


def test_a_failed_search_becomes_a_task_of_whoever_presses_the_button(
    sign_in: Any, moderator: Viewer, make_viewer: Any
) -> None:
    _count("esim on two phones", results=0)
    client = sign_in(moderator)
    answer = client.post("/en/help/searches/tasks/", {"text": "esim on two phones", "lang": "en"})
    task = EditorialTask.objects.get()
    assert answer.url == f"/en/help/searches/tasks/{task.pk}/"
    assert (task.text, task.owner, task.state) == ("esim on two phones", moderator.member, "open")
    # Pressed twice, there is one.
    client.post("/en/help/searches/tasks/", {"text": "eSIM  on two PHONES", "lang": "en"})
    assert EditorialTask.objects.count() == 1
    page = client.get("/en/help/searches/").content.decode()
    assert f'href="/en/help/searches/tasks/{task.pk}/"' in page and "See the task" in page
    other = make_viewer("Mia Derator", Job.MODERATOR)
    client.post(f"/en/help/searches/tasks/{task.pk}/", {"owner": other.member_id, "article": ""})
    task.refresh_from_db()
    assert task.owner == other.member
    customer = make_viewer("Carl")
    answer = client.post(f"/en/help/searches/tasks/{task.pk}/", {"owner": customer.member_id})
    assert answer.status_code == 422 and "Choose somebody who edits" in answer.content.decode()
    assert client.post("/en/help/searches/tasks/", {"text": "?"}).url == "/en/help/searches/"
    client.post(f"/en/help/searches/tasks/{task.pk}/", {"drop": "1"})
    task.refresh_from_db()
    assert task.state == "dropped" and task.closed_at


def test_whoever_asked_is_told_when_a_linked_draft_is_published(
    task: EditorialTask, customer: Viewer, helper: Viewer, moderator: Viewer, article: Any, now: Any
) -> None:
    for by in (customer, helper):
        gaps.want(text="esim on TWO phones?", lang="en", by=by, on=True, now=now)
    gaps.want(text="esim on two phones", lang="fr", by=moderator, on=True, now=now)
    draft = article("One eSIM, two phones", publish=False)
    task = gaps.change_task(task=task, owner=moderator.member, article=draft, by=moderator, now=now)
    assert task.state == "open" and not _told(customer)
    draft.get_latest_revision().publish()
    task.refresh_from_db()
    assert task.state == "done"
    for by in (customer, helper):
        [told] = _told(by)
        assert told.path == f"help/articles/{draft.pk}/"
        assert told.data == {"title": "One eSIM, two phones", "text": "esim on two phones"}
    assert not _told(moderator)
    # Once is enough, whatever is published again; and who was told waits no longer.
    draft.get_latest_revision().publish()
    assert len(_told(customer)) == 1
    assert list(Wanted.objects.values_list("lang", flat=True)) == ["fr"]


def test_linking_an_article_that_is_there_already_tells_at_once(
    task: EditorialTask, customer: Viewer, moderator: Viewer, article: Any, now: Any
) -> None:
    gaps.want(text="esim on two phones", lang="en", by=customer, on=True, now=now)
    gaps.change_task(task=task, owner=None, article=article("There"), by=moderator, now=now)
    assert len(_told(customer)) == 1
    with pytest.raises(Refused):
        gaps.change_task(task=task, owner=None, article=None, by=moderator, now=now)


def test_an_article_that_was_withdrawn_answers_nothing(
    task: EditorialTask, moderator: Viewer, article: Any, now: Any
) -> None:
    gone = article("Gone")
    withdraw_article(article=gone, now=now)
    gone.refresh_from_db()
    assert gaps.change_task(task=task, owner=None, article=gone, by=moderator, now=now).state == "open"


def test_an_empty_result_offers_to_tell_whoever_is_signed_in(
    client: Client, sign_in: Any, customer: Viewer, settings: Any, tmp_path: Path
) -> None:
    settings.SEARCH_INDEX_DIR = tmp_path
    rebuild(tmp_path, progress=False)
    offer = "Tell me when there is an answer"
    assert offer not in client.get("/en/search/", {"q": "zeppelin"}).content.decode()
    signed = sign_in(customer)
    assert offer in signed.get("/en/search/", {"q": "zeppelin"}).content.decode()
    assert offer not in signed.get("/en/search/", {"q": "???"}).content.decode()
    page = signed.post("/en/help/searches/told/", {"q": "Zeppelin", "on": "1"}, follow=True).content.decode()
    assert "when a help article answers “Zeppelin”" in page and "not your name" in page
    assert "You are told here and by mail" in page and offer not in page
    assert Wanted.objects.get().text == "zeppelin"
    signed.post("/en/help/searches/told/", {"q": "zeppelin", "on": "0"})
    assert not Wanted.objects.exists()
    assert "Type what you look for." in signed.post("/en/help/searches/told/", {}, follow=True).content.decode()


def test_nobody_waits_for_more_than_they_may(customer: Viewer, now: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gaps, "WANTED_MAX", 1)
    gaps.want(text="one", lang="en", by=customer, on=True, now=now)
    gaps.want(text="one", lang="en", by=customer, on=True, now=now)
    with pytest.raises(Refused):
        gaps.want(text="two", lang="en", by=customer, on=True, now=now)
    with pytest.raises(Invalid):
        gaps.want(text="?", lang="en", by=customer, on=True, now=now)


def test_a_person_takes_what_they_wait_for_with_them_and_is_erased_from_it(
    task: EditorialTask, customer: Viewer, moderator: Viewer, now: Any
) -> None:
    gaps.want(text="esim on two phones", lang="en", by=customer, on=True, now=now)
    assert export(by=customer, now=now)["kb_searches"]["wanted"][0]["text"] == "esim on two phones"
    assert export(by=moderator, now=now)["kb_searches"]["to_write"][0]["text"] == "esim on two phones"
    erase(by=customer, keep_name=False, now=now)
    assert not Wanted.objects.exists()
    erase(by=moderator, keep_name=False, now=now)
    task.refresh_from_db()
    assert task.owner is None
