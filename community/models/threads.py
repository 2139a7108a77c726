"""Threads, posts and comments, and the one way to read them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat, Left, StrIndex
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.models import Member
from accounts.viewer import Viewer
from community.models.products import Product, Topic
from core.text import slugify


class State(models.TextChoices):
    """Where a thread stands."""

    OPEN = "open", _("Nobody has answered yet")
    ANSWERED = "answered", _("Answered, none accepted yet")
    SOLVED = "solved", _("Solved by an answer")
    WITH_PERSON = "person", _("With a person")
    UNCONFIRMED = "unconfirmed", _("Closed, not confirmed")
    DUPLICATE = "duplicate", _("Asked before")
    # An idea waits for nobody: it is in no list of what needs an answer, and no clock runs for it.
    IDEA = "idea", _("Idea")
    ADOPTED = "adopted", _("Adopted")


class Visibility(models.TextChoices):
    PUBLIC = "public", _("Anyone")
    ASKER = "asker", _("The asker and staff")
    STAFF = "staff", _("Staff")


class Written(models.Model):
    """What thread, post and comment share: who may see it, and where it came from."""

    author = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    removed_reason = models.TextField(blank=True)
    # Where an imported row comes from. Both empty for what was written here.
    source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=120, blank=True)

    class Meta:
        abstract = True


# What lists hold: their indexes hold no more.
_LISTED = Q(visibility=Visibility.PUBLIC, removed_at=None)


class ThreadQuerySet(models.QuerySet["Thread"]):
    def visible_to(self, viewer: Viewer) -> ThreadQuerySet:
        """The only way to read threads for somebody. Removed ones are for the team and their author."""
        if viewer.is_system or viewer.is_team:
            return self
        public = Q(visibility=Visibility.PUBLIC, removed_at=None)
        if viewer.member_id is None:
            return self.filter(public)
        return self.filter(public | (Q(author_id=viewer.member_id) & ~Q(visibility=Visibility.STAFF)))

    def listed(self) -> ThreadQuerySet:
        """What lists and the index hold for everybody: public and not removed."""
        return self.filter(visibility=Visibility.PUBLIC, removed_at=None)

    def without_ideas(self) -> ThreadQuerySet:
        """What somebody may need an answer in."""
        return self.exclude(kind=Thread.Kind.IDEA)

    def for_page(self) -> ThreadQuerySet:
        """With what a row or a page shows, in one query."""
        return self.select_related("author", "product", "topic")


class Thread(Written):
    """A question, an idea or a discussion. Its opening post holds the words."""

    class Kind(models.TextChoices):
        QUESTION = "question", _("Question")
        IDEA = "idea", _("Idea")
        DISCUSSION = "discussion", _("Discussion")

    kind = models.CharField(max_length=12, choices=Kind, default=Kind.QUESTION)
    title = models.CharField(max_length=200)
    lang = models.CharField(max_length=35, default="en")
    # Without its region ("fr" of "fr-CA"), which no list looks at; computed by the database.
    lang_base = models.GeneratedField(
        expression=Left("lang", StrIndex(Concat("lang", Value("-")), Value("-")) - 1),
        output_field=models.CharField(max_length=35),
        db_persist=True,
    )
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="threads")
    topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.PROTECT, related_name="threads")
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    # Raised by every write that changes what a page of this thread shows: cache keys hold it.
    version = models.PositiveIntegerField(default=1)
    last_activity_at = models.DateTimeField(default=timezone.now)

    # The promise: a person takes over at `promised_at` unless the thread is solved; null while it does not run.
    promise_from = models.DateTimeField(null=True, blank=True)
    promised_at = models.DateTimeField(null=True, blank=True)

    # Counters, kept in step by actions. Totals that were imported have no voters: recounting leaves them alone.
    answer_count = models.PositiveIntegerField(default=0)
    me_too_count = models.PositiveIntegerField(default=0)
    me_too_base = models.PositiveIntegerField(default=0)
    not_solved_count = models.PositiveIntegerField(default=0)

    first_answer_at = models.DateTimeField(null=True, blank=True)
    last_answer_at = models.DateTimeField(null=True, blank=True)
    solved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    locked_at = models.DateTimeField(null=True, blank=True)
    duplicate_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="duplicates")
    # The help article that came of it, as the app above tells: a page must not ask another app for each row.
    article_path = models.CharField(max_length=300, blank=True)
    article_title = models.CharField(max_length=255, blank=True)
    article_at = models.DateTimeField(null=True, blank=True)

    licence = models.CharField(max_length=40, blank=True)
    source_url = models.URLField(max_length=500, blank=True)
    # A form sent twice carries the same token: the second finds the first's thread.
    token = models.CharField(max_length=40, blank=True)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"], condition=~Q(external_id=""), name="one_thread_per_source_id"
            ),
            models.UniqueConstraint(fields=["author", "token"], condition=~Q(token=""), name="one_thread_per_form"),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="thread_newest", condition=_LISTED),
            models.Index(fields=["solved_at", "product"], name="thread_solved", condition=Q(solved_at__isnull=False)),
            # Lists are of one language at a time, merged where a reader has two: see `core.paging`.
            models.Index(fields=["lang_base", "-created_at", "-id"], name="thread_lang", condition=_LISTED),
            models.Index(
                fields=["lang_base", "-last_activity_at", "-id"], name="thread_lang_active", condition=_LISTED
            ),
            models.Index(
                fields=["state", "lang_base", "-created_at", "-id"], name="thread_state_lang", condition=_LISTED
            ),
            models.Index(fields=["product", "-created_at", "-id"], name="thread_by_product", condition=_LISTED),
            models.Index(
                fields=["product", "lang_base", "-created_at", "-id"], name="thread_product_lang", condition=_LISTED
            ),
            models.Index(
                fields=["product", "lang_base", "-last_activity_at", "-id"],
                name="thread_product_active",
                condition=_LISTED,
            ),
            models.Index(
                fields=["product", "state", "lang_base", "-created_at", "-id"],
                name="thread_product_state_lang",
                condition=_LISTED,
            ),
            models.Index(
                fields=["topic", "lang_base", "-created_at", "-id"], name="thread_topic_lang", condition=_LISTED
            ),
            models.Index(
                fields=["topic", "lang_base", "-last_activity_at", "-id"], name="thread_topic_active", condition=_LISTED
            ),
            models.Index(
                fields=["topic", "state", "lang_base", "-created_at", "-id"],
                name="thread_topic_state_lang",
                condition=_LISTED,
            ),
            models.Index(fields=["author", "-created_at", "-id"], name="thread_by_author"),
            models.Index(fields=["promised_at"], name="thread_promised", condition=Q(promised_at__isnull=False)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Under the page's language; see `canonical_path` for the one that search engines keep."""
        return self.path_in(translation.get_language() or settings.LANGUAGE_CODE)

    @property
    def slug(self) -> str:
        return slugify(self.title)

    def path_in(self, lang: str) -> str:
        """The address under one interface language."""
        slug = self.slug
        with translation.override(lang):
            return reverse("community:thread", args=[f"{self.pk}-{slug}" if slug else str(self.pk)])

    @property
    def canonical_path(self) -> str:
        """Under the thread's own language if that is served, else under /en/."""
        served = {code for code, _name in settings.LANGUAGES}
        base = self.lang.split("-")[0]
        return self.path_in(base if base in served else "en")

    @property
    def me_toos(self) -> int:
        """How many people have this problem, or want this idea, too; imported ones with them."""
        return self.me_too_base + self.me_too_count

    @property
    def is_solved(self) -> bool:
        return self.state == State.SOLVED

    @property
    def is_idea(self) -> bool:
        return self.kind == self.Kind.IDEA

    @property
    def is_adopted(self) -> bool:
        return self.state == State.ADOPTED

    @property
    def is_closed(self) -> bool:
        """Takes no more answers from customers."""
        return self.locked_at is not None or self.state == State.DUPLICATE


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, viewer: Viewer) -> PostQuerySet:
        """The only way to read posts for somebody; the thread's own visibility counts too."""
        if viewer.is_system or viewer.is_team:
            return self
        public = Q(visibility=Visibility.PUBLIC, removed_at=None)
        thread_public = Q(thread__visibility=Visibility.PUBLIC, thread__removed_at=None)
        if viewer.member_id is None:
            return self.filter(public & thread_public)
        own = Q(author_id=viewer.member_id) & ~Q(visibility=Visibility.STAFF)
        to_asker = Q(thread__author_id=viewer.member_id, visibility=Visibility.ASKER, removed_at=None)
        own_thread = Q(thread__author_id=viewer.member_id) & ~Q(thread__visibility=Visibility.STAFF)
        return self.filter((public | own | to_asker) & (thread_public | own_thread))


