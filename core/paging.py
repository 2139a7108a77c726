"""Keyset pages: the cost of a page does not depend on how deep it lies."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from django.db.models import DateTimeField, Model, Q, QuerySet
from django.db.models.expressions import F, OrderBy

T = TypeVar("T", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows, and the cursors ("" for none) of the pages before and after them."""

    rows: list[T]
    older: str
    newer: str


def _encode(direction: str, values: list[Any]) -> str:
    raw = json.dumps(
        [direction, *[v.isoformat() if isinstance(v, datetime) else v for v in values]], separators=(",", ":")
    )
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def cursor_at(value: datetime | int, pk: int) -> str:
    """The cursor of the page that begins after the row with this key and number."""
    return _encode("older", [value, pk])


def _decode(cursor: str) -> tuple[str, Any, int] | None:
    """What a cursor says, or None for one that nobody here made."""
    try:
        raw = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        direction, value, pk = raw
        if direction not in ("older", "newer") or not isinstance(pk, int) or not 0 <= pk < 2**63:
            return None
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
            if value.tzinfo is None:
                return None
            value = value.astimezone(UTC)
        elif not (isinstance(value, int) and abs(value) < 2**63):
            return None
    except (ValueError, TypeError, RecursionError, OverflowError):
        return None
    return direction, value, pk


def paginate(queryset: QuerySet[Any, T], *, key: str, cursor: str = "", size: int = 30) -> Page[T]:
    """Rows newest first by `(key, pk)`, from `cursor` on.

    `key` is a column that is never null; an index on `(…filters, -key, -id)` makes each page cost the
    same. A cursor that cannot be read gives the first page.
    """
    at = _decode(cursor) if cursor else None
    if at is not None and isinstance(at[1], datetime) != isinstance(queryset.model._meta.get_field(key), DateTimeField):
        at = None
    backwards = at is not None and at[0] == "newer"
    if at is not None:
        _, value, pk = at
        # One range on the leading column lets the index seek; the second part breaks ties.
        if backwards:
            queryset = queryset.filter(Q(**{f"{key}__gte": value}) & (Q(**{f"{key}__gt": value}) | Q(pk__gt=pk)))
        else:
            queryset = queryset.filter(Q(**{f"{key}__lte": value}) & (Q(**{f"{key}__lt": value}) | Q(pk__lt=pk)))
    order = [OrderBy(F(key), descending=not backwards), OrderBy(F("pk"), descending=not backwards)]
    rows = list(queryset.order_by(*order)[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return Page([], "", "")
    has_older = more if not backwards else True
    has_newer = more if backwards else at is not None
    first, last = rows[0], rows[-1]
    return Page(
        rows,
        older=_encode("older", [getattr(last, key), last.pk]) if has_older else "",
        newer=_encode("newer", [getattr(first, key), first.pk]) if has_newer else "",
    )
