"""Where an article comes from."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _

from accounts.models import Member
from community.models import Post, Thread


class Origin(models.Model):
    """Who is credited for an article and all of its translations, and which answer it was.

    Apart from the page, because a page's fields live on in its revisions: publishing an older one would bring
    back a name that was erased, and could make two pages of one answer.
    """

    translation_key = models.UUIDField(unique=True)
    # The database keeps an answer from becoming two articles.
    post = models.OneToOneField(Post, null=True, blank=True, on_delete=models.PROTECT, related_name="kb_origin")
    thread = models.ForeignKey(Thread, null=True, blank=True, on_delete=models.PROTECT, related_name="kb_origins")
    credited = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # The name as it stood: it outlives a closed account. Empty once it was erased.
    credited_to = models.CharField(max_length=60, blank=True)
    promoted_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"origin {self.pk}"

    @property
    def credit(self) -> str:
        """The name to show, "a former member" where it was erased; empty when nobody is credited."""
        if self.credited_to:
            return self.credited_to
        return _("a former member") if self.credited_id else ""
