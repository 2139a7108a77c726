"""Ways in that are none: redirects away, other people's things, rights that one gives oneself."""

from __future__ import annotations

import logging
import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions import suspension
from accounts.jobs import Job
from accounts.models import Member, User
from accounts.viewer import Viewer
from care.actions import cases
from community.actions.answering import answer
from community.actions.asking import ask
from community.actions.commenting import comment
from community.actions.drafts import keep
from community.actions.removal import remove_comment, remove_post
from community.models import Acceptance, Comment, Draft, MeToo, Post, Thread, Visibility
from core.errors import Refused
from core.logs import Line
from notifications.models import Notification
from search import rebuild

AWAY = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "http:evil.example",
    "https:/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "//localhost@evil.example/",
    "/%09/evil.example",
    "\thttps://evil.example",
    "https://localhost.evil.example/",
    "http://localhost:9/",
]
SECRET = "zanzibar"


def goes_away(location: str) -> bool:
    return not re.match(r"/(?![/\\])", location) and not location.startswith("http://localhost/")


@pytest.mark.parametrize("away", AWAY)
def test_no_page_sends_anybody_to_another_site(world, away):
    email = world.people["other"].member.user.email
    given = {"login": email, "password": "a long password"}
    for ask_for in (
        lambda c: c.post(reverse("account_login"), given | {"next": away}),
        lambda c: c.post(f"{reverse('account_login')}?" + "next=" + away.replace("&", "%26"), given),
        lambda c: c.get(reverse("cms_sign_in"), {"next": away}),
        lambda c: c.get("/admin/login/", {"next": away}),
    ):
        response = ask_for(world.client("anonymous"))
        assert response.status_code in (200, 302), response.status_code
        if response.status_code == 302:
            assert not goes_away(response["Location"]), response["Location"]
    signed_in = world.client("other")
    for path in (reverse("account_login"), reverse("account_signup"), reverse("account_reauthenticate")):
        response = signed_in.get(path, {"next": away})
        assert response.status_code in (200, 302)
        if response.status_code == 302:
            assert not goes_away(response["Location"])
    follow = reverse("community:follow", args=[world.keys["fresh"].pk])
    back = signed_in.post(follow, {"on": "1", "next": away}, headers={"Referer": away.strip()})
    assert not goes_away(back["Location"])
    out = signed_in.post(reverse("account_logout"), {"next": away})
    assert not goes_away(out["Location"])


@pytest.fixture
def hidden(world):
    """A private answer, a note among staff, a removed answer with its comment, a removed comment; each says SECRET."""
    people, now = world.people, timezone.now()
    thread = ask(
        by=people["asker"], title="Line drops", details="At night.", product=world.keys["product"], topic=None,
        lang="en", now=now,
    )  # fmt: skip
    made = {
        "private": answer(
            thread=thread, by=people["agent"], body=f"{SECRET} private", now=now, visibility=Visibility.ASKER
        ),
        "note": answer(thread=thread, by=people["agent"], body=f"{SECRET} note", now=now, visibility=Visibility.STAFF),
        "removed": answer(thread=thread, by=people["answerer"], body=f"{SECRET} removed", now=now),
        "kept": answer(thread=thread, by=people["answerer"], body="Kept.", now=now),
    }
    comments = [
        comment(post=made["removed"], by=people["other"], text=f"{SECRET} under removed", now=now),
        comment(post=made["private"], by=people["agent"], text=f"{SECRET} under private", now=now),
        comment(post=made["kept"], by=people["other"], text=f"{SECRET} removed comment", now=now),
    ]
    moderator = people["moderator"]
    remove_comment(comment=comments[2], by=moderator, reason=f"{SECRET} reason", now=now)
    remove_post(post=Post.objects.get(pk=made["removed"].pk), by=moderator, reason=f"{SECRET} reason", now=now)
    return Thread.objects.get(pk=thread.pk), made, comments


def readers(world, thread, posts, comments):
    """Every address that could show one of these."""
    for post in posts:
        for name in ("community:post", "community:history", "community:comment", "community:edit", "community:remove"):
            yield reverse(name, args=[post.pk])
        yield reverse("community:report", args=["post", post.pk])
        yield reverse("community:decide", args=["post", post.pk])
    for each in comments:
        yield reverse("community:report", args=["comment", each.pk])
        yield reverse("community:remove_comment", args=[each.pk])
    yield thread.get_absolute_url()
    yield f"{thread.get_absolute_url()}?after={posts[0].pk}"
    for name in ("community:near", "community:thread_feed"):
        yield reverse(name, args=[thread.pk])
    yield from (reverse("community:feed"), reverse("community:list"), reverse("home"), "/sitemap-threads-0.xml")
    yield from (f"{reverse('search:results')}?q={SECRET}", f"{reverse('search:suggest')}?q={SECRET}")
    yield from (f"{reverse('search:similar')}?title={SECRET}", reverse("care:desk"))
    for who in ("agent", "answerer", "other"):
        yield reverse("community:member", args=[world.people[who].member_id])


