"""What is being written and was not sent yet."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Member
from accounts.viewer import Viewer
from community.actions.ground import writer
from community.models import Draft
from core.errors import Invalid
from core.text import BODY_MAX, clean_block

_KEY = re.compile(r"ask|(answer|comment|edit):[1-9][0-9]{0,17}")
# Fields of one form, bytes of one draft, and drafts of one member: the oldest goes.
FIELDS_MOST = 12
BYTES_MOST = 4 * BODY_MAX + 10_000
DRAFTS_MOST = 50


def keep(*, by: Viewer, key: str, data: Mapping[str, str], now: datetime) -> Draft | None:
    """Keep a form as it stands, under "ask", "answer:<thread>", "comment:<post>" or "edit:<post>".

    An empty form is the same as none: its draft goes. Anybody signed in may, suspended or not: nothing
    that was typed is lost. Raises Invalid and Refused.
    """
    member = writer(by)
    if not _KEY.fullmatch(key):
        raise Invalid({"key": _("There is no such form.")})
    if len(data) > FIELDS_MOST or not all(
        isinstance(name, str) and isinstance(value, str) and len(name) <= 40 for name, value in data.items()
    ):
        raise Invalid({"data": _("There is no such form.")})
    kept = {name: clean_block(value) for name, value in data.items()}
    if len(json.dumps(kept)) > BYTES_MOST:
        raise Invalid({"data": _("This is too long to be kept as a draft.")})
    if not any(kept.values()):
        discard(by=by, key=key)
        return None
    with transaction.atomic():
        Member.objects.select_for_update(of=("self",), no_key=True).get(pk=member.pk)
        draft, made = Draft.objects.update_or_create(member=member, key=key, defaults={"data": kept, "updated_at": now})
        if made:
            newest = Draft.objects.filter(member=member).order_by("-updated_at", "-pk").values_list("pk", flat=True)
            Draft.objects.filter(pk__in=list(newest[DRAFTS_MOST : DRAFTS_MOST + 10])).delete()
        return draft


def discard(*, by: Viewer, key: str) -> None:
    """Forget one's draft of a form, if there is one. Raises Refused for somebody not signed in."""
    Draft.objects.filter(member=writer(by), key=key).delete()
