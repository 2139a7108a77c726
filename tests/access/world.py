"""One of everything, and one person of every standing, for the access table."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.actions.signup import make_member
from accounts.jobs import Job
from accounts.models import User
from accounts.viewer import Viewer
from care.models import Case
from community.actions import acceptance, steering
from community.actions.answering import answer
from community.actions.asking import ask
from community.actions.commenting import comment
from community.actions.flagging import flag
from community.actions.products import make_product, make_topic
from kb.actions import gaps
from kb.actions.demo import make_article
from kb.actions.promotion import promote
from search import counting

# Who asks, in the order of the table's columns.
STANDINGS = (
    "anonymous", "asker", "answerer", "other", "unverified", "suspended", "moderator", "agent", "operator",
)  # fmt: skip


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
    ):
        world.people[standing] = _person(standing, words.name.format(name), jobs, next(past))
    people = world.people
    product = make_product(slug="plan", names={"en": words.product, "fr": words.product_fr}, now=next(past))
    topic = make_topic(product=product, slug="data", names={"en": words.topic, "fr": words.topic}, now=next(past))

    def open_thread(title: str) -> Any:
        return ask(
            by=people["asker"], title=words.title.format(title), details=words.text.format("Since this morning."),
            product=product, topic=topic, lang="en", now=next(past),
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
    world.keys = {
        "thread": waiting,
        "thread_ref": f"{waiting.pk}-{waiting.slug}",
        "fresh": fresh,
        "solved": solved,
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
    }
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
