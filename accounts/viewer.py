"""Who asks: the plain value that permissions and querysets decide on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from django.http import HttpRequest

from accounts.jobs import Job

if TYPE_CHECKING:
    from accounts.models import Member, User


@dataclass(frozen=True, slots=True)
class Viewer:
    """A member with the jobs and the standing that count for rights.

    `Viewer()` is somebody not signed in. `Viewer.system()` acts for the product itself (imports,
    periodic jobs): it has every right and no member.
    """

    member: Member | None = None
    jobs: frozenset[Job] = frozenset()
    verified: bool = False
    suspended_until: datetime | None = None
    is_system: bool = False

    @classmethod
    def of(cls, user: User) -> Viewer:
        """From a user. Costs no query when it was read by `with_viewer()`, one for its jobs otherwise."""
        member = getattr(user, "member", None)
        if not user.is_active or member is None:
            return cls()
        if hasattr(user, "job_names"):
            names = set((user.job_names or "").split(","))
        else:
            names = set(user.groups.values_list("name", flat=True))
        jobs = frozenset(job for job in Job if job.value in names)
        return cls(
            member=member,
            jobs=jobs,
            verified=user.email_verified_at is not None,
            suspended_until=member.suspended_until,
        )

    @classmethod
    def of_member(cls, member: Member) -> Viewer:
        """From a member; one who cannot sign in (imported, closed) has no jobs."""
        return cls.of(member.user) if member.user else cls(member=member)

    @classmethod
    def system(cls) -> Viewer:
        return cls(jobs=frozenset(Job), verified=True, is_system=True)

    def unnamed(self) -> Viewer:
        """Somebody signed in with the same jobs who is nobody: what pages that many readers share are drawn for."""
        assert self.member is not None
        return Viewer(member=type(self.member)(pk=0), jobs=self.jobs, verified=self.verified)

    @property
    def member_id(self) -> int | None:
        return self.member.pk if self.member else None

    @property
    def is_signed_in(self) -> bool:
        return self.member is not None

    @property
    def kind(self) -> str:
        """The same for everybody who is shown the same places: what fragments of pages are kept by."""
        return "+".join(sorted(job.value for job in self.jobs)) if self.is_signed_in else "visitor"

    @property
    def is_moderator(self) -> bool:
        return Job.MODERATOR in self.jobs

    @property
    def is_agent(self) -> bool:
        return Job.AGENT in self.jobs

    @property
    def is_operator(self) -> bool:
        return Job.OPERATOR in self.jobs

    @property
    def is_team(self) -> bool:
        """Works here: sees what is kept between asker and staff."""
        return bool(self.jobs & {Job.MODERATOR, Job.AGENT, Job.OPERATOR})

    def is_member(self, member_id: int | None) -> bool:
        """Whether this is that very member."""
        return self.member is not None and self.member.pk == member_id


def viewer_of(request: HttpRequest) -> Viewer:
    """Who asks, as `accounts.middleware.viewer` set it."""
    return cast(Viewer, request.viewer)  # type: ignore[attr-defined]