class Post(Written):
    """The opening post, or an answer."""

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="posts")
    is_opening = models.BooleanField(default=False)
    # Markdown as written, and safe HTML rendered from it once.
    body = models.TextField()
    html = models.TextField()
    as_staff = models.BooleanField(default=False, help_text=_("Answered for the company."))
    # Who wrote the words that stand now, when and why, once they are not the first: earlier ones are revisions.
    edited_at = models.DateTimeField(null=True, blank=True)
    edited_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    edited_reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    helpful_count = models.PositiveIntegerField(default=0)
    helpful_base = models.PositiveIntegerField(default=0)
    comment_count = models.PositiveIntegerField(default=0)
    token = models.CharField(max_length=40, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread"], condition=Q(is_opening=True), name="one_opening_post"),
            models.UniqueConstraint(
                fields=["source", "external_id"], condition=~Q(external_id=""), name="one_post_per_source_id"
            ),
            models.UniqueConstraint(fields=["author", "token"], condition=~Q(token=""), name="one_post_per_form"),
        ]
        indexes = [
            models.Index(fields=["thread", "created_at", "id"], name="post_in_thread"),
            models.Index(fields=["author", "-created_at", "-id"], name="post_by_author"),
        ]

    def __str__(self) -> str:
        return f"post {self.pk}"

    def get_absolute_url(self) -> str:
        return f"{self.thread.get_absolute_url()}#{self.anchor}"

    @property
    def anchor(self) -> str:
        return f"post-{self.pk}"

    @property
    def helpfuls(self) -> int:
        """How many people said that it helped, imported ones with them."""
        return self.helpful_base + self.helpful_count


