"""What members owe, and writing it off."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Member
from accounts.viewer import viewer_of
from community.permissions import may
from community.views.common import started
from core.errors import Invalid
from rewards.actions.writing_off import write_off
from rewards.amounts import credits
from rewards.figures import debts
from rewards.figures.selection import Selection
from rewards.permissions import check_may_write_off
from rewards.views.figures import for_operators


@require_safe
@for_operators
def debtors(request: HttpRequest) -> HttpResponse:
    """Who owes something, and what was written off."""
    done = request.GET.get("list") == "written-off"
    cursor = request.GET.get("from", "")
    context: dict[str, object] = {"done": done}
    if done:
        context["rows"], context["page"] = debts.written_off(cursor)
    else:
        page = debts.debtors(cursor)
        context["rows"] = [(account.member, -(account.balance or 0)) for account in page.rows]
        context["page"] = page
    return render(request, "rewards/figures/debts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_operators
def debt(request: HttpRequest, pk: int) -> HttpResponse:
    """What one member owes, and the decision not to recover it."""
    member = get_object_or_404(Member, pk=pk)
    viewer, now = viewer_of(request), timezone.now()
    entry = started(request, ("reason",))
    code = 200
    if request.method == "POST":
        try:
            posted = write_off(member=member, reason=entry.values["reason"], by=viewer, now=now)
        except Invalid as error:
            entry.refuse(error)
            code = 422
        else:
            words = _("Written off, and %(name)s was told.") if posted else _("%(name)s owes nothing any more.")
            messages.success(request, words % {"name": member.shown_name})
            return redirect("rewards:debts")
    owed = debts.owed_by(member)
    context = {
        "member": member,
        "owed": owed,
        "owed_words": credits(owed),
        "url": Selection("debt", member=member.pk).url(),
        "entry": entry,
        "may_write_off": may(check_may_write_off, member, viewer, now),
    }
    return render(request, "rewards/figures/debt.html", context, status=code)
