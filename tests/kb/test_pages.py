"""What readers see."""

import pytest
from django.urls import reverse

from community.actions.removal import remove_post
from kb.actions.demo import make_article, publish_promotion
from kb.models import FaqArticle, Origin
from search.documents import SOURCES

pytestmark = pytest.mark.django_db


@pytest.fixture
def live(article, operator, now):
    return publish_promotion(article=article, by=operator, now=now)


def make(now, product, number=1, lang="en", **changes):
    return make_article(
        **{
            "section_slug": "phones", "section_title": "Phones", "lang": lang, "title": f"Article {number}",
            "lead": "Turn it **off**.", "steps": ["Hold the button.", "Wait."], "product": product, "now": now,
        }
        | changes
    )  # fmt: skip


def test_an_article_shows_the_answer_its_steps_its_author_and_its_thread(live, client, accepted):
    html = client.get(live.path_on_site).text
    assert "<h1>No data after moving</h1>" in html
    assert html.index("Add our access point") < html.index('<ol class="steps">') < html.index("Still stuck")
    assert "From an answer by Nadia Benali." in html and "Olga Operator" in html
    assert accepted.get_absolute_url() in html
    assert "/en/community/ask/?title=No%20data%20after%20moving" in html
    assert "application/ld+json" in html and "wagtail-userbar" not in html
    assert "style=" not in html


def test_no_link_to_a_thread_that_the_reader_may_not_see(live, client, accepted, moderator, sign_in, now):
    opening = accepted.thread.posts.get(is_opening=True)
    remove_post(post=opening, by=moderator, reason="Private", now=now)
    assert accepted.get_absolute_url() not in client.get(live.path_on_site).text
    assert accepted.get_absolute_url() in sign_in(moderator).get(live.path_on_site).text


def test_the_help_index_and_a_section_list_published_articles(client, now, product, article):
    made = make(now, product)
    index = client.get(reverse("help")).text
    assert made.title in index and article.title not in index
    section = made.get_parent()
    page = client.get(section.specific.path_on_site).text
    assert made.title in page
    assert client.get("/en/help/nowhere/").status_code == 404
    assert client.get(f"/en/help/{made.slug}/").status_code == 404


@pytest.mark.parametrize(("lang", "word"), [("en", "Help"), ("fr", "Aide")])
def test_each_language_has_its_index(client, lang, word):
    response = client.get(f"/{lang}/help/")
    assert response.status_code == 200 and f"<h1>{word}</h1>" in response.text


def test_the_language_link_leads_to_the_translation_else_to_the_others_help(client, now, product):
    english = make(now, product)
    html = client.get(english.path_on_site).text
    assert 'href="/fr/help/"' in html and 'rel="alternate"' not in html
    french = make(now, product, lang="fr", title="Article un", translation_of=english)
    assert french.get_parent().translation_key == english.get_parent().translation_key
    html = client.get(english.path_on_site).text
    assert f'href="{french.path_on_site}"' in html and 'rel="alternate"' in html
    assert client.get(f"/fr/help/articles/{english.pk}/").url == french.path_on_site


def test_pages_cost_the_same_however_many_articles_there_are(client, now, product, django_assert_max_num_queries):
    first = make(now, product)
    client.get("/en/help/")
    for number in range(2, 9):
        make(now, product, number)
        make(now, product, number, section_slug=f"section-{number}", section_title=f"Section {number}")
    for url, most in (("/en/help/", 11), (first.get_parent().specific.path_on_site, 11), (first.path_on_site, 14)):
        client.get(url)  # whatever else a process reads once
        with django_assert_max_num_queries(most):
            assert client.get(url).status_code == 200


def test_a_published_article_is_a_document_of_its_language_and_product(live, product, customer):
    source = SOURCES["article"]
    [document] = source.documents([live.pk])
    assert (document.lang, document.title, document.product_ids) == ("en", live.title, (product.pk,))
    assert "orme.data" in document.body and "<" not in document.body
    assert list(source.ids()) == [live.pk]
    assert source.shown([live.pk], customer)[live.pk].url == live.path_on_site


def test_the_sitemap_lists_published_articles_alone(client, live, now, product):
    make(now, product)
    FaqArticle.objects.get(pk=live.pk).unpublish()
    text = client.get("/sitemap-help.xml").text
    assert "/en/help/phones/article-1/" in text and live.slug not in text


def test_a_credit_without_an_answer_is_shown_as_its_writer(client, now, product):
    made = make(now, product, credited_to="Ines Duarte")
    assert "Written by Ines Duarte." in client.get(made.path_on_site).text
    assert Origin.objects.get().post_id is None


def test_moderators_see_on_the_answer_what_became_of_it(accepted, moderator, operator, sign_in, now, customer):
    url = accepted.thread.get_absolute_url()
    promote_url = reverse("kb:promote", args=[accepted.pk])
    assert promote_url not in sign_in(customer).get(url).text
    page = sign_in(moderator).get(url).text
    assert promote_url in page and "Promote to FAQ" in page
    sign_in(moderator).post(promote_url)
    made = FaqArticle.objects.get()
    assert reverse("kb:review", args=[made.pk]) in sign_in(moderator).get(url).text
    publish_promotion(article=made, by=operator, now=now)
    assert reverse("kb:article", args=[made.pk]) in sign_in(moderator).get(url).text
    FaqArticle.objects.get().unpublish()
    assert reverse("kb:review", args=[made.pk]) in sign_in(moderator).get(url).text
    FaqArticle.objects.get().delete()
    assert promote_url in sign_in(moderator).get(url).text
