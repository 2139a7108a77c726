"""Who is credited for an article, what they earn by it, and how that is taken back and given again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command

from community.actions.deflecting import solved_by
from community.actions.removal import remove_post, restore_post
from core.errors import Invalid, Refused
from kb.actions.crediting import credit, uncredit
from kb.actions.demo import make_article, publish_promotion, withdraw_article
from kb.actions.gaps import change_task, open_task
from kb.actions.helpfulness import say_helped
from kb.clock import as_of
from kb.models import Article, Credit
from notifications.models import Notification
from rewards.actions.settling import settle_due
from rewards.models import Hold, Programme, ProgrammeVersion, Transfer
from rewards.queries import balance_of
from rewards.verify import verify

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=1)
APRIL = datetime(2026, 4, 2, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def rules(db):
    """Every way that an article earns by, and accepted answers that earn nothing: only articles are counted here."""
    programme, _ = Programme.objects.get_or_create(slug="members")
    return ProgrammeVersion.objects.create(
        programme=programme,
        number=ProgrammeVersion.objects.count() + 1,
        starts_at=datetime(2021, 1, 1, tzinfo=UTC),
        rules={
            "accepted_answer": 0,
            "hold_days": 14,
            "article": {"amount": 100_000, "hold_days": 30},
            "translation": {"amount": 50_000},
            "failed_search": {"amount": 60_000},
            "royalty": {"amount": 1_000, "most": 5_000, "percent": 50, "months": 3},
        },
        value_micros=10_000,
        currency="EUR",
    )


@pytest.fixture
def third(make_viewer):
    return make_viewer("Tara Third")


@pytest.fixture
def live(article, second, now):
    return publish_promotion(article=article, by=second, now=now)


def pending(viewer):
    return balance_of(viewer.member_id).pending


def royalties(now):
    call_command("rewards", "royalties", "--now", now.isoformat(), verbosity=0)


def readers(make_viewer, article, count, now):
    for number in range(count):
        say_helped(article=article, helped=True, by=make_viewer(f"Reader {number}"), now=now)


# -- a promoted answer ----------------------------------------------------------------------------


def test_an_answer_that_becomes_an_article_earns_when_it_is_published_and_once(live, helper, second, now):
    assert pending(helper) == 100_000
    assert Hold.objects.get().settles_on == (now + 30 * DAYS).date()
    with as_of(now + DAYS):
        live.save_revision().publish()
    assert pending(helper) == 100_000


def test_a_draft_earns_nothing(article, helper):
    assert pending(helper) == 0


def test_those_who_wrote_it_together_share_what_it_earns_to_the_last_thousandth(
    article, helper, third, second, make_viewer, moderator, agent, now
):
    for viewer in (third, make_viewer("Fadi Fourth"), agent):
        credit(article=article, name=f"#{viewer.member_id}", role="author", by=moderator, now=now)
    publish_promotion(article=article, by=second, now=now)
    amounts = sorted(Hold.objects.values_list("amount", flat=True))
    # The team is credited, and earns nothing.
    assert amounts == [33_333, 33_333, 33_334]
    assert pending(helper) == 33_334 and pending(agent) == 0


def test_an_article_that_is_withdrawn_gives_back_what_is_pending_and_has_it_again_when_it_returns(live, helper, now):
    withdraw_article(article=live, now=now + DAYS)
    assert pending(helper) == 0
    told = Notification.objects.get(kind="credits_reversed")
    assert (told.data["title"], told.data["cause"]) == (live.title, "article_withdrawn")
    for day in (2, 3):
        with as_of(now + day * DAYS):
            Article.objects.get(pk=live.pk).specific.save_revision().publish()
        assert pending(helper) == 100_000
    withdraw_article(article=Article.objects.get(pk=live.pk).specific, now=now + 4 * DAYS)
    assert pending(helper) == 0
    assert verify().ok


def test_what_had_settled_was_earned(live, helper, now):
    settle_due(now=now + 30 * DAYS)
    withdraw_article(article=live, now=now + 40 * DAYS)
    assert balance_of(helper.member_id).settled == 100_000


def test_an_article_that_is_deleted_gives_back_what_is_pending(live, helper, now):
    with as_of(now + DAYS):
        live.delete()
    assert pending(helper) == 0
    assert verify().ok


def test_when_the_answer_is_removed_all_goes_also_what_had_settled_and_comes_back_with_it(
    live, accepted, helper, moderator, make_viewer, now
):
    readers(make_viewer, live, 2, now + DAYS)
    royalties(APRIL)
    assert pending(helper) == 102_000
    settle_due(now=APRIL + 20 * DAYS)
    remove_post(post=accepted, by=moderator, reason="Copied.", now=APRIL + 21 * DAYS)
    has = balance_of(helper.member_id)
    assert (has.pending, has.settled, has.owed) == (0, 0, 0)
    restore_post(post=accepted, by=moderator, reason="It was theirs.", now=APRIL + 22 * DAYS)
    assert pending(helper) == 102_000
    assert verify().ok


def test_what_was_published_before_the_rule_came_earns_nothing_by_it(rules, live, helper, now):
    ProgrammeVersion.objects.create(
        programme=rules.programme, number=rules.number + 1, starts_at=now + 10 * DAYS, currency="EUR",
        value_micros=10_000, rules={**rules.rules, "translation": None, "article": {"amount": 900_000}},
    )  # fmt: skip
    with as_of(now + 11 * DAYS):
        Article.objects.get(pk=live.pk).specific.save_revision().publish()
    assert pending(helper) == 100_000


# -- having helped ----------------------------------------------------------------------------------


def test_each_member_whom_it_helped_earns_a_royalty_when_the_month_is_over_once(live, helper, make_viewer, now):
    readers(make_viewer, live, 3, now + DAYS)
    royalties(APRIL)
    royalties(APRIL + DAYS)
    assert pending(helper) == 103_000
    assert Transfer.objects.filter(reason="article_helped").count() == 1


def test_it_falls_month_by_month_and_a_crowd_earns_no_more_than_the_cap(live, helper, make_viewer, now):
    readers(make_viewer, live, 9, now + 40 * DAYS)
    royalties(datetime(2026, 5, 2, 3, tzinfo=UTC))
    assert pending(helper) == 100_000 + 4_500
    readers(make_viewer, live, 9, now + 2 * DAYS)
    royalties(APRIL)
    assert pending(helper) == 100_000 + 4_500 + 5_000


def test_neither_its_author_nor_the_team_nor_visitors_count_and_a_no_takes_a_yes_back(
    live, helper, agent, customer, now
):
    from accounts.viewer import Viewer

    for by in (helper, agent, Viewer(), Viewer()):
        say_helped(article=live, helped=True, by=by, now=now + DAYS)
    say_helped(article=live, helped=True, by=customer, now=now + DAYS)
    say_helped(article=live, helped=False, by=customer, now=now + 2 * DAYS)
    royalties(APRIL)
    assert pending(helper) == 100_000


def test_whom_it_spared_a_question_counts_once_with_those_who_said_so(live, helper, customer, now):
    say_helped(article=live, helped=True, by=customer, now=now + DAYS)
    for form in ("a", "b"):
        solved_by(helped=f"article:{live.pk}", shown=[], product=None, lang="en", by=customer, token=form, now=now)
    royalties(APRIL)
    assert pending(helper) == 101_000


# -- searches, translations, credits ----------------------------------------------------------------


def test_an_article_for_a_search_that_found_nothing_earns_its_authors_once(
    article, helper, moderator, second, product, now
):
    task = open_task(text="esim on two phones", lang="en", product=product, owner=None, by=moderator, now=now)
    change_task(task=task, owner=None, article=article, by=moderator, now=now)
    assert pending(helper) == 0
    live = publish_promotion(article=article, by=second, now=now)
    assert pending(helper) == 160_000
    withdraw_article(article=live, now=now + DAYS)
    assert pending(helper) == 0
    with as_of(now + 2 * DAYS):
        Article.objects.get(pk=live.pk).specific.save_revision().publish()
    assert pending(helper) == 160_000


def test_whoever_translates_an_article_earns_for_it_and_its_author_nothing_more(live, helper, third, moderator, now):
    french = make_article(
        section_slug="mobile", section_title="Mobile", lang="fr", title="Pas de données", lead="Point d’accès.",
        now=now, publish=False, translation_of=live,
    )  # fmt: skip
    credit(article=french, name="Tara Third", role="translator", by=moderator, now=now)
    with as_of(now):
        french.save_revision().publish()
    assert (pending(third), pending(helper)) == (50_000, 100_000)
    withdraw_article(article=Article.objects.get(pk=french.pk).specific, now=now + DAYS)
    assert (pending(third), pending(helper)) == (0, 100_000)
    assert verify().ok


def test_nobody_credits_themselves_and_nobody_changes_it_once_it_is_published(article, third, moderator, second, now):
    with pytest.raises(Refused) as refused:
        credit(article=article, name=f"#{moderator.member_id}", role="author", by=moderator, now=now)
    assert refused.value.code == "own"
    credit(article=article, name="Tara Third", role="author", by=moderator, now=now)
    with pytest.raises(Invalid):
        credit(article=article, name="Tara Third", role="translator", by=moderator, now=now)
    uncredit(article=article, member=third.member, by=moderator, now=now)
    assert not Credit.objects.exists()
    live = publish_promotion(article=article, by=second, now=now)
    with pytest.raises(Refused) as refused:
        credit(article=live, name="Tara Third", role="author", by=moderator, now=now)
    assert refused.value.code == "published"


def test_a_member_is_found_by_name_or_by_number(article, make_viewer, moderator, now):
    twin = make_viewer("Tara Third"), make_viewer("Tara Third")
    with pytest.raises(Invalid):
        credit(article=article, name="Tara Third", role="author", by=moderator, now=now)
    with pytest.raises(Invalid):
        credit(article=article, name="Nobody Here", role="author", by=moderator, now=now)
    found = credit(article=article, name=f"#{twin[1].member_id}", role="author", by=moderator, now=now)
    assert found.member_id == twin[1].member_id
