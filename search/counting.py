"""What is searched, counted without anybody being known.

No member, no address, no cookie: a search adds one to the counts of its words on that day. Words are kept only once
they were searched on OCCASIONS separate occasions, a quarter of an hour each, so that what one person alone would type
(a name, a number that looks like none) never stands anywhere; until then there is a keyed digest. What looks personal
is cut out before. A page of results carries a mark, good for one thing that follows: so clicks and other words are
counted once, and the mark names nothing but the words.

A page adds to a table in memory and never waits for the database; a thread of the process writes the table every
`SEARCH_COUNTS_EVERY` seconds. What a process that dies had not written is lost: these are counts, no record.
"""

from __future__ import annotations

import atexit
import hashlib
import hmac
import logging
import re
import secrets
import threading
import time
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.db import DatabaseError, connections, transaction
from django.db.models import F
from django.utils import timezone

from search.models import Asked, Phrase

log = logging.getLogger(__name__)

# On as many occasions words were searched before they are kept, and how long one of them lasts (seconds).
OCCASIONS = 5
OCCASION = 900
# Digests that stay rare are forgotten after this, counts after that.
RARE_FOR = timedelta(days=30)
KEPT_FOR = timedelta(days=400)
TEXT_MAX = 120
# As many different searches wait in memory at most; a flood beyond is not counted.
WAITING_MAX = 5_000
# For how long something that follows a search is taken for its consequence (seconds).
FOLLOWS_WITHIN = 1_800

# What follows a search, and which count it adds to.
FOLLOWED = {"open": "opened", "reword": "reworded", "ask": "went_to_ask"}

_SALT = "search.counting"
_PERSONAL = (
    re.compile(r"\S+@\S+"),
    re.compile(r"\b(?:https?://|www\.)\S+"),
    re.compile(r"\b[a-z]{2}\d{2}(?: ?[a-z\d]{4}){2,}(?: ?[a-z\d]{1,4})?\b"),
    # Numbers of telephones, customers, cards and accounts, however they are spaced.
    re.compile(r"\+?\b\d(?:[ .,/()_\u00a0\u202f-]{0,2}\d){4,}\b"),
    re.compile(r"\b(?=\w*\d\w*\d\w*\d\w*\d\w*\d)\w+\b"),
)
CUT = "…"


def normal(text: str) -> str:
    """The words as they are counted: small letters, single spaces, nothing that looks personal; "" if that is all."""
    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode()).casefold()
    for pattern in _PERSONAL:
        text = pattern.sub(CUT, text)
    text = " ".join(re.sub(r"[^\w…'’+&/.-]+", " ", text).split())[:TEXT_MAX].strip(" .'’/-&")
    return text if re.search(r"\w", text) else ""


def day_of(now: datetime) -> date:
    """The day on which a search counts: the operator's, wherever the reader is."""
    return timezone.localdate(now, ZoneInfo(settings.ENTRAIDE["OPERATOR_TIME_ZONE"]))


def digest(text: str, lang: str) -> str:
    """Stands for normal words in one language; without the site's key nobody can try which words it is of."""
    return hmac.new(settings.SECRET_KEY.encode(), f"{_SALT}\n{lang}\n{text}".encode(), hashlib.blake2b).hexdigest()[:32]


# -- what a page tells ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mark:
    """What a page of results carries: which search it answers, and a number that nothing else has."""

    number: str
    # The day of the search, as `date.toordinal` counts.
    day: int
    lang: str
    digest: str
    product: int
    found: bool
    # Words that were only typed, and are a search once something is opened; "" otherwise.
    typed: str = ""

    def signed(self) -> str:
        parts = [self.number, self.day, self.lang, self.digest, self.product, self.found, self.typed]
        return signing.dumps(parts, salt=_SALT, compress=False)


def searched(*, text: str, lang: str, product: int, results: int, was: str, now: datetime) -> Mark | None:
    """Count one search; `was` is the mark of the page it was made on. None for words that are not counted.

    The same words again are no second search: somebody turns pages, or narrows down.
    """
    words = normal(text)
    before = _read(was)
    if not words:
        return None
    made = _mark(words, lang, product, found=results > 0, now=now)
    if before is not None and (before.lang, before.digest) == (made.lang, made.digest):
        return before
    if before is not None and before.lang == made.lang:
        _follow(before, "reword", now)
    _waiting.add(made, words, now, searches=1, failed=int(not results), abandoned=int(results > 0), results=results)
    return made


def typed(*, text: str, lang: str, now: datetime) -> Mark | None:
    """The mark of suggestions: what was typed counts as a search when one of them is opened."""
    words = normal(text)
    return replace(_mark(words, lang, 0, found=True, now=now), typed=words) if words else None


def followed(*, mark: str, how: str, now: datetime) -> None:
    """Count what came of a search, a key of FOLLOWED: the first thing only, and nothing for a mark that is not ours."""
    read = _read(mark)
    if read is not None and how in FOLLOWED:
        _follow(read, how, now)


def _mark(words: str, lang: str, product: int, *, found: bool, now: datetime) -> Mark:
    return Mark(secrets.token_hex(6), day_of(now).toordinal(), lang, digest(words, lang), product, found)


