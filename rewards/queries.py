"""Reading the programme and a member's statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.core.cache import cache
from django.db.models import Count, Max, Min, Q, Sum
from django.urls import reverse

from accounts.viewer import Viewer
from community.models import Acceptance, Adoption, Thread
from core.paging import paginate
from kb.models import Article, EditorialTask
from rewards.models import (
    Account,
    Entry,
    Hold,
    ProgrammeVersion,
    Review,
    Transfer,
)

# What an accepted answer's transfers are for: `Transfer.subject_type`.
SUBJECT = "community.acceptance"
# What else an acceptance may earn, under its own key: the bonus for the others whom it helped, a member's first.
ENDORSED = "community.acceptance/endorsed"
FIRST = "community.acceptance/first"
OF_ACCEPTANCE = (SUBJECT, ENDORSED, FIRST)
# What articles earn: by the origin of a promoted answer, by the page, by the task that they answer.
ARTICLE = "kb.origin"
ROYALTY = "kb.article/helped"
TRANSLATION = "kb.article/translated"
ANSWERED = "kb.editorialtask"
# What an idea earns, by its adoption.
IDEA = "community.adoption"
OF_ARTICLE = (ARTICLE, ROYALTY, TRANSLATION, ANSWERED)

# How the key of an award's settlement begins; then comes the award's.
_SETTLES = "settlement:"
_KEY = "rewards:version"
_SECONDS = 60


def version_in_force(now: datetime) -> ProgrammeVersion | None:
    """The rules that hold at `now` (UTC), or None before the first version: then nothing is earned."""
    return ProgrammeVersion.objects.in_force(now).first()


def version_shown(now: datetime) -> ProgrammeVersion | None:
    """The same for pages: at most a minute old, and no query while it is fresh."""
    found = cache.get(_KEY, default=False)
    if found is False:
        found = version_in_force(now)
        cache.set(_KEY, found, _SECONDS)
    return found


def versions(now: datetime) -> tuple[ProgrammeVersion | None, list[ProgrammeVersion], list[ProgrammeVersion]]:
    """The version in force at `now` (UTC), those announced, the next first, and those before, the last first.

    Of several that begin together the last one holds: the others never did, and are left out. So is one that is
    announced and changes nothing: it took the place of one that was withdrawn. One query.
    """
    kept: list[ProgrammeVersion] = []
    for version in ProgrammeVersion.objects.order_by("starts_at", "number"):
        if kept and kept[-1].starts_at == version.starts_at:
            kept.pop()
        kept.append(version)
    begun = [version for version in kept if version.starts_at <= now]
    coming: list[ProgrammeVersion] = []
    last = begun[-1] if begun else None
    for version in kept[len(begun) :]:
        if last is None or not version.is_as(last):
            coming.append(version)
        last = version
    return (begun[-1] if begun else None), coming, begun[-2::-1]


@dataclass(frozen=True, slots=True)
class Balance:
    """A member's credits, in thousandths; `owed` is zero or more."""

    pending: int = 0
    settled: int = 0
    owed: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a statement: an entry that is booked, or an award that still waits."""

    on: date
    amount: int
    # Which account it moves: "pending", "settled" or "receivable".
    account: str
    kind: str
    # `Transfer.reason`, or "answer_removed".
    cause: str
    title: str
    # Where the answer is, "" when the reader may not see it any more.
    url: str
    balance_after: int | None = None
    settles_on: date | None = None
    # Taken back after all, on this day.
    reversed_on: date | None = None
    # What a person wrote when they took it back.
    reason: str = ""
    # Somebody looks at it before it settles.
    held: bool = False
    # The key of its review, where it was withheld.
    review: int | None = None
    # The number of the rules' version that it followed; None for what follows none.
    version: int | None = None

    @property
    def month(self) -> date:
        """The first day of its month: what the statement groups by."""
        return self.on.replace(day=1)


@dataclass(frozen=True, slots=True)
class Statement:
    """A page of a member's statement. `waiting` is there on the first page only."""

    waiting: list[Line]
    waiting_more: int
    lines: list[Line]
    older: str
    newer: str


