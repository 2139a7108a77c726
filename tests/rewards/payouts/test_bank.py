"""The bank is a file that an operator carries there, and an answer that is carried back."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from core.errors import Invalid, Refused
from events.models import Event
from rewards import ledger
from rewards.actions.payouts.banking import bank_file, read_bank_answer
from rewards.actions.payouts.moving import move_runs
from rewards.queries import Balance, balance_of
from rewards.verify import verify
from tests.rewards.payouts.conftest import FREEZING, state_of

pytestmark = pytest.mark.django_db
LATER = FREEZING + timedelta(days=3)


@pytest.fixture
def sent(member, choosing, wants, approved, charity):
    """An approved run with two who are paid by the bank and two who give; the run and their payouts."""
    people = [member(name, credits) for name, credits in (("Ada", 1_240), ("Ben", 3_000), ("Cleo", 100), ("Dan", 301))]
    run = choosing()
    wants(people[0], run, "cash", "FR76 1")
    wants(people[1], run, "cash", "FR76 2")
    wants(people[2], run, "charity")
    wants(people[3], run, "charity")
    approved(run)
    move_runs(now=FREEZING)
    return run, list(run.payouts.of_members().order_by("pk"))


def lines(text):
    return list(csv.DictReader(io.StringIO(text)))


def answer(*rows):
    return ("reference;state;reason\n" + "".join(f"{key};{state};{why}\n" for key, state, why in rows)).encode()


def test_the_file_has_a_line_for_each_payment_and_one_for_the_charity(sent, operator):
    run, payouts = sent
    found = lines(bank_file(run=run, by=operator, now=FREEZING))
    assert [(row["payee"], row["amount"], row["currency"]) for row in found] == [
        ("FR76 1", "12.40", "EUR"),
        ("FR76 2", "30.00", "EUR"),
        # 4.01 that was given, and half of it that the company adds.
        ("FR76-SEA", "6.01", "EUR"),
    ]
    assert found[0]["reference"] == payouts[0].key.hex
    assert lines(bank_file(run=run, by=operator, now=FREEZING)) == found
    assert Event.objects.filter(verb="payout_file_fetched", actor=operator.member).count() == 2


def test_its_answer_settles_each_and_the_run_closes(sent, operator):
    run, payouts = sent
    content = answer(
        (payouts[0].key.hex, "paid", ""), (payouts[1].key.hex, "refused", "closed"), (payouts[2].key.hex, "PAID", "")
    )
    read = read_bank_answer(run=run, content=content, by=operator, now=LATER)
    assert (read.changed, read.known, read.strangers) == (5, 0, [])
    assert [state_of(payout) for payout in payouts] == ["paid", "refused", "paid", "paid"]
    assert payouts[1].words == "closed"
    assert balance_of(payouts[1].member_id) == Balance(settled=3_000_000)
    again = read_bank_answer(run=run, content=content, by=operator, now=LATER)
    assert (again.changed, again.known) == (0, 5)
    assert lines(bank_file(run=run, by=operator, now=LATER)) == []
    move_runs(now=LATER)
    run.refresh_from_db()
    assert run.state == "closed"
    assert verify().ok


def test_a_gift_that_the_bank_refuses_comes_back_with_what_the_company_added(sent, operator):
    run, payouts = sent
    before = ledger.system_balance("issuance")
    read_bank_answer(run=run, content=answer((payouts[2].key.hex, "refused", "")), by=operator, now=LATER)
    assert balance_of(payouts[2].member_id) == Balance(settled=100_000)
    assert balance_of(payouts[3].member_id) == Balance(settled=301_000)
    assert ledger.system_balance("issuance") == before + 200_000
    assert run.payouts.get(member=None).state == "refused"
    assert verify().ok


def test_what_it_names_that_is_not_here_is_said(sent, operator):
    run, _payouts = sent
    read = read_bank_answer(run=run, content=answer(("0" * 32, "paid", "")), by=operator, now=LATER)
    assert read.strangers == ["0" * 32]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", "1"),
        (b"\xff\xfe", "1"),
        (b"reference;status\nx;paid\n", "1"),
        (b"reference,state\nx,perhaps\n", "2"),
        (b"reference,state\nx\n", "2"),
        (b"reference,state," + b"x" * 200_000 + b"\n", "1"),
        (b'reference,state\nx,paid\n"' + b"x" * 200_000 + b'",paid\n', "3"),
        (bytes(range(256)) * 100, "1"),
        (b"reference,state\n" + b"x,paid\n" * 20_000, "20001"),
    ],
)
def test_an_answer_that_cannot_be_read_changes_nothing(sent, operator, content, line):
    run, payouts = sent
    with pytest.raises(Invalid) as invalid:
        read_bank_answer(run=run, content=content, by=operator, now=LATER)
    assert f"Line {line} " in invalid.value.errors["answer"]
    assert state_of(payouts[0]) == "sent"


def test_half_of_an_answer_is_not_written_when_the_other_half_cannot_be_read(sent, operator):
    run, payouts = sent
    with pytest.raises(Invalid):
        read_bank_answer(
            run=run, content=answer((payouts[0].key.hex, "paid", ""), ("x", "perhaps", "")), by=operator, now=LATER
        )
    assert state_of(payouts[0]) == "sent"


def test_only_operators_carry_files(sent, helper):
    run, _payouts = sent
    for call in (
        lambda: bank_file(run=run, by=helper, now=LATER),
        lambda: read_bank_answer(run=run, content=b"", by=helper, now=LATER),
    ):
        with pytest.raises(Refused):
            call()


@pytest.mark.parametrize(
    "written",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("cp1252"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: text.replace(",", ";").encode(),
        lambda text: text.upper().replace("REFERENCE,STATE,REASON", "reference,state,reason").encode(),
        lambda text: text.replace("fermé", "fer\x00mé").encode(),
    ],
)
def test_its_answer_is_read_however_a_bank_writes_it(sent, operator, written):
    run, payouts = sent
    text = f"reference,state,reason\n{payouts[0].key.hex},paid,\n{payouts[1].key},refused,compte fermé\n"
    read = read_bank_answer(run=run, content=written(text), by=operator, now=LATER)
    assert (read.changed, read.strangers) == (2, [])
    assert [state_of(payout) for payout in payouts[:2]] == ["paid", "refused"]
    assert payouts[1].words.lower() == "compte fermé"


def test_the_file_is_there_once_all_of_the_run_is_in_it(
    member, choosing, wants, approved, charity, operator, monkeypatch
):
    """What is given stands in one line: fetched with a part of its sum, it would be paid with that and no more."""
    from rewards.actions.payouts.sending import pay
    from rewards.providers.bank import Bank
    from rewards.runs import waits_for_bank

    run = choosing_with_two_who_give(member, choosing, wants)
    approved(run)
    monkeypatch.setattr(Bank, "batch_size", 1)
    assert pay(run_id=run.pk, now=FREEZING, until=0)
    with pytest.raises(Refused) as refused:
        bank_file(run=run, by=operator, now=FREEZING)
    assert refused.value.code == "early"
    assert waits_for_bank(run) == 0
    move_runs(now=FREEZING)
    assert waits_for_bank(run) == 3
    assert [row["amount"] for row in lines(bank_file(run=run, by=operator, now=FREEZING))] == ["6.00"]


def choosing_with_two_who_give(member, choosing, wants):
    people = [member("Cleo", 100), member("Dan", 300)]
    run = choosing()
    for viewer in people:
        wants(viewer, run, "charity")
    return run
