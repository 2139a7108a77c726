"""The review desk: what looks arranged, with its evidence, and what operators decide."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.viewer import Viewer, viewer_of
from community.forms import Entry
from community.permissions import may
from community.views.common import signed_in, started
from core.errors import Invalid, Refused
from rewards import desk
from rewards.actions import reviewing
from rewards.ledger import booked_on
from rewards.models import Review
from rewards.models.reviews import NAT
from rewards.permissions import check_may_decide, check_may_decide_appeal, check_may_review
from rewards.words import figure, signs


@never_cache
@require_safe
@signed_in
def reviews(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, the highest score first; or what was decided."""
    check_may_review(viewer_of(request), timezone.now())
    name = request.GET.get("list", "")
    listed = desk.Listed(name) if name in set(desk.Listed) else desk.Listed.OPEN
    page, threads = desk.page(listed, cursor=request.GET.get("from", ""))
    rows = [
        (row, threads.get(row.hold.award.thread_id or 0), [s for s in signs(row.signs) if not s.is_for][:2])
        for row in page.rows
    ]
    return render(
        request,
        "rewards/reviews.html",
        {"listed": listed.value, "counts": desk.counts(), "page": page, "rows": rows},
    )


@require_POST
@signed_in
def look(request: HttpRequest) -> HttpResponse:
    """Have detection run now rather than at night."""
    reviewing.look_now(by=viewer_of(request), now=timezone.now())
    messages.success(request, _("It is looked at now. What is found stands here in a few minutes."))
    return redirect("rewards:reviews")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Evidence beside decision."""
    viewer = viewer_of(request)
    check_may_review(viewer, timezone.now())
    found = desk.find(pk)
    if found is None:
        raise Http404
    entry = started(request, ("reason", "rule", "verdict"))
    code = 200
    if request.method == "POST":
        try:
            words = _decide(found, viewer, entry)
        except (Invalid, Refused) as error:
            entry.refuse(error)
            code = 422 if isinstance(error, Invalid) else 403
            found = desk.find(pk) or found
        else:
            messages.success(request, words)
            return redirect("rewards:reviews")
    now = timezone.now()
    context = {
        "review": found,
        "evidence": desk.evidence(found),
        "signs": signs(found.signs),
        "score": figure(found.score / NAT),
        "is_due": found.hold.settles_on <= booked_on(now),
        "entry": entry,
        "rules": Review.Rule.choices,
        "may_decide": may(check_may_decide, found, viewer, now),
        "may_decide_appeal": may(check_may_decide_appeal, found, viewer, now),
    }
    return render(request, "rewards/review.html", context, status=code)


def _decide(found: Review, viewer: Viewer, entry: Entry) -> str:
    """One of the verdicts; what was done, in words. Raises Invalid and Refused."""
    now, reason, rule = timezone.now(), entry.values["reason"], entry.values["rule"]
    verdict, _dash, rest = entry.values["verdict"].partition("-")
    group = rest == "all"
    if verdict == "release":
        return _released(reviewing.release(review=found, by=viewer, now=now, whole_group=group))
    if verdict == "withhold":
        done = reviewing.withhold(review=found, by=viewer, reason=reason, rule=rule, now=now, whole_group=group)
        return _withheld(done)
    if verdict in ("grant", "uphold"):
        granted = verdict == "grant"
        reviewing.decide_appeal(review=found, by=viewer, granted=granted, reason=reason, now=now, whole_appeal=group)
        return _("The appeal is granted.") if granted else _("The appeal is refused.")
    raise Invalid({"": _("Choose what to decide.")})


def _released(count: int) -> str:
    return ngettext("One credit line was released.", "%(count)s credit lines were released.", count) % {"count": count}


def _withheld(count: int) -> str:
    return ngettext(
        "One credit line was withheld, and its member told why.",
        "%(count)s credit lines were withheld, and their members told why.",
        count,
    ) % {"count": count}
