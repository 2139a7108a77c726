"""What search keeps beside its index: what waits to be written to it, and what editors teach it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel, Panel
from wagtail.models import PreviewableMixin

from search.editing import PinForm, SynonymsForm


class Change(models.Model):
    """A document to index again or to take out. Written in the transaction of the change itself."""

    kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


def _panels(*names: str) -> list[Panel]:
    """What editors fill in: these, between what both kinds have."""
    holds = _("Open the preview on the right to see what a search finds before and after. It holds at once.")
    return [HelpPanel(holds), *map(FieldPanel, ("lang", *names, "tried", "note"))]


class Taught(PreviewableMixin, models.Model):
    """What an editor teaches search in one language; `search.editorial` is how everybody else reads it."""

    lang = models.CharField(_("Language of the reader"), max_length=10, choices=settings.LANGUAGES)
    note = models.CharField(
        _("Note"), max_length=200, blank=True, help_text=_("Why, for whoever reads this later. Nobody else sees it.")
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """What a search finds now, and what it would find with this kept."""
        # By name: what shows it searches, and searching needs these models.
        shown: HttpResponse = import_string("search.trying.page")(request, self)
        return shown


class Synonyms(Taught):
    """Words that mean the same, one set a line; see `search.editorial.read_lines`."""

    words = models.TextField(
        _("Words"),
        max_length=10_000,
        help_text=_(
            "One line for each meaning: “box, router, modem” for words that mean the same, “mdp => password” where "
            "the first should also find the second but not the other way round. Up to 200 lines."
        ),
    )

    base_form_class = SynonymsForm
    panels = _panels("words")

    class Meta:
        verbose_name = _("set of synonyms")
        verbose_name_plural = _("synonyms")
        ordering = ["lang", "id"]

    def __str__(self) -> str:
        return (self.words.splitlines() or [""])[0][:80]


class Pin(Taught):
    """What stands first for some searches, in this order: `found` holds pairs of a kind and a key."""

    queries = models.TextField(
        _("Searches"),
        max_length=5_000,
        help_text=_("One a line. Order, accents, plurals and small words make no difference."),
    )
    exact = models.BooleanField(
        _("Only when nothing else is asked"),
        default=False,
        help_text=_("Otherwise it also holds for longer searches with all of these words in them."),
    )
    found = models.JSONField(default=list, editable=False)

    base_form_class = PinForm
    panels = _panels("queries", "exact", "addresses")

    class Meta:
        verbose_name = _("pinned answer")
        verbose_name_plural = _("pinned answers")
        ordering = ["lang", "id"]

    def __str__(self) -> str:
        return (self.queries.splitlines() or [""])[0][:80]


class Phrase(models.Model):
    """Words that were searched in one language.

    `text` is "" until they were asked on enough separate occasions; see `search.counting`. Until then only their
    digest is kept, from which nobody reads them.
    """

    lang = models.CharField(max_length=10)
    digest = models.CharField(max_length=32)
    text = models.CharField(max_length=200, blank=True)
    occasions = models.PositiveIntegerField(default=0)
    # The number of the stretch of time that counted last, and the day.
    last_occasion = models.BigIntegerField(default=0)
    last_day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest", "lang"], name="one_phrase")]
        indexes = [models.Index(fields=["last_day"], name="phrase_last_day")]

    def __str__(self) -> str:
        return self.text or "…"


class Asked(models.Model):
    """How often a phrase was searched on one day, about one product, and what followed. Of nobody in particular."""

    day = models.DateField()
    phrase = models.ForeignKey(Phrase, on_delete=models.CASCADE, related_name="asked")
    # The key of the product that was chosen, else of what was found first; 0 for neither.
    product = models.BigIntegerField(default=0)
    searches = models.PositiveIntegerField(default=0)
    # Of these: nothing was found; something was, and nothing followed; something was opened; other words were tried;
    # the reader went on to ask. A process may write that a search was followed before another writes the search.
    failed = models.PositiveIntegerField(default=0)
    abandoned = models.IntegerField(default=0)
    opened = models.PositiveIntegerField(default=0)
    reworded = models.PositiveIntegerField(default=0)
    went_to_ask = models.PositiveIntegerField(default=0)
    # How many results there were the last time.
    results = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "phrase", "product"], name="one_count_a_day")]

    def __str__(self) -> str:
        return f"{self.searches} on {self.day}"
