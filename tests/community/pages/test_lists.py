"""Lists of threads: what is in each, in which order, at which cost."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from community.actions.acceptance import accept
from community.actions.answering import answer
from community.actions.feedback import set_follow
from community.actions.removal import remove_post
from community.models import MemberProduct, Product, Thread

pytestmark = pytest.mark.django_db
TITLE = re.compile(r'class="title" lang="[^"]+"><a href="[^"]+">([^<]+)</a>')


def titles(client, path: str) -> list[str]:
    response = client.get(path)
    assert response.status_code == 200
    return TITLE.findall(response.content.decode())


@pytest.mark.parametrize("size", [5, 60])
def test_a_list_takes_six_queries_signed_in_at_any_size_and_depth(
    sign_in, make_viewer, customer, product, topic, now, size, django_assert_max_num_queries
):
    Thread.objects.bulk_create(
        Thread(
            author=customer.member,
            title=f"Thread {n}",
            product=product,
            topic=topic,
            created_at=now + timedelta(minutes=n),
        )
        for n in range(size)
    )
    reader = make_viewer("Reader")
    MemberProduct.objects.create(member=reader.member, product=product)
    client = sign_in(reader)
    client.get("/en/terms/")  # the desk's hours, which every page shows and few have to ask for
    path = "/en/community/"
    for _depth in range(2):
        with django_assert_max_num_queries(6):
            html = client.get(path).content.decode()
        assert len(TITLE.findall(html)) == min(size, 30)
        older = re.search(r'href="(\?at=[^"]+)" rel="next"', html)
        if size == 5:
            assert older is None
            return
        path = f"/en/community/{older[1]}" if older else path
    with django_assert_max_num_queries(6):
        client.get("/en/community/about/plan-20/data/?list=unsolved")


def test_each_list_holds_its_own(sign_in, client, make_thread, customer, helper, now):
    make_thread("Open one")
    answered, solved = make_thread("Answered one", minutes=1), make_thread("Solved one", minutes=2)
    answer(thread=answered, by=helper, body="Try this", now=now + timedelta(hours=3))
    accept(answer=answer(thread=solved, by=helper, body="This", now=now), by=customer, now=now)
    assert titles(client, "/en/community/") == ["Solved one", "Answered one", "Open one"]
    assert titles(client, "/en/community/?list=active")[0] == "Answered one"
    assert titles(client, "/en/community/?list=unanswered") == ["Open one"]
    assert titles(client, "/en/community/?list=unsolved") == ["Answered one", "Open one"]
    assert titles(client, "/en/community/?list=solved") == ["Solved one"]
    set_follow(thread=answered, by=helper, on=True, now=now)
    signed = sign_in(helper)
    assert titles(signed, "/en/community/?list=followed") == ["Answered one"]
    assert titles(signed, "/en/community/?list=mine") == []
    assert client.get("/en/community/?list=nothing").status_code == 404


def test_ones_own_lists_ask_a_visitor_to_sign_in(client, db):
    response = client.get("/en/community/?list=mine")
    assert response.status_code == 302
    assert "next=%2Fen%2Fcommunity%2F%3Flist%3Dmine" in response["Location"]


def test_a_products_list_holds_what_is_about_its_children(client, make_thread, product):
    parent = Product.objects.create(slug="plans", names={"en": "Plans"})
    Product.objects.filter(pk=parent.pk).update(path=f"/{parent.pk}/")
    Product.objects.filter(pk=product.pk).update(parent=parent, path=f"/{parent.pk}/{product.pk}/")
    make_thread("About the child")
    assert titles(client, "/en/community/about/plans/") == ["About the child"]
    assert titles(client, "/en/community/about/plan-20/data/") == ["About the child"]
    assert client.get("/en/community/about/nothing/").status_code == 404
    assert client.get("/en/community/about/plan-20/nothing/").status_code == 404


def test_the_readers_languages_come_first_and_the_others_after_them(client, make_thread):
    make_thread("In English")
    make_thread("En français", lang="fr-CA", minutes=1)
    assert titles(client, "/en/community/") == ["In English"]
    assert titles(client, "/en/community/?in=other") == ["En français"]
    assert titles(client, "/fr/community/") == ["En français"]
    assert "?in=other" in client.get("/en/community/").content.decode()


def test_a_reader_of_two_languages_has_both_in_one_list(sign_in, make_thread, make_viewer):
    for minute, lang in enumerate(("en", "fr", "de", "fr-CA", "en-GB")):
        make_thread(f"Asked in {lang}", lang=lang, minutes=minute)
    client = sign_in(make_viewer("Reader", language="fr"))
    for path in ("/en/community/", "/en/community/?list=unsolved", "/en/community/about/plan-20/?list=unanswered"):
        assert titles(client, path) == ["Asked in en-GB", "Asked in fr-CA", "Asked in fr", "Asked in en"]
    assert titles(client, "/en/community/?in=other") == ["Asked in de"]


def test_a_removed_thread_leaves_the_lists_at_once(client, make_thread, moderator, now):
    thread = make_thread("Buy this")
    assert titles(client, "/en/community/") == ["Buy this"]
    remove_post(post=thread.posts.get(), by=moderator, reason="Nothing for sale", now=now)
    assert titles(client, "/en/community/") == []


def test_a_row_changes_with_its_thread_although_rows_are_kept(client, make_thread, helper, now):
    thread = make_thread()
    assert "Nobody has answered yet." in client.get("/en/community/").content.decode()
    answer(thread=thread, by=helper, body="Try this", now=now)
    assert "One answer, not accepted yet." in client.get("/en/community/").content.decode()


def test_a_kept_row_holds_nothing_of_its_first_reader(sign_in, client, make_thread, customer, make_viewer):
    make_thread()
    sign_in(customer).get("/en/community/")
    client.logout()
    html = client.get("/en/community/").content.decode()
    assert "Camille" not in html and "csrf" not in html


def test_an_address_that_nobody_made_gives_the_first_page(client, make_thread):
    make_thread("Only one")
    assert titles(client, "/en/community/?at=bm9uc2Vuc2U") == ["Only one"]


def test_a_visitor_sees_the_newest_on_the_first_page_and_a_member_where_they_could_help(
    sign_in, client, make_thread, helper, customer, product, now
):
    solved = make_thread("Solved before")
    accept(answer=answer(thread=solved, by=helper, body="This", now=now), by=customer, now=now)
    make_thread("Still open", minutes=5)
    html = client.get("/en/").content.decode()
    assert TITLE.findall(html) == ["Still open", "Solved before"] and "You could help" not in html
    html = sign_in(helper).get("/en/").content.decode()
    assert "You could help" in html and "you solved a question like it" in html
    html = sign_in(customer).get("/en/").content.decode()
    assert "You could help" not in html


def test_the_first_page_shows_a_thread_once_where_enough_is_asked(sign_in, make_thread, helper, now):
    for number in range(2):
        make_thread(f"Open {number}", minutes=number)
    client = sign_in(helper)
    assert client.get("/en/").text.count("Open 1") == 2, "too little to leave anything out"
    for number in range(3):
        thread = make_thread(f"Answered {number}", minutes=10 + number)
        answer(thread=thread, by=helper, body="This", now=now)
    html = client.get("/en/").text
    asked = TITLE.findall(html[html.index("People ask now") : html.index("You could help")])
    assert asked == ["Answered 2", "Answered 1", "Answered 0"]
    assert html.count("Open 1") == 1


@pytest.mark.parametrize("size", [3, 40])
def test_the_first_page_costs_the_same_however_much_is_asked(
    sign_in, make_thread, helper, size, django_assert_max_num_queries
):
    for number in range(size):
        make_thread(f"Thread {number}", minutes=number)
    client = sign_in(helper)
    client.get("/en/")
    with django_assert_max_num_queries(9):
        client.get("/en/")
