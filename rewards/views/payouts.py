"""Payout runs: the operator's pages, and each member's own part."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.viewer import Viewer, viewer_of
from core.errors import Invalid
from rewards import providers, runs
from rewards.actions.payouts import banking, choosing, running
from rewards.ledger import booked_on
from rewards.models import Payout, PayoutAccount, PayoutRun
from rewards.payable import Terms
from rewards.permissions import check_may_see_runs

# The most that is read of a bank's answer.
ANSWER_BYTES = 4 * 1024 * 1024


def _operator(request: HttpRequest) -> HttpResponse | None:
    """Where to sign in, for somebody who is not; raises Refused for who is no operator."""
    viewer = viewer_of(request)
    if viewer.member is None:
        return redirect_to_login(request.get_full_path())
    check_may_see_runs(viewer)
    return None


def _run(number: int) -> PayoutRun:
    rows = PayoutRun.objects.select_related("version", "charity", "opened_by", "frozen_by", "approved_by")
    return get_object_or_404(rows, number=number)


@never_cache
@require_safe
def run_list(request: HttpRequest) -> HttpResponse:
    """All runs, and what each waits for."""
    if sent := _operator(request):
        return sent
    now, viewer = timezone.now(), viewer_of(request)
    found = runs.listed()
    rows = [(run, runs.next_step(run, viewer, now)) for run in found]
    accruing = any(run.state == PayoutRun.State.ACCRUING for run in found)
    return render(request, "rewards/runs.html", {"rows": rows, "accruing": accruing})


@never_cache
@require_POST
def open_run(request: HttpRequest) -> HttpResponse:
    """Begin the run of today by hand, where the clock has not."""
    if sent := _operator(request):
        return sent
    running.open_run(by=viewer_of(request), now=timezone.now())
    return HttpResponseRedirect(reverse("rewards:runs"))


@never_cache
@require_safe
def run_page(request: HttpRequest, number: int) -> HttpResponse:
    """One run: its totals, its next step and whose it is."""
    return _operator(request) or _show(request, _run(number), {})


def _show(request: HttpRequest, run: PayoutRun, errors: dict[str, Any]) -> HttpResponse:
    context = {
        "run": run,
        "step": runs.next_step(run, viewer_of(request), timezone.now()),
        "totals": runs.totals(run),
        "to_pay": runs.to_pay(run),
        "wrong": runs.gone_wrong(run),
        "in_file": runs.waits_for_bank(run),
        "may_be_brought": runs.may_be_brought(run),
        "errors": errors,
    }
    return render(request, "rewards/run.html", context, status=422 if errors else 200)


@never_cache
@require_POST
def run_step(request: HttpRequest, number: int) -> HttpResponse:
    """The next step of a run that is a person's."""
    if sent := _operator(request):
        return sent
    run, by, now = _run(number), viewer_of(request), timezone.now()
    if request.POST.get("step") == "freeze":
        running.freeze(run=run, by=by, now=now)
        messages.success(request, _("The credits are taken now. When that is done, another operator approves the run."))
    elif request.POST.get("step") == "approve":
        running.approve(run=run, by=by, now=now)
        messages.success(request, _("The run is approved: payments are sent now."))
    else:
        return _show(request, run, {"": _("This is no step of a run.")})
    return HttpResponseRedirect(reverse("rewards:run", args=[number]))


