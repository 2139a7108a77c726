"""The pages of payout runs, and whom they refuse."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError
from django.test import Client

from core.errors import Invalid
from events.models import Event
from rewards.actions.payouts.moving import move_runs
from rewards.actions.payouts.running import freeze
from rewards.models import Charity, Payout, PayoutAccount, PayoutRun
from rewards.views import payouts as views
from tests.rewards.payouts.conftest import CHOOSING, FREEZING, state_of

pytestmark = pytest.mark.django_db
RUN = "/en/credits/runs/1/"
MINE = "/en/credits/payouts/1/"


@pytest.fixture
def sign_in():
    """`sign_in(operator)`: a client of their own, so that two are signed in at once."""

    def enter(viewer, **given):
        client = Client(**given)
        client.force_login(viewer.member.user, backend="accounts.backends.Backend")
        return client

    return enter


@pytest.fixture
def at(monkeypatch):
    """`at(CHOOSING)`: the time by which pages are shown and acts are done."""

    def set_to(moment):
        monkeypatch.setattr(views, "timezone", SimpleNamespace(now=lambda: moment))

    return set_to


@pytest.fixture
def frozen(member, choosing, wants, operator, provider):
    """Frozen by the operator, for Ada."""
    payout = wants(member("Ada", 2_000), choosing(), "cash", "ada@example.org")
    freeze(run=payout.run, by=operator, now=FREEZING)
    move_runs(now=FREEZING)
    return payout


def step(client, name):
    return client.post(f"{RUN}step/", {"step": name})


def test_a_member_chooses_and_sees_nobody_elses_part(provider, member, choosing, sign_in, at):
    ada, ben = member("Ada", 2_000), member("Ben", 3_000)
    nobody = member("Nobody", 0)
    run = choosing()
    at(CHOOSING)
    client = sign_in(ada)
    shown = client.get(MINE).content.decode()
    assert "2,000 credits" in shown and "3,000" not in shown
    given = {"choice": "cash", "cash_reference": "ada@example.org", "charity": ""}
    answer = client.post(MINE, given)
    assert answer.status_code == 422
    assert "Only members who are 18 or older are paid." in answer.content.decode()
    assert 'value="ada@example.org"' in answer.content.decode(), "what was typed stands there again"
    assert client.post(MINE, {**given, "cash_adult": "on"}).status_code == 302
    assert run.payouts.get(member=ada.member).choice == "cash"
    assert run.payouts.get(member=ben.member).choice == "keep"
    assert sign_in(nobody).get(MINE).status_code == 404
    assert sign_in(nobody).post(MINE, given).status_code == 404
    assert Client().get(MINE).status_code == 302


def test_after_the_window_a_choice_is_refused_and_the_form_is_gone(provider, member, choosing, sign_in, at):
    ada = member("Ada", 2_000)
    run = choosing()
    at(FREEZING)
    client = sign_in(ada)
    assert "<form" not in client.get(MINE).content.decode().partition("<main")[2].partition("</main")[0]
    given = {"choice": "cash", "cash_reference": "ada@example.org", "cash_adult": "on", "charity": ""}
    assert client.post(MINE, given).status_code == 403
    assert state_of(run.payouts.get()) == "chosen" and run.payouts.get().choice == "keep"


@pytest.mark.parametrize(
    "given",
    [{"choice": "gold"}, {"choice": ""}, {"charity": "9" * 5_000}, {"charity": "١"}, {"cash_reference": "x\x00y"}],
)
def test_what_no_form_offers_is_refused_with_a_word(provider, member, choosing, charity, sign_in, at, given):
    ada = member("Ada", 2_000)
    choosing()
    at(CHOOSING)
    fields = {"choice": "cash", "cash_reference": "ada@example.org", "cash_adult": "on", "charity": "", **given}
    assert sign_in(ada).post(MINE, fields).status_code == 422
    assert not PayoutAccount.objects.exists()


@pytest.mark.parametrize("same", ["ADA@example.org", "ada @example.org"])
def test_one_account_pays_one_person_however_it_is_written(provider, member, choosing, wants, same):
    ada, ben = member("Ada", 2_000), member("Ben", 2_000)
    run = choosing()
    wants(ada, run, "cash", "ada@example.org")
    with pytest.raises(Invalid) as invalid:
        wants(ben, run, "cash", same)
    assert list(invalid.value.errors) == ["reference"]
    with pytest.raises(DatabaseError):
        PayoutAccount.objects.create(member=ben.member, provider="paypal", reference=same, changed_at=CHOOSING)


def test_of_an_identity_only_the_account_and_its_status_are_kept():
    kept = {field.name for field in PayoutAccount._meta.get_fields()}
    assert kept == {"id", "member", "provider", "reference", "status", "is_adult", "changed_at", "asked_at"}


@pytest.mark.parametrize("who", ["customer", "moderator", "agent"])
def test_who_is_no_operator_does_nothing_to_a_run(frozen, sign_in, request, who, at):
    at(FREEZING)
    client = sign_in(request.getfixturevalue(who))
    for address in ("", "step/", "bank.csv", "answer/"):
        call = client.post if address else client.get
        assert call(f"{RUN}{address}", {"step": "approve"}).status_code == 403
    assert client.post("/en/credits/runs/open/").status_code == 403
    assert PayoutRun.objects.get(number=1).state == "frozen"


def test_a_run_is_frozen_after_its_window_by_one_and_approved_once_by_another(
    provider, member, choosing, wants, operator, second, sign_in, at
):
    wants(member("Ada", 2_000), choosing(), "cash", "ada@example.org")
    one, another = sign_in(operator), sign_in(second)
    at(CHOOSING)
    refused = step(one, "freeze")
    assert refused.status_code == 403 and "15 July 2026" in refused.content.decode()
    assert step(another, "approve").status_code == 403
    at(FREEZING)
    assert "Freeze this run" in one.get(RUN).content.decode()
    assert step(one, "freeze").status_code == 302
    move_runs(now=FREEZING)
    shown = one.get(RUN).content.decode()
    assert "Approve" not in shown.partition('<form method="post"')[2] and "nobody pays alone" in shown
    refused = step(one, "approve")
    assert refused.status_code == 403 and "somebody else approves it" in refused.content.decode()
    assert "Approve 1 payment of €20.00" in another.get(RUN).content.decode()
    assert [step(another, "approve").status_code for _twice in range(2)] == [302, 302]
    assert Event.objects.filter(verb="payout_run_approved").count() == 1
    assert step(one, "burn").status_code == 422


def test_another_site_approves_and_chooses_nothing(frozen, member, second, sign_in, at):
    at(FREEZING)
    for given in ({}, {"HTTP_ORIGIN": "https://evil.example"}, {"HTTP_SEC_FETCH_SITE": "cross-site"}):
        client = sign_in(second, enforce_csrf_checks=True, **given)
        assert client.post(f"{RUN}step/", {"step": "approve"}).status_code == 403
        assert client.post(f"{RUN}answer/", {}).status_code == 403
        assert client.post(MINE, {"choice": "keep", "charity": ""}).status_code == 403
    assert PayoutRun.objects.get(number=1).state == "frozen"
    assert state_of(frozen) == "frozen"


def test_the_banks_answer_is_brought_and_what_cannot_be_read_is_said(
    member, choosing, wants, approved, charity, operator, sign_in, at
):
    payout = wants(member("Ada", 2_000), choosing(), "charity")
    approved(payout.run)
    move_runs(now=FREEZING)
    at(FREEZING)
    client = sign_in(operator)
    file = client.post(f"{RUN}bank.csv")
    assert file["Content-Type"] == "text/csv; charset=utf-8" and payout.key.hex in file.content.decode()

    def bring(content):
        return client.post(f"{RUN}answer/", {"answer": SimpleUploadedFile("answer.csv", content)})

    for content, words in (
        (b"x" * (4 * 1024 * 1024 + 1), "of at most 4 MB"),
        (b"", "of at most 4 MB"),
        (b"PK\x03\x04 a spreadsheet", "Line 1 cannot be read"),
        (b"reference,state\nx,perhaps\n", "Line 2 cannot be read"),
    ):
        answer = bring(content)
        assert answer.status_code == 422
        if content:
            assert words in answer.content.decode()
    assert client.post(f"{RUN}answer/", {"answer": "no file"}).status_code == 422
    assert state_of(payout) == "sent"
    answer = client.post(
        f"{RUN}answer/",
        {"answer": SimpleUploadedFile("a.csv", f"reference,state\n{payout.key},paid\n<b>,paid\n".encode())},
        follow=True,
    )
    assert "2 payments were answered." in answer.content.decode()
    assert "Not of this run: &lt;b&gt;" in answer.content.decode()
    assert state_of(payout) == "paid"


def test_operators_say_to_whom_members_may_give(sign_in, operator, moderator, member, choosing, wants):
    address = "/admin/rewards/charity/"
    assert sign_in(moderator).get(address).status_code in (302, 403)
    client = sign_in(operator)
    given = {"name_en": "Sea rescue", "name_fr": "Sauvetage", "account": "FR76 1", "match_percent": "50"}
    given["is_active"] = "on"
    for wrong in ({"account": "=1+1"}, {"match_percent": "501"}, {"name_fr": ""}):
        assert client.post(f"{address}add/", {**given, **wrong}).status_code == 200
    assert not Charity.objects.exists()
    assert client.post(f"{address}add/", given).status_code == 302
    charity = Charity.objects.get()
    assert (charity.names, charity.match_percent) == ({"en": "Sea rescue", "fr": "Sauvetage"}, 50)
    assert client.post(f"{address}{charity.pk}/change/", {**given, "match_percent": "100"}).status_code == 302
    charity.refresh_from_db()
    assert charity.match_percent == 100
    changes = Event.objects.filter(verb="charity_changed", actor=operator.member).order_by("pk")
    assert [event.after["match_percent"] for event in changes] == [50, 100]
    wants(member("Ada", 2_000), choosing(), "keep", charity=str(charity.pk))
    assert '<td class="field-votes">1</td>' in client.get(address).content.decode()
    assert client.post(f"{address}{charity.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_page_of_runs_costs_the_same_for_many(member, choosing, operator, sign_in, django_assert_max_num_queries):
    member("Ada", 100)
    choosing()
    client = sign_in(operator)
    client.get("/en/credits/runs/")
    with django_assert_max_num_queries(8):
        client.get("/en/credits/runs/")
    assert Payout.objects.count() == 1
