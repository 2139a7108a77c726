"""What payouts say of their credits is what the books say."""

from __future__ import annotations

from rewards.actions.payouts.books import SUBJECT, key_of
from rewards.models import Payout, Transfer
from rewards.verify.report import RANGE, Report, ranges

_CAME_BACK = (Payout.State.REFUSED, Payout.State.RETURNED)


def payouts(report: Report) -> None:
    """Each payout that is out is booked once for what it says; one that came back was booked back; no other is."""
    for first, last in ranges(Payout):
        found = Transfer.objects.filter(subject_type=SUBJECT, subject_id__range=(first, last))
        sums: dict[int, dict[str, int]] = {}
        rows = found.filter(entries__account__kind="payouts").values_list("subject_id", "key", "entries__amount")
        for payout_id, key, amount in rows:
            sums.setdefault(payout_id or 0, {})[key] = amount
        for payout in Payout.objects.filter(pk__range=(first, last)).order_by("pk").iterator(chunk_size=RANGE):
            wanted = {key_of(payout.pk): payout.amount} if payout.is_out or payout.state in _CAME_BACK else {}
            if payout.state in _CAME_BACK:
                wanted[f"{key_of(payout.pk)}:back"] = -payout.amount
            if sums.get(payout.pk, {}) != wanted:
                report.add(
                    "payout", f"payout {payout.pk}", f"it is {payout.state}, and booked as {sums.get(payout.pk)}"
                )
    lost = Transfer.objects.filter(subject_type=SUBJECT).exclude(subject_id__in=Payout.objects.values("pk"))
    for pk in lost.order_by("pk").values_list("pk", flat=True):
        report.add("payout", f"transfer {pk}", "its payout is not there")