@never_cache
@require_POST
def run_file(request: HttpRequest, number: int) -> HttpResponse:
    """The bank's file. By a button: that it was fetched is recorded."""
    if sent := _operator(request):
        return sent
    made = banking.bank_file(run=_run(number), by=viewer_of(request), now=timezone.now())
    response = HttpResponse(made, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="payouts-{number}.csv"'
    return response


@never_cache
@require_POST
def run_answer(request: HttpRequest, number: int) -> HttpResponse:
    """The bank's answer, brought by an operator."""
    if sent := _operator(request):
        return sent
    run, given = _run(number), request.FILES.get("answer")
    if given is None or (given.size or 0) > ANSWER_BYTES:
        return _show(request, run, {"answer": _("Choose the file with the answer, of at most 4 MB.")})
    try:
        read = banking.read_bank_answer(run=run, content=given.read(), by=viewer_of(request), now=timezone.now())
    except Invalid as error:
        return _show(request, run, error.errors)
    words = ngettext("%(count)s payment was answered.", "%(count)s payments were answered.", read.changed)
    messages.success(request, words % {"count": read.changed})
    if read.early:
        words = ngettext(
            "%(count)s payment is being asked about just now: bring its answer again in ten minutes.",
            "%(count)s payments are being asked about just now: bring their answer again in ten minutes.",
            read.early,
        )
        messages.warning(request, words % {"count": read.early})
    if read.strangers:
        words = _("Not of this run: %(keys)s") % {"keys": ", ".join(read.strangers[:20])}
        messages.warning(request, words)
    return HttpResponseRedirect(reverse("rewards:run", args=[number]))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def payout_page(request: HttpRequest, number: int) -> HttpResponse:
    """A member's own statement of a run, and while its window is open their choice."""
    viewer = viewer_of(request)
    if viewer.member is None:
        return redirect_to_login(request.get_full_path())
    payout = runs.own_payout(viewer, number)
    if payout is None:
        raise Http404
    errors: dict[str, Any] = {}
    given = _given(viewer, payout)
    if request.method == "POST":
        given = {name: request.POST.get(name, "") for name in ("choice", "charity", *_FIELDS)}
        choice = given["choice"]
        try:
            choosing.choose(
                run=payout.run,
                choice=choice,
                reference=given.get(f"{choice}_reference", ""),
                is_adult=bool(given.get(f"{choice}_adult")),
                charity=given["charity"],
                by=viewer,
                now=timezone.now(),
            )
        except Invalid as error:
            # A field is named after its choice.
            names = {"reference": f"{choice}_reference", "is_adult": f"{choice}_adult"}
            errors = {names.get(name, name): words for name, words in error.errors.items()}
        else:
            messages.success(request, _("Your choice is kept. You can change it until the window closes."))
            return HttpResponseRedirect(reverse("rewards:payout", args=[number]))
    run = payout.run
    assert run.version
    context = {
        "payout": payout,
        "run": run,
        "is_open": run.takes_choices(booked_on(timezone.now())),
        "statement": runs.run_statement(viewer, run),
        "terms": Terms.read(run.version.rules),
        "choices": _choices(given) if run.takes_choices(booked_on(timezone.now())) else [],
        "charities": runs.charities(),
        "given": given,
        "errors": errors,
    }
    return render(request, "rewards/payout.html", context, status=422 if errors else 200)


_PAID = (Payout.Choice.BILL, Payout.Choice.CASH)
_FIELDS = tuple(f"{choice}_{name}" for choice in _PAID for name in ("reference", "adult"))


def _given(viewer: Viewer, payout: Payout) -> dict[str, str]:
    """What stands in the form before anything is typed."""
    assert viewer.member
    accounts = runs.accounts_of(viewer.member.pk)
    given = {"choice": payout.choice, "charity": str(payout.vote_id or "")}
    for choice in _PAID:
        account = accounts.get(providers.provider_of(choice))
        given[f"{choice}_reference"] = account.reference if account else ""
        given[f"{choice}_adult"] = "on" if account and account.is_adult else ""
        failed = account is not None and account.status == PayoutAccount.Status.FAILED
        given[f"{choice}_failed"] = "on" if failed else ""
    return given


def _choices(given: dict[str, str]) -> list[dict[str, Any]]:
    """The choices that are offered, with what each asks."""
    labels = dict(Payout.Choice.choices)
    return [
        {
            "value": choice,
            "label": labels[choice],
            "asks": choice in _PAID,
            "provider": providers.provider_of(choice),
            "reference": given.get(f"{choice}_reference", ""),
            "adult": given.get(f"{choice}_adult", ""),
            "failed": given.get(f"{choice}_failed", ""),
        }
        for choice in choosing.offered()
    ]
