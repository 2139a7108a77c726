"""The programme for operators: its versions, drafts of others, what a draft would have cost, and from when it holds."""

from __future__ import annotations

import csv
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Member
from accounts.viewer import viewer_of
from community.views.common import signed_in
from core import charts
from core.errors import Invalid
from rewards import draft_form
from rewards.actions import drafting
from rewards.amounts import credits, money
from rewards.explained import explained
from rewards.models import ProgrammeDraft, ProgrammeVersion, ShadowRun
from rewards.permissions import check_may_see_rules
from rewards.queries import version_in_force, versions
from rewards.rules import CREDIT

# Members on the page of a run; all of them are in its file.
LISTED = 15
RUNS = 10


@never_cache
@require_safe
@signed_in
def programme(request: HttpRequest) -> HttpResponse:
    """Versions, the next first, and drafts."""
    check_may_see_rules(viewer_of(request))
    return _list(request, {})


def _list(request: HttpRequest, errors: dict[str, Any]) -> HttpResponse:
    now = timezone.now()
    current, coming, before = versions(now)
    context = {
        "current": explained(current, now) if current else None,
        "coming": [explained(version, version.starts_at) for version in coming],
        "before": [explained(version, version.starts_at) for version in before],
        "drafts": ProgrammeDraft.objects.filter(version=None).select_related("made_by").order_by("-changed_at", "-pk"),
        "errors": errors,
        "name": request.POST.get("name", ""),
    }
    return render(request, "rewards/programme.html", context, status=422 if errors else 200)


