"""The demo's review desk: detection looks once, and people decide about some of what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from accounts.viewer import Viewer
from community.models import Thread
from demo import script
from rewards.actions import reviewing
from rewards.actions.detecting import Found, detect, put_under_review
from rewards.actions.limiting import set_limits
from rewards.models import DetectionLimits, Hold, Review
from rewards.models.reviews import NAT


def review(*, people: Mapping[str, Viewer], threads: Mapping[str, Thread], now: datetime) -> None:
    """Fill the desk, as content/reviews.toml says."""
    content = script.read("reviews")
    looked = now - script.span(content["looked"])
    limits = DetectionLimits(held=content["held"])
    set_limits(limits=limits, by=people["operator"], now=looked - timedelta(days=30))
    detect(now=looked)
    for given in (each for each in content["look"] if each["thread"] in threads):
        hold = Hold.objects.pending().get(award__thread_id=threads[given["thread"]].pk)
        score = round(NAT * sum(sign["weight"] for sign in given["sign"]))
        group = [people[key].member_id or 0 for key in given["group"]]
        put_under_review(found=[Found(hold.pk, score, given["sign"], group)], now=looked)
    for given in (each for each in content["then"] if each["thread"] in threads):
        _then(given, people, threads, now - script.span(given["at"]))


def _then(given: dict[str, Any], people: Mapping[str, Viewer], threads: Mapping[str, Thread], at: datetime) -> None:
    found = Review.objects.get(hold__award__thread_id=threads[given["thread"]].pk)
    by, why = people[given["by"]], given.get("why", "")
    match given["do"]:
        case "withhold":
            reviewing.withhold(review=found, by=by, reason=why, rule=given["rule"], now=at)
        case "release":
            reviewing.release(review=found, by=by, now=at)
        case "appeal":
            reviewing.appeal(review=found, by=by, text=why, now=at)
        case "grant":
            reviewing.decide_appeal(review=found, by=by, granted=True, reason=why, now=at)
        case other:
            raise ValueError(f"nobody does {other!r}")
