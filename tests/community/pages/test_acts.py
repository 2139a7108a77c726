"""One-button acts, edits, feeds and the pages beside the threads."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.urls import reverse

from community.actions.answering import answer
from community.actions.editing import edit
from community.actions.removal import remove_post
from community.diffs import compare

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def reply(thread, helper, now):
    return answer(thread=thread, by=helper, body="Try this", now=now)


def test_each_act_comes_back_to_its_post_and_shows_itself(sign_in, client, thread, reply, customer, make_viewer):
    reader = sign_in(make_viewer("Reader"))
    helpful = reverse("community:helpful", args=[reply.pk])
    assert reader.post(helpful)["Location"] == f"{thread.get_absolute_url()}#post-{reply.pk}"
    assert "You say so" in reader.get(thread.get_absolute_url()).content.decode()
    reader.post(helpful, {"on": "0"})
    assert "Nobody has said so yet" in reader.get(thread.get_absolute_url()).content.decode()
    reader.post(reverse("community:me_too", args=[thread.pk]))
    assert "You have it too" in reader.get(thread.get_absolute_url()).content.decode()
    assert reader.post(reverse("community:accept", args=[reply.pk])).status_code == 403
    asker = sign_in(customer)
    asker.post(reverse("community:not_solved", args=[thread.pk]))
    assert "One answer, it did not help." in asker.get(thread.get_absolute_url()).content.decode()
    asker.post(reverse("community:accept", args=[reply.pk]))
    html = asker.get(thread.get_absolute_url()).content.decode()
    assert "Accepted answer" in html and "Undo acceptance" in html
    asker.post(reverse("community:undo", args=[thread.pk]))
    assert "Accepted answer" not in asker.get(thread.get_absolute_url()).content.decode()


@pytest.mark.parametrize("name", ["helpful", "accept"])
def test_a_visitor_signs_in_and_comes_back_to_the_post(client, reply, name):
    path = reverse(f"community:{name}", args=[reply.pk])
    assert client.post(path)["Location"] == f"/en/account/login/?next=%2Fen%2Fcommunity%2Fposts%2F{reply.pk}%2F"
    assert client.get(path).status_code == 405


def test_htmx_is_told_to_leave_the_page_for_the_sign_in(client, thread):
    response = client.post(reverse("community:follow", args=[thread.pk]), headers={"HX-Request": "true"})
    assert response.status_code == 200 and response["HX-Redirect"].startswith("/en/account/login/")


def test_the_answer_that_is_accepted_shows_no_button_to_accept(sign_in, customer, thread, reply):
    client = sign_in(customer)
    assert "Accept this answer" in client.get(thread.get_absolute_url()).content.decode()
    client.post(reverse("community:accept", args=[reply.pk]))
    assert "Accept this answer" not in client.get(thread.get_absolute_url()).content.decode()


def test_an_edit_keeps_its_words_on_error_and_its_history_shows_what_changed(sign_in, client, helper, reply, customer):
    signed = sign_in(helper)
    path = reverse("community:edit", args=[reply.pk])
    assert "Try this" in signed.get(path).content.decode()
    response = signed.post(path, {"body": "", "reason": "A better way", "version": "1"})
    assert response.status_code == 422 and "A better way" in response.content.decode()
    signed.post(path, {"body": "Try that", "reason": "A better way", "version": "1"})
    stale = signed.post(path, {"body": "Try both", "version": "1"})
    assert stale.status_code == 422 and "Try both" in stale.content.decode()
    html = client.get(reverse("community:history", args=[reply.pk])).content.decode()
    assert "<del>" in html and "this</del>" in html and "that</ins>" in html and "A better way" in html
    assert sign_in(customer).get(path).status_code == 403


def test_wordings_that_a_moderator_withheld_are_for_the_author_and_the_team(
    sign_in, client, helper, reply, customer, moderator, now
):
    edit(post=reply, by=helper, body="Call Ms Martin on 0600000000", now=now)
    path, history = (reverse(f"community:{name}", args=[reply.pk]) for name in ("edit", "history"))
    assert "from the public" not in sign_in(helper).get(path).content.decode()
    given = {"body": "Call the desk", "reason": "A private number", "version": "2", "withhold": "on"}
    client.post(path, given)
    reply.refresh_from_db()
    assert reply.body.startswith("Call Ms") and "from the public" in sign_in(moderator).get(path).content.decode()
    assert client.post(path, given).status_code == 302
    reply.refresh_from_db()
    edit(post=reply, by=helper, body="Call the desk first", now=now)
    for viewer, reads in ((helper, True), (moderator, True), (customer, False), (None, False)):
        client.logout()
        html = (sign_in(viewer) if viewer else client).get(history).content.decode()
        assert ("0600000000" in html) is reads and ("this</del>" in html) is reads
        assert "first</ins>" in html and "A private number" in html
        assert ("keeps what it said before" in html) is not reads


def test_a_difference_is_told_word_by_word_within_a_line_and_whole_when_it_is_long():
    same, changed = compare("One line\nTry this now", "One line\nTry that now")
    assert [(piece.kind, piece.text) for piece in same] == [("same", "One line")]
    assert [(p.kind, p.text) for p in changed] == [("same", "Try "), ("del", "this"), ("ins", "that"), ("same", " now")]
    assert {piece.kind for line in compare("a " * 2000, "b " * 2000) for piece in line} == {"del", "ins"}


def test_feeds_hold_what_everybody_may_read(client, make_thread, helper, moderator, product, now):
    shown, gone = make_thread("Shown"), make_thread("Gone", minutes=1)
    remove_post(post=gone.posts.get(), by=moderator, reason="Nothing for sale", now=now)
    reply = answer(thread=shown, by=helper, body="Try **this**", now=now + timedelta(hours=1))
    for path in ("/en/community/feed/", "/fr/community/about/plan-20/feed/"):
        feed = ElementTree.fromstring(client.get(path).content)
        assert [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")] == ["Shown"]
    feed = ElementTree.fromstring(client.get(f"/en/community/t/{shown.pk}/feed/").content)
    entries = list(feed.iter(f"{ATOM}entry"))
    assert "<strong>this</strong>" in entries[0].findtext(f"{ATOM}summary")
    assert entries[0].find(f"{ATOM}link").get("href").endswith(f"#post-{reply.pk}")
    assert client.get(f"/en/community/t/{gone.pk}/feed/").status_code == 404
    assert client.get("/en/community/about/nothing/feed/").status_code == 404


def test_the_sitemap_holds_canonical_addresses_of_public_threads(client, make_thread, moderator, now):
    shown, gone = make_thread("En français", lang="fr"), make_thread("Gone")
    remove_post(post=gone.posts.get(), by=moderator, reason="Nothing for sale", now=now)
    index = client.get("/sitemap.xml").content.decode()
    assert "/sitemap-threads-0.xml" in index and "/sitemap-help.xml" in index
    chunk = client.get("/sitemap-threads-0.xml").content.decode()
    assert f"/fr/community/t/{shown.pk}-en-francais/" in chunk and f"/{gone.pk}-" not in chunk and "<lastmod>" in chunk
    assert client.get("/sitemap-threads-7.xml").status_code == 404
    assert "Sitemap: " in client.get("/robots.txt").content.decode()


def test_a_members_page_shows_what_is_public_and_nothing_of_an_erased_one(client, helper, reply, moderator, now):
    path = reverse("community:member", args=[helper.member_id])
    html = client.get(path).content.decode()
    assert "Nadia Benali" in html and "Try this" in html and helper.member.user.email not in html
    remove_post(post=reply, by=moderator, reason="Wrong", now=now)
    assert "Try this" not in client.get(path).content.decode()
    helper.member.erased_at = now
    helper.member.save(update_fields=["erased_at"])
    assert client.get(path).status_code == 404


def test_a_members_page_shows_the_words_of_a_post_and_none_of_its_markup(client, helper, reply, now):
    edit(post=reply, by=helper, body="**Call** «\u00a03179\u00a0» & wait.", now=now)
    html = client.get(reverse("community:member", args=[helper.member_id])).content.decode()
    assert "Call « 3179 » &amp; wait." in html and "&amp;nbsp;" not in html and "&amp;amp;" not in html


def test_a_title_may_change_under_a_reader(client, thread, customer, now):
    edit(post=thread.posts.get(), by=customer, body="Nothing loads.", title="漢字", now=now)
    assert (
        client.get(f"/en/community/t/{thread.pk}-no-data-since-i-moved/")["Location"] == f"/en/community/t/{thread.pk}/"
    )


@pytest.mark.parametrize(
    "page", ["", "terms/", "privacy/", "accessibility/", "styleguide/", "community/", "community/ask/"]
)
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_pages_stand_without_anybody_signed_in(client, db, lang, page):
    html = client.get(f"/{lang}/{page}").content.decode()
    assert html.count("<h1") == 1 and "style=" not in html and "onclick" not in html