def hold_of(acceptance_id: int | None) -> Hold | None:
    """What an acceptance earned and when it settles; None where it earned nothing, or that was taken back."""
    found = Hold.objects.filter(award__kind=Transfer.Kind.AWARD, award__subject_type=SUBJECT)
    return found.filter(award__subject_id=acceptance_id).exclude(state=Hold.State.REVERSED).first()


def balance_of(member_id: int) -> Balance:
    """What a member has; zeros for one who never earned."""
    rows = Account.objects.filter(member_id=member_id).values_list("kind", "balance")
    # Only the system's accounts keep no balance.
    found = {kind: balance or 0 for kind, balance in rows}
    return Balance(
        pending=found.get(Account.Kind.PENDING, 0),
        settled=found.get(Account.Kind.SETTLED, 0),
        owed=-found.get(Account.Kind.RECEIVABLE, 0),
    )


@dataclass(frozen=True, slots=True)
class Settling:
    """What of a member's waits to settle, and between which days; and how much a person looks at first."""

    count: int
    amount: int
    first: date | None
    last: date | None
    held: int


def settling(member_id: int) -> Settling:
    """One query."""
    found = Hold.objects.waiting().filter(member_id=member_id)
    by_itself, looked_at = Q(state=Hold.State.PENDING), Q(state=Hold.State.HELD)
    sums = found.aggregate(
        count=Count("pk", filter=by_itself),
        sum=Sum("amount", filter=by_itself),
        first=Min("settles_on", filter=by_itself),
        last=Max("settles_on", filter=by_itself),
        held=Sum("amount", filter=looked_at),
    )
    return Settling(sums["count"], sums["sum"] or 0, sums["first"], sums["last"], sums["held"] or 0)


def statement(viewer: Viewer, *, cursor: str = "", size: int = 30) -> Statement:
    """The viewer's own statement, newest first. Five queries, however much there is; six where some was withheld."""
    page = paginate(
        Entry.objects.filter(line_of_id=viewer.member_id).select_related("account", "transfer__version"),
        key="id",
        cursor=cursor,
        size=size,
    )
    holds: list[Hold] = []
    count = 0
    if not page.newer:
        pending = Hold.objects.waiting().filter(member=viewer.member)
        holds = list(pending.select_related("award__version").order_by("-settles_on", "-pk")[: size + 1])
        count = pending.count() if len(holds) > size else len(holds)
        holds = holds[:size]
    transfers = [hold.award for hold in holds] + [entry.transfer for entry in page.rows]
    titles = _titles(viewer, transfers)
    reasons = _reasons(transfers)
    reversals = _reversals(transfers)
    withheld = _withheld(transfers)
    return Statement(
        waiting=[_waiting(hold, titles) for hold in holds],
        waiting_more=count - len(holds),
        lines=[_booked(entry, titles, reasons, reversals, withheld) for entry in page.rows],
        older=page.older,
        newer=page.newer,
    )


def lines_between(viewer: Viewer, first: date, last: date, most: int) -> list[Line]:
    """The lines of the viewer's own statement in these days, newest first. Four queries, however many there are."""
    mine = Entry.objects.filter(line_of_id=viewer.member_id, transfer__booked_on__range=(first, last))
    return booked_lines(viewer, list(mine.select_related("account", "transfer__version").order_by("-pk")[:most]))


def booked_lines(viewer: Viewer, entries: list[Entry]) -> list[Line]:
    """These entries, read with account, transfer and version, as the viewer's lines. At most four queries."""
    transfers = [entry.transfer for entry in entries]
    titles, reasons, reversals = _titles(viewer, transfers), _reasons(transfers), _reversals(transfers)
    withheld = _withheld(transfers)
    return [_booked(entry, titles, reasons, reversals, withheld) for entry in entries]


# By a transfer's key: what its line is about, and where that is.
Titles = dict[int, tuple[str, str]]


