"""The brand of the site that is being asked: name, logo, colour, words of welcome, legal links.

Each process keeps one table of all sites, and the mark that it was read under; `forget()` changes the mark in the
cache, and every process reads anew. Within a request `current()` costs no query; outside of
one (a worker has no cache in common with the pages) it asks the database.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from email.utils import formataddr, parseaddr
from functools import cached_property, lru_cache
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http.request import split_domain_port
from django.utils.translation import get_language
from wagtail.models import Site

from core import colour

# What an editor may say in their own words, for each language.
PLACES = ("home_heading", "home_lead", "help_heading", "help_lead", "sign_in_heading", "sign_in_lead")
# Where the logo fits in the bar, in CSS pixels.
LOGO_WIDTH, LOGO_HEIGHT = 34, 20

_MARK = "brand:mark"
# Only a net below `forget()`, which is what keeps it right (seconds).
_KEEP = 3600
# How long a mark that was looked at is believed (seconds): a busy server looks twice a second, not for each page.
TRUSTED = 0.5


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture that fits the bar: its address, and its size in CSS pixels."""

    url: str
    width: int
    height: int


@dataclass(frozen=True)
class Brand:
    """What pages, mails and pictures read. `colour` is "" for the product's own; words are by language."""

    name: str = settings.WAGTAIL_SITE_NAME
    colour: str = ""
    logo: Logo | None = None
    welcome: dict[str, dict[str, str]] = field(default_factory=dict)
    legal: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    @cached_property
    def version(self) -> str:
        """Changes with anything that a page shows of the brand: a part of the key of what is kept of pages."""
        shown = (self.name, self.colour, self.logo, sorted(self.welcome.items()), sorted(self.legal.items()))
        return hashlib.sha256(repr((shown, colour.MAKING)).encode()).hexdigest()[:10]

    @property
    def style(self) -> str:
        """The version in the address of its own stylesheet and icons; "" where they are the product's."""
        return f"{self.colour[1:]}-{colour.MAKING}" if self.colour else ""

    @property
    def drawn(self) -> str:
        """The colour that pictures and mails are drawn in."""
        return self.colour or colour.DEFAULT

    @property
    def sender(self) -> str:
        """Who mails come from: the installation's address, under the brand's own name where it has one."""
        name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
        return formataddr((name if self.name == Brand.name else self.name, address))

    @property
    def said(self) -> dict[str, str]:
        """Words of welcome in the page's language; what is not there is said in the product's own words."""
        return self.welcome.get(get_language() or settings.LANGUAGE_CODE, {})

    @property
    def links(self) -> list[tuple[str, str]]:
        """Legal links in the page's language: words and address."""
        return self.legal.get(get_language() or settings.LANGUAGE_CODE, [])


@dataclass(frozen=True, slots=True)
class Table:
    """The brands of all sites, by the host that they answer to."""

    default: Brand = field(default_factory=Brand)
    by_port: dict[tuple[str, int], Brand] = field(default_factory=dict)
    by_name: dict[str, Brand] = field(default_factory=dict)

    def at(self, host: str, port: int) -> Brand:
        """The brand of the site that Wagtail would find: name and port, else the name alone, else the default."""
        return self.by_port.get((host, port)) or self.by_name.get(host) or self.default

    def all(self) -> list[Brand]:
        return [self.default, *self.by_port.values()]


class _Asked:
    """The headers of one request, and the brand that they led to."""

    __slots__ = ("brand", "meta")

    def __init__(self, meta: dict[str, Any]) -> None:
        self.meta = meta
        self.brand: Brand | None = None

    @property
    def place(self) -> tuple[str, int]:
        return _place(
            str(self.meta.get("HTTP_HOST") or self.meta.get("SERVER_NAME") or ""),
            str(self.meta.get("SERVER_PORT") or ""),
        )


@lru_cache(maxsize=256)
def _place(host: str, port: str) -> tuple[str, int]:
    """Name and port; of a host that makes no sense nothing, since others refuse the request."""
    name, given = split_domain_port(host)
    digits = given or port
    return name, int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else 80


_asked: ContextVar[_Asked | None] = ContextVar("brand", default=None)


@contextmanager
def asked_by(meta: dict[str, Any]) -> Iterator[None]:
    """Within it, `current()` is the brand of the host that these headers name."""
    token = _asked.set(_Asked(meta))
    try:
        yield
    finally:
        _asked.reset(token)


def current() -> Brand:
    """The brand of the site that is being asked; of the default site outside of a request."""
    asked = _asked.get()
    if asked is None:
        return read().default
    if asked.brand is None:
        asked.brand = table().at(*asked.place)
    return asked.brand


def version() -> str:
    """`current().version`: for the keys of whole pages. No query once the brands are in the cache."""
    return current().version


def at_hand() -> Brand:
    """As `current()`, where the database may be what is broken: what was read last, and no query."""
    asked = _asked.get()
    kept = _kept[1] if _kept else Table()
    return kept.at(*asked.place) if asked else kept.default


# What this process read last, the mark it stood under, and until when that is believed without a look at the mark.
_kept: tuple[str, Table] | None = None
_believed_until = 0.0


def table() -> Table:
    """All brands; read anew where the mark has changed, which this process sees at once and others TRUSTED later."""
    global _kept, _believed_until
    now, kept = time.monotonic(), _kept
    if kept is not None and now < _believed_until:
        return kept[1]
    # From before the look: what is written meanwhile ends it.
    _believed_until = now + TRUSTED
    mark = cache.get(_MARK)
    if kept is None or kept[0] != mark:
        if mark is None:
            mark = cache.get_or_set(_MARK, lambda: secrets.token_hex(8), _KEEP)
        # Under the mark from before the rows are read: if they change meanwhile, the next one reads again.
        kept = _kept = (mark, read())
    return kept[1]


def forget() -> None:
    """What is kept is old: told after the commit of whatever changes a brand, a site or a logo."""
    transaction.on_commit(_forget)


def look_again() -> None:
    """Look at the mark before the next page, however long ago that was done."""
    global _believed_until
    _believed_until = 0.0


def _forget() -> None:
    cache.set(_MARK, secrets.token_hex(8), _KEEP)
    look_again()


def read() -> Table:
    """All brands as the database has them: one query, and one for each logo."""
    default, by_port, by_name = Brand(), {}, {}
    for site in Site.objects.select_related("brand__logo").order_by("pk"):
        row = getattr(site, "brand", None)
        made = row.as_brand(site) if row is not None else Brand(name=site.site_name or settings.WAGTAIL_SITE_NAME)
        by_port[site.hostname, site.port] = made
        if site.is_default_site or site.hostname not in by_name:
            by_name[site.hostname] = made
        if site.is_default_site:
            default = made
    return Table(default=default, by_port=by_port, by_name=by_name)


def logo_of(image: Any) -> Logo | None:
    """A raster picture, made small by Wagtail: no SVG is taken, which may hold script."""
    try:
        drawn = image.get_rendition(f"max-{3 * LOGO_WIDTH}x{3 * LOGO_HEIGHT}|format-webp-lossless")
    except (OSError, ValueError):  # the file is gone, or cannot be read
        return None
    scale = min(LOGO_WIDTH / drawn.width, LOGO_HEIGHT / drawn.height, 1)
    return Logo(drawn.url, max(1, round(drawn.width * scale)), max(1, round(drawn.height * scale)))
