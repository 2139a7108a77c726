"""Money goes out over real HTTP, to a provider that answers badly: every credit is paid once, or is back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from events.models import Event
from notifications.models import Notification
from rewards import ledger
from rewards.actions.payouts.banking import read_bank_answer
from rewards.actions.payouts.moving import move_runs
from rewards.actions.payouts.running import freeze
from rewards.actions.payouts.sending import write_answer
from rewards.models import Payout, Transfer
from rewards.providers import http
from rewards.providers.base import ABSENT, PAID, REFUSED, RETURNED, SENT, Answer, Batch, Order, Unanswered
from rewards.providers.billing import Billing, signature
from rewards.providers.paypal import PayPal
from rewards.queries import Balance, balance_of
from rewards.verify import verify
from tests.rewards.payouts.conftest import FREEZING, MINUTES, state_of

pytestmark = pytest.mark.django_db
# Long after whatever was asked about is asked about again.
LATER = [FREEZING + timedelta(hours=7 * step) for step in range(1, 9)]


@pytest.fixture
def billed(member, choosing, wants, approved):
    """`billed(3)`: an approved run with so many members who want it off their bill; their payouts."""

    def make(count: int = 1, choice: str = "bill"):
        people = [member(f"Ada {number}", 1_000 + number) for number in range(count)]
        run = choosing()
        payouts = [wants(viewer, run, choice, f"C-{number}") for number, viewer in enumerate(people)]
        # Its customers are looked at before.
        move_runs(now=FREEZING - timedelta(days=1))
        approved(run)
        return payouts

    return make


def everything_adds_up(provider, payouts):
    for payout in payouts:
        payout.refresh_from_db()
    assert verify().ok
    assert len(set(provider.sent)) == len(provider.paid), "each key was paid once"
    assert provider.total() == sum(payout.value for payout in payouts if payout.state == "paid")
    out = sum(payout.amount for payout in payouts if payout.is_out)
    assert ledger.system_balance("payouts") == out
    back = [payout for payout in payouts if payout.state in ("refused", "returned")]
    for payout in back:
        assert balance_of(payout.member_id).settled == payout.amount


@pytest.mark.parametrize("choice", ["bill", "cash"])
def test_all_is_well(provider, billed, choice):
    payouts = billed(3, choice)
    move_runs(now=FREEZING)
    if choice == "cash":
        assert {state_of(payout) for payout in payouts} == {"sent"}
        move_runs(now=FREEZING + 6 * MINUTES)
    assert {state_of(payout) for payout in payouts} == {"paid"}
    assert provider.paid[payouts[1].key.hex] == ("C-1", 1_001, "paid")
    run = payouts[0].run
    run.refresh_from_db()
    assert (run.state, run.closed_at is not None) == ("closed", True)
    assert Event.objects.filter(verb="payout_paid").count() == 3
    data = Notification.objects.get(kind="payout_paid", member=payouts[1].member).data
    assert data == {"amount": 1_001_000, "value": 1_001, "currency": "EUR", "choice": choice, "why": ""}
    everything_adds_up(provider, payouts)


@pytest.mark.parametrize("choice", ["bill", "cash"])
@pytest.mark.parametrize("how", ["hangs up", "times out", "error", "rubbish", "nested", "half", "deaf"])
def test_without_an_answer_it_is_asked_about_before_it_is_sent_again(provider, billed, how, choice):
    payouts = billed(2, choice)
    provider.behave = [how, how]
    move_runs(now=FREEZING)
    assert {state_of(payout) for payout in payouts} == {"unknown"}
    assert payouts[0].words
    assert balance_of(payouts[0].member_id) == Balance(), "until it is known, the credits are out"
    asked = len(provider.calls)
    move_runs(now=FREEZING + MINUTES)
    assert len(provider.calls) == asked, "it is not asked while the first call may still run"
    for now in LATER[:3]:
        move_runs(now=now)
    assert {state_of(payout) for payout in payouts} == {"paid"}
    # Of how long it has been open its operators are told: from the first time that it was sent.
    assert {payout.first_sent_at for payout in payouts} == {FREEZING}
    # What had arrived is not sent a second time, but where sending it again is how one asks.
    assert len(provider.sent) == 2
    everything_adds_up(provider, payouts)


@pytest.mark.parametrize("choice", ["bill", "cash"])
def test_an_answer_that_comes_twice_pays_once(provider, billed, choice):
    payouts = billed(3, choice)
    provider.behave = ["twice", "twice", "twice"]
    move_runs(now=FREEZING)
    move_runs(now=LATER[0])
    assert {state_of(payout) for payout in payouts} == {"paid"}
    assert len(provider.sent) == 3
    everything_adds_up(provider, payouts)


def test_the_same_word_said_again_changes_nothing(provider, billed):
    (payout,) = billed()
    move_runs(now=FREEZING)
    for outcome in (PAID, SENT, REFUSED, ABSENT):
        assert not write_answer(payout_id=payout.pk, answer=Answer(payout.key.hex, outcome), now=LATER[0], attempts=1)
    assert state_of(payout) == "paid"
    assert Notification.objects.filter(kind="payout_paid").count() == 1


@pytest.mark.parametrize("choice", ["bill", "cash"])
def test_what_is_refused_comes_back_and_its_member_is_told(provider, billed, choice):
    payouts = billed(3, choice)
    provider.refuse = {"C-1"}
    move_runs(now=FREEZING)
    move_runs(now=LATER[0])
    assert [state_of(payout) for payout in payouts] == ["paid", "refused", "paid"]
    assert balance_of(payouts[1].member_id) == Balance(settled=1_001_000)
    back = Transfer.objects.get(kind="reversal")
    assert (back.reason, back.reverses.key) == ("payout_came_back", f"payout:{payouts[1].pk}")
    told = Notification.objects.get(kind="payout_back")
    assert (told.member_id, told.data["why"]) == (payouts[1].member_id, "refused")
    everything_adds_up(provider, payouts)
    payouts[0].run.refresh_from_db()
    assert payouts[0].run.state == "closed"


def test_what_comes_back_pays_a_debt_made_meanwhile_first(
    provider, accepted, helper, customer, earn, choosing, wants, approved, now
):
    from community.actions.acceptance import revoke
    from rewards.actions.settling import settle_due

    acceptance = accepted()
    settle_due(now=now + timedelta(days=15))
    earn(helper, 1_000)
    run = choosing()
    wants(helper, run, "cash", "C-0")
    approved(run)
    revoke(thread=acceptance.thread, by=customer, now=FREEZING)
    assert balance_of(helper.member_id) == Balance(owed=40_000)
    provider.refuse = {"C-0"}
    move_runs(now=FREEZING)
    move_runs(now=LATER[0])
    assert balance_of(helper.member_id) == Balance(settled=1_000_000)
    assert verify().ok


@pytest.mark.parametrize("choice", ["bill", "cash"])
def test_a_provider_that_is_gone_is_asked_when_it_is_back(provider, billed, choice):
    payouts = billed(2, choice)
    provider.stop()
    move_runs(now=FREEZING)
    move_runs(now=LATER[0])
    assert {state_of(payout) for payout in payouts} == {"unknown"}
    assert payouts[0].words == "ConnectionError"
    provider.start()
    for now in LATER[1:4]:
        move_runs(now=now)
    assert {state_of(payout) for payout in payouts} == {"paid"}
    everything_adds_up(provider, payouts)


@pytest.mark.parametrize("choice", ["bill", "cash"])
def test_what_takes_its_time_is_polled_until_its_last_word(provider, billed, choice):
    payouts = billed(5, choice)
    provider.processing = True
    for now in (FREEZING, *LATER[:3]):
        move_runs(now=now)
    assert {state_of(payout) for payout in payouts} == {"sent"}
    run = payouts[0].run
    run.refresh_from_db()
    assert run.state == "reconciling"
    provider.finish()
    move_runs(now=LATER[4])
    assert {state_of(payout) for payout in payouts} == {"paid"}
    assert len(provider.batches) == (choice == "cash")
    assert payouts[0].reference and payouts[0].batch_reference == ("PB1" if choice == "cash" else "")
    everything_adds_up(provider, payouts)


@pytest.mark.parametrize("choice", ["bill", "cash"])
def test_money_that_its_payee_does_not_take_comes_back(provider, billed, choice):
    payouts = billed(2, choice)
    provider.processing = True
    move_runs(now=FREEZING)
    provider.finish("returned")
    move_runs(now=LATER[0])
    assert {state_of(payout) for payout in payouts} == {"returned"}
    everything_adds_up(provider, payouts)


def test_after_thirty_days_a_batch_without_an_answer_is_never_sent_again(provider, billed):
    payouts = billed(2, "cash")
    provider.behave = ["deaf", "deaf"]
    move_runs(now=FREEZING)
    move_runs(now=FREEZING + timedelta(days=29))
    assert {state_of(payout) for payout in payouts} == {"unknown"}
    assert "too long ago" in payouts[0].words
    assert provider.sent == []


def test_a_late_answer_counts_though_it_was_made_ready_to_be_sent_again(provider, billed):
    (payout,) = billed()
    Payout.objects.filter(pk=payout.pk).update(state="unknown", attempts=1, first_sent_at=FREEZING)
    answer = Answer(payout.key.hex, ABSENT)
    assert not write_answer(payout_id=payout.pk, answer=answer, now=FREEZING, attempts=2), "it was sent again since"
    assert write_answer(payout_id=payout.pk, answer=answer, now=FREEZING, attempts=1)
    assert state_of(payout) == "frozen"
    assert write_answer(payout_id=payout.pk, answer=Answer(payout.key.hex, PAID), now=FREEZING)
    move_runs(now=LATER[0])
    assert provider.sent == []


def test_no_call_is_made_within_a_transaction(provider, billed, monkeypatch):
    payouts = billed(3)
    provider.behave = ["deaf", "times out"]
    outer = len(connection.savepoint_ids)
    calls = []
    real = http.call

    def looked_at(*args, **options):
        calls.append(len(connection.savepoint_ids))
        return real(*args, **options)

    monkeypatch.setattr(http, "call", looked_at)
    for now in (FREEZING, *LATER[:3]):
        move_runs(now=now)
    assert {state_of(payout) for payout in payouts} == {"paid"}
    assert len(calls) >= 5 and set(calls) == {outer}


def test_nothing_is_sent_before_it_is_approved(provider, member, choosing, wants, operator):
    ada = member("Ada", 1_000)
    run = choosing()
    payout = wants(ada, run, "cash", "ada@example.org")
    freeze(run=run, by=operator, now=FREEZING)
    for now in (FREEZING, *LATER):
        move_runs(now=now)
    assert state_of(payout) == "frozen"
    assert provider.calls == []


def test_a_provider_that_is_no_longer_configured_keeps_its_payments_waiting(provider, billed, settings):
    (payout,) = billed()
    url = settings.ENTRAIDE["PAYOUTS"]["billing"]["url"]
    settings.ENTRAIDE["PAYOUTS"]["billing"]["url"] = ""
    move_runs(now=FREEZING)
    assert state_of(payout) == "frozen"
    settings.ENTRAIDE["PAYOUTS"]["billing"]["url"] = url
    move_runs(now=LATER[0])
    assert state_of(payout) == "paid"


def test_a_private_address_that_nobody_named_is_not_reached(provider, billed, settings):
    (payout,) = billed()
    settings.ENTRAIDE = {**settings.ENTRAIDE, "PRIVATE_HOSTS_ALLOWED": []}
    move_runs(now=FREEZING)
    assert state_of(payout) == "unknown"
    assert ("POST", "/credits") not in provider.calls


def test_a_wrong_secret_is_no_refusal(provider, billed, settings):
    (payout,) = billed()
    settings.ENTRAIDE["PAYOUTS"]["billing"]["secret"] = "another"
    move_runs(now=FREEZING)
    assert state_of(payout) == "unknown"
    settings.ENTRAIDE["PAYOUTS"]["billing"]["secret"] = "shared with billing"
    for now in LATER[:2]:
        move_runs(now=now)
    assert state_of(payout) == "paid"


@pytest.mark.parametrize(
    "reply",
    [
        (200, {"state": "paid"}),
        (200, {"key": "another", "state": "paid"}),
        (200, {"key": "k", "state": "splendid"}),
        (200, {"key": "k", "state": None}),
        (200, {"key": ["k"], "state": {"paid": 1}}),
        (500, {"key": "k", "state": "refused"}),
        (404, {}),
    ],
)
def test_a_word_that_says_nothing_of_this_payment_is_no_word(reply, monkeypatch):
    monkeypatch.setattr(http, "call", lambda *args, **options: http.Reply(*reply))
    billing = Billing(url="https://billing.example", secret="x")
    batch = Batch("b", [Order("k", "C-1", 100, "EUR")], FREEZING)
    for call in (billing.send, billing.ask):
        with pytest.raises(Unanswered):
            call(batch, FREEZING)


def test_what_was_sent_just_now_cannot_be_unknown(monkeypatch):
    """Else it would be sent again at once, and again."""
    monkeypatch.setattr(http, "call", lambda *args, **options: http.Reply(200, {"key": "k", "state": "unknown"}))
    billing = Billing(url="https://billing.example", secret="x")
    batch = Batch("b", [Order("k", "C-1", 100, "EUR")], FREEZING)
    with pytest.raises(Unanswered):
        billing.send(batch, FREEZING)
    assert [answer.outcome for answer in billing.ask(batch, FREEZING)] == [ABSENT]


@pytest.mark.parametrize(
    "body",
    [{}, {"details": "x"}, {"details": [1, {"field": "SENDER_BATCH_ID", "link": [1]}]}, {"links": [{"href": "x"}]}],
)
def test_a_rubbish_batch_is_no_word(body, monkeypatch):
    given = {"access_token": "t"}
    monkeypatch.setattr(
        http,
        "call",
        lambda method, url, **options: http.Reply(200, given) if "oauth2" in url else http.Reply(400, body),
    )
    paypal = PayPal(url="https://paypal.example", client_id="c", secret="s")
    with pytest.raises(Unanswered):
        paypal.send(Batch("b", [Order("k", "a@b.c", 100, "EUR")], FREEZING), FREEZING)


def test_a_batch_that_is_denied_pays_nobody(monkeypatch):
    given = {"access_token": "t", "batch_header": {"payout_batch_id": "P", "batch_status": "DENIED"}, "items": None}
    monkeypatch.setattr(http, "call", lambda *args, **options: http.Reply(200, given))
    paypal = PayPal(url="https://paypal.example", client_id="c", secret="s")
    (answer,) = paypal.ask(Batch("b", [Order("k", "a@b.c", 100, "EUR")], FREEZING, "P"), FREEZING)
    assert (answer.outcome, answer.words) == (REFUSED, "DENIED")


def test_what_is_said_of_another_batch_is_no_word(monkeypatch):
    given = {"access_token": "t", "batch_header": {"payout_batch_id": "P", "batch_status": "DENIED"}}
    monkeypatch.setattr(http, "call", lambda *args, **options: http.Reply(200, given))
    paypal = PayPal(url="https://paypal.example", client_id="c", secret="s")
    with pytest.raises(Unanswered):
        paypal.ask(Batch("b", [Order("k", "a@b.c", 100, "EUR")], FREEZING, "Q"), FREEZING)


def test_what_is_signed_is_what_billing_was_told():
    """The digest was made of the form's four lines by `openssl dgst -sha256 -hmac`."""
    body = b'{"amount_minor":1240}'
    digest = "03287d910b684638626ec05d743fd3e4485adf4ea53db74473d0647b4c56b477"
    assert signature("shared with billing", "1760000000", "POST", "/credits", body) == digest