def _read(mark: str) -> Mark | None:
    try:
        return Mark(*signing.loads(mark, salt=_SALT, max_age=FOLLOWS_WITHIN)) if mark else None
    except (signing.BadSignature, TypeError, ValueError):
        return None


def _follow(mark: Mark, how: str, now: datetime) -> None:
    if not cache.add(f"{_SALT}:{mark.number}", 1, FOLLOWS_WITHIN):
        return
    more = {FOLLOWED[how]: 1}
    if mark.typed:
        more["searches"] = 1
    elif mark.found:
        more["abandoned"] = -1
    _waiting.add(mark, mark.typed, now, **more)


# -- what waits, and writing it -------------------------------------------------------------------


class Waiting:
    """Counts that are not in the database yet. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Counts by day, language, digest and product; words and the occasions on which they were searched by phrase.
        self._counts: dict[tuple[date, str, str, int], dict[str, int]] = {}
        self._words: dict[tuple[str, str], tuple[str, set[int]]] = {}
        self._thread: threading.Thread | None = None

    def add(self, mark: Mark, words: str, now: datetime, **more: int) -> None:
        """Add these. `words` are the normal words where this is a search, else ""."""
        key = (date.fromordinal(mark.day), mark.lang, mark.digest, mark.product)
        with self._lock:
            if key not in self._counts and len(self._counts) >= WAITING_MAX:
                return
            counts = self._counts.setdefault(key, {})
            for name, number in more.items():
                counts[name] = number if name == "results" else counts.get(name, 0) + number
            if words:
                _, occasions = self._words.setdefault((mark.lang, mark.digest), (words, set()))
                occasions.add(int(now.timestamp()) // OCCASION)
            self._wake()

    def take(
        self,
    ) -> tuple[dict[tuple[date, str, str, int], dict[str, int]], dict[tuple[str, str], tuple[str, set[int]]]]:
        """All that waits; from here on it is the caller's."""
        with self._lock:
            taken = self._counts, self._words
            self._counts, self._words = {}, {}
        return taken

    def _wake(self) -> None:
        if settings.SEARCH_COUNTS_EVERY and (self._thread is None or not self._thread.is_alive()):
            self._thread = threading.Thread(target=_write_on, name="search counts", daemon=True)
            self._thread.start()


_waiting = Waiting()


def write() -> int:
    """Write what waits in this process; how many counts that were. Locks their phrases, in the order of keys."""
    counts, words = _waiting.take()
    if not counts:
        return 0
    with transaction.atomic():
        phrases = _phrases({(lang, mark) for _, lang, mark, _ in counts}, words, max(day for day, *_ in counts))
        for (day, lang, mark, product), more in sorted(counts.items()):
            row, _ = Asked.objects.get_or_create(day=day, phrase=phrases[lang, mark], product=product)
            changes = {name: F(name) + number for name, number in more.items() if name != "results"}
            if "results" in more:
                changes["results"] = more["results"]  # type: ignore[assignment]
            Asked.objects.filter(pk=row.pk).update(**changes)
    return len(counts)


def _phrases(
    wanted: set[tuple[str, str]], words: dict[tuple[str, str], tuple[str, set[int]]], today: date
) -> dict[tuple[str, str], Phrase]:
    """The rows of these, with their occasions counted, and their words where that makes enough."""
    Phrase.objects.bulk_create(
        [Phrase(lang=lang, digest=mark, last_day=today) for lang, mark in sorted(wanted)], ignore_conflicts=True
    )
    found: dict[tuple[str, str], Phrase] = {}
    rows = Phrase.objects.select_for_update().filter(digest__in=[mark for _, mark in wanted]).order_by("pk")
    for row in rows:
        key = (row.lang, row.digest)
        if key not in wanted:
            continue
        found[key] = row
        text, occasions = words.get(key, ("", set()))
        new = sorted(each for each in occasions if each > row.last_occasion)
        row.last_day = max(row.last_day, today)
        if new:
            row.occasions += len(new)
            row.last_occasion = new[-1]
        if not row.text and row.occasions >= OCCASIONS:
            row.text = text
        row.save(update_fields=["occasions", "last_occasion", "last_day", "text"])
    return found


def _write_on() -> None:
    """What the thread does as long as the process lives."""
    atexit.register(_write_or_say)
    while True:
        time.sleep(settings.SEARCH_COUNTS_EVERY)
        _write_or_say()
        connections.close_all()


def _write_or_say() -> None:
    try:
        write()
    except DatabaseError as error:
        log.warning("Counts of searches were lost: %s", type(error).__name__)


def forget(now: datetime) -> tuple[int, int]:
    """Take out what is too rare to be kept, and what is too old. Gives how many phrases and how many counts."""
    today = day_of(now)
    with transaction.atomic():
        rare, _ = Phrase.objects.filter(text="", last_day__lt=today - RARE_FOR).delete()
        old, _ = Asked.objects.filter(day__lt=today - KEPT_FOR).delete()
        gone, _ = Phrase.objects.filter(last_day__lt=today - KEPT_FOR).delete()
    return rare + gone, old
