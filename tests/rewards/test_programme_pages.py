"""The operator's pages of the programme: drafts, what they would have cost, and the day from which they hold."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from community.actions.feedback import set_helpful
from core.errors import Invalid, Refused
from events.models import Event
from rewards import draft_form, past
from rewards.actions.drafting import change_draft, make_draft, publish_draft, try_draft, withdraw_version
from rewards.actions.settling import settle_due
from rewards.actions.shadowing import compute
from rewards.ledger import midnight
from rewards.models import ProgrammeDraft, ProgrammeVersion, ShadowRun
from rewards.queries import Balance, balance_of, version_in_force
from rewards.rules import Rules
from rewards.shadow import Answer, Facts, Helped, Made, compare

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=1)
RULES = {"accepted_answer": 40_000, "hold_days": 14}


@pytest.fixture
def draft(version, operator, now):
    return make_draft(name="Fewer, but better", version=version, by=operator, now=now)


def changed(draft, operator, now, **rules):
    return change_draft(
        draft=draft, name=draft.name, rules=draft.rules | rules, value_micros=10_000, by=operator, now=now
    )


# -- what both rules come to, on plain values -----------------------------------------------------------


def facts(version):
    march, april = version.starts_at.date().replace(day=1), version.starts_at.date().replace(day=1, month=2)
    return Facts(
        (march, april),
        (Answer(march, 1, (2, 2), True), Answer(march, 1), Answer(april, 2, (), True)),
        (Made("article", march, (1, 2, 3)),),
        (Helped(april, 4, 1, (1,)),),
    )


def test_a_draft_beside_the_live_rules_says_who_gains_who_loses_and_what_it_costs(version):
    draft = Rules.read(
        RULES
        | {
            "accepted_answer": 30_000,
            "endorsement": {"amount": 10_000, "most": 15_000},
            "article": {"amount": 100},
            "royalty": {"amount": 1_000, "most": 9_000, "percent": 50, "months": 6},
        }
    )
    found = compare(Rules.read(RULES), draft, facts(version))
    assert found.members == ((3, 0, 33), (1, 80_000, 60_000 + 15_000 + 34 + 2_000), (2, 40_000, 30_033))
    assert (found.gain, found.lose) == (1, 2)
    assert found.live.total == 120_000 and found.draft.total == 107_100
    assert dict(found.draft.ways) == {
        "accepted_answer": 90_000,
        "endorsement": 15_000,
        "article": 100,
        "royalty": 2_000,
    }
    assert (found.live.earners, found.draft.earners) == (2, 3)
    assert found.live.of_top(10) == 80_000


def test_a_pool_costs_the_same_each_month_however_many_answered(version):
    found = compare(Rules.read(RULES), Rules.read(RULES | {"pool": 90_000}), facts(version))
    assert list(found.draft.months.values()) == [90_000, 90_000]
    assert found.members == ((2, 40_000, 90_000), (1, 80_000, 90_000))


def test_a_run_over_the_past_comes_to_what_the_same_rules_really_awarded(
    version, draft, accepted, operator, helper, customer, make_viewer, now
):
    """The shadow and the books use one formula: what was earned by a version is what a run of it says."""
    ways = {"first_answer": {"amount": 5_000}, "endorsement": {"amount": 2_000, "most": 5_000},
            "taper": {"after": 1, "percent": 50, "least": 10}}  # fmt: skip
    same = changed(draft, operator, now, **ways)
    publish_draft(draft=same, starts_on=(now + DAYS).date(), by=operator, now=now)
    at = now + 2 * DAYS
    for title in ("One", "Two"):
        set_helpful(post=accepted(title, at=at).post, by=make_viewer(f"Reader {title}"), on=True, now=at)
    settle_due(now=at + 14 * DAYS)
    settle_due(now=at + 28 * DAYS)
    run = try_draft(draft=same, months=3, by=operator, now=at + 40 * DAYS)
    compute(run_id=run.pk, now=at + 40 * DAYS)
    run.refresh_from_db()
    assert balance_of(helper.member_id) == Balance(settled=40_000 + 20_000 + 5_000 + 2 * 1_000)
    assert run.result["members"] == [[helper.member_id, 67_000, 67_000]]
    assert [amount for _month, amount in run.result["live"]["months"]] == [0, 0, 67_000]


def test_the_facts_cost_the_same_queries_however_much_happened(accepted, now, django_assert_num_queries):
    first = now.date().replace(day=1)

    def queries():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as found:
            past.facts(first, 1)
        return len(found)

    accepted("One")
    few = queries()
    for number in range(5):
        accepted(f"More {number}")
    assert queries() == few <= 13


# -- drafts and their day -------------------------------------------------------------------------------


def test_a_draft_holds_from_its_day_on_and_changes_nothing_before(draft, accepted, helper, operator, now):
    changed(draft, operator, now, accepted_answer=25_000)
    accepted("Before")
    made = publish_draft(draft=draft, starts_on=(now + 10 * DAYS).date(), by=operator, now=now)
    accepted("Still before", at=now + DAYS)
    assert balance_of(helper.member_id).pending == 80_000
    accepted("After", at=now + 11 * DAYS)
    assert balance_of(helper.member_id).pending == 105_000
    assert made.starts_at == midnight((now + 10 * DAYS).date())
    event = Event.objects.get(verb="version.announced")
    assert (event.actor_id, event.after["number"]) == (operator.member_id, 2)


@pytest.mark.parametrize("days", [-1, 0, 800])
def test_no_version_begins_today_in_the_past_or_in_years(draft, operator, now, days):
    with pytest.raises(Invalid):
        publish_draft(draft=draft, starts_on=(now + days * DAYS).date(), by=operator, now=now)


def test_rules_with_a_pool_begin_with_a_month(draft, operator, now):
    changed(draft, operator, now, pool=1_000_000)
    with pytest.raises(Invalid):
        publish_draft(draft=draft, starts_on=(now + DAYS).date(), by=operator, now=now)
    publish_draft(draft=draft, starts_on=now.date().replace(month=4, day=1), by=operator, now=now)


def test_a_draft_becomes_one_version_and_is_changed_no_more(draft, operator, now):
    publish_draft(draft=draft, starts_on=(now + DAYS).date(), by=operator, now=now)
    with pytest.raises(Refused):
        publish_draft(draft=draft, starts_on=(now + 2 * DAYS).date(), by=operator, now=now)
    with pytest.raises(Refused):
        changed(draft, operator, now, accepted_answer=1)
    assert ProgrammeVersion.objects.count() == 2


def test_a_version_that_is_withdrawn_before_its_day_never_holds(client, draft, operator, version):
    now = timezone.now()
    changed(draft, operator, now, accepted_answer=25_000)
    made = publish_draft(draft=draft, starts_on=(now + 10 * DAYS).date(), by=operator, now=now)
    assert "version 2" in client.get("/en/credits/rules/").text
    withdraw_version(version=made, by=operator, now=now)
    with pytest.raises(Refused):
        withdraw_version(version=made, by=operator, now=now)
    assert version_in_force(now + 20 * DAYS).rules == version.rules
    text = client.get("/en/credits/rules/").text
    assert "version 2" not in text and "announced" not in text


def test_a_version_that_has_begun_is_not_withdrawn(version, operator, now):
    with pytest.raises(Refused):
        withdraw_version(version=version, by=operator, now=now)


@pytest.mark.parametrize("who", ["customer", "helper", "moderator", "agent"])
def test_only_operators_write_rules(request, draft, who, now):
    by = request.getfixturevalue(who)
    for act in (
        lambda: changed(draft, by, now),
        lambda: try_draft(draft=draft, months=3, by=by, now=now),
        lambda: publish_draft(draft=draft, starts_on=(now + DAYS).date(), by=by, now=now),
    ):
        with pytest.raises(Refused):
            act()


# -- its form and pages -----------------------------------------------------------------------------------


def test_what_the_form_shows_is_what_it_reads_and_nothing_else_is_lost():
    rules = {
        "accepted_answer": 40_500, "hold_days": 14, "payout_months": 6, "expiry_months": 12, "warning_days": [30, 7],
        "endorsement": {"amount": 2_000, "most": 20_000, "trust": [50, 75, 100, 125, 150]},
        "royalty": {"amount": 1_000, "most": 5_000, "percent": 90, "months": 12, "hold_days": 0},
    }  # fmt: skip
    given = draft_form.typed(rules, 12_500)
    assert given["accepted_answer"] == "40.5" and given["value"] == "0.0125" and given["taper-after"] == ""
    assert draft_form.read(given, rules) == (rules, 12_500)
    del rules["royalty"]
    assert draft_form.read(given | {"royalty-amount": " "}, rules)[0] == rules


def test_the_form_says_what_is_wrong_of_each_field():
    given = draft_form.typed(RULES, 10_000) | {"accepted_answer": "many", "hold_days": "", "taper-after": "5"}
    with pytest.raises(Invalid) as invalid:
        draft_form.read(given, RULES)
    assert set(invalid.value.errors) == {"accepted_answer", "hold_days", "taper-percent"}


@pytest.mark.parametrize("odd", ["1e999999", "1e9999999999", "-1", "NaN", "Infinity", "0.0005", "9" * 5000, "\0"])
def test_a_number_that_is_none_is_refused_beside_its_field(odd):
    with pytest.raises(Invalid) as invalid:
        draft_form.read(draft_form.typed(RULES, 10_000) | {"accepted_answer": odd}, RULES)
    assert set(invalid.value.errors) == {"accepted_answer"}


def test_an_operator_drafts_tries_and_announces_on_the_pages(sign_in, operator, accepted):
    accepted(at=timezone.now() - 45 * DAYS)
    client = sign_in(operator)
    assert client.post("/en/credits/programme/drafts/", {"name": " "}).status_code == 422
    client.post("/en/credits/programme/drafts/", {"name": "Half"})
    draft = ProgrammeDraft.objects.get()
    assert "Half" in client.get("/en/credits/programme/").text
    page = f"/en/credits/programme/drafts/{draft.pk}/"
    form = draft_form.typed(draft.rules, draft.value_micros) | {"name": "Half", "accepted_answer": "20"}
    wrong = client.post(page, form | {"hold_days": "soon"})
    assert wrong.status_code == 422 and 'id="hold_days-error"' in wrong.text
    assert client.post(page, form).status_code == 302
    assert "1 accepted answer: 20 credits, worth €0.20" in " ".join(client.get(page).text.split())
    client.post(f"{page}step/", {"step": "try", "months": "3"})
    run = ShadowRun.objects.get()
    at = f"/en/credits/programme/runs/{run.pk}/"
    assert "being computed" in client.get(at).text
    compute(run_id=run.pk, now=timezone.now())
    text = " ".join(client.get(at).text.split())
    assert "0 members would have earned more, 1 less, 0 the same." in text
    assert "Nadia Benali" in text and "−20" in text
    lines = client.get(f"{at}members.csv").text.splitlines()
    assert lines[0] == "member,in_force,draft,difference" and lines[1].endswith(",40000,20000,-20000")
    assert client.post(f"{page}step/", {"step": "publish", "starts_on": "2020-01-01"}).status_code == 422
    day = (timezone.now() + 9 * DAYS).date().isoformat()
    assert client.post(f"{page}step/", {"step": "publish", "starts_on": day}).status_code == 302
    assert ProgrammeVersion.objects.get(number=2).rules["accepted_answer"] == 20_000
    assert client.post("/en/credits/programme/versions/2/withdraw/").status_code == 302
    assert ProgrammeVersion.objects.get(number=3).rules["accepted_answer"] == 40_000


def test_a_draft_is_thrown_away_with_its_runs(sign_in, draft, operator, now):
    try_draft(draft=draft, months=3, by=operator, now=now)
    sign_in(operator).post(f"/en/credits/programme/drafts/{draft.pk}/step/", {"step": "drop"})
    assert not ProgrammeDraft.objects.exists() and not ShadowRun.objects.exists()