def test_returned_after_it_was_paid_still_comes_back(provider, billed):
    (payout,) = billed()
    move_runs(now=FREEZING)
    assert write_answer(payout_id=payout.pk, answer=Answer(payout.key.hex, RETURNED), now=LATER[0])
    assert not write_answer(payout_id=payout.pk, answer=Answer(payout.key.hex, RETURNED), now=LATER[0])
    assert balance_of(payout.member_id) == Balance(settled=1_000_000)
    assert verify().ok


def test_an_answer_that_never_ends_is_given_up(provider, monkeypatch):
    with pytest.raises(Unanswered, match="took too long"):
        http.call("GET", f"{provider.url}/kept", seconds=0)
    monkeypatch.setattr(http, "BYTES", 10)
    with pytest.raises(Unanswered, match="is too long"):
        http.call("GET", f"{provider.url}/kept")


def test_where_a_provider_sends_one_on_to_is_not_called(provider):
    """What is sent is signed for one address, and names a member's account."""
    with pytest.raises(Unanswered):
        http.call("GET", f"{provider.url}/moved")
    assert provider.calls == [("GET", "/moved")]


@pytest.mark.parametrize("how", ["deaf", "rubbish"])
def test_a_silent_provider_is_left_alone_until_the_next_pass_and_another_is_not(
    provider, member, choosing, wants, approved, how
):
    people = [member(f"Ada {number}", 1_000) for number in range(6)]
    run = choosing()
    payouts = [wants(viewer, run, "bill", f"C-{number}") for number, viewer in enumerate(people[:5])]
    cash = wants(people[5], run, "cash", "ada@example.org")
    move_runs(now=FREEZING - timedelta(days=1))
    approved(run)
    provider.behave = [how] * 3
    move_runs(now=FREEZING)
    assert [state_of(payout) for payout in payouts] == ["unknown"] * 3 + ["frozen"] * 2
    assert state_of(cash) == "sent", "who answers is not made to wait for who does not"
    move_runs(now=FREEZING + MINUTES)
    assert [state_of(payout) for payout in payouts[3:]] == ["paid", "paid"]
    for now in LATER[:2]:
        move_runs(now=now)
    everything_adds_up(provider, [*payouts, cash])