def _titles(viewer: Viewer, transfers: list[Transfer]) -> Titles:
    """The answers, and the articles of no answer, that the viewer may still see. One query, two more for articles."""
    wanted = {transfer.thread_id for transfer in transfers if transfer.thread_id}
    threads = Thread.objects.visible_to(viewer).in_bulk(wanted)
    found = {
        transfer.pk: (
            thread.title,
            f"{thread.get_absolute_url()}#post-{transfer.post_id}" if transfer.post_id else thread.get_absolute_url(),
        )
        for transfer in transfers
        if (thread := threads.get(transfer.thread_id or 0))
    }
    alone = [each for each in transfers if not each.thread_id and each.subject_type in OF_ARTICLE]
    if alone:
        tasks = [each.subject_id or 0 for each in alone if each.subject_type == ANSWERED]
        answers = dict(EditorialTask.objects.filter(pk__in=tasks).values_list("pk", "article_id")) if tasks else {}
        of = {
            each.pk: answers.get(each.subject_id or 0) if each.subject_type == ANSWERED else each.subject_id
            for each in alone
        }
        pages = Article.objects.shown().in_bulk([key for key in of.values() if key])
        found |= {
            pk: (pages[key].title, reverse("kb:article", args=[key])) for pk, key in of.items() if key and key in pages
        }
    return found


def _reasons(transfers: list[Transfer]) -> dict[int, tuple[bool, str]]:
    """Whether the answer was removed, and what was written when its acceptance, or an idea's adoption, was taken back.

    By reversal. One query, one more where an adoption was taken back.
    """
    back = [t for t in transfers if t.kind == Transfer.Kind.REVERSAL and t.reason != Transfer.Reason.WITHHELD]
    about = {t.pk: t.subject_id for t in back if t.subject_type in OF_ACCEPTANCE and t.subject_id is not None}
    rows = (
        Acceptance.objects.filter(pk__in=set(about.values()))
        .select_related("post")
        .only("revoked_at", "revoked_reason", "post__removed_at")
    )
    said = {row.pk: (row.revoked_at == row.post.removed_at, row.revoked_reason) for row in rows}
    found = {pk: said[key] for pk, key in about.items() if key in said}
    ideas = {t.pk: t.subject_id for t in back if t.reason == Transfer.Reason.ADOPTION_REVOKED}
    if ideas:
        adoptions = Adoption.objects.filter(pk__in=set(ideas.values()))
        words = dict(adoptions.values_list("pk", "revoked_reason"))
        found |= {pk: (False, words.get(key or 0, "")) for pk, key in ideas.items()}
    return found


def _reversals(transfers: list[Transfer]) -> dict[str, date]:
    """The day on which what settled was taken back after all, by the settlement's key."""
    keys = {int(t.key.removeprefix(_SETTLES)): t.key for t in transfers if t.key.startswith(_SETTLES)}
    found = Transfer.objects.filter(reverses_id__in=keys).values_list("reverses_id", "booked_on")
    return {keys[pk]: on for pk, on in found if pk is not None}


def _withheld(transfers: list[Transfer]) -> dict[int, int]:
    """The reviews of what was withheld, by the award that was taken back."""
    wanted = {t.reverses_id for t in transfers if t.reason == Transfer.Reason.WITHHELD}
    if not wanted:
        return {}
    return dict(Review.objects.filter(hold__award_id__in=wanted).values_list("hold__award_id", "pk"))


def _waiting(hold: Hold, titles: Titles) -> Line:
    title, url = titles.get(hold.award.pk, ("", ""))
    return Line(
        on=hold.award.booked_on,
        amount=hold.amount,
        account=Account.Kind.PENDING,
        kind=hold.award.kind,
        cause=hold.award.reason,
        title=title,
        url=url,
        settles_on=hold.settles_on,
        held=hold.state == Hold.State.HELD,
        version=hold.award.version.number if hold.award.version else None,
    )


def _booked(
    entry: Entry,
    titles: Titles,
    reasons: dict[int, tuple[bool, str]],
    reversals: dict[str, date],
    withheld: dict[int, int],
) -> Line:
    transfer = entry.transfer
    title, url = titles.get(transfer.pk, ("", ""))
    removed, reason = reasons.get(transfer.pk, (False, ""))
    return Line(
        on=transfer.booked_on,
        amount=entry.amount,
        account=entry.account.kind,
        kind=transfer.kind,
        cause="answer_removed" if removed else transfer.reason,
        title=title,
        url=url,
        balance_after=entry.balance_after if entry.account.kind == Account.Kind.SETTLED else None,
        reversed_on=reversals.get(transfer.key),
        reason=reason,
        review=withheld.get(transfer.reverses_id or 0),
        version=transfer.version.number if transfer.version else None,
    )
