"""Fields of Django's forms in the product's own markup."""

from __future__ import annotations

from typing import Any

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput, RadioSelect
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def is_box(field: BoundField) -> bool:
    """Whether a field is one tick box, whose label stands after it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def is_radios(field: BoundField) -> bool:
    return isinstance(field.field.widget, RadioSelect)


@register.filter
def control(field: BoundField) -> SafeString:
    """The control of a field, tied to its hint and its error; no placeholder, which would repeat the label."""
    described = []
    if field.help_text:
        described.append(f"{field.auto_id}_hint")
    if field.errors:
        described.append(f"{field.auto_id}_error")
    attrs: dict[str, Any] = {"placeholder": False, "aria-describedby": " ".join(described) or False}
    if not is_box(field):
        attrs["class"] = "control"
    return field.as_widget(attrs=attrs)


@register.filter
def first_field(form: BaseForm) -> str:
    """The id of the first field that is seen: where an error of the whole form leads."""
    return next((field.auto_id for field in form.visible_fields()), "main")


@register.filter
def error_count(form: BaseForm) -> int:
    """How many things there are to correct."""
    return sum(len(errors) for errors in form.errors.values())
