"""One of everything, and one person of every standing, for the access table."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.actions.signup import make_member
from accounts.jobs import Job
from accounts.models import User
from accounts.viewer import Viewer
from care.models import Case
from community.actions import acceptance, adopting, steering
from community.actions.answering import answer
from community.actions.asking import ask
from community.actions.commenting import comment
from community.actions.flagging import flag
from community.actions.products import make_product, make_topic
from demo.actions.drafting import RULES
from kb.actions import gaps
from kb.actions.demo import make_article
from kb.actions.promotion import promote
from rewards import ledger
from rewards.actions import reviewing
from rewards.actions.contributing import state_contribution
from rewards.actions.detecting import Found, put_under_review
from rewards.actions.drafting import change_draft, make_draft, try_draft
from rewards.actions.payouts.choosing import choose
from rewards.actions.payouts.running import approve, freeze, freeze_more, make_statements, open_run
from rewards.actions.payouts.sending import pay, write_answer
from rewards.actions.settling import settle_due
from rewards.actions.shadowing import compute
from rewards.actions.showing import refresh_badges, refresh_board
from rewards.ledger import booked_on
from rewards.models import Charity, Hold, ProgrammeVersion, Review
from rewards.providers.base import Answer
from search import counting

# Who asks, in the order of the table's columns.
STANDINGS = (
    "anonymous", "asker", "answerer", "other", "unverified", "suspended", "moderator", "agent", "operator",
)  # fmt: skip


# One of each thing that detection may say of an acceptance.
SIGNS: list[dict[str, Any]] = [
    {"sign": "circle", "weight": 6.0, "facts": {}},
    {"sign": "accepted_often", "weight": 3.2, "facts": {"accepted": 4, "answered": 5}},
    {"sign": "same_two_again", "weight": 2.9, "facts": {"times": 3, "solved": 4}},
    {"sign": "accepts_all", "weight": 2.5, "facts": {"solved": 4, "asked": 4}},
    {"sign": "passed_on", "weight": 2.4, "facts": {"asker_earned": 2}},
    {"sign": "same_device", "weight": 2.3, "facts": {"devices": 1}},
    {"sign": "same_network", "weight": 2.2, "facts": {"networks": 1}},
    {"sign": "beside_held", "weight": 2.1, "facts": {"held": 3, "of": 4}},
    {"sign": "near_identical", "weight": 1.5, "facts": {"alike": 0.92}},
    {"sign": "title_only", "weight": 1.0, "facts": {}},
    {"sign": "quick", "weight": 0.7, "facts": {"seconds_to_answer": 120.0, "seconds_to_accept": 60.0}},
    {"sign": "new_accounts", "weight": 0.4, "facts": {"accounts": 1}},
    {"sign": "nobody_else_tried", "weight": -1.5, "facts": {"others": 1}},
]


@dataclass(frozen=True)
class Words:
    """What people and products are called, and what people write; `LONGEST` is as long as it may be, in one piece."""

    name: str = "{}"
    product: str = "Plan"
    product_fr: str = "Forfait"
    topic: str = "Data"
    title: str = "{}"
    text: str = "{}"


LONGEST = Words(
    name="{}" + "wolfeschlegelsteinhausen"[:23] * 2,
    product="Donaudampfschifffahrtselektrizitätenhauptbetriebswerkplan20GB",
    product_fr="Anticonstitutionnellementdonaudampfschifffahrtsforfaitmobile20Go",
    topic="Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz",
    title="{} " + "Rindfleischetikettierungsueberwachungsaufgaben" * 2,
    text="{} https://orme.example/" + "a-very-long-address-without-a-space/" * 6 + "\n\n    " + "code " * 60
    + "\n\n`" + "x" * 200 + "`\n\n" + "W" * 200,
)  # fmt: skip


@dataclass
class World:
    """Addresses take their keys from `keys`."""

    people: dict[str, Viewer] = field(default_factory=dict)
    keys: dict[str, Any] = field(default_factory=dict)

    sessions: dict[str, str] = field(default_factory=dict)

    def client(self, standing: str) -> Client:
        """A browser of somebody of this standing, signed in but for "anonymous"."""
        client = Client(HTTP_HOST=settings.PUBLIC_HOST)
        if standing in self.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[standing]
        return client

    def sign_everybody_in(self) -> None:
        for standing, viewer in self.people.items():
            assert viewer.member and viewer.member.user
            client = Client(HTTP_HOST=settings.PUBLIC_HOST)
            client.force_login(viewer.member.user, backend=settings.AUTHENTICATION_BACKENDS[0])
            self.sessions[standing] = client.cookies[settings.SESSION_COOKIE_NAME].value


def build(words: Words = Words()) -> World:
    """A solved thread, an open one with a case, an answer on its way to the help pages, a report."""
    world = World()
    now = timezone.now()
    past = iter(now - timedelta(days=9) + timedelta(minutes=minute) for minute in range(1000))
    for standing, name, *jobs in (
        ("asker", "Camille Roy", Job.CUSTOMER),
        ("answerer", "Nadia Benali", Job.CUSTOMER),
        ("other", "Tom Acheson", Job.CUSTOMER),
        ("unverified", "Uma Verso", Job.CUSTOMER),
        ("suspended", "Sam Pending", Job.CUSTOMER),
        ("moderator", "Mo Derator", Job.MODERATOR),
        ("second_moderator", "Mia Derator", Job.MODERATOR),
        ("agent", "Amira Agent", Job.AGENT),
        ("operator", "Olga Operator", Job.OPERATOR),
        ("second_operator", "Otto Operator", Job.OPERATOR),
    ):
        world.people[standing] = _person(standing, words.name.format(name), jobs, next(past))
    people = world.people
    product = make_product(slug="plan", names={"en": words.product, "fr": words.product_fr}, now=next(past))
    topic = make_topic(product=product, slug="data", names={"en": words.topic, "fr": words.topic}, now=next(past))

    def open_thread(title: str, kind: str = "question") -> Any:
        return ask(
            by=people["asker"], title=words.title.format(title), details=words.text.format("Since this morning."),
            product=product, topic=topic, lang="en", now=next(past), kind=kind,
        )  # fmt: skip

    written = words.text.format
    solved = open_thread("No data since I moved")
    accepted = answer(
        thread=solved, by=people["answerer"], body=words.text.format("Set the access point."), now=next(past)
    )
    remark = comment(post=accepted, by=people["answerer"], text=written("It takes a minute."), now=next(past))
    acceptance.accept(answer=accepted, by=people["asker"], now=next(past))
    article = promote(answer=accepted, by=people["second_moderator"], now=next(past))

    waiting = open_thread("Orange light every evening")
    reply = answer(thread=waiting, by=people["answerer"], body=written("Look at the cable."), now=next(past))
    report = flag(target=reply, by=people["other"], cause="wrong", text="", now=next(past))
    steering.escalate(thread=waiting, by=people["moderator"], reason=written("Needs the network desk."), now=next(past))

    fresh = open_thread("Which SIM do I need?")
    idea, adopted = open_thread("Let me pause my plan", "idea"), open_thread("Tell me before data stops", "idea")
    adopting.adopt(thread=adopted, by=people["agent"], words=written("In spring."), now=next(past))
    published = make_article(
        section_slug="mobile", section_title="Mobile", lang="en", title=words.title.format("Reading your bill"),
        lead=written("Three parts."), steps=[written("The plan.")], product=product, credited_to="",
        now=next(past),
    )  # fmt: skip
    for words_of, results in (("esim on two phones", 0), ("roaming", 4), ("roaming in Norway", 2)):
        for step in range(counting.OCCASIONS):
            counting.searched(
                text=words_of, lang="en", product=product.pk, results=results, was="",
                now=now - timedelta(seconds=step * counting.OCCASION),
            )  # fmt: skip
    counting.write()
    for who in ("answerer", "other"):
        gaps.want(text="esim on a watch", lang="en", by=people[who], on=True, now=next(past))
    task = gaps.open_task(
        text="roaming in " + ("wolfeschlegelsteinhausen" if words is LONGEST else "Norway"), lang="en", product=product,
        owner=people["moderator"].member, by=people["operator"], now=next(past),
    )  # fmt: skip
    reviews = []
    for title in ("Which cable fits?", "Where is the PUK?", "Does it ring abroad?"):
        thread = open_thread(title)
        given = answer(thread=thread, by=people["answerer"], body=written("The short one."), now=next(past))
        taken = acceptance.accept(answer=given, by=people["asker"], now=next(past))
        hold = Hold.objects.get(award__subject_id=taken.pk)
        group = [people[who].member_id for who in ("asker", "answerer", "other")]
        put_under_review(found=[Found(hold.pk, 7_300, SIGNS, group)], now=next(past))
        reviews.append(Review.objects.get(hold=hold))
    reviewing.withhold(
        review=reviews[1], by=people["second_operator"], reason=written("One person."), rule="7", now=next(past)
    )
    world.keys = {
        "review": reviews[0],
        "withheld": reviews[1],
        "thread": waiting,
        "thread_ref": f"{waiting.pk}-{waiting.slug}",
        "fresh": fresh,
        "solved": solved,
        "idea": idea,
        "adopted": adopted,
        "accepted": accepted,
        "post": reply,
        "comment": remark,
        "flag": report,
        "case": Case.objects.get(thread=waiting),
        "product": product,
        "topic": topic,
        "draft_article": article,
        "article": published,
        "task": task,
        "helped": f"thread:{solved.pk}",
        **_draft(people, words, now),
        **_payouts(people, product, topic, words, now),
        "year": booked_on(now).year,
        "contribution": state_contribution(
            by=people["answerer"], issuer=words.title.format("Entraide"), now=next(past)
        ),
        "indebted": _indebted(people, product, topic, words, now),
    }
    refresh_board(now=now)
    refresh_badges(now=now)
    world.sign_everybody_in()
    return world


def _person(standing: str, name: str, jobs: list[Job], now: datetime) -> Viewer:
    verified = standing != "unverified"
    user = User.objects.create_user(
        f"{standing}@example.org", "a long password", email_verified_at=now if verified else None
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=verified, primary=True)
    member = make_member(
        user=user, name=name, language="en", time_zone="Europe/Paris", now=now, jobs=jobs,
        is_team=bool(set(jobs) & {Job.AGENT, Job.OPERATOR}),
    )  # fmt: skip
    if standing == "suspended":
        member.suspended_until = datetime(2100, 1, 1, tzinfo=UTC)
        member.suspended_reason = "Advertising."
        member.save()
    return Viewer.of(User.objects.get_queryset().with_viewer().get(pk=user.pk))


def _draft(people: dict[str, Viewer], words: Words, now: datetime) -> dict[str, Any]:
    """Rules with every way there is, tried on the last months."""
    version = ProgrammeVersion.objects.in_force(now).get()
    draft = make_draft(name=words.title.format("More for articles"), version=version, by=people["operator"], now=now)
    draft = change_draft(
        draft=draft, name=draft.name, rules=version.rules | RULES, value_micros=10_000, by=people["operator"], now=now
    )
    run = try_draft(draft=draft, months=3, by=people["operator"], now=now + timedelta(days=31))
    compute(run_id=run.pk, now=now)
    return {"draft": draft.pk, "shadow": run.pk}


def _indebted(people: dict[str, Viewer], product: Any, topic: Any, words: Words, now: datetime) -> int:
    """Somebody whose credits were taken back after they had been spent; their key."""
    who, at = people["second_moderator"], now - timedelta(days=60)
    asked = ask(
        by=people["asker"], title=words.title.format("Is there a paper bill?"), product=product, topic=topic,
        details=words.text.format("Lately."), lang="en", now=at,
    )  # fmt: skip
    said = answer(thread=asked, by=who, body=words.text.format("Ask for it."), now=at)
    acceptance.accept(answer=said, by=people["asker"], now=at)
    settle_due(now=at + timedelta(days=15))
    assert who.member_id
    with transaction.atomic():
        spent = ledger.Move("settled", -40_000, who.member_id, line=True), ledger.Move("payouts", 40_000)
        draft = ledger.Draft(key="spent", kind="payout", reason="paid_out", moves=spent)
        ledger.post(books=ledger.lock([who.member_id]), draft=draft, now=at + timedelta(days=16))
    acceptance.revoke(thread=asked, by=people["asker"], now=at + timedelta(days=17))
    return who.member_id


def _payouts(people: dict[str, Viewer], product: Any, topic: Any, words: Words, now: datetime) -> dict[str, Any]:
    """A run that waits for its bank, one that waits for its approval, one whose window is open; their numbers."""
    version = ProgrammeVersion.objects.order_by("-number").first()
    assert version
    ProgrammeVersion.objects.create(
        programme=version.programme, number=version.number + 1, starts_at=now - timedelta(days=200),
        rules=version.rules | {"cash_minimum": 0, "account_days": 0}, value_micros=10_000, currency="EUR",
    )  # fmt: skip
    for name in ("Sea rescue", "Forest"):
        title = words.title.format(name)
        Charity.objects.create(names={"en": title, "fr": title}, account=f"FR76 {name}", match_percent=50)
    second = people["second_operator"]
    numbers = []
    for days in (120, 80, 20):
        at = now - timedelta(days=days)
        for who in ("answerer", "other"):
            asked = ask(
                by=people["asker"], title=words.title.format(f"Question of {who}"), product=product, topic=topic,
                details=words.text.format("Lately."), lang="en", now=at - timedelta(days=16),
            )  # fmt: skip
            said = answer(
                thread=asked, by=people[who], body=words.text.format("Like this."), now=at - timedelta(days=15)
            )
            acceptance.accept(answer=said, by=people["asker"], now=at - timedelta(days=15))
        settle_due(now=at)
        run = open_run(by=people["operator"], now=at, ends_on=at.date())
        assert run
        numbers.append(run.number)
        # As old as it has to be for the window to be open still, or to be over.
        told = at + timedelta(days=2) if days != 20 else now - timedelta(days=3)
        while make_statements(run.pk, told):
            pass
        if days == 20:
            break
        given = {"run": run, "is_adult": True, "now": told}
        choose(by=people["answerer"], choice="cash", reference="FR76 3000 6000", charity="", **given)
        choose(by=people["other"], choice="charity", reference="", charity="", **given)
        by, also = (people["operator"], second) if days == 120 else (second, people["operator"])
        frozen = told + timedelta(days=15)
        freeze(run=run, by=by, now=frozen)
        while freeze_more(run.pk, frozen):
            pass
        if days == 120:
            approve(run=run, by=also, now=frozen)
            pay(run_id=run.pk, now=frozen, until=float("inf"))
            for payout in run.payouts.filter(choice="charity"):
                write_answer(
                    payout_id=payout.pk, answer=Answer(payout.key.hex, "refused", "", "closed account"), now=frozen
                )
    return dict(zip(("run", "frozen_run", "open_run"), numbers, strict=True))
