"""What the index holds of threads, and what is shown of them."""

import pytest

from accounts.viewer import Viewer
from community.actions.acceptance import accept
from community.actions.answering import answer
from community.actions.asking import ask
from community.actions.removal import remove_post
from community.models import Visibility
from community.search_source import WHOLE_MOST, ThreadSource
from search.documents import SOURCES

pytestmark = pytest.mark.django_db


def test_the_source_is_declared():
    assert isinstance(SOURCES["thread"], ThreadSource)


def test_a_document_holds_question_then_accepted_answer_then_the_others(
    thread, answered, customer, agent, now, django_assert_num_queries
):
    second = answer(thread=thread, by=agent, body="Call *us*.", now=now)
    answer(thread=thread, by=agent, body="Your number is 12.", now=now, visibility=Visibility.ASKER)
    accept(answer=second, by=customer, now=now)
    with django_assert_num_queries(2):
        (document,) = ThreadSource().documents([thread.pk, 999])
    assert document.body == "My phone shows no data in Spain.\nCall us.\nTurn on roaming in the settings."
    assert document.solved and document.product_ids == (thread.product_id,) and document.title == thread.title


def test_removed_and_private_things_are_in_no_document(thread, answered, customer, moderator, product, now):
    private = ask(
        by=customer, title="My bill", details="Secret", product=product, topic=None, lang="en", now=now,
        visibility=Visibility.ASKER,
    )  # fmt: skip
    source = ThreadSource()
    assert list(source.ids()) == [thread.pk]
    assert [document.object_id for document in source.documents([thread.pk, private.pk])] == [thread.pk]
    remove_post(post=answered, by=moderator, reason="Dangerous", now=now)
    (document,) = source.documents([thread.pk])
    assert "roaming" not in document.body
    remove_post(post=thread.posts.get(is_opening=True), by=moderator, reason="Advertising", now=now)
    assert list(source.ids()) == [] and list(source.documents([thread.pk])) == []


def test_a_long_thread_stays_within_measure(thread, helper, now):
    for _ in range(20):
        answer(thread=thread, by=helper, body="word " * 2000, now=now)
    (document,) = ThreadSource().documents([thread.pk])
    assert len(document.body) <= WHOLE_MOST + 50


def test_what_is_shown_is_asked_of_the_database_for_each_viewer(
    thread, answered, customer, helper, agent, product, now, django_assert_num_queries
):
    private = ask(
        by=customer, title="My bill", details="Secret", product=product, topic=None, lang="en", now=now,
        visibility=Visibility.ASKER,
    )  # fmt: skip
    for viewer, seen in ((Viewer(), 1), (helper, 1), (customer, 2), (agent, 2)):
        with django_assert_num_queries(1):
            shown = ThreadSource().shown([thread.pk, private.pk], viewer)
        assert len(shown) == seen
    assert shown[thread.pk].text == "My phone shows no data in Spain." and shown[thread.pk].extra["answers"] == 1
