"""What rewards does in the background. Each may run twice."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import Member
from core.tasks import task
from rewards.actions.giving_up import forget_payees, give_up
from rewards.actions.shadowing import compute


@task(attempts=3)
def run_shadow(run: int) -> None:
    """Compute a shadow run over years of activity and keep it; one that is kept already stays as it is."""
    compute(run_id=run, now=timezone.now())


@task()
def finish_erasure(*, member: int) -> None:
    """Give up what an erased member has, and forget where they were paid."""
    give_up(members=[member], now=timezone.now())
    forget_payees(members=Member.objects.filter(pk=member, erased_at__isnull=False))
