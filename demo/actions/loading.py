"""Telling the demo's story: each thing happens through the action that a person would use, in order of time.

Promises, credits, notifications and events come of it as they would in life; the clock's own jobs run in
between.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from io import StringIO
from itertools import count
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.utils.translation import gettext as _

from accounts.actions.demo import make_demo_people
from accounts.actions.signup import make_member
from accounts.backends import DEMO_DOMAIN
from accounts.models import Member, User
from accounts.viewer import Viewer
from care.actions import cases
from care.models import Case
from community.actions import acceptance, feedback, steering
from community.actions.answering import answer
from community.actions.asking import ask
from community.actions.commenting import comment
from community.actions.flagging import decide, flag
from community.actions.products import make_product, make_topic
from community.models import MemberProduct, Post, Product, Thread, Topic
from core.errors import Refused
from demo import script
from kb.actions.demo import make_article, publish_promotion
from kb.actions.promotion import promote

# How far back the clock's jobs run while the story is told: cases older than that were closed by hand.
JOBS_EVERY = timedelta(hours=6)
JOBS_SINCE = timedelta(days=32)


def load(*, now: datetime, progress: Callable[[str], object] = lambda _what: None) -> None:
    """Fill an empty site with the demo community, dated relative to `now` (UTC).

    Raises Refused outside the demo, and where there is any thread.
    """
    if not settings.DEMO:
        raise Refused(_("This is no demo."), code="no_demo")
    if Thread.objects.exists():
        raise Refused(_("There is a community here already."), code="not_empty")
    _Story(now, progress).tell()


class _Story:
    def __init__(self, now: datetime, progress: Callable[[str], object]) -> None:
        self.now = now
        self.progress = progress
        self.people: dict[str, Viewer] = {}
        self.products: dict[str, Product] = {}
        self.topics: dict[tuple[str, str], Topic] = {}
        self.threads: dict[str, Thread] = {}
        self.posts: dict[tuple[str, int], Post] = {}
        self.articles: dict[str, Any] = {}
        self._queue: list[tuple[datetime, int, Callable[[datetime], object]]] = []
        self._order = count()

    def tell(self) -> None:
        self._make_products()
        self._make_people()
        self._write_articles()
        for thread in script.threads():
            self._plan(thread)
        start = self.now - JOBS_SINCE
        while start < self.now:
            self._at(start, _run_jobs)
            start += JOBS_EVERY
        self._at(self.now, _run_jobs)
        while self._queue:
            at, _number, act = heapq.heappop(self._queue)
            act(at)

    def _at(self, at: datetime, act: Callable[[datetime], object]) -> None:
        """Have something happen; nothing happens after now."""
        if at <= self.now:
            heapq.heappush(self._queue, (at, next(self._order), act))

    def _make_products(self) -> None:
        long_ago = self.now - timedelta(days=400)
        for given in script.read("products")["product"]:
            product = make_product(slug=given["slug"], names=_names(given), now=long_ago)
            self.products[product.slug] = product
            for topic in given.get("topic", []):
                self.topics[product.slug, topic["slug"]] = make_topic(
                    product=product,
                    slug=topic["slug"],
                    names=_names(topic),
                    ask_for=_names(topic, prefix="ask_"),
                    now=long_ago,
                )

    def _make_people(self) -> None:
        self.progress("people")
        joined = self.now - timedelta(days=300)
        owned = {"customer": ["plan-20", "fibre", "android"], "helper": ["plan-20", "android"]}
        members: dict[str, Member] = dict(make_demo_people(now=joined))
        for given in script.read("people")["person"]:
            user = User.objects.create_user(
                f"{given['key']}@{DEMO_DOMAIN}", email_verified_at=joined, date_joined=joined
            )
            members[given["key"]] = make_member(
                user=user, name=given["name"], language=given["lang"], time_zone="Europe/Paris", now=joined
            )
            owned[given["key"]] = given["owns"]
        self.people = {key: Viewer.of_member(member) for key, member in members.items()}
        MemberProduct.objects.bulk_create(
            MemberProduct(member=members[key], product=self.products[slug], source="demo", since=_since(joined))
            for key, slugs in owned.items()
            for slug in slugs
        )

    def _write_articles(self) -> None:
        content = script.read("articles")
        sections = {section["slug"]: _names(section) for section in content["section"]}
        for given in content["article"]:
            self.progress("articles")
            original = None
            for lang in script.LANGUAGES:
                original = make_article(
                    section_slug=given["section"],
                    section_title=sections[given["section"]][lang],
                    lang=lang,
                    title=given[lang]["title"],
                    lead=given[lang]["lead"],
                    steps=given[lang]["steps"],
                    product=self.products[given["product"]],
                    credited_to="",
                    now=self.now - script.span(given["checked"]),
                    translation_of=original,
                )

    def _plan(self, given: dict[str, Any]) -> None:
        """Put what happens in one thread into the story."""
        asked = self.now - script.span(given["asked"])
        key = given["key"]

        def open_it(at: datetime) -> None:
            self.progress("threads")
            self.threads[key] = ask(
                by=self.people[given["by"]],
                title=given["title"],
                details=given["details"],
                product=self.products[given["product"]],
                topic=self.topics.get((given["product"], given.get("topic", ""))),
                lang=given["lang"],
                now=at,
            )

        self._at(asked, open_it)
        for number, who in enumerate(given.get("me_too", []), 1):
            self._at(asked + timedelta(minutes=7 * number), partial(self._me_too, key, who))
        for number, reply in enumerate(given.get("answer", [])):
            self._plan_answer(key, number, reply, asked)
        self._plan_steering(given, asked)

    def _plan_answer(self, key: str, number: int, given: dict[str, Any], asked: datetime) -> None:
        at = asked + script.span(given["after"])
        asker = self._asker(key)

        def post(at: datetime) -> None:
            if given.get("staff"):
                self.posts[key, number] = self._reply_for_company(key, given, at)
                return
            self.posts[key, number] = answer(
                thread=self._thread(key), by=self.people[given["by"]], body=given["text"], now=at
            )

        self._at(at, post)
        for step, who in enumerate(given.get("helped", []), 1):
            self._at(at + timedelta(minutes=9 * step), partial(self._helpful, key, number, who))
        for remark in given.get("comment", []):
            self._at(asked + script.span(remark["after"]), partial(self._comment, key, number, remark))
        for step, who in enumerate(given.get("flagged_by", []), 1):
            self._at(at + timedelta(minutes=30 * step), partial(self._flag, key, number, who, given["flagged_why"]))
        for name, act in {
            "accepted_after": lambda at: acceptance.accept(answer=self.posts[key, number], by=asker(), now=at),
            "unaccepted_after": lambda at: acceptance.revoke(thread=self._thread(key), by=asker(), now=at),
            "not_solved_after": lambda at: feedback.say_not_solved(thread=self._thread(key), by=asker(), now=at),
            "removed_after": lambda at: decide(
                target=self.posts[key, number],
                by=self.people["moderator"],
                verdict="remove",
                reason=given["removed_why"],
                now=at,
            ),
        }.items():
            if name in given:
                self._at(asked + script.span(given[name]), act)

    def _me_too(self, key: str, who: str, at: datetime) -> None:
        feedback.set_me_too(thread=self.threads[key], by=self.people[who], on=True, now=at)

    def _helpful(self, key: str, number: int, who: str, at: datetime) -> None:
        feedback.set_helpful(post=self.posts[key, number], by=self.people[who], on=True, now=at)

    def _comment(self, key: str, number: int, given: dict[str, Any], at: datetime) -> None:
        comment(post=self.posts[key, number], by=self.people[given["by"]], text=given["text"], now=at)

    def _flag(self, key: str, number: int, who: str, cause: str, at: datetime) -> None:
        flag(target=self.posts[key, number], by=self.people[who], cause=cause, text="", now=at)

    def _plan_steering(self, given: dict[str, Any], asked: datetime) -> None:
        key, moderator = given["key"], self.people["moderator"]
        if "escalated_after" in given:
            self._at(
                asked + script.span(given["escalated_after"]),
                lambda at: steering.escalate(
                    thread=self._thread(key), by=moderator, reason=given["escalated_why"], now=at
                ),
            )
        if "duplicate_of" in given:
            self._at(
                asked + script.span(given["duplicate_after"]),
                lambda at: steering.mark_duplicate(
                    thread=self._thread(key),
                    of=self._thread(given["duplicate_of"]),
                    by=moderator,
                    reason=given.get("duplicate_why", "Asked and answered there."),
                    now=at,
                ),
            )
        if "switch_to_first_after" in given:
            self._at(
                asked + script.span(given["switch_to_first_after"]),
                lambda at: acceptance.accept(answer=self.posts[key, 0], by=self._asker(key)(), now=at),
            )
        if given.get("taken"):
            # Whenever the case opens, Amira takes it at the next of the clock's jobs.
            self._watch(key, asked)
        if "promote" in given:
            self._plan_promotion(key, given["promote"], asked)

    def _plan_promotion(self, key: str, given: dict[str, Any], asked: datetime) -> None:
        def put_forward(at: datetime) -> None:
            accepted = self._thread(key).acceptances.get(revoked_at=None)
            self.articles[key] = promote(
                answer=accepted.post, by=self.people["moderator"], now=at, title=given["title"]
            )

        self._at(asked + script.span(given["after"]), put_forward)
        if "publish_after" in given:
            self._at(
                asked + script.span(given["publish_after"]),
                lambda at: publish_promotion(article=self.articles[key], by=self.people["operator"], now=at),
            )

    def _watch(self, key: str, asked: datetime) -> None:
        at = asked + timedelta(minutes=30)
        while at <= self.now:
            self._at(at, lambda at: self._take(key, at))
            at += JOBS_EVERY

    def _take(self, key: str, at: datetime) -> None:
        case = Case.objects.filter(thread=self.threads[key], state=Case.State.OPEN).first()
        if case is not None:
            cases.take(case=case, by=self.people["agent"], now=at)

    def _reply_for_company(self, key: str, given: dict[str, Any], at: datetime) -> Post:
        to = "asker" if given.get("private") else "public"
        case = Case.objects.filter(thread=self.threads[key]).exclude(state=Case.State.CLOSED).first()
        if case is None:
            return answer(thread=self._thread(key), by=self.people["agent"], body=given["text"], now=at, as_staff=True)
        case = cases.take(case=case, by=self.people["agent"], now=at)
        return cases.reply(case=case, by=self.people["agent"], body=given["text"], to=to, now=at)

    def _thread(self, key: str) -> Thread:
        """As it is now: other actions have written to it since."""
        return Thread.objects.get(pk=self.threads[key].pk)

    def _asker(self, key: str) -> Callable[[], Viewer]:
        return lambda: Viewer.of_member(self._thread(key).author)


def _run_jobs(at: datetime) -> None:
    for command in (("care", "sweep"), ("community", "sweep"), ("rewards", "settle")):
        call_command(*command, "--now", at.isoformat(), stdout=StringIO(), stderr=StringIO())


def _names(given: dict[str, Any], *, prefix: str = "") -> dict[str, str]:
    return {lang: given[f"{prefix}{lang}"] for lang in script.LANGUAGES if f"{prefix}{lang}" in given}


def _since(at: datetime) -> date:
    return at.date()