@pytest.mark.parametrize("standing", ["anonymous", "other", "unverified", "suspended"])
def test_what_is_private_or_removed_is_nowhere_for_others(world, hidden, settings, tmp_path, standing):
    settings.SEARCH_INDEX_DIR = tmp_path / "index"
    rebuild.rebuild(settings.SEARCH_INDEX_DIR, progress=False)
    thread, made, comments = hidden
    # Who wrote a comment may read it themselves.
    own = comments[2:] if standing == "other" else []
    posts = [made["private"], made["note"], made["removed"]]
    client = world.client(standing)
    for path in readers(world, thread, posts, [each for each in comments if each not in own]):
        page = client.get(path, follow=True).content.decode().replace(f'"{SECRET}"', "").replace(f"={SECRET}", "")
        if own:
            page = page.replace(f"{SECRET} removed comment", "").replace(f"{SECRET} reason", "")
        said = [page[max(0, at.start() - 60) : at.end() + 30] for at in re.finditer(f"{SECRET} ", page)]
        assert said == [], path


def test_the_asker_reads_what_is_for_them_and_no_note_of_the_staff(world, hidden):
    thread, made, _comments = hidden
    page = world.client("asker").get(thread.get_absolute_url()).content.decode()
    assert f"{SECRET} private" in page
    assert f"{SECRET} note" not in page and f"{SECRET} removed" not in page
    assert world.client("asker").get(reverse("community:post", args=[made["note"].pk])).status_code == 404


@pytest.mark.parametrize("standing", ["anonymous", "other", "answerer"])
def test_nobody_acts_on_what_they_cannot_see(world, hidden, standing):
    _thread, made, comments = hidden
    client = world.client(standing)
    for post in (made["private"], made["note"]):
        for name, given in (
            ("helpful", {"on": "1"}), ("accept", {}), ("comment", {"text": "x"}),
            ("edit", {"body": "x", "version": "1"}), ("remove", {"reason": "x"}), ("restore", {"reason": "x"}),
        ):  # fmt: skip
            response = client.post(reverse(f"community:{name}", args=[post.pk]), given)
            assert response.status_code in (302, 403, 404)
            if response.status_code == 302:
                assert "/account/login/" in response["Location"]
    assert Post.objects.get(pk=made["note"].pk).version == 1
    assert Comment.objects.filter(text="x").count() == 0
    assert client.post(reverse("kb:promote", args=[made["note"].pk])).status_code in (302, 403, 404)
    assert Comment.objects.get(pk=comments[1].pk).removed_at is None


def test_another_persons_drafts_and_notifications_stay_theirs(world):
    people, now = world.people, timezone.now()
    keep(by=people["asker"], key="ask", data={"title": SECRET}, now=now)
    told = Notification.objects.create(
        member=people["asker"].member, kind="comment_posted", key="k", path="x", data={"title": SECRET}, created_at=now
    )
    other = world.client("other")
    assert SECRET not in other.get(reverse("community:ask")).content.decode()
    assert SECRET not in other.get(reverse("notifications:index")).content.decode()
    other.post(reverse("notifications:read"), {"id": str(told.pk)})
    other.post(reverse("notifications:read"))
    other.post(reverse("community:draft"), {"key": "ask", "member": people["asker"].member_id, "title": "mine"})
    told.refresh_from_db()
    assert told.read_at is None
    assert Draft.objects.get(member=people["asker"].member, key="ask").data == {"title": SECRET}


def test_an_answer_is_accepted_in_its_own_thread_alone(world):
    people, keys = world.people, world.keys
    stranger = ask(
        by=people["other"],
        title="Another",
        details="x",
        product=keys["product"],
        topic=None,
        lang="en",
        now=timezone.now(),
    )
    # The asker of another thread accepts, undoes and reopens here: nothing of it is theirs.
    client = world.client("other")
    before = Acceptance.objects.filter(revoked_at=None).count()
    given = {"thread": stranger.pk, "post": keys["post"].pk, "answer": keys["post"].pk}
    assert client.post(reverse("community:accept", args=[keys["post"].pk]), given).status_code == 403
    assert client.post(reverse("community:undo", args=[keys["solved"].pk]), given).status_code == 403
    assert client.post(reverse("community:not_solved", args=[keys["thread"].pk]), given).status_code == 403
    assert Acceptance.objects.filter(revoked_at=None).count() == before
    client.post(reverse("community:me_too", args=[keys["fresh"].pk]), {"on": "1", "member": people["asker"].member_id})
    assert list(MeToo.objects.filter(thread=keys["fresh"]).values_list("member", flat=True)) == [client_id(people)]