class CommentQuerySet(models.QuerySet["Comment"]):
    def visible_to(self, viewer: Viewer) -> CommentQuerySet:
        """Comments of posts that the viewer may see; combine with a filter on such posts."""
        if viewer.is_system or viewer.is_team:
            return self
        shown = Q(visibility=Visibility.PUBLIC, removed_at=None)
        if viewer.member_id is None:
            return self.filter(shown)
        to_asker = Q(post__thread__author_id=viewer.member_id, visibility=Visibility.ASKER, removed_at=None)
        return self.filter(shown | to_asker | (Q(author_id=viewer.member_id) & ~Q(visibility=Visibility.STAFF)))


class Comment(Written):
    """A short remark under a post; plain text."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="comments")
    text = models.TextField()
    token = models.CharField(max_length=40, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["author", "token"], condition=~Q(token=""), name="one_comment_per_form"),
            models.UniqueConstraint(
                fields=["source", "external_id"], condition=~Q(external_id=""), name="one_comment_per_source_id"
            ),
        ]
        indexes = [models.Index(fields=["post", "created_at", "id"], name="comment_in_post")]

    def __str__(self) -> str:
        return f"comment {self.pk}"


class Revision(models.Model):
    """How a post read before an edit: number 1 is what was first written."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    written_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    reason = models.TextField(blank=True)
    # Taken out by a moderator for what it says: for the author and the team alone.
    withheld = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "number"], name="one_revision_per_number")]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"post {self.post_id} revision {self.number}"
