"""Products and topics in the admin, for operators: made by the actions, retired instead of deleted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.viewer import viewer_of
from community.actions.products import make_product, make_topic, retire
from community.models import Product, Topic
from core.text import slugify


class NamedForm(forms.ModelForm):  # type: ignore[type-arg]
    """A name for each language of the site, and the address that follows from the first."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, language in settings.LANGUAGES:
            self.fields[f"name_{code}"] = forms.CharField(label=_("Name (%(language)s)") % {"language": language})

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        slug = slugify(self.names().get("en", ""))
        taken = self._meta.model.objects.filter(slug=slug)
        if "product" in self.fields:
            taken = taken.filter(product=given.get("product"))
        if not slug:
            self.add_error("name_en", _("Give it an address of Latin letters and digits."))
        elif taken.exists():
            self.add_error("name_en", _("There is one of that name already."))
        return given

    def names(self) -> dict[str, str]:
        return {code: self.cleaned_data.get(f"name_{code}", "") for code, _language in settings.LANGUAGES}


class Arranged(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rights come from the job, and the actions ask for them again."""

    form = NamedForm
    list_display = ["__str__", "slug", "retired_at"]
    list_display_links = None

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*self.about, *(f"name_{code}" for code, _language in settings.LANGUAGES)]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        # The names are fields of the form and none of the model.
        return super().get_form(request, obj, change, **kwargs | {"fields": self.about})

    about: list[str] = []

    def has_module_permission(self, request: HttpRequest) -> bool:
        return viewer_of(request).is_operator

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return viewer_of(request).is_operator

    def has_add_permission(self, request: HttpRequest) -> bool:
        return viewer_of(request).is_operator

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Product)
class ProductAdmin(Arranged):
    about = ["parent"]
    actions = ["retire"]

    def save_model(self, request: HttpRequest, obj: Product, form: NamedForm, change: bool) -> None:
        names = form.names()
        made = make_product(slug=names["en"], names=names, parent=obj.parent, by=viewer_of(request), now=timezone.now())
        obj.pk = made.pk
        obj.refresh_from_db()

    @admin.action(description=_("Retire: nothing new is asked about it"))
    def retire(self, request: HttpRequest, chosen: QuerySet[Product]) -> None:
        for product in chosen:
            retire(product=product, by=viewer_of(request), now=timezone.now())


@admin.register(Topic)
class TopicAdmin(Arranged):
    about = ["product"]
    list_select_related = ["product"]

    def save_model(self, request: HttpRequest, obj: Topic, form: NamedForm, change: bool) -> None:
        names = form.names()
        made = make_topic(product=obj.product, slug=names["en"], names=names, by=viewer_of(request), now=timezone.now())
        obj.pk = made.pk
        obj.refresh_from_db()
