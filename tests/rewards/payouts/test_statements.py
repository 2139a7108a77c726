"""What was paid, on a member's statements."""

from __future__ import annotations

from datetime import date

import pytest

from core.brand import Brand
from rewards import printed
from rewards.actions.payouts.banking import bank_file, read_bank_answer
from rewards.actions.payouts.moving import move_runs
from rewards.runs import own_payout
from rewards.statements import Group, paid_ever, run_statement_of, statement_of
from rewards.years import tax_year
from tests.rewards.payouts.conftest import FREEZING
from tests.rewards.payouts.test_bank import answer, lines
from tests.rewards.test_statements import text_of

pytestmark = pytest.mark.django_db
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def paid(member, choosing, wants, approved, charity, operator):
    """Ada was paid 1,240 credits by the bank, Cleo gave 100."""
    ada, cleo = member("Ada", 1_240), member("Cleo", 100)
    run = choosing()
    wants(ada, run, "cash", "FR76 1")
    wants(cleo, run, "charity")
    approved(run)
    move_runs(now=FREEZING)
    keys = [row["reference"] for row in lines(bank_file(run=run, by=operator, now=FREEZING))]
    read_bank_answer(run=run, content=answer(*((key, "paid", "") for key in keys)), by=operator, now=FREEZING)
    return run, ada, cleo


def test_what_was_paid_is_told_by_its_day_and_sum(paid, sign_in):
    _run, ada, _cleo = paid
    made = statement_of(ada.member_id, *YEAR, date(2026, 9, 1))
    assert [(str(each.on), each.amount, each.value) for each in made.payments] == [("2026-07-16", 1_240_000, 1_240)]
    assert made.paid == {"EUR": 1_240}
    assert [(each.group, each.amount) for each in made.groups] == [
        (Group.EARNED, 1_240_000),
        (Group.PAID, -1_240_000),
    ]
    text = text_of(printed.year_pdf(ada, made, tax_year(2026, (1, 1)), Brand()))
    assert "16 Jul 2026 Money to my account 1,240 €12.40" in text
    assert "€12.40 was paid so far" in sign_in(ada).get("/en/credits/").content.decode()
    assert "€12.40 was paid to you." in sign_in(ada).get("/en/credits/years/2026/").content.decode()


def test_a_gift_is_listed_and_not_counted_as_paid(paid):
    _run, _ada, cleo = paid
    made = statement_of(cleo.member_id, *YEAR, date(2026, 9, 1))
    assert ([each.value for each in made.payments], made.paid) == ([100], {})
    assert len(paid_ever(cleo.member_id)) == 1
    text = text_of(printed.year_pdf(cleo, made, tax_year(2026, (1, 1)), Brand()))
    assert "Given to charity 100 €1.00" in text


def test_a_run_has_a_statement_of_its_own_as_pdf(paid, sign_in, customer):
    run, ada, _cleo = paid
    response = sign_in(ada).get(f"/en/credits/payouts/{run.number}.pdf")
    assert f'filename="credits-run-{run.number}-en.pdf"' in response["Content-Disposition"]
    text = text_of(response.content)
    assert "Paid: €12.40 for 1,240 credits. Choice: Money to my account." in text
    # What it was paid from was settled in its days; the payment itself came after them.
    assert "At the end of 30 June 2026 1,240" in text
    assert sign_in(customer).get(f"/en/credits/payouts/{run.number}.pdf").status_code == 404


def test_each_outcome_has_its_sentence(choosing, member, wants):
    ada = member("Ada", 1_240)
    run = choosing()
    payout = own_payout(ada, run.number)
    assert printed.what_becomes(payout) == "Can be paid: €12.40 for 1,240 credits. Choice so far: Keep the credits."
    assert run_statement_of(ada.member_id, run, date(2026, 7, 1)).closing == 1_240_000
