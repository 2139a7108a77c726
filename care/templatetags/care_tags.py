"""What the desk shows on the community's pages."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from care import permissions, queries, sla, words
from care.models import Case
from community.models import Product, Thread
from core.templatetags.core_tags import moment

register = template.Library()


@register.simple_tag
def run_percent(thread: Thread) -> int | None:
    """How much of the thread's promise has run in desk hours, 0 to 100; None while none runs.

    `{% run_percent thread as percent %}`. Costs no query where the thread came with its product.
    """
    if thread.promised_at is None or thread.promise_from is None:
        return None
    hours = queries.level_of_path(thread.product.path).hours
    return sla.percent_run(hours, thread.promise_from, thread.promised_at, timezone.now())


@register.inclusion_tag("care/promise_if_posted.html")
def promise_if_posted(product: Product | None = None) -> dict[str, Any]:
    """What a question about this product would be promised if it were posted now."""
    now = timezone.now()
    level = queries.level_of_path(product.path if product else "")
    return {"at": level.taken_over_at(now), "now": now}


@register.simple_tag
def desk_hours() -> str:
    """When people are at the desk, in a sentence."""
    hours = queries.levels().default.hours
    return _("People are at the desk %(hours)s. The community answers at any hour.") % {
        "hours": words.opening_hours(hours)
    }


@register.simple_tag
def desk_state() -> str:
    """Who answers now: "Members answer tonight; the desk opens tomorrow at 9:00." """
    return words.desk_state(queries.levels().default.hours, timezone.now())


@register.inclusion_tag("care/escalation.html", takes_context=True)
def escalation(context: dict[str, Any], thread: Thread) -> dict[str, Any]:
    """A moderator's form that hands the thread to a person now; nothing for anybody else."""
    viewer: Viewer = context.get("viewer") or Viewer()
    shown = permissions.may_escalate(thread, viewer, timezone.now())
    return {"thread": thread, "shown": shown, "request": context.get("request")}


@register.simple_tag
def case_percent(case: Case) -> int | None:
    """How much of the time until a case is due has run in desk hours; None once it is answered or late."""
    now = timezone.now()
    if case.answered_at is not None or case.is_late(now) or case.is_closed:
        return None
    hours = queries.level_of_path(case.thread.product.path).hours
    return sla.percent_run(hours, case.opened_at, case.due_at, now)


@register.simple_tag
def due(case: Case) -> SafeString | str:
    """When a case is due, and how far that is in desk hours: "14:00, in 4 h 18", "Late by 12 min"."""
    now = timezone.now()
    if case.answered_at is not None:
        return _("Answered, waits for the asker")
    hours = queries.level_of_path(case.thread.product.path).hours
    left = words.duration(hours.business_between(now, case.due_at))
    if case.is_late(now):
        return _("Late by %(time)s") % {"time": left}
    return format_html(_("{at}, in {time}"), at=moment(case.due_at), time=left)


@register.simple_tag
def desk_now() -> str:
    """Whether the desk is open, until when, or from when."""
    now = timezone.now()
    hours = queries.levels().default.hours
    closes = hours.closes_at(now)
    if hours.is_open(now) and closes is not None:
        return _("Open until %(time)s. Clocks run only while the desk is open.") % {"time": words.clock(closes)}
    return format_html(_("Closed until {at}. Clocks stand still."), at=moment(hours.next_opening(now)))


@register.simple_tag
def late(case: Case) -> bool:
    """Whether a case's answer is overdue: `{% late case as is_late %}`."""
    return case.is_late(timezone.now())
