"""Keyset pages: the cost of a page does not depend on how deep it lies."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import product
from typing import Any, Generic, TypeVar

from django.db.models import DateField, DateTimeField, Model, Q, QuerySet
from django.db.models.expressions import F, OrderBy, RawSQL

T = TypeVar("T", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows, and the cursors ("" for none) of the pages before and after them."""

    rows: list[T]
    older: str
    newer: str


def _encode(direction: str, values: list[Any]) -> str:
    raw = json.dumps([direction, *[v.isoformat() if isinstance(v, date) else v for v in values]], separators=(",", ":"))
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def cursor_at(value: date | int, pk: int) -> str:
    """The cursor of the page that begins after the row with this key and number."""
    return _encode("older", [value, pk])


def _decode(cursor: str) -> tuple[str, Any, int] | None:
    """What a cursor says, or None for one that nobody here made."""
    try:
        raw = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        direction, value, pk = raw
        if direction not in ("older", "newer") or not isinstance(pk, int) or not 0 <= pk < 2**63:
            return None
        if isinstance(value, str) and len(value) == len("2026-03-10"):
            value = date.fromisoformat(value)
        elif isinstance(value, str):
            value = datetime.fromisoformat(value)
            if value.tzinfo is None:
                return None
            value = value.astimezone(UTC)
        elif not (isinstance(value, int) and abs(value) < 2**63):
            return None
    except (ValueError, TypeError, RecursionError, OverflowError):
        return None
    return direction, value, pk


def _kind_of(field: Any) -> type:
    """What a cursor by this column holds; of days and moments Django's fields say that one is the other."""
    return datetime if isinstance(field, DateTimeField) else date if isinstance(field, DateField) else int


# As many lists are merged into one at most; beyond, the database sorts what it finds.
MERGED_MOST = 60


def paginate(
    queryset: QuerySet[Any, T],
    *,
    key: str,
    cursor: str = "",
    size: int = 30,
    among: Mapping[str, Sequence[Any]] | None = None,
) -> Page[T]:
    """Rows newest first by `(key, pk)`, from `cursor` on. One query.

    `key` is a column that is never null; an index on `(…filters, -key, -id)` makes each page cost the
    same. A cursor that cannot be read gives the first page. `among` says which values some columns may have: no
    index holds the rows of two values in one order, so each combination is read from its own place in
    `(…columns, -key, -id)` as far as the page needs, and these are merged.
    """
    at = _decode(cursor) if cursor else None
    if at is not None and type(at[1]) is not _kind_of(queryset.model._meta.get_field(key)):
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
    rows = list(_among(queryset, among or {}, order, size + 1).order_by(*order)[: size + 1])
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


def newest(
    queryset: QuerySet[Any, T], *, key: str, most: int, among: Mapping[str, Sequence[Any]] | None = None
) -> QuerySet[Any, T]:
    """The first `most` rows, newest first by `(key, pk)`; `among` as in `paginate`. May stand in another query."""
    order = [F(key).desc(), F("pk").desc()]
    return _among(queryset, among or {}, order, most).order_by(*order)[:most]


def _among(
    queryset: QuerySet[Any, T], among: Mapping[str, Sequence[Any]], order: list[OrderBy], most: int
) -> QuerySet[Any, T]:
    """Those with one of these values in each column, of which the first `most` in this order are right."""
    if any(not values for values in among.values()):
        return queryset.none()
    combinations = [dict(zip(among, values, strict=True)) for values in product(*among.values())]
    if len(combinations) == 1:
        return queryset.filter(**combinations[0])
    if len(combinations) > MERGED_MOST:
        return queryset.filter(**{f"{column}__in": values for column, values in among.items()})
    parts: list[str] = []
    params: list[Any] = []
    for number, each in enumerate(combinations):
        sql, given = queryset.filter(**each).order_by(*order).values("pk")[:most].query.sql_with_params()
        parts.append(f"SELECT * FROM ({sql}) AS part{number}")
        params += given
    # Only what Django compiled just now, with its parameters apart.
    return queryset.filter(pk__in=RawSQL(" UNION ALL ".join(parts), params))  # noqa: S611
