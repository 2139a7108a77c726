"""What editors find in Wagtail's admin to teach search."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from search.models import Pin, Synonyms


class SynonymsViews(SnippetViewSet):
    model = Synonyms
    icon = "tag"
    list_display: ClassVar[list[str]] = ["__str__", "lang", "note", "changed_at"]
    list_filter: ClassVar[list[str]] = ["lang"]
    copy_view_enabled = False


class PinViews(SnippetViewSet):
    model = Pin
    icon = "pin"
    list_display: ClassVar[list[str]] = ["__str__", "lang", "note", "changed_at"]
    list_filter: ClassVar[list[str]] = ["lang"]
    copy_view_enabled = False


class SearchViews(SnippetViewSetGroup):
    items = (SynonymsViews, PinViews)
    menu_label = _("Synonyms and pins")
    menu_icon = "search"
    menu_order = 300


register_snippet(SearchViews)
