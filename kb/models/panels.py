"""What editors read in Wagtail's pages beside the fields."""

from __future__ import annotations

from wagtail.admin.panels import HelpPanel

from kb.rights import answer_stands


class AnswerGone(HelpPanel):
    """A warning on an article whose answer is no longer accepted, or no longer there."""

    class BoundPanel(HelpPanel.BoundPanel):
        def is_shown(self) -> bool:
            return bool(super().is_shown()) and not answer_stands(self.instance)
