"""Pictures in posts."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import Member
from community.models.threads import Post, PostQuerySet, Revision
from core.reading import small_name


class Image(models.Model):
    """A picture that a member sent: re-encoded here, so that it carries no metadata and cannot run."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    file = models.FileField(upload_to="posts/%Y/%m/", db_index=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bytes = models.PositiveIntegerField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.file.name or ""

    def delete_files(self) -> None:
        """The picture and its small copy, where there is one."""
        self.file.storage.delete(small_name(self.file.name or ""))
        self.file.delete(save=False)

    def posts(self) -> PostQuerySet:
        """Those that its member wrote or changed and that hold it now, whoever may see them."""
        changed = Revision.objects.filter(written_by=self.member_id).values("post_id")
        theirs = Q(author=self.member_id) | Q(edited_by=self.member_id) | Q(pk__in=changed)
        return Post.objects.filter(theirs, html__contains=self.file.url)
