"""The chain of hashes over the transfers: what was booked cannot be changed without a trace."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class SealQuerySet(models.QuerySet["Seal"]):
    def with_strays(self) -> SealQuerySet:
        """Those with keys missing from their range, or with transfers from an earlier one's."""
        return self.filter(has_strays=True)


class Seal(models.Model):
    """A batch of transfers under one digest, which holds the digest of the seal before. Written once.

    It covers the transfers whose keys are from `first` to `last`, but those in `gaps`, and those in `late`: a key is
    handed out before its transfer is committed, so that one missing here may still come; the seal after it takes it.
    """

    number = models.BigIntegerField(primary_key=True)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    # How many transfers it covers.
    count = models.PositiveIntegerField()
    # [[from, to], …]: keys that were not there.
    gaps = models.JSONField()
    # Keys out of the gaps of earlier seals.
    late = models.JSONField()
    has_strays = models.BooleanField()
    # What each system account sums to over all transfers sealed so far, by its kind.
    sums = models.JSONField()
    sealed_at = models.DateTimeField()
    # One short digest a transfer, in the order of keys, the late ones last: it tells which one was changed.
    leaves = models.BinaryField()
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    objects = SealQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(count__gt=0), name="seal_count"),
        ]
        indexes = [models.Index(fields=["number"], condition=Q(has_strays=True), name="seal_strays")]

    def __str__(self) -> str:
        return f"{self.number}: {self.first} to {self.last}"
