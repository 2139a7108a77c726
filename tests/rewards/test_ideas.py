"""What an adopted idea earns, and how that is taken back and given again, through the community's own actions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from community.actions.adopting import adopt, revoke_adoption
from community.actions.answering import answer
from community.actions.asking import ask
from community.actions.removal import remove_post, restore_post
from community.models import Thread
from notifications.models import Notification
from rewards import draft_form
from rewards.actions.ideas import award
from rewards.actions.settling import settle_due
from rewards.evidence import network
from rewards.explained import explained
from rewards.limits import Limits
from rewards.models import Hold, Transfer
from rewards.past import facts
from rewards.queries import Balance, balance_of
from rewards.rules import Idea, Rules, idea_earns
from rewards.shadow import cost
from rewards.verify import verify

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=1)


@pytest.fixture
def paid(rules):
    return rules(adopted={"amount": 50_000, "hold_days": 30})


@pytest.fixture
def make_idea(helper, product, topic, now):
    def make(title="Pause my plan", *, by=None):
        return ask(
            by=by or helper, title=title, details="For a month.", product=product, topic=topic, lang="en", now=now,
            kind=Thread.Kind.IDEA,
        )  # fmt: skip

    return make


@pytest.fixture
def idea(make_idea):
    return make_idea()


def opening(thread):
    return thread.posts.select_related("thread").get(is_opening=True)


def has(viewer):
    return balance_of(viewer.member_id)


def test_an_adopted_idea_earns_its_author_once_pending_by_its_own_hold(paid, idea, helper, agent, now):
    adoption = adopt(thread=idea, by=agent, now=now)
    hold = Hold.objects.get()
    assert (hold.amount, hold.settles_on, hold.member) == (50_000, (now + 30 * DAYS).date(), helper.member)
    transfer = hold.award
    assert (transfer.key, transfer.reason, transfer.version) == (f"adoption:{adoption.pk}", "idea_adopted", paid)
    assert award(adoption=adoption, by=agent, now=now) is None
    adopt(thread=idea, by=agent, now=now + DAYS)
    assert has(helper) == Balance(pending=50_000)
    settle_due(now=now + 31 * DAYS)
    assert has(helper) == Balance(settled=50_000) and verify().ok


def test_a_version_that_does_not_speak_of_ideas_pays_nothing_for_them(
    rules, idea, make_idea, helper, agent, moderator, now
):
    adopt(thread=idea, by=agent, now=now)
    assert has(helper) == Balance()
    rules(adopted={"amount": 50_000}, starts_at=now + DAYS)
    # What was adopted before is not paid for later, whatever becomes of it meanwhile.
    remove_post(post=opening(idea), by=moderator, reason="Copied", now=now + 2 * DAYS)
    restore_post(post=opening(idea), by=moderator, reason="Theirs", now=now + 3 * DAYS)
    assert has(helper) == Balance()
    adopt(thread=make_idea("Large print"), by=agent, now=now + 3 * DAYS)
    assert has(helper) == Balance(pending=50_000)


def test_the_teams_own_ideas_earn_nothing_nor_does_one_that_its_author_adopts(paid, make_idea, agent, operator, now):
    type(agent.member).objects.filter(pk__in=[agent.member_id, operator.member_id]).update(is_team=True)
    adopt(thread=make_idea("Ours", by=operator), by=agent, now=now)
    # Somebody who works here and whose row does not say so.
    type(agent.member).objects.filter(pk=agent.member_id).update(is_team=False)
    adopt(thread=make_idea("Mine", by=agent), by=agent, now=now)
    assert not Transfer.objects.exists()


@pytest.mark.parametrize(
    ("idea", "earns"),
    [
        (Idea(1, False, False, 2), 5),
        (Idea(1, False, False, None), 5),
        (Idea(1, True, False, 2), 0),
        (Idea(1, False, True, 2), 0),
        (Idea(1, False, False, 1), 0),
    ],
)
def test_who_may_earn_by_an_idea(idea, earns):
    read = Rules.read({"accepted_answer": 1, "hold_days": 1, "adopted": {"amount": 5}})
    assert idea_earns(read, idea) == earns
    assert idea_earns(Rules.read({"accepted_answer": 1, "hold_days": 1}), idea) == 0


def test_taking_the_adoption_back_takes_its_credits_back_and_says_why(paid, idea, helper, agent, sign_in, now):
    adopt(thread=idea, by=agent, now=now)
    revoke_adoption(thread=idea, by=agent, reason="The supplier cannot.", now=now + DAYS)
    assert has(helper) == Balance() and verify().ok
    assert Transfer.objects.get(kind="reversal").reason == "adoption_revoked"
    told = Notification.objects.get(kind="credits_reversed", member=helper.member)
    assert (told.data["cause"], told.data["reason"]) == ("adoption_revoked", "The supplier cannot.")
    html = sign_in(helper).get("/en/credits/").content.decode()
    assert "Reversed: your idea is no longer adopted." in html and "The supplier cannot." in html
    assert f'href="{idea.get_absolute_url()}"' in html
    adopt(thread=idea, by=agent, now=now + 2 * DAYS)
    assert has(helper) == Balance(pending=50_000) and verify().ok


def test_what_was_spent_of_it_becomes_a_debt(paid, idea, helper, agent, spend, now):
    adopt(thread=idea, by=agent, now=now)
    settle_due(now=now + 31 * DAYS)
    spend(helper, 20_000)
    revoke_adoption(thread=idea, by=agent, reason="Too dear.", now=now + 32 * DAYS)
    assert has(helper) == Balance(owed=20_000)


def test_removing_an_adopted_idea_takes_its_credits_and_restoring_gives_them_again_each_time(
    paid, idea, helper, agent, moderator, now
):
    adopt(thread=idea, by=agent, now=now)
    for step in (1, 3):
        remove_post(post=opening(idea), by=moderator, reason="Copied", now=now + step * DAYS)
        assert has(helper) == Balance()
        restore_post(post=opening(idea), by=moderator, reason="Theirs", now=now + (step + 1) * DAYS)
        assert has(helper) == Balance(pending=50_000)
    standing = Hold.objects.exclude(state=Hold.State.REVERSED).get()
    assert standing.settles_on == (now + 30 * DAYS).date(), "it waits no longer for having been away"
    assert set(Transfer.objects.filter(kind="reversal").values_list("reason", flat=True)) == {"idea_removed"}
    revoke_adoption(thread=idea, by=agent, reason="Too dear.", now=now + 5 * DAYS)
    assert has(helper) == Balance() and verify().ok


def test_replies_to_ideas_say_nothing_of_how_often_somebody_is_accepted(accepted, make_idea, customer, helper, now):
    accepted()
    answer(thread=make_idea(by=customer), by=helper, body="Yes please.", now=now)
    known = network(now=now, limits=Limits(), wanted=())
    assert known.answered[helper.member_id] == known.asked[customer.member_id] == 1


def test_the_statement_says_what_it_is_for_and_leads_there(paid, idea, helper, agent, sign_in, now):
    adopt(thread=idea, by=agent, now=now)
    html = sign_in(helper).get("/en/credits/").content.decode()
    assert "Your idea was adopted:" in html and f'href="{idea.get_absolute_url()}"' in html
    assert "#post-None" not in html
    settle_due(now=now + 31 * DAYS)
    html = sign_in(helper).get("/fr/credits/").content.decode()
    assert "Votre idée a été adoptée" in html and f'href="{idea.path_in("fr")}"' in html


def test_everybody_reads_what_an_idea_earns_with_an_example(paid, version, client, now):
    html = client.get("/en/credits/rules/").content.decode()
    assert "An idea that the team adopts" in html
    assert "You suggest something, and the team adopts it on 2 March: 50 credits, settled 30 days later." in html
    with translation.override("fr"):
        (way,) = (way for way in explained(paid, now).ways if way.name == "idea")
    assert way.title == "Une idée que l’équipe adopte"
    assert "idea" not in {way.name for way in explained(version, now).ways}


def test_the_form_for_an_idea_says_what_it_earns(paid, client):
    assert "It earns 50 credits then." in client.get("/en/community/ask/?kind=idea").content.decode()


def test_a_draft_has_its_amount_and_keeps_it():
    given = draft_form.typed({"accepted_answer": 40_000, "hold_days": 14, "adopted": {"amount": 50_000}}, 10_000)
    assert given["adopted-amount"] == "50"
    found, _value = draft_form.read(given | {"adopted-amount": "60.5", "adopted-hold_days": "7"}, {})
    assert found["adopted"] == {"amount": 60_500, "hold_days": 7}
    assert "adopted" not in draft_form.read(given | {"adopted-amount": ""}, found)[0]


def test_a_shadow_run_counts_the_ideas_that_stand_adopted(make_idea, helper, agent, moderator, operator, now):
    stands, back, gone, own = (make_idea(title) for title in ("Stands", "Back", "Gone", "Other month"))
    mine = make_idea("Mine", by=agent)
    for each in (stands, back, gone, mine):
        adopt(thread=each, by=agent, now=now)
    adopt(thread=own, by=agent, now=now + 40 * DAYS)
    revoke_adoption(thread=back, by=agent, reason="No.", now=now)
    remove_post(post=opening(gone), by=moderator, reason="Copied", now=now)
    month = now.date().replace(day=1)
    found = cost(Rules.read({"accepted_answer": 0, "hold_days": 14, "adopted": {"amount": 50_000}}), facts(month, 1))
    assert dict(found.ways) == {"adopted": 50_000} and dict(found.members) == {helper.member_id: 50_000}
    assert found.months[month] == 50_000


def test_two_who_adopt_at_once_pay_once(paid, idea, helper, agent, operator, now):
    adopt(thread=idea, by=agent, now=now)
    adopt(thread=idea, by=operator, now=now)
    assert has(helper) == Balance(pending=50_000)
