"""One's own account, and the pages around it that allauth does not have."""

from __future__ import annotations

import json
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse, translate_url
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import outbox
from accounts.actions import erasure, first_operator, suspension
from accounts.actions.export import export as make_export
from accounts.actions.profile import change_profile
from accounts.models import Member
from accounts.pauses import until_of
from accounts.permissions import check_may_suspend
from accounts.profile import zones
from accounts.viewer import viewer_of
from core.errors import Invalid, TooMany
from core.views import too_many as answer_too_many

form_page = require_http_methods(["GET", "HEAD", "POST"])


def too_many(request: HttpRequest) -> HttpResponse:
    """What allauth answers where one of its rate limits is reached: 429, and until when."""
    return answer_too_many(request, TooMany(until_of(request)))


@never_cache
@form_page
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """One's account: what others call one, language and time zone; the ways to everything else."""
    member = viewer_of(request).member
    if member is None:
        raise Http404
    given = {"name": member.name, "language": member.language, "time_zone": member.time_zone}
    errors: dict[str, Any] = {}
    if request.method == "POST":
        given = {name: request.POST.get(name, "") for name in given}
        try:
            change_profile(by=viewer_of(request), now=timezone.now(), **given)
        except Invalid as error:
            errors = error.errors
        else:
            messages.success(request, _("Your account is changed."))
            # In the language just chosen.
            return HttpResponseRedirect(translate_url(reverse("accounts:home"), given["language"]))
    context = {"given": given, "errors": errors, "languages": settings.LANGUAGES, "zones": sorted(zones())}
    return render(request, "accounts/home.html", context, status=422 if errors else 200)


@never_cache
@require_POST
@login_required
@reauthentication_required
def export(request: HttpRequest) -> HttpResponse:
    """Everything known of this member, as one JSON file."""
    made = make_export(by=viewer_of(request), now=timezone.now())
    response = HttpResponse(json.dumps(made, ensure_ascii=False, indent=2), content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="entraide.json"'
    return response


@never_cache
@form_page
@login_required
@reauthentication_required
def erase(request: HttpRequest) -> HttpResponse:
    """Erase one's own account, once the e-mail is typed."""
    viewer = viewer_of(request)
    if viewer.member is None or viewer.member.user is None:
        raise Http404
    errors: dict[str, Any] = {}
    given = {"email": "", "keep_name": ""}
    if request.method == "POST":
        given = {name: request.POST.get(name, "") for name in given}
        if given["email"].strip().lower() != viewer.member.user.email.lower():
            errors["email"] = _("This is not the address of this account. Nothing was erased.")
        if given["keep_name"] not in ("yes", "no"):
            errors["keep_name"] = _("Choose one of the two.")
        if not errors:
            erasure.erase(by=viewer, keep_name=given["keep_name"] == "yes", now=timezone.now())
            logout(request)
            return HttpResponseRedirect(reverse("accounts:erased"))
    return render(request, "accounts/erase.html", {"given": given, "errors": errors}, status=422 if errors else 200)


@require_GET
def erased(request: HttpRequest) -> HttpResponse:
    """Says that it is done; the same for everybody."""
    return render(request, "accounts/erased.html")


@require_GET
@never_cache
def outbox_list(request: HttpRequest) -> HttpResponse:
    """The demo's mails."""
    if not settings.DEMO:
        raise Http404
    return render(request, "accounts/outbox.html", {"mails": outbox.newest()})


@require_GET
@never_cache
def outbox_mail(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """One mail of the demo, as text."""
    mail = outbox.find(name, number) if settings.DEMO else None
    if mail is None:
        raise Http404
    return render(request, "accounts/outbox_mail.html", {"mail": mail})


@require_GET
@never_cache
def outbox_html(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """One mail of the demo as a mail program draws it. It can run nothing, and loads nothing."""
    mail = outbox.find(name, number) if settings.DEMO else None
    if mail is None or not mail.html:
        raise Http404
    response = HttpResponse(mail.html)
    # A mail's styles stand in it; in a sandbox it is no page of this site.
    policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-top-navigation-by-user-activation"
    response["Content-Security-Policy"] = policy
    # What the decorator of django-csp does, whose types fit no view with arguments.
    response._csp_exempt = True  # type: ignore[attr-defined]
    return response


@never_cache
@sensitive_post_parameters("password")
@form_page
def first_operator_page(request: HttpRequest, token: str) -> HttpResponse:
    """Makes the first operator of an empty site."""
    first_operator.check_link(token)
    errors: dict[str, Any] = {}
    given = {"name": "", "email": "", "password": ""}
    if request.method == "POST":
        given = {name: request.POST.get(name, "") for name in given}
        try:
            first_operator.make_first_operator(
                token=token, language=get_language() or settings.LANGUAGE_CODE, now=timezone.now(), **given
            )
        except Invalid as error:
            errors = error.errors
        else:
            messages.success(request, _("You are the operator of this site. Sign in to begin."))
            return HttpResponseRedirect(reverse("account_login"))
    context = {"given": given, "errors": errors}
    response = render(request, "accounts/first_operator.html", context, status=422 if errors else 200)
    # The address is a secret: it is told to nobody that this page links to.
    response["Referrer-Policy"] = "no-referrer"
    return response


@never_cache
@form_page
@login_required
def suspend(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a member from writing for a while, or end that: for moderators."""
    member = get_object_or_404(Member.objects.present(), pk=pk)
    now = timezone.now()
    check_may_suspend(member, viewer_of(request), now)
    errors: dict[str, Any] = {}
    given = {"days": "7", "reason": ""}
    if request.method == "POST":
        given = {name: request.POST.get(name, "") for name in given}
        try:
            if "lift" in request.POST:
                suspension.lift(member=member, by=viewer_of(request), reason=given["reason"], now=now)
            else:
                until = suspension.after_days(given["days"], now)
                suspension.suspend(member=member, by=viewer_of(request), until=until, reason=given["reason"], now=now)
        except Invalid as error:
            errors = error.errors
        else:
            return HttpResponseRedirect(reverse("accounts:suspend", args=[pk]))
    context = {"member": member, "given": given, "errors": errors, "running": member.is_suspended(now)}
    return render(request, "accounts/suspend.html", context, status=422 if errors else 200)
