"""What everybody may read of a member."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import Member
from community.queries import threads


@require_safe
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, since when, how many answers were accepted, and what they wrote lately; nothing of an erased one."""
    found = Member.objects.select_related("standing").filter(pk=pk, erased_at=None).first()
    if found is None:
        raise Http404
    standing = getattr(found, "standing", None)
    context = {"person": found, "standing": standing, "posts": threads.latest_posts(found.pk)}
    return render(request, "community/member.html", context)
