"""Whatever happens in whatever order, what must hold of the books holds after each step.

A hundred steps a history, two thousand in all; PROPERTY_STEPS=100000 looks all night.
"""

from __future__ import annotations

import contextlib
import os
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.viewer import Viewer
from community.actions.acceptance import accept, revoke
from community.actions.answering import answer
from community.actions.removal import remove_post, restore_post
from community.models import Acceptance, Post
from core.errors import Refused
from rewards import ledger
from rewards.actions.awarding import award, take_back
from rewards.actions.expiring import expire_due
from rewards.actions.sealing import seal_new
from rewards.actions.settling import settle_due
from rewards.actions.writing_off import write_off
from rewards.ledger import Draft, Move, Short
from rewards.models import Account, Entry, ProgrammeVersion, Transfer
from rewards.queries import balance_of
from rewards.verify import verify

STEPS = int(os.environ.get("PROPERTY_STEPS", "2000"))
HISTORY = 100
CREDITS = 40_000
THREADS, HELPERS = 4, 3


class History(RuleBasedStateMachine):
    """Some threads that everybody answered, and all that can happen to them and to what they earn."""

    posts: ClassVar[list[list[Post]]]
    members: ClassVar[list[Viewer]]
    asker: ClassVar[Viewer]
    agent: ClassVar[Viewer]
    moderator: ClassVar[Viewer]
    operator: ClassVar[Viewer]
    began: ClassVar[datetime]
    steps: ClassVar[int] = 0
    # What was ever booked: a history in which nothing happens proves nothing.
    kinds: ClassVar[set[str]] = set()

    def __init__(self) -> None:
        super().__init__()
        self.history = transaction.atomic()
        self.history.__enter__()
        self.now = self.began
        # Whether anything was written since all was last looked at: what nobody touched is as right as it was.
        self.written = True
        self.watch = connection.execute_wrapper(self._see)
        self.watch.__enter__()
        # What was paid to each member, less what came back, and what of their debts was written off.
        self.paid: dict[int, int] = {}
        self.written_off: dict[int, int] = {}
        self.payouts: list[tuple[Transfer, int, int]] = []

    def _see(self, execute: Any, sql: str, *given: Any) -> Any:
        self.written = self.written or not sql.startswith(("SELECT", "SAVEPOINT", "RELEASE"))
        return execute(sql, *given)

    def teardown(self) -> None:
        self.watch.__exit__(None, None, None)
        self.kinds.update(Transfer.objects.values_list("kind", flat=True))
        transaction.set_rollback(True)
        self.history.__exit__(None, None, None)

    @rule(thread=st.integers(0, THREADS - 1), post=st.integers(0, HELPERS + 1))
    def accept(self, thread: int, post: int) -> None:
        self._try(lambda: accept(answer=self.posts[thread][post], by=self.asker, now=self.now))

    @rule(thread=st.integers(0, THREADS - 1), post=st.integers(0, HELPERS - 1))
    def accept_what_a_helper_wrote(self, thread: int, post: int) -> None:
        self.accept(thread, post)

    @rule(thread=st.integers(0, THREADS - 1))
    def un_accept(self, thread: int) -> None:
        self._try(lambda: revoke(thread=self.posts[thread][0].thread, by=self.asker, now=self.now, reason=""))

    @rule(thread=st.integers(0, THREADS - 1), post=st.integers(0, HELPERS + 1))
    def remove(self, thread: int, post: int) -> None:
        gone = self.posts[thread][post]
        self._try(lambda: remove_post(post=gone, by=self.moderator, reason="Copied.", now=self.now))

    @rule(thread=st.integers(0, THREADS - 1), post=st.integers(0, HELPERS + 1))
    def restore(self, thread: int, post: int) -> None:
        back = self.posts[thread][post]
        self._try(lambda: restore_post(post=back, by=self.moderator, reason="Not copied.", now=self.now))

    @rule(thread=st.integers(0, THREADS - 1))
    def tell_again(self, thread: int) -> None:
        """A signal that arrives twice."""
        for acceptance in Acceptance.objects.filter(thread=self.posts[thread][0].thread).order_by("-pk")[:2]:
            if acceptance.revoked_at is None:
                award(acceptance=acceptance, by=self.asker, now=self.now)
            else:
                take_back(acceptance=acceptance, reason="", by=self.asker, now=self.now)

    @rule(days=st.integers(1, 20))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        settle_due(now=self.now)
        expire_due(now=self.now)

    @rule()
    def settle(self) -> None:
        settle_due(now=self.now)

    @rule()
    def seal(self) -> None:
        seal_new(now=self.now)
        assert seal_new(now=self.now) == []

    @rule(member=st.integers(0, HELPERS - 1), share=st.integers(1, 100))
    def pay(self, member: int, share: int) -> None:
        member_id = self.members[member].member_id
        assert member_id
        amount = balance_of(member_id).settled * share // 100
        if not amount:
            return
        moves = (Move(Account.Kind.SETTLED, -amount, member_id, line=True), Move(Account.Kind.PAYOUTS, amount))
        draft = Draft(key=f"payout:{len(self.payouts)}", kind="payout", reason="paid_out", moves=moves)
        posted = ledger.post(books=ledger.lock([member_id]), draft=draft, now=self.now)
        assert posted
        self.payouts.append((posted, member_id, amount))
        self.paid[member_id] = self.paid.get(member_id, 0) + amount

    @rule(which=st.integers(0, 50))
    def a_payment_comes_back(self, which: int) -> None:
        if which >= len(self.payouts):
            return
        payout, member_id, amount = self.payouts[which]
        books = ledger.lock([member_id])
        if ledger.reverse(books=books, transfer=payout, key=f"return:{payout.pk}", now=self.now):
            self.paid[member_id] -= amount

    @rule(member=st.integers(0, HELPERS - 1), more=st.integers(1, 10**9))
    def pay_more_than_there_is(self, member: int, more: int) -> None:
        member_id = self.members[member].member_id
        assert member_id
        amount = balance_of(member_id).settled + more
        moves = (Move(Account.Kind.SETTLED, -amount, member_id), Move(Account.Kind.PAYOUTS, amount))
        with pytest.raises(Short):
            draft = Draft(key="too much", kind="payout", reason="paid_out", moves=moves)
            ledger.post(books=ledger.lock([member_id]), draft=draft, now=self.now)

    @rule(member=st.integers(0, HELPERS - 1))
    def write_off(self, member: int) -> None:
        viewer = self.members[member]
        assert viewer.member
        owed = balance_of(viewer.member.pk).owed
        written = write_off(member=viewer.member, reason="Too little.", by=self.operator, now=self.now)
        assert (written is not None) == (owed > 0)
        self.written_off[viewer.member.pk] = self.written_off.get(viewer.member.pk, 0) + owed

    @invariant()
    def all_is_right(self) -> None:
        History.steps += 1
        if self.written:
            self._the_books_are_right()
            self._everybody_has_what_they_earned()
            self._neither_own_answers_nor_staffs_earn()
        self.written = False

    def _the_books_are_right(self) -> None:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        # Sums, balances, running balances; what is pending is on hold, what is settled in lots; the chain.
        report = verify()
        assert report.ok, report.faults
        assert (Entry.objects.aggregate(sum=Sum("amount"))["sum"] or 0) == 0
        assert not Account.objects.filter(kind="receivable", balance__gt=0).exists()

    def _everybody_has_what_they_earned(self) -> None:
        standing = dict(
            Acceptance.objects.filter(revoked_at=None, post__author__in=[each.member_id for each in self.members])
            .order_by("pk")
            .values_list("pk", "post__author_id")
        )
        expired: dict[int, int] = dict(
            Entry.objects.filter(transfer__kind="expiry", transfer__subject_id__in=standing, account__kind="settled")
            .values_list("account__member_id")
            .annotate(sum=Sum("amount"))
        )
        for viewer in self.members:
            member_id = viewer.member_id
            assert member_id
            has = balance_of(member_id)
            earned = CREDITS * sum(author == member_id for author in standing.values()) + expired.get(member_id, 0)
            wanted = earned - self.paid.get(member_id, 0) + self.written_off.get(member_id, 0)
            assert has.pending + has.settled - has.owed == wanted

    def _neither_own_answers_nor_staffs_earn(self) -> None:
        kept = [self.asker.member_id, self.agent.member_id]
        assert not Entry.objects.filter(account__member__in=kept).exists()

    def _try(self, act: Any) -> None:
        # What is gone is not accepted, and so on.
        with contextlib.suppress(Refused):
            act()