def client_id(people) -> int:
    return people["other"].member_id


def test_fields_that_a_form_does_not_have_change_nothing(world):
    people, keys = world.people, world.keys
    more = {
        "author": people["asker"].member_id, "author_id": people["asker"].member_id, "by": people["agent"].member_id,
        "state": "solved", "removed_at": "2020-01-01", "html": "<script>", "is_opening": "on", "helpful_count": "999",
        "source": "x", "external_id": "y", "created_at": "2001-01-01", "is_team": "on", "jobs": "operator",
        "groups": "1",
        "trust": "4", "is_staff": "on", "is_superuser": "on", "email_verified_at": "2020-01-01", "thread": "1",
    }  # fmt: skip
    client = world.client("other")
    client.post(reverse("community:answer", args=[keys["fresh"].pk]), {"body": "Mine.", **more})
    made = Post.objects.get(body="Mine.")
    assert (made.author_id, made.as_staff, made.visibility, made.helpful_count) == (
        client_id(people),
        False,
        "public",
        0,
    )
    assert made.html == "<p>Mine.</p>" and made.source == "" and made.created_at.year > 2020
    for claim in ({"as_staff": "on"}, {"visibility": "staff"}, {"visibility": "asker"}):
        response = client.post(reverse("community:answer", args=[keys["fresh"].pk]), {"body": "Claimed.", **claim})
        assert response.status_code == 403 and "Claimed." in response.content.decode()
    given = {"title": "Mine too", "details": "x", "product": keys["product"].pk, "lang": "en", "visibility": "staff"}
    client.post(reverse("community:ask"), more | given)
    thread = Thread.objects.get(title="Mine too")
    assert (thread.author_id, thread.visibility, thread.state) == (client_id(people), "public", "open")
    client.post(reverse("accounts:home"), {"name": "Tom", "language": "en", "time_zone": "Europe/Paris", **more})
    user = User.objects.get_queryset().with_viewer().get(pk=people["other"].member.user_id)
    assert Viewer.of(user).jobs == {Job.CUSTOMER} and not user.is_superuser
    assert not Member.objects.get(pk=client_id(people)).is_team


def test_somebody_who_lost_their_job_or_was_suspended_acts_no_more_with_an_old_page(world):
    people, keys, now = world.people, world.keys, timezone.now()
    agent, moderator = people["agent"], people["moderator"]
    cases.take(case=keys["case"], by=agent, now=now)
    agent.member.user.groups.clear()
    # As a request that read its viewer a moment before.
    with pytest.raises(Refused):
        cases.reply(case=keys["case"], by=agent, body="Still me.", to="public", token="t", now=now)
    with pytest.raises(Refused):
        answer(thread=keys["fresh"], by=agent, body="Still me.", as_staff=True, now=now)
    assert world.client("agent").get(reverse("care:desk")).status_code == 403
    stale = people["second_moderator"]
    Member.objects.filter(pk=stale.member_id).update(suspended_until="2100-01-01T00:00Z", suspended_reason="x")
    with pytest.raises(Refused):
        remove_post(post=keys["post"], by=stale, reason="Because.", now=now)
    with pytest.raises(Refused):
        suspension.suspend(
            member=people["other"].member, by=stale, until=suspension.after_days("3", now), reason="x", now=now
        )
    moderator.member.user.groups.clear()
    Member.objects.filter(pk=stale.member_id).update(suspended_until=None)
    with pytest.raises(Refused):
        suspension.suspend(
            member=people["other"].member, by=moderator, until=suspension.after_days("3", now), reason="x", now=now
        )
    page = reverse("community:decide", args=["post", keys["post"].pk])
    assert world.client("moderator").post(page, {"verdict": "remove", "reason": "x"}).status_code == 403


