"""Thinking about other rules: a draft, what it would have cost, and the day from which it holds."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from core.errors import Invalid, Refused
from core.tasks import enqueue
from core.text import clean_line
from events.record import record
from rewards import ways
from rewards.ledger import booked_on, midnight
from rewards.models import Programme, ProgrammeDraft, ProgrammeVersion, ShadowRun
from rewards.payable import Terms
from rewards.permissions import check_may_write_rules
from rewards.queries import version_in_force
from rewards.rules import Rules, months_after
from rewards.tasks import run_shadow

NAME_MAX = 80
# A version announced for later than this is a slip of the pen.
AHEAD = timedelta(days=730)


def make_draft(*, name: str, version: ProgrammeVersion, by: Viewer, now: datetime) -> ProgrammeDraft:
    """A draft that begins as this version. Raises Refused, and Invalid without a name."""
    check_may_write_rules(by, now)
    with transaction.atomic():
        draft = ProgrammeDraft.objects.create(
            name=_name(name),
            rules=version.rules,
            value_micros=version.value_micros,
            currency=version.currency,
            made_by=by.member,
            made_at=now,
            changed_at=now,
        )
        record(verb="draft.made", actor=by.member, obj=draft, now=now, after={"version": version.number})
        return draft


def change_draft(
    *, draft: ProgrammeDraft, name: str, rules: dict[str, Any], value_micros: int, by: Viewer, now: datetime
) -> ProgrammeDraft:
    """Write other rules into a draft. Locks it. Raises Refused, and Invalid for rules that make no sense."""
    with transaction.atomic():
        check_may_write_rules(by, now)
        draft = _open(draft)
        _check(rules)
        before = {"rules": draft.rules, "value_micros": draft.value_micros}
        draft.name, draft.rules, draft.value_micros, draft.changed_at = _name(name), rules, value_micros, now
        draft.save(update_fields=["name", "rules", "value_micros", "changed_at"])
        after = {"rules": rules, "value_micros": value_micros}
        if before != after:
            record(verb="draft.changed", actor=by.member, obj=draft, now=now, before=before, after=after)
        return draft


def drop_draft(*, draft: ProgrammeDraft, by: Viewer, now: datetime) -> None:
    """Throw a draft away, with its shadow runs. Raises Refused for one that was published."""
    with transaction.atomic():
        check_may_write_rules(by, now)
        draft = _open(draft)
        record(verb="draft.dropped", actor=by.member, obj=draft, now=now, before={"name": draft.name})
        draft.delete()


def try_draft(
    *, draft: ProgrammeDraft, months: int, with_imported: bool = False, by: Viewer, now: datetime
) -> ShadowRun:
    """Have what the draft would have cost over so many past months computed in the background, and kept.

    Beside the rules in force at `now`. The months are whole ones, the last that is over the last of them. Raises
    Refused, and Invalid for another number of months or before the programme's first version.
    """
    with transaction.atomic():
        check_may_write_rules(by, now)
        draft = ProgrammeDraft.objects.select_for_update().get(pk=draft.pk)
        version = version_in_force(now)
        if months not in ShadowRun.Months.values or version is None:
            raise Invalid({"months": _("Choose how far it looks back.")})
        this_month = ways.month_of(booked_on(now))
        run = ShadowRun.objects.create(
            draft=draft,
            rules=draft.rules,
            value_micros=draft.value_micros,
            version=version,
            months=months,
            with_imported=with_imported,
            first=months_after(this_month, -months),
            last=this_month - timedelta(days=1),
            asked_by=by.member,
            asked_at=now,
        )
        record(verb="draft.tried", actor=by.member, obj=draft, now=now, after={"months": months, "run": run.pk})
        enqueue(run_shadow, key=f"shadow:{run.pk}", run=run.pk)
        return run


def publish_draft(*, draft: ProgrammeDraft, starts_on: date | None, by: Viewer, now: datetime) -> ProgrammeVersion:
    """Make a draft the rules from the beginning of a day to come on; a draft becomes one version.

    Nothing that was earned changes, and until that day nothing is earned by it. Rules with a pool begin and end with a
    month, since a month has one pool or none. Locks the programme. Raises Refused and Invalid.
    """
    with transaction.atomic():
        programme = Programme.objects.select_for_update().order_by("pk").get()
        check_may_write_rules(by, now)
        draft = _open(draft)
        _check(draft.rules)
        today = booked_on(now)
        if starts_on is None or not today < starts_on <= today + AHEAD:
            raise Invalid(
                {"starts_on": _("Choose a day from tomorrow on, at most two years ahead: the past never changes.")}
            )
        starts_at = midnight(starts_on)
        before = version_in_force(starts_at)
        pools = [Rules.read(rules).pool for rules in ([before.rules] if before else []) + [draft.rules]]
        if any(pool is not None for pool in pools) and starts_on.day != 1:
            raise Invalid({"starts_on": _("With a pool, rules change on the first of a month.")})
        version = _append(programme, starts_at, draft.rules, draft.value_micros, draft.currency)
        draft.version = version
        draft.save(update_fields=["version"])
        record(
            verb="version.announced", actor=by.member, obj=version, now=now,
            after={"number": version.number, "starts_on": starts_on.isoformat(), "draft": draft.pk},
        )  # fmt: skip
        return version


def withdraw_version(*, version: ProgrammeVersion, by: Viewer, now: datetime) -> ProgrammeVersion:
    """Keep the rules of before on the day for which this version is announced: a version that says so takes its place.

    A version is never changed or deleted: of two that begin together the later number holds. Locks the programme.
    Raises Refused for one that has begun or was withdrawn.
    """
    with transaction.atomic():
        programme = Programme.objects.select_for_update().order_by("pk").get()
        check_may_write_rules(by, now)
        last = version_in_force(version.starts_at)
        if version.starts_at <= now or last != version:
            raise Refused(_("This version has begun, or another one took its place."), code="begun")
        before = ProgrammeVersion.objects.in_force(version.starts_at).exclude(starts_at=version.starts_at).first()
        if before is None:
            raise Refused(_("There are no rules before it."), code="first")
        made = _append(programme, version.starts_at, before.rules, before.value_micros, before.currency)
        record(
            verb="version.withdrawn", actor=by.member, obj=version, now=now,
            after={"number": version.number, "instead": made.number, "as": before.number},
        )  # fmt: skip
        return made


def _append(
    programme: Programme, starts_at: datetime, rules: dict[str, Any], value_micros: int, currency: str
) -> ProgrammeVersion:
    last = programme.versions.order_by("-number").values_list("number", flat=True).first() or 0
    return ProgrammeVersion.objects.create(
        programme=programme,
        number=last + 1,
        starts_at=starts_at,
        rules=rules,
        value_micros=value_micros,
        currency=currency,
    )


def _open(draft: ProgrammeDraft) -> ProgrammeDraft:
    locked = ProgrammeDraft.objects.select_for_update(of=("self",)).select_related("version").get(pk=draft.pk)
    if locked.version:
        words = {"number": locked.version.number, "day": date_format(booked_on(locked.version.starts_at))}
        raise Refused(_("This draft became version %(number)s, from %(day)s on.") % words, code="published")
    return locked


def _name(name: str) -> str:
    name = clean_line(name)[:NAME_MAX]
    if not name:
        raise Invalid({"name": _("Give the draft a name.")})
    return name


def _check(rules: dict[str, Any]) -> None:
    try:
        Rules.read(rules)
        Terms.read(rules)
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid({"": _("These rules make no sense together: %(why)s") % {"why": error}}) from error
