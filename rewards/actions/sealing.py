"""What was booked is sealed in batches, beside the awards: none of them waits for a seal, nor a seal for one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime

from django.db import transaction

from rewards import chain, sealed
from rewards.models import Seal, Transfer

# Transfers in one seal.
BATCH = 5_000


def unsealed_count() -> int:
    """How many transfers wait for a seal, but for a few that came late."""
    last = sealed.last_seal()
    return Transfer.objects.filter(pk__gt=last.last if last else 0).count()


def seal_new(*, now: datetime, progress: Callable[[int], object] | None = None) -> list[Seal]:
    """Seal every committed transfer that is not sealed yet; the seals made.

    Each is written by itself: interrupted, it goes on where it stopped. Two that run at once seal nothing twice.
    """
    made: list[Seal] = []
    while seal := _next_seal(now):
        with transaction.atomic():
            # Somebody else may have been faster: look again from where they stopped.
            if not Seal.objects.filter(number=seal.number).exists():
                seal.save(force_insert=True)
                made.append(seal)
        if progress:
            progress(seal.count)
    return made


def _next_seal(now: datetime) -> Seal | None:
    """Made without a lock, since what is committed never changes."""
    before = sealed.last_seal()
    start = before.last + 1 if before else 1
    # A transfer that is not committed when this looks falls into a gap, although it may be there a moment later.
    ids = list(Transfer.objects.filter(pk__gte=start).order_by("pk").values_list("pk", flat=True)[:BATCH])
    late = sealed.came_late(before.number)[: BATCH - len(ids)] if before else []
    if not ids and not late:
        return None
    leaves, moved = sealed.leaves([*ids, *late])
    sums = dict(before.sums) if before else {}
    for kind, amount in moved.items():
        sums[kind] = sums.get(kind, 0) + amount
    last = ids[-1] if ids else start - 1
    header = chain.Header(
        number=before.number + 1 if before else 1,
        first=start,
        last=last,
        count=len(ids) + len(late),
        gaps=chain.gaps(start, last, ids),
        late=late,
        sums=sums,
        sealed_at=now.astimezone(UTC),
        previous=before.digest if before else chain.GENESIS,
    )
    body = b"".join(leaves[key] for key in (*ids, *late))
    return Seal(
        **asdict(header),
        has_strays=bool(header.gaps or late),
        leaves=body,
        digest=chain.digest(header, body),
    )
