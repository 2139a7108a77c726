"""What is shown of members beside the books: board, badges, and statements of contribution that others verify."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Member


class Showing(models.Model):
    """What a member wants shown of themselves; one who never said so has no row."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, primary_key=True, related_name="showing")
    on_board = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.member_id}: {self.on_board}"


class BoardRow(models.Model):
    """How many people a member helped in the last 30 days; made anew by `rewards board`."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, primary_key=True, related_name="+")
    helped = models.PositiveIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(helped__gt=0), name="board_helped")]
        indexes = [models.Index(fields=["-helped", "member"], name="board_order")]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.helped}"


class Badge(models.Model):
    """That a member has a badge, and since when; the row goes when its ground does."""

    class Kind(models.TextChoices):
        FIRST = "first", _("First accepted answer")
        PATIENT = "patient", _("Answered where nobody did")
        HELPFUL = "helpful", _("Helped many readers")
        LANGUAGES = "languages", _("At home in two languages")
        ARTICLE = "article", _("Became an article")
        TRUSTED = "trusted", _("An article that readers confirm")
        STEADY = "steady", _("A year that stood")

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="badges", db_index=False)
    kind = models.CharField(max_length=20, choices=Kind)
    # The answer that it was first earned with; null where it is no single one.
    post_id = models.BigIntegerField(null=True)
    given_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "kind"], name="one_badge_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.kind}"


class ContributionQuerySet(models.QuerySet["Contribution"]):
    def standing(self) -> ContributionQuerySet:
        return self.filter(revoked_at=None)


class Contribution(models.Model):
    """A signed statement of what a member contributed. Written once; taking it back empties it."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="contributions")
    # By which others find it: "7KQ4-M2XW-9RTA".
    code = models.CharField(max_length=20, unique=True)
    # What is signed, as `rewards.signing` writes it; "" once it was taken back.
    said = models.TextField()
    signature = models.CharField(max_length=100)
    # Which of the installation's keys signed it: see `SigningKey`.
    key = models.ForeignKey("SigningKey", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects = ContributionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="contribution_said",
                condition=Q(revoked_at=None) & ~Q(said="") | Q(revoked_at__isnull=False, said=""),
            )
        ]

    def __str__(self) -> str:
        return self.code


class SigningKey(models.Model):
    """The public part of a key that signed statements: an older statement is verified after the key changed, too."""

    public = models.CharField(max_length=64, unique=True)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return self.public
