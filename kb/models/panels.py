"""What editors read in Wagtail's pages beside the fields."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from wagtail.admin.panels import HelpPanel

from kb.rights import answer_stands


class AnswerGone(HelpPanel):
    """A warning on an article whose answer is no longer accepted, or no longer there."""

    class BoundPanel(HelpPanel.BoundPanel):
        def is_shown(self) -> bool:
            return bool(super().is_shown()) and not answer_stands(self.instance)


class CreditsLink(HelpPanel):
    """Where to say who else is credited: apart from the page, whose fields live on in its revisions."""

    class BoundPanel(HelpPanel.BoundPanel):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.content = format_html(
                '<a href="{}">{}</a>', reverse("kb:credits", args=[self.instance.pk or 0]), _("Say who is credited")
            )

        def is_shown(self) -> bool:
            return bool(super().is_shown()) and self.instance.pk is not None