@never_cache
@require_POST
@signed_in
def make_draft(request: HttpRequest) -> HttpResponse:
    """A draft that begins as the rules in force."""
    now, by = timezone.now(), viewer_of(request)
    check_may_see_rules(by)
    version = version_in_force(now)
    if version is None:
        return redirect("rewards:programme")
    try:
        made = drafting.make_draft(name=request.POST.get("name", ""), version=version, by=by, now=now)
    except Invalid as invalid:
        return _list(request, invalid.errors)
    return redirect("rewards:draft", made.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """One draft: its numbers, what it says in words, its shadow runs, and the day from which it is to hold."""
    by, now = viewer_of(request), timezone.now()
    check_may_see_rules(by)
    found = get_object_or_404(ProgrammeDraft.objects.select_related("version", "made_by"), pk=pk)
    given = draft_form.typed(found.rules, found.value_micros) | {"name": found.name}
    if request.method != "POST":
        return _draft(request, found, given, {})
    given = {name: request.POST.get(name, "") for name in given}
    try:
        rules, value = draft_form.read(given, found.rules)
        drafting.change_draft(draft=found, name=given["name"], rules=rules, value_micros=value, by=by, now=now)
    except Invalid as invalid:
        return _draft(request, found, given, invalid.errors)
    messages.success(request, _("The draft is kept. Nothing earns by it until it is published."))
    return redirect("rewards:draft", pk)


def _draft(request: HttpRequest, found: ProgrammeDraft, given: dict[str, str], errors: dict[str, Any]) -> HttpResponse:
    version = ProgrammeVersion(
        rules=found.rules, value_micros=found.value_micros, currency=found.currency, number=0, starts_at=timezone.now()
    )
    groups = [
        {
            "title": group.title,
            "hint": group.hint,
            "fields": [(field, given.get(field.id, ""), errors.get(field.id, "")) for field in group.fields],
        }
        for group in draft_form.GROUPS
    ]
    context = {
        "draft": found,
        "said": explained(version, version.starts_at),
        "groups": groups,
        "name": given["name"],
        "errors": errors,
        "months": ShadowRun.Months.choices,
        "runs": found.runs.select_related("version").defer("result").order_by("-asked_at", "-pk")[:RUNS],
    }
    return render(request, "rewards/draft.html", context, status=422 if errors else 200)


@never_cache
@require_POST
@signed_in
def draft_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Try a draft on the past, publish it from a day on, or throw it away."""
    by, now = viewer_of(request), timezone.now()
    check_may_see_rules(by)
    found = get_object_or_404(ProgrammeDraft.objects.select_related("version", "made_by"), pk=pk)
    step = request.POST.get("step")
    try:
        if step == "try":
            months = request.POST.get("months", "")
            run = drafting.try_draft(
                draft=found,
                months=int(months) if months.isascii() and months.isdigit() else 0,
                with_imported=bool(request.POST.get("imported")),
                by=by,
                now=now,
            )
            return redirect("rewards:shadow", run.pk)
        if step == "publish":
            starts_on = _day(request.POST.get("starts_on", ""))
            version = drafting.publish_draft(draft=found, starts_on=starts_on, by=by, now=now)
            words = {"number": version.number, "day": date_format(starts_on or now.date())}
            messages.success(request, _("Version %(number)s is announced. It holds from %(day)s on.") % words)
            return redirect("rewards:programme")
        if step == "drop":
            drafting.drop_draft(draft=found, by=by, now=now)
            messages.success(request, _("The draft is gone."))
            return redirect("rewards:programme")
        errors: dict[str, Any] = {"": _("This is no step of a draft.")}
    except Invalid as invalid:
        errors = dict(invalid.errors)
    given = draft_form.typed(found.rules, found.value_micros) | {"name": found.name}
    return _draft(request, found, given, errors)


@never_cache
@require_POST
@signed_in
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Have a version that is announced never begin."""
    check_may_see_rules(viewer_of(request))
    version = get_object_or_404(ProgrammeVersion, number=number)
    drafting.withdraw_version(version=version, by=viewer_of(request), now=timezone.now())
    messages.success(request, _("It was withdrawn: the rules before it stay."))
    return redirect("rewards:programme")


@never_cache
@require_safe
@signed_in
def shadow(request: HttpRequest, pk: int) -> HttpResponse:
    """A shadow run: what both rules come to, with charts, and who gains and loses most."""
    check_may_see_rules(viewer_of(request))
    run = get_object_or_404(ShadowRun.objects.select_related("draft", "version"), pk=pk)
    context: dict[str, Any] = {"run": run}
    if run.result:
        rows = run.result["members"]
        gain, lose = run.result["gain"], run.result["lose"]
        most, least = rows[: min(gain, LISTED)], rows[len(rows) - min(lose, LISTED) :][::-1]
        names = Member.objects.in_bulk({row[0] for row in (*most, *least)})
        context |= {
            "figures": _figures(run),
            "months_chart": _months(run),
            "ways_chart": _ways(run),
            "most": [_row(row, names) for row in most],
            "least": [_row(row, names) for row in least],
            "others": len(rows) - len(most) - len(least),
        }
    return render(request, "rewards/shadow.html", context)


@never_cache
@require_safe
@signed_in
def shadow_file(request: HttpRequest, pk: int) -> HttpResponse:
    """All members of a shadow run as CSV: thousandths of a credit, now and under the draft."""
    check_may_see_rules(viewer_of(request))
    run = get_object_or_404(ShadowRun.objects.exclude(done_at=None), pk=pk)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="shadow-run-{run.pk}.csv"'
    writer = csv.writer(response)
    writer.writerow(["member", "in_force", "draft", "difference"])
    for member, live, other in (run.result or {}).get("members", ()):
        writer.writerow([member, live, other, other - live])
    return response


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _row(row: list[int], names: dict[int, Member]) -> dict[str, Any]:
    member, live, other = row
    return {"pk": member, "name": names[member].shown_name, "live": live, "draft": other, "change": other - live}


def _figures(run: ShadowRun) -> list[dict[str, str]]:
    """Each figure under both rules, in words."""
    live, other = (run.result or {})["live"], (run.result or {})["draft"]
    currency = run.version.currency

    def share(side: dict[str, Any], name: str) -> str:
        return _("%(percent)s%%") % {"percent": side[name] * 100 // side["total"] if side["total"] else 0}

    def pair(name: str, of: Any) -> dict[str, str]:
        return {"name": name, "live": of(live, run.version.value_micros), "draft": of(other, run.value_micros)}

    return [
        pair(_("Credits earned in all"), lambda side, _value: credits(side["total"])),
        pair(_("What they are worth"), lambda side, value: money(side["total"], value_micros=value, currency=currency)),
        pair(_("Members who earn"), lambda side, _value: str(side["earners"])),
        pair(_("Share of the best 1 in 100 of them"), lambda side, _value: share(side, "top1")),
        pair(_("Share of the best 10 in 100 of them"), lambda side, _value: share(side, "top10")),
    ]


def _series() -> tuple[charts.Series, ...]:
    return (charts.Series(_("Rules in force"), "outline"), charts.Series(_("Draft"), "full"))


def _cells(live: int, other: int) -> tuple[charts.Cell, ...]:
    return tuple(charts.Cell(max(each, 0) / CREDIT, credits(each)) for each in (live, other))


def _months(run: ShadowRun) -> charts.Chart:
    live, other = (run.result or {})["live"]["months"], (run.result or {})["draft"]["months"]
    columns = []
    for (month, was), (_month, would) in zip(live, other, strict=True):
        day = datetime.fromisoformat(month)
        columns.append(charts.Column(date_format(day, "M"), date_format(day, "YEAR_MONTH_FORMAT"), _cells(was, would)))
    return charts.bars(
        key="months",
        title=_("Credits earned each month"),
        about=_("Two bars for each month: what the rules in force award, and what the draft would have awarded."),
        head=_("Month"),
        series=_series(),
        columns=columns,
        stacked=False,
    )


def _ways(run: ShadowRun) -> charts.Chart:
    live, other = (run.result or {})["live"]["ways"], (run.result or {})["draft"]["ways"]
    columns = [
        charts.Column(str(label), str(name), _cells(live.get(way, 0), other.get(way, 0)))
        for way, (label, name) in _way_names().items()
        if way in live or way in other
    ]
    return charts.bars(
        key="ways",
        title=_("Credits earned by each way"),
        about=_("Two bars for each way to earn: the rules in force, and the draft."),
        head=_("Way to earn"),
        series=_series(),
        columns=columns,
        stacked=False,
    )


def _way_names() -> dict[str, tuple[str, str]]:
    """Short below the chart, whole in the table."""
    return {
        "accepted_answer": (_("Answers"), _("Accepted answers")),
        "endorsement": (_("Helped"), _("Accepted answers that helped others")),
        "first_answer": (_("Firsts"), _("First accepted answers")),
        "article": (_("Articles"), _("Answers that became help articles")),
        "royalty": (_("Royalties"), _("Help articles that helped")),
        "translation": (_("Translations"), _("Translations")),
        "failed_search": (_("Searches"), _("Articles for searches that found nothing")),
        "adopted": (_("Ideas"), _("Ideas that were adopted")),
    }
