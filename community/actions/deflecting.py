"""Ending a question before it is asked: what was suggested solves it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from community.actions.feedback import set_me_too
from community.models import Deflection, Draft, MeToo, Product, Thread
from core.errors import Invalid, Refused
from events.record import record
from search.documents import SOURCES, Shown

# As many suggestions a form shows at most.
SHOWN_MAX = 10


def solved_by(
    *, helped: str, shown: Iterable[str], product: Product | None, lang: str, by: Viewer, now: datetime, token: str = ""
) -> Shown:
    """Keep that a suggestion solved the problem, say me-too where it is somebody else's question, and drop the draft.

    Anybody may. Gives what helped; the same form twice counts once. Raises Invalid for what they cannot see.
    """
    found = _seen(helped, by)
    if found is None:
        raise Invalid({"": _("This is no longer there. Look at the others, or ask.")})
    token = token[:40] if by.is_signed_in else ""
    with transaction.atomic():
        thread = Thread.objects.visible_to(by).filter(pk=found.object_id).first() if found.kind == "thread" else None
        if thread is not None and by.is_signed_in:
            _me_too(thread, by, now)
        if token and Deflection.objects.filter(member_id=by.member_id or 0, token=token, thread=None).exists():
            return found
        row = Deflection.objects.create(
            at=now, lang=lang, member=by.member, product=product, shown=keys(shown), helped=helped, token=token
        )
        Draft.objects.filter(member_id=by.member_id or 0, key="ask").delete()
        record(verb="ask.solved", actor=by.member, obj=row, now=now, after={"helped": helped})
    return found


def keys(shown: Iterable[str]) -> list[str]:
    """Those that name a suggestion, each once, in their order."""
    return [each for each in dict.fromkeys(shown) if _key(each)][:SHOWN_MAX]


def _me_too(thread: Thread, by: Viewer, now: datetime) -> None:
    """Where they may: it is no reason to refuse the rest."""
    if MeToo.objects.filter(thread=thread, member_id=by.member_id or 0).exists():
        return
    try:
        set_me_too(thread=thread, by=by, on=True, now=now)
    except Refused:
        return


def _seen(helped: str, by: Viewer) -> Shown | None:
    key = _key(helped)
    return SOURCES[key[0]].shown([key[1]], by).get(key[1]) if key else None


def _key(text: str) -> tuple[str, int] | None:
    kind, _colon, pk = text.partition(":")
    return (kind, int(pk)) if kind in SOURCES and pk.isascii() and pk.isdigit() and len(pk) < 19 else None
