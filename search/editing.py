"""The forms of what editors teach search, in Wagtail's admin: what they ask, and what they refuse."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from accounts.viewer import Viewer
from search.documents import SOURCES
from search.editorial import LINES_MAX, BadLine, read_lines
from search.engine import Key

PINNED_MAX = 5


class _Form(WagtailAdminModelForm):
    """`tried` is no part of the row: it is what the preview searches for."""

    tried = forms.CharField(
        label=_("Try it with"),
        required=False,
        max_length=200,
        help_text=_("What the preview searches for; when it is empty, the first words from above. It is not kept."),
    )

    def _post_clean(self) -> None:
        super()._post_clean()
        self.instance.tried = self.cleaned_data.get("tried", "")


class SynonymsForm(_Form):
    def clean_words(self) -> str:
        """Refuses a line that says nothing, naming it."""
        text = str(self.cleaned_data["words"])
        try:
            read_lines(text)
        except BadLine as line:
            raise ValidationError(
                _("This line needs two words or more, with commas between them, of at most four words each: %s")
                % str(line)[:80]
            ) from None
        except ValueError:
            raise ValidationError(_("At most %s lines.") % LINES_MAX) from None
        return text


class PinForm(_Form):
    """Takes addresses of this site, and keeps what they lead to."""

    addresses = forms.CharField(
        label=_("What stands first"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Addresses of questions or help articles on this site, one a line, the first one on top. At most 5."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["addresses"].initial = "\n".join(_address(Key(*pair)) for pair in self.instance.found)

    def clean_addresses(self) -> list[Key]:
        """The keys that they lead to, in their order."""
        keys: list[Key] = []
        for line in filter(None, map(str.strip, self.cleaned_data["addresses"].splitlines())):
            path = urlsplit(line).path
            found = next((Key(kind, pk) for kind, source in SOURCES.items() if (pk := source.at(path))), None)
            if found is None:
                raise ValidationError(_("This leads to no public question or help article: %s") % line[:120])
            keys.append(found)
        if len(keys) > PINNED_MAX:
            raise ValidationError(_("At most %s addresses.") % PINNED_MAX)
        return list(dict.fromkeys(keys))

    def _post_clean(self) -> None:
        super()._post_clean()
        if isinstance(keys := self.cleaned_data.get("addresses"), list):
            self.instance.found = [list(key) for key in keys]


def _address(key: Key) -> str:
    """Where it is now; "" for what is no longer there for everybody."""
    source = SOURCES.get(key.kind)
    shown = source.shown([key.object_id], Viewer()).get(key.object_id) if source else None
    return shown.url if shown else ""