def test_an_answer_between_two_silences_begins_the_count_anew(provider, billed):
    payouts = billed(7)
    provider.behave = ["deaf", "deaf", "well", "deaf", "deaf", "well"]
    move_runs(now=FREEZING)
    assert sorted(state_of(payout) for payout in payouts) == ["paid"] * 3 + ["unknown"] * 4


def test_who_does_not_say_whether_it_knows_its_customers_is_asked_about_three(provider, member, choosing, wants):
    people = [member(f"Ada {number}", 1_000) for number in range(5)]
    run = choosing()
    for number, viewer in enumerate(people):
        wants(viewer, run, "bill", f"C-{number}")
        provider.statuses[f"C-{number}"] = "perhaps"
    move_runs(now=FREEZING - timedelta(days=1))
    assert len(provider.calls) == 3


def test_what_a_person_settled_meanwhile_is_not_sent_again_with_the_rest_of_its_batch(provider, billed, operator):
    payouts = billed(3, "cash")
    provider.behave = ["deaf"]
    move_runs(now=FREEZING)
    answer = f"reference,state\n{payouts[1].key.hex},refused\n".encode()
    read_bank_answer(run=payouts[0].run, content=answer, by=operator, now=FREEZING + 6 * MINUTES)
    assert state_of(payouts[1]) == "refused"
    for now in LATER[:3]:
        move_runs(now=now)
    assert [state_of(payout) for payout in payouts] == ["paid", "refused", "paid"]
    assert payouts[1].key.hex not in provider.paid, "its credits are back"
    everything_adds_up(provider, payouts)


def test_an_answer_is_not_taken_from_a_person_while_the_provider_may_be_being_called(provider, billed, operator):
    (payout,) = billed(1)
    provider.behave = ["deaf"]
    move_runs(now=FREEZING)
    answer = f"reference,state\n{payout.key.hex},refused\n".encode()
    read = read_bank_answer(run=payout.run, content=answer, by=operator, now=FREEZING + 4 * MINUTES)
    assert (read.changed, read.known, read.early) == (0, 0, 1)
    assert state_of(payout) == "unknown"
    read = read_bank_answer(run=payout.run, content=answer, by=operator, now=FREEZING + 5 * MINUTES)
    assert (read.changed, read.early) == (1, 0)


@pytest.mark.parametrize("reason", ["nul \x00 byte", "half a \ud800 letter", "two\nlines", "x" * 500])
def test_why_it_was_refused_is_kept_as_every_database_takes_it(provider, billed, reason):
    (payout,) = billed(1)
    provider.refuse, provider.reason = {"C-0"}, reason
    move_runs(now=FREEZING)
    assert state_of(payout) == "refused"
    assert payout.words.isprintable() and 0 < len(payout.words) <= 200
