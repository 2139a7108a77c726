"""What threads and articles are about."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language

from accounts.models import Member

# The products are read with each list and change a few times a year. Actions empty this after they commit; another
# process that has a cache of its own sees the change within these seconds.
PRODUCTS_KEY = "community:products"
PRODUCTS_KEPT = 60


class Named(models.Model):
    """Something with a name in each language, by code: {"en": "Fibre", "fr": "Fibre"}."""

    slug = models.SlugField(max_length=60)
    names = models.JSONField(default=dict)
    position = models.PositiveIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the page's language, else in English, else any."""
        lang = (get_language() or "en").split("-")[0]
        return str(self.names.get(lang) or self.names.get("en") or next(iter(self.names.values()), self.slug))


class ProductQuerySet(models.QuerySet["Product"]):
    def current(self) -> ProductQuerySet:
        """Those that can be asked about; retired ones stay on what was written."""
        return self.filter(retired_at=None)


class Product(Named):
    """A product or a group of them: one tree. Retired instead of deleted."""

    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    # Keys of the ancestors from the root and its own, "/1/7/": a subtree is one prefix. Set by actions.
    path = models.CharField(max_length=200, blank=True, db_index=True)
    source = models.CharField(max_length=60, blank=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["slug"], name="one_product_per_slug")]


class Topic(Named):
    """A subject within a product."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="topics")
    # What helpers need to know, shown in the ask form: words by language, as in `names`.
    ask_for = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["product", "slug"], name="one_topic_per_product_slug")]


class MemberProduct(models.Model):
    """That a member owns a product."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="products")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=40, default="member", help_text="Who says so: member, billing, demo.")
    since = models.DateField(null=True, blank=True)
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "product", "source"], name="one_member_product")]

    def __str__(self) -> str:
        return f"{self.member_id} owns {self.product_id}"