def test_signing_in_changes_the_session_and_signing_out_ends_it(world, settings):
    client = Client()
    client.post(reverse("community:answer", args=[world.keys["fresh"].pk]), {"body": "Words."})
    planted = client.cookies[settings.SESSION_COOKIE_NAME].value
    given = {"login": world.people["other"].member.user.email, "password": "a long password"}
    client.post(reverse("account_login"), given)
    own = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert own != planted
    for value, expected in ((planted, 302), (own, 200)):
        thief = Client()
        thief.cookies[settings.SESSION_COOKIE_NAME] = value
        assert thief.get(reverse("accounts:home")).status_code == expected
    client.post(reverse("account_logout"))
    assert thief.get(reverse("accounts:home")).status_code == 302


def test_one_persons_kept_words_are_not_given_to_the_next(world):
    client = Client()
    client.post(reverse("community:ask"), {"title": SECRET, "details": "x"})
    client.post(
        reverse("account_login"), {"login": world.people["asker"].member.user.email, "password": "a long password"}
    )
    client.post(reverse("account_logout"))
    client.post(
        reverse("account_login"), {"login": world.people["other"].member.user.email, "password": "a long password"}
    )
    assert SECRET not in client.get(reverse("community:ask")).content.decode()


def test_a_reset_link_works_once_and_ends_other_sessions(world):
    user = world.people["other"].member.user
    elsewhere = world.client("other")
    client = Client()
    client.post(reverse("account_reset_password"), {"email": user.email})
    link = next(each for each in re.findall(r"https?://[^/\s]+(/\S+)", str(mail.outbox[-1].body)) if "/key/" in each)
    form = client.get(link, follow=True)
    path = form.redirect_chain[-1][0] if form.redirect_chain else link
    client.post(path, {"password1": "another long password", "password2": "another long password"})
    assert User.objects.get(pk=user.pk).check_password("another long password")
    again = Client()
    second = again.get(link, follow=True)
    path = second.redirect_chain[-1][0] if second.redirect_chain else link
    again.post(path, {"password1": "a thief was here too", "password2": "a thief was here too"})
    assert not User.objects.get(pk=user.pk).check_password("a thief was here too")
    assert elsewhere.get(reverse("accounts:home")).status_code == 302


def test_sign_up_reset_and_sign_in_do_not_say_who_has_an_account(world):
    known, unknown = world.people["other"].member.user.email, "nobody.at.all@example.org"
    sign_up = {"name": "N", "password1": "un deux trois quatre", "language": "en", "terms": "on", "licence": "on"}
    for name, given in (
        ("account_reset_password", {"email": ""}),
        ("account_login", {"login": "", "password": "wrong wrong wrong"}),
        ("account_signup", {"email": "", **sign_up}),
    ):
        answers = []
        for email in (known, unknown):
            field = "login" if "login" in given else "email"
            response = Client().post(reverse(name), {**given, field: email})
            page = re.sub(r'(csrfmiddlewaretoken" value=")[^"]+', r"\1", response.content.decode()).replace(email, "")
            answers.append((response.status_code, response.get("Location"), page))
        assert answers[0] == answers[1], name


def test_the_log_names_nobody_and_says_nothing_of_what_was_searched(world, caplog):
    email = world.people["other"].member.user.email
    with caplog.at_level(logging.DEBUG, logger="django"):
        client = Client(raise_request_exception=False, REMOTE_ADDR="203.0.113.77")
        client.post(reverse("account_login"), {"login": email, "password": "wrong wrong wrong"})
        client.post(reverse("account_reset_password"), {"email": email})
        client.get(reverse("search:results"), {"q": f"{SECRET} debts"})
        client.get("/en/nothing/", {"q": f"{SECRET} debts"})
        client.post(reverse("community:answer", args=[999999]), {"body": f"{SECRET} words"})
        client.get("/en/", HTTP_HOST=f"{SECRET}.example")
        Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": email, "password": SECRET})
    lines = [Line("%(message)s").format(each) for each in caplog.records if not each.name.startswith("django.db")]
    lines = [line for line in lines if "template" not in line.lower()]
    assert lines
    for line in lines:
        assert email not in line and "203.0.113.77" not in line, line
        assert SECRET not in line or "Invalid HTTP_HOST" in line, line


def test_a_demo_sign_in_is_nobody_outside_the_demo(world, settings):
    user = world.people["moderator"].member.user
    User.objects.filter(pk=user.pk).update(email="mo@demo.example")
    settings.DEMO = False
    assert world.client("moderator").get(reverse("community:reports")).status_code == 302
    client = Client()
    client.post(reverse("account_login"), {"login": "mo@demo.example", "password": "a long password"})
    assert client.get(reverse("accounts:home")).status_code == 302
    assert client.get(reverse("accounts:outbox")).status_code == 404
