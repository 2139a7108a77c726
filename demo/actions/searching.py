"""The demo's searches: counted as pages count them, with what came of them, and what editors made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from accounts.viewer import Viewer
from community.models import Product
from demo import script
from kb.actions import gaps
from kb.models import Article
from search import counting
from search.models import Pin, Synonyms


def search(*, people: Mapping[str, Viewer], products: Mapping[str, Product], now: datetime) -> None:
    """Fill the page of searches, and what is taught to search."""
    content = script.read("searches")
    for given in content["search"]:
        _count(given, products, now)
    counting.write()
    for given in content["task"]:
        at = now - script.span(given["opened"])
        for key in given.get("wanted_by", []):
            gaps.want(text=given["text"], lang=given["lang"], by=people[key], on=True, now=at)
        owner = people[given["owner"]]
        gaps.open_task(
            text=given["text"], lang=given["lang"], product=None, owner=owner.member, by=people["operator"], now=at
        )
    for given in content["wanted"]:
        for key in given["by"]:
            gaps.want(
                text=given["text"], lang=given["lang"], by=people[key], on=True, now=now - script.span(given["at"])
            )
    for given in content["synonyms"]:
        Synonyms.objects.create(lang=given["lang"], words=given["words"].strip(), note=given["note"])
    for given in content["pin"]:
        articles = Article.objects.filter(title=given["article"], locale__language_code=given["lang"])
        if found := [["article", article.pk] for article in articles]:
            Pin.objects.create(lang=given["lang"], queries=given["queries"].strip(), note=given["note"], found=found)


def _count(given: Mapping[str, Any], products: Mapping[str, Product], now: datetime) -> None:
    product = products[given["product"]].pk if "product" in given else 0
    # Of each ten, one after the other: so many were opened, so many tried again, so many asked.
    follows = [how for name, how in (("opened", "open"), ("reworded", "reword"), ("asked", "ask"))
               for _ in range(given.get(name, 0))]  # fmt: skip
    for number, at in enumerate(_times(given, now)):
        mark = counting.searched(
            text=given["text"], lang=given["lang"], product=product, results=given["results"], was="", now=at
        )
        place = number * 7 % 10
        if mark is not None and place < len(follows):
            counting.followed(mark=mark.signed(), how=follows[place], now=at)


def _times(given: Mapping[str, Any], now: datetime) -> Iterator[datetime]:
    step = timedelta(seconds=counting.OCCASION)
    for ago in range(given["since"], given.get("until", 0), -given["every"]):
        for number in range(given["times"]):
            yield now - timedelta(days=ago) + (number + 1) * step
