"""What was sealed is there as it was, and each seal holds the one before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from rewards import chain as hashes
from rewards import sealed
from rewards.chain import Header
from rewards.models import Seal
from rewards.verify.report import Report


def chain(report: Report, progress: Callable[[int], object], known: tuple[int, str] | None) -> None:
    """Follow the seals from the first; a fault names the transfer, or the seal where there is none to name."""
    before = Header(0, 0, 0, 0, (), (), {}, datetime.min.replace(tzinfo=UTC), "")
    digest = hashes.GENESIS
    numbers = set()
    for seal in Seal.objects.order_by("number").iterator(chunk_size=20):
        header = sealed.header_of(seal)
        where = f"seal {seal.number}"
        if (header.number, header.first) != (before.number + 1, before.last + 1):
            report.add("chain", where, f"it does not follow seal {before.number}")
        if header.previous != digest:
            report.add("chain", where, "it does not hold the digest of the seal before")
        if hashes.digest(header, bytes(seal.leaves)) != seal.digest:
            report.add("chain", where, "it was changed: its digest is another")
        if known and known[0] == seal.number and known[1] != seal.digest:
            report.add("chain", where, f"its digest is {seal.digest}, and was {known[1]}")
        _contents(header, bytes(seal.leaves), before.sums, report)
        numbers.add(seal.number)
        report.seals += 1
        report.sealed += seal.count
        report.digest = digest = seal.digest
        before = header
        progress(seal.count)
    if known and known[0] not in numbers:
        report.add("chain", f"seal {known[0]}", "it is not there")


def _contents(header: Header, kept: bytes, sums: dict[str, int], report: Report) -> None:
    missing = sum(high - low + 1 for low, high in header.gaps)
    count = header.last - header.first + 1 - missing + len(header.late)
    if count != header.count or len(kept) != count * hashes.LEAF:
        report.add("chain", f"seal {header.number}", f"it says that it covers {header.count} transfers, not {count}")
        return
    ids = list(hashes.covered(header))
    now, moved = sealed.leaves(ids)
    whole = True
    for place, pk in enumerate(ids):
        if now.get(pk) != kept[place * hashes.LEAF : (place + 1) * hashes.LEAF]:
            whole = False
            what = "is not what it was when" if pk in now else "is gone since"
            report.add("chain", f"transfer {pk}", f"it {what} seal {header.number} was made")
    totals = {kind: sums.get(kind, 0) + moved.get(kind, 0) for kind in sums | moved}
    if whole and totals != header.sums:
        report.add("checkpoint", f"seal {header.number}", f"it says {header.sums}, its transfers {totals}")