@pytest.mark.django_db
def test_whatever_happens_the_books_stay_right(
    answered, make_viewer, customer, agent, moderator, operator, version, now
):
    ProgrammeVersion.objects.create(
        programme=version.programme, number=2, starts_at=version.starts_at + timedelta(days=1), value_micros=10_000,
        rules=version.rules | {"expiry_months": 1, "rollover_months": 1, "warning_days": [7, 2]}, currency="EUR",
    )  # fmt: skip
    History.members = [make_viewer(f"Member {number}") for number in range(HELPERS)]
    History.asker, History.agent, History.moderator, History.operator = customer, agent, moderator, operator
    History.began, History.steps = now, 0
    History.posts = []
    for number in range(THREADS):
        first = answered(f"Question {number}", by=History.members[0])
        others = [*History.members[1:], customer, agent]
        History.posts.append([first, *(answer(thread=first.thread, by=by, body="This.", now=now) for by in others)])
    nightly = "PROPERTY_STEPS" in os.environ
    while History.steps < STEPS:
        left = STEPS - History.steps
        run_state_machine_as_test(
            History,
            settings=settings(
                max_examples=max(1, left // HISTORY),
                stateful_step_count=HISTORY,
                deadline=None,
                database=None,
                # The same histories each time; at night others.
                derandomize=not nightly,
                suppress_health_check=list(HealthCheck),
                phases=[Phase.generate, Phase.shrink],
            ),
        )
    assert History.kinds == {*Transfer.Kind}
