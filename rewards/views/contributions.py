"""Signed statements of contribution: a member's own, and the page on which anybody verifies one."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.viewer import viewer_of
from community.views.common import signed_in
from core import brand
from core.errors import Refused
from core.ratelimits import check
from rewards import contributions as read
from rewards.actions.contributing import state_contribution, take_back_contribution
from rewards.levels import LEVELS, level_of
from rewards.merits import merits_of
from rewards.models import Contribution

_DAYS = (("since", "member_since"), ("on", "stated_on"))
ENDINGS = {"json": "application/json; charset=utf-8", "html": "text/html; charset=utf-8"}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def contributions(request: HttpRequest) -> HttpResponse:
    """What would be stated today, the statements that stand, and the button that makes one."""
    viewer = viewer_of(request)
    assert viewer.member
    refused = ""
    if request.method == "POST":
        check(request, "contribution")
        try:
            made = state_contribution(by=viewer, issuer=brand.current().name, now=timezone.now())
        except Refused as error:
            refused = str(error.reason)
        else:
            messages.success(request, _("The statement is signed. Its code is %(code)s.") % {"code": made.code})
            return HttpResponseRedirect(reverse("rewards:contributions"))
    merits = merits_of(viewer.member.pk)
    context = {
        "merits": merits,
        "level": level_of(merits.accepted),
        "levels": len(LEVELS),
        "made": read.own_contributions(viewer.member.pk),
        "may": bool(merits.accepted) and not viewer.member.is_team,
        "refused": refused,
    }
    return render(request, "rewards/contributions.html", context, status=403 if refused else 200)


@never_cache
@require_safe
@signed_in
def contribution_file(request: HttpRequest, code: str, ending: str) -> HttpResponse:
    """One of one's own, to keep and to hand on."""
    made = _own(request, code)
    if made is None or ending not in ENDINGS:
        raise Http404
    document = read.document(made)
    text = json.dumps(document, ensure_ascii=False, indent=2)
    if ending == "html":
        shown = _shown(read.Verified(read.Verdict.VALID, document["statement"], made.code))
        text = render_to_string(
            "rewards/contribution_document.html",
            {**shown, "document": document, "json": text, "colour": brand.current().drawn},
        )
    response = HttpResponse(text, content_type=ENDINGS[ending])
    name = f"contribution-{made.code}-{get_language() or 'en'}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@never_cache
@require_POST
@signed_in
def contribution_back(request: HttpRequest, code: str) -> HttpResponse:
    """Take one back."""
    if not take_back_contribution(code=code, by=viewer_of(request), now=timezone.now()):
        raise Http404
    messages.success(request, _("The statement is taken back: nobody can verify it any more."))
    return HttpResponseRedirect(reverse("rewards:contributions"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, code: str = "") -> HttpResponse:
    """Anybody may ask whether a statement is true, by its code or by the document; nothing else is said of anybody."""
    code = code or request.GET.get("code", "")[:40]
    text = request.POST.get("document", "") if request.method == "POST" else ""
    verified = None
    if code or request.method == "POST":
        check(request, "verify")
        verified = read.verify_document(text) if request.method == "POST" else read.verify_code(code)
    # What somebody brought is shown to them again only where it could not be read.
    context = {"code": code, "keys": read.public_keys(), "document": text[: read.MOST], **_shown(verified)}
    return render(request, "rewards/verify.html", context)


def _own(request: HttpRequest, code: str) -> Contribution | None:
    mine = Contribution.objects.standing().filter(code=code, member_id=viewer_of(request).member_id or 0)
    return mine.select_related("key").first()


def _shown(verified: read.Verified | None) -> dict[str, Any]:
    """What the signed values are in words."""
    if verified is None:
        return {"verified": None}
    said = verified.statement
    level = next((each for each in LEVELS if each.number == said.get("level")), None)
    days = {name: date.fromisoformat(said[key]) for name, key in _DAYS if key in said}
    return {"verified": verified, "said": said | days, "level": level}
