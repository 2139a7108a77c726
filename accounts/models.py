"""Who signs in (User) and who writes and earns (Member)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Where a member lives until they say otherwise.
DEFAULT_TIME_ZONE = "Europe/Paris"


class Joined(models.Aggregate):
    """The values of a group with commas between."""

    function = "GROUP_CONCAT"
    name = "Joined"
    output_field = models.TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "%(function)s(%(expressions)s, ',')"
        return self.as_sql(compiler, connection, function="STRING_AGG", template=template, **context)


class UserQuerySet(models.QuerySet["User"]):
    def with_viewer(self) -> UserQuerySet:
        """Each user with its member and the names of its jobs, in one query: all a request needs of who asks."""
        through = User.groups.through.objects.filter(user_id=OuterRef("pk")).order_by()
        names = through.values("user_id").annotate(names=Joined("group__name")).values("names")  # type: ignore[misc]
        return self.select_related("member").annotate(job_names=models.Subquery(names))


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A user without a member: use `accounts.actions` for people."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A sign-in: an e-mail address and ways to prove it. What a person wrote hangs on their Member."""

    email = models.EmailField(_("E-mail"), unique=True)
    # Kept in step with allauth's verified primary address, so that rights cost no further query.
    email_verified_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_email")]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        """The member's name: what Wagtail shows of a person."""
        member = getattr(self, "member", None)
        return member.name if member else f"#{self.pk}"

    def get_short_name(self) -> str:
        return self.get_full_name()

    @property
    def is_staff(self) -> bool:
        """What Django's own code asks before it shows its admin; the right comes from the job alone."""
        return self.has_perm("core.open_admin")

    @property
    def first_name(self) -> str:
        return self.get_full_name()

    @property
    def last_name(self) -> str:
        return ""


class MemberQuerySet(models.QuerySet["Member"]):
    def present(self) -> MemberQuerySet:
        """Those whose account is neither closed nor erased."""
        return self.filter(closed_at=None, erased_at=None)


class Member(models.Model):
    """Who writes and earns. Outlives the sign-in: posts, votes, events and ledger accounts point here."""

    user = models.OneToOneField(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="member")
    name = models.CharField(_("Name"), max_length=60)
    language = models.CharField(max_length=12, default="en")
    time_zone = models.CharField(max_length=64, default=DEFAULT_TIME_ZONE)
    is_team = models.BooleanField(default=False, help_text=_("Works for the company: answers as staff, earns nothing."))
    # Unread in-app notifications, kept in step by `notifications`.
    unread_count = models.PositiveIntegerField(default=0)
    suspended_until = models.DateTimeField(null=True, blank=True)
    suspended_reason = models.TextField(blank=True)
    # On erasure the name goes, unless its owner asked that what they wrote keeps it.
    keep_name = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    # Where an imported member comes from; both empty for people who signed up here.
    source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=120, blank=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"], condition=~Q(external_id=""), name="one_member_per_source_id"
            )
        ]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """The name, or "a former member" where it was erased."""
        if self.erased_at and not self.keep_name:
            return str(_("a former member"))
        return self.name

    def is_suspended(self, now: Any) -> bool:
        """Whether the suspension runs at `now` (UTC)."""
        return self.suspended_until is not None and self.suspended_until > now


class Consent(models.Model):
    """That a member agreed to one version of one text. Append-only."""

    class Kind(models.TextChoices):
        TERMS = "terms", _("Terms of use")
        LICENCE = "licence", _("Licence of contributions")

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="consents")
    kind = models.CharField(max_length=20, choices=Kind)
    version = models.CharField(max_length=40)
    given_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "kind", "version"], name="one_consent_per_version")]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"


class FirstOperatorLink(models.Model):
    """A link that makes the first operator of an empty site, once. The token itself is not kept."""

    token_hash = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"issued {self.issued_at:%Y-%m-%d %H:%M}"
