"""The form of a brand in the editors' admin: what it asks, and what it refuses."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel, Panel

from core import colour
from core.brand import PLACES

# The words that stand there while nobody wrote others. Those of the help pages are the help pages' own.
OWN_WORDS = {
    "home_heading": _("What do you need?"),
    "home_lead": _("Say it in your own words."),
    "sign_in_heading": _("Sign in"),
}
LABELS = {
    "home_heading": _("First page: heading"),
    "home_lead": _("First page: the line below the field"),
    "help_heading": _("Help pages: heading"),
    "help_lead": _("Help pages: the lines below it"),
    "sign_in_heading": _("Sign-in: heading"),
    "sign_in_lead": _("Sign-in: the lines below it"),
}
MOST = {"heading": 60, "lead": 200}
LINKS_MOST = 8
_LINK = re.compile(r"(?P<words>\S.*?)\s+(?P<address>(https://|/(?!/))\S+|mailto:\S+@\S+)")


def _fields() -> dict[str, forms.Field]:
    """One field for each of the words and for the links, in each language."""
    made: dict[str, forms.Field] = {}
    for code, _name in settings.LANGUAGES:
        for place in PLACES:
            most = MOST[place.rsplit("_", 1)[1]]
            made[f"{place}_{code}"] = forms.CharField(label=LABELS[place], required=False, max_length=most)
        made[f"legal_{code}"] = forms.CharField(
            label=_("Legal links"),
            required=False,
            max_length=2000,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("One a line: the words, then the address (https://…, or /… for a page of this site)."),
        )
    return made


class BrandForm(WagtailAdminModelForm):
    """Takes `take` (a proposed colour, from a button in the refusal) before what stands in the field."""

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        if data is not None and data.get("take"):
            data = data.copy()
            data["colour"] = data["take"]
        super().__init__(data, *args, **kwargs)
        self.fields["name"].widget.attrs["placeholder"] = settings.WAGTAIL_SITE_NAME
        self.fields["colour"].widget.attrs |= {"placeholder": colour.DEFAULT, "spellcheck": "false"}
        for code, _name in settings.LANGUAGES:
            said = self.instance.welcome.get(code, {})
            with override(code):
                for place in PLACES:
                    field = self.fields[f"{place}_{code}"]
                    field.initial = said.get(place, "")
                    field.widget.attrs |= {"placeholder": str(OWN_WORDS.get(place, "")), "lang": code}
            links = self.instance.legal.get(code, [])
            self.fields[f"legal_{code}"].initial = "\n".join(f"{words} {address}" for words, address in links)

    def clean_colour(self) -> str:
        """The colour, written the one way; refused where somebody could not read it, with the nearest that one can."""
        given = self.cleaned_data["colour"].strip()
        if not given:
            return ""
        try:
            normal = colour.normal(given)
        except ValueError:
            raise ValidationError(_("Write the colour as # and six digits, for example %s.") % colour.DEFAULT) from None
        faults = colour.faults(normal)
        if faults:
            raise ValidationError(refusal(normal, faults), code="contrast")
        return normal

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        for code, _name in settings.LANGUAGES:
            try:
                cleaned[f"legal_{code}"] = _links(cleaned.get(f"legal_{code}", ""))
            except ValidationError as error:
                self.add_error(f"legal_{code}", error)
        return cleaned

    def _post_clean(self) -> None:
        """The row holds the words and links by language, so that a preview has them before they are kept."""
        super()._post_clean()
        cleaned = self.cleaned_data
        self.instance.welcome = {
            code: {place: words for place in PLACES if (words := cleaned.get(f"{place}_{code}", ""))}
            for code, _name in settings.LANGUAGES
        }
        self.instance.legal = {
            code: links
            for code, _name in settings.LANGUAGES
            if isinstance(links := cleaned.get(f"legal_{code}"), list) and links
        }


for _field, _made in _fields().items():
    BrandForm.base_fields[_field] = BrandForm.declared_fields[_field] = _made


def refusal(given: str, faults: list[colour.Fault]) -> str:
    """Why this colour is not taken, with a button for each of the nearest that are."""
    worst = min(fault.ratio for fault in faults)
    said = gettext(
        "Words in {given} could not be read on a light page, nor white words on it: {ratio} to 1, and it takes "
        "{least} to 1. The nearest colours that can be read:"
    )
    near = format_html_join(
        " ",
        '<button type="submit" class="button button-small button-secondary" name="take" value="{}">{}</button>',
        ((other, gettext("Take %s") % other) for other in colour.nearest(given)),
    )
    return format_html(said, given=given, ratio=f"{worst:.1f}", least=colour.TEXT) + format_html(" {}", near)


def _links(given: str) -> list[list[str]]:
    """Words and addresses, one a line. Raises ValidationError for a line that is not so."""
    links = []
    for line in filter(None, (line.strip() for line in given.splitlines())):
        match = _LINK.fullmatch(line)
        if match is None:
            raise ValidationError(_("This line names no address: %s") % line[:80])
        links.append([match["words"][:60], match["address"]])
    if len(links) > LINKS_MOST:
        raise ValidationError(_("At most %s links.") % LINKS_MOST)
    return links


def panels() -> list[Panel]:
    """The brand itself, then the words, a box for each language."""
    return [
        HelpPanel(
            _(
                "Open the preview on the right to see all of it, light beside dark, before it is kept. "
                "Whatever stays empty is as the product has it."
            )
        ),
        FieldPanel("name", help_text=_("In the bar, in titles, in mails.")),
        FieldPanel(
            "colour",
            help_text=_(
                "Its hue and how vivid it is are taken for buttons, links and the heavy line; how light each of them "
                "is stays as it is, so that all can be read. A colour that could not be read itself is refused."
            ),
        ),
        FieldPanel(
            "logo",
            help_text=_("PNG, WebP or JPEG; it is shown at most 34 by 20 pixels. No SVG: it may hold script."),
        ),
        *(
            MultiFieldPanel(
                [*(FieldPanel(f"{place}_{code}") for place in PLACES), FieldPanel(f"legal_{code}")], heading=name
            )
            for code, name in settings.LANGUAGES
        ),
    ]
