"""What a person looks at before it settles, what they decided, and what was decided on appeal."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Member
from rewards.limits import Limits
from rewards.models.holds import Hold

# A score is kept in thousandths of a nat.
NAT = 1000
APPEAL_DAYS = 30
_DEFAULT = Limits()


class ReviewQuerySet(models.QuerySet["Review"]):
    def open(self) -> ReviewQuerySet:
        return self.filter(state=Review.State.OPEN)

    def told(self) -> ReviewQuerySet:
        """Those that their member was told of: withheld, whatever came of an appeal."""
        return self.filter(state__in=Review.TOLD)

    def decided_with(self, review: Review) -> ReviewQuerySet:
        """This one and those of the same member that were withheld in the same decision: one statement, one appeal."""
        return self.told().filter(
            hold__member_id=review.hold.member_id, decided_at=review.decided_at, decided_by_id=review.decided_by_id
        )


class Review(models.Model):
    """One for a hold that looked arranged. A timetable beside the books, changed with its member's accounts locked."""

    class State(models.TextChoices):
        OPEN = "open", _("Waits for a decision")
        # Its answer lost its acceptance before anybody decided: nothing is left to decide.
        LAPSED = "lapsed", _("Taken back before it was decided")
        RELEASED = "released", _("Released")
        WITHHELD = "withheld", _("Withheld")
        APPEALED = "appealed", _("Appealed")
        RESTORED = "restored", _("Given back on appeal")
        UPHELD = "upheld", _("Withheld, appeal refused")

    TOLD = (State.WITHHELD, State.APPEALED, State.RESTORED, State.UPHELD)

    class Rule(models.TextChoices):
        """The rules of the community that a credit may break, by their number on its page."""

        GIVEN = "7", _("One account for each person. Credits are for help that was given.")
        OWN_WORDS = "5", _("Write your own words. Name the source when you quote.")

    hold = models.OneToOneField(Hold, on_delete=models.PROTECT, related_name="review")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    score = models.IntegerField()
    # [{"sign": …, "weight": nats, "facts": {…}}, …], the strongest first: see `rewards.detection.Reason`.
    signs = models.JSONField()
    # The keys of the members who hang together by what is held.
    group = models.JSONField()
    found_at = models.DateTimeField()
    # Whether the nightly look found it; a person decides in any case.
    automated = models.BooleanField(default=True)

    decided_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    rule = models.CharField(max_length=4, choices=Rule, blank=True)

    appeal = models.TextField(blank=True)
    appealed_at = models.DateTimeField(null=True)
    appeal_decided_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    appeal_decided_at = models.DateTimeField(null=True)
    appeal_reason = models.TextField(blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="review_decided",
                condition=Q(state__in=["open", "lapsed"]) | Q(decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="review_told",
                condition=~Q(state__in=["withheld", "appealed", "restored", "upheld"]) | ~Q(rule=""),
            ),
            models.CheckConstraint(
                name="review_by_another",
                condition=Q(appeal_decided_by=None) | ~Q(appeal_decided_by=models.F("decided_by")),
            ),
        ]
        indexes = [models.Index(fields=["state", "-score", "-id"], name="review_by_score")]

    def __str__(self) -> str:
        return f"{self.state} {self.pk}"

    @property
    def appeal_until(self) -> datetime | None:
        """Until when its member may appeal."""
        return self.decided_at + timedelta(days=APPEAL_DAYS) if self.decided_at else None

    def may_be_appealed(self, now: datetime) -> bool:
        """Withheld, and not too long ago."""
        until = self.appeal_until
        return self.state == self.State.WITHHELD and until is not None and now <= until


class Trace(models.Model):
    """That a member signed in over a network, as a hash that changes each month; gone after 30 days."""

    class Kind(models.TextChoices):
        NETWORK = "network", _("Network and browser")

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    kind = models.CharField(max_length=10, choices=Kind)
    hash = models.CharField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "day", "kind", "hash"], name="one_trace_a_day")]
        indexes = [models.Index(fields=["day"], name="trace_day")]

    def __str__(self) -> str:
        return f"{self.kind} on {self.day}"


def _weight(default: float, words: object) -> models.FloatField[float, float]:
    limits = [MinValueValidator(-20.0), MaxValueValidator(20.0)]
    return models.FloatField(words, default=default, validators=limits)  # type: ignore[arg-type]


class DetectionLimits(models.Model):
    """The one row that says from where on a person looks, in nats. Only operators see it: see `rewards.limits`."""

    held = models.FloatField(
        _("held from this score on"),
        default=_DEFAULT.held,
        validators=[MinValueValidator(0.5), MaxValueValidator(100.0)],
    )
    circle = _weight(_DEFAULT.circle, _("help that comes back in a circle"))
    passed_on = _weight(_DEFAULT.passed_on, _("an asker who earned by others"))
    alone = _weight(_DEFAULT.alone, _("nobody else tried"))
    not_alone = _weight(_DEFAULT.not_alone, _("others tried, too"))
    quick = _weight(_DEFAULT.quick, _("answered and accepted within minutes"))
    new = _weight(_DEFAULT.new, _("each account of the last 30 days"))
    title_only = _weight(_DEFAULT.title_only, _("a question that is only a title"))
    alike = _weight(_DEFAULT.alike, _("an answer that stands elsewhere"))
    device = _weight(_DEFAULT.device, _("a shared device"))
    network = _weight(_DEFAULT.network, _("a shared network and browser"))
    beside = _weight(_DEFAULT.beside, _("beside others that are held"))
    texts = models.BooleanField(_("look at what was written"), default=_DEFAULT.texts)

    class Meta:
        verbose_name = verbose_name_plural = _("detection limits")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_row_of_limits")]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    def plain(self) -> Limits:
        """As detection reads them."""
        return Limits(**{name: getattr(self, name) for name in Limits.__dataclass_fields__})
