"""An accepted answer becomes a draft, once, by moderators only."""

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from accounts.viewer import Viewer
from community.actions.acceptance import revoke
from community.actions.removal import remove_post
from community.models import Visibility
from core.errors import Refused
from core.models import Task
from events.models import Event
from kb.actions.promotion import promote
from kb.models import FaqArticle, FaqSection, Origin
from notifications.models import Notification
from search.documents import SOURCES

pytestmark = pytest.mark.django_db


def test_a_draft_holds_the_question_the_answer_its_author_and_the_thread(article, accepted, helper, moderator, product):
    assert article.title == "No data after moving"
    assert not article.live
    assert [block.block_type for block in article.body] == ["lead", "steps", "text"]
    assert article.summary == "Add our access point."
    assert article.body[1].value["steps"][0].source == "Open <b>Settings</b>, then <i>SIMs</i>."
    origin = Origin.objects.get(translation_key=article.translation_key)
    assert (origin.post_id, origin.thread_id) == (accepted.pk, accepted.thread_id)
    assert (origin.credited_id, origin.credited_to) == (helper.member_id, "Nadia Benali")
    assert origin.promoted_by_id == moderator.member_id
    section = article.get_parent().specific
    assert (section.product_id, section.title) == (product.pk, "20 GB plan")
    assert article.current_workflow_state.status == "in_progress"
    assert Event.objects.filter(verb="answer.promoted", object_id=accepted.pk).count() == 1


@pytest.mark.parametrize(("lang", "locale", "section"), [("fr", "fr", "Forfait 20 Go"), ("pt-BR", "en", "20 GB plan")])
def test_it_stands_in_the_threads_language_else_in_english(make_answer, moderator, now, lang, locale, section):
    article = promote(answer=make_answer(lang=lang), by=moderator, now=now)
    assert article.locale.language_code == locale
    assert article.get_parent().title == section
    assert article.path_on_site.startswith(f"/{locale}/help/")


def test_sections_of_one_product_are_translations_of_each_other(make_answer, moderator, now, product):
    for lang in ("en", "fr", "fr"):
        promote(answer=make_answer(lang=lang), by=moderator, now=now)
    sections = FaqSection.objects.filter(product=product)
    assert sorted(section.locale.language_code for section in sections) == ["en", "fr"]
    assert len({section.translation_key for section in sections}) == 1


def test_articles_of_one_title_get_addresses_of_their_own(make_answer, moderator, now):
    slugs = [promote(answer=make_answer(), by=moderator, now=now).slug for _ in range(3)]
    assert slugs == ["no-data-after-moving", "no-data-after-moving-2", "no-data-after-moving-3"]


def test_promoting_twice_gives_the_first_article(article, accepted, second, now):
    assert promote(answer=accepted, by=second, now=now).pk == article.pk
    assert FaqArticle.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Origin.objects.create(translation_key="00000000-0000-0000-0000-000000000001", post=accepted, created_at=now)


@pytest.mark.parametrize("who", ["customer", "helper", "agent", "operator"])
def test_only_moderators_promote(request, accepted, now, who):
    with pytest.raises(Refused) as refused:
        promote(answer=accepted, by=request.getfixturevalue(who), now=now)
    assert refused.value.code == "not_moderator"
    assert not FaqArticle.objects.exists()


def test_nobody_signed_in_promotes_nothing(accepted, now):
    with pytest.raises(Refused):
        promote(answer=accepted, by=Viewer(), now=now)


def test_only_an_answer_that_stands_accepted_for_all_to_see(make_answer, moderator, customer, now):
    with pytest.raises(Refused) as refused:
        promote(answer=make_answer(accepted=False), by=moderator, now=now)
    assert refused.value.code == "not_accepted"

    undone = make_answer()
    revoke(thread=undone.thread, by=customer, now=now)
    with pytest.raises(Refused) as refused:
        promote(answer=undone, by=moderator, now=now)
    assert refused.value.code == "not_accepted"

    removed = make_answer()
    remove_post(post=removed, by=moderator, reason="Wrong", now=now)
    with pytest.raises(Refused):
        promote(answer=removed, by=moderator, now=now)

    private = make_answer()
    type(private).objects.filter(pk=private.pk).update(visibility=Visibility.ASKER)
    with pytest.raises(Refused) as refused:
        promote(answer=private, by=moderator, now=now)
    assert refused.value.code == "not_public"


def test_reviewers_are_told_in_the_product_and_nothing_is_mailed(
    accepted, moderator, second, operator, customer, now, django_capture_on_commit_callbacks
):
    before = Task.objects.count()
    with django_capture_on_commit_callbacks(execute=True):
        promote(answer=accepted, by=moderator, now=now)
        assert mail.outbox == []
    told = Notification.objects.filter(kind="article_submitted").values_list("member_id", flat=True)
    assert set(told) == {second.member_id, operator.member_id}
    assert mail.outbox == []
    assert Task.objects.count() == before


def test_a_rollback_leaves_no_article_no_review_and_nobody_told(accepted, moderator, operator, now):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        promote(answer=accepted, by=moderator, now=now)
        1 / 0  # noqa: B018
    assert not FaqArticle.objects.exists() and not Origin.objects.exists()
    assert not Notification.objects.filter(kind="article_submitted").exists()


def test_a_draft_is_neither_public_nor_searchable(article, client, customer, sign_in):
    assert client.get(article.path_on_site).status_code == 404
    assert sign_in(customer).get(article.path_on_site).status_code == 404
    assert client.get(f"/en/help/articles/{article.pk}/").status_code == 404
    source = SOURCES["article"]
    assert list(source.documents([article.pk])) == [] and list(source.ids()) == []
    assert source.shown([article.pk], Viewer.system()) == {}


def test_the_button_promotes_and_is_for_moderators(accepted, sign_in, moderator, customer, client):
    url = f"/en/help/answers/{accepted.pk}/promote/"
    assert client.get(url).status_code == 405
    assert client.post(url).status_code == 403
    assert sign_in(customer).post(url).status_code == 403
    assert not FaqArticle.objects.exists()
    response = sign_in(moderator).post(url)
    assert response.status_code == 302 and response.url.endswith(f"#post-{accepted.pk}")
    assert FaqArticle.objects.count() == 1
