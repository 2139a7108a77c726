"""Telling the demo's story: each thing happens through the action that a person would use, in order of time.

Promises, credits, notifications and events come of it as they would in life; the clock's own jobs run in
between.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.demo import make_demo_people
from accounts.actions.signup import make_member
from accounts.backends import DEMO_DOMAIN
from accounts.jobs import Job
from accounts.models import Member, User
from accounts.viewer import Viewer
from community.actions.products import make_product, make_topic
from community.models import MemberProduct, Product, Thread, Topic
from core.errors import Refused
from demo import script
from demo.actions import drafting, paying, reviewing, searching
from demo.actions.telling import Teller
from demo.actions.timeline import Timeline
from kb.actions.demo import make_article, submit_article, withdraw_article
from kb.models import Article
from notifications.demo import told_before
from rewards.actions.contributing import state_contribution
from rewards.actions.showing import refresh_badges, refresh_board

# What was told longer ago than this was mailed and read at the time.
READ_AFTER = timedelta(hours=30)


def load(*, now: datetime, progress: Callable[[str], object] = lambda _what: None) -> None:
    """Fill an empty site with the demo community, dated relative to `now` (UTC): all of it or, when it is
    interrupted, nothing.

    Raises Refused outside the demo, and where there is any thread.
    """
    if not settings.DEMO:
        raise Refused(_("This is no demo."), code="no_demo")
    if Thread.objects.exists():
        raise Refused(_("There is a community here already."), code="not_empty")
    with transaction.atomic():
        products, topics = _make_products(now)
        people = _make_people(now, products, progress)
        timeline = Timeline(now)
        _plan_articles(timeline, people, products, progress)
        teller = Teller(timeline=timeline, people=people, products=products, topics=topics, progress=progress)
        for thread in script.threads():
            teller.plan(thread)
        paying.plan(timeline=timeline, people=people)
        drafting.plan_rules(timeline=timeline, people=people)
        timeline.run()
        progress("reviews")
        reviewing.review(people=people, threads=teller.threads, now=now)
        drafting.draft_rules(people=people, now=now)
        progress("searches")
        searching.search(people=people, products=products, now=now)
        told_before(now - READ_AFTER)
        progress("board")
        refresh_badges(now=now)
        refresh_board(now=now)
        state_contribution(by=people["helper"], issuer=settings.WAGTAIL_SITE_NAME, now=now)


def _make_products(now: datetime) -> tuple[dict[str, Product], dict[tuple[str, str], Topic]]:
    long_ago = now - timedelta(days=400)
    products: dict[str, Product] = {}
    topics: dict[tuple[str, str], Topic] = {}
    for given in script.read("products")["product"]:
        product = make_product(
            slug=given["slug"], names=_names(given), parent=products.get(given.get("part_of", "")), now=long_ago
        )
        products[product.slug] = product
        for topic in given.get("topic", []):
            topics[product.slug, topic["slug"]] = make_topic(
                product=product,
                slug=topic["slug"],
                names=_names(topic),
                ask_for=_names(topic, prefix="ask_"),
                now=long_ago,
            )
    return products, topics


def _make_people(now: datetime, products: dict[str, Product], progress: Callable[[str], object]) -> dict[str, Viewer]:
    progress("people")
    joined = now - timedelta(days=300)
    content = script.read("people")
    owned: dict[str, list[str]] = dict(content["owns"])
    members: dict[str, Member] = dict(make_demo_people(now=joined))
    for given in content["person"]:
        since = now - script.span(given["joined"])
        user = User.objects.create_user(f"{given['key']}@{DEMO_DOMAIN}", email_verified_at=since, date_joined=since)
        members[given["key"]] = make_member(
            user=user,
            name=given["name"],
            language=given["lang"],
            time_zone=given.get("zone", "Europe/Paris"),
            now=since,
            jobs=[Job(given.get("job", "customer"))],
            is_team="job" in given,
        )
        owned[given["key"]] = given["owns"]
    MemberProduct.objects.bulk_create(
        MemberProduct(member=members[key], product=products[slug], source="demo", since=members[key].created_at.date())
        for key, slugs in owned.items()
        for slug in slugs
    )
    return {key: Viewer.of_member(member) for key, member in members.items()}


def _plan_articles(
    timeline: Timeline,
    people: dict[str, Viewer],
    products: dict[str, Product],
    progress: Callable[[str], object],
) -> None:
    for given in script.articles():
        written = timeline.now - script.span(given["checked"])
        timeline.at(written, partial(_write_article, given, people, products, progress))


def _write_article(
    given: dict[str, Any],
    people: dict[str, Viewer],
    products: dict[str, Product],
    progress: Callable[[str], object],
    at: datetime,
) -> None:
    """One article in each language; `state` says where it stands unless it is published."""
    progress("articles")
    state = given.get("state", "published")
    original: Article | None = None
    for lang in script.LANGUAGES:
        article = make_article(
            guide=given.get("guide", False),
            section_slug=given["section"]["slug"],
            section_title=given["section"][lang],
            section_product=products[given["section"]["product"]],
            lang=lang,
            title=given[lang]["title"],
            lead=given[lang]["lead"],
            steps=given[lang].get("steps", ()),
            parts=given[lang].get("part", ()),
            product=products[given["product"]],
            owner=people["operator"],
            publish=state in ("published", "withdrawn"),
            now=at,
            translation_of=original,
        )
        if state == "in_review":
            submit_article(article=article, by=people["operator"], now=at)
        elif state == "withdrawn":
            withdraw_article(article=article, now=at)
        original = original or article


def _names(given: dict[str, Any], *, prefix: str = "") -> dict[str, str]:
    return {lang: given[f"{prefix}{lang}"] for lang in script.LANGUAGES if f"{prefix}{lang}" in given}
