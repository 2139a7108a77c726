"""What the body of an article is made of. There is no block for raw HTML."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

INLINE = ["bold", "italic", "link", "code"]
PROSE = [*INLINE, "ul", "ol"]


class Text(blocks.StructBlock):
    """Some paragraphs, under a heading or none."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=120, required=False)
    text = blocks.RichTextBlock(label=_("Text"), features=PROSE)

    class Meta:
        icon = "pilcrow"
        label = _("Text")
        template = "kb/blocks/text.html"


class Steps(blocks.StructBlock):
    """What to do, in order."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=120, required=False)
    hint = blocks.CharBlock(label=_("Hint"), max_length=200, required=False, help_text=_("A word beside the heading."))
    steps = blocks.ListBlock(blocks.RichTextBlock(features=INLINE), label=_("Steps"), min_num=1)

    class Meta:
        icon = "list-ol"
        label = _("Steps")
        template = "kb/blocks/steps.html"


class Picture(blocks.StructBlock):
    """A picture with words for those who do not see it."""

    image = ImageChooserBlock(label=_("Image"))
    alt = blocks.CharBlock(
        label=_("What it shows"), max_length=200, required=False, help_text=_("Empty only when the text says it all.")
    )

    class Meta:
        icon = "image"
        label = _("Image")
        template = "kb/blocks/image.html"


class Body(blocks.StreamBlock):
    """The answer first, then whatever explains it."""

    lead = blocks.RichTextBlock(
        label=_("Answer in short"),
        features=INLINE,
        icon="openquote",
        help_text=_("What readers see first: the whole answer, in three or four lines."),
    )
    text = Text()
    steps = Steps()
    notice = blocks.RichTextBlock(label=_("Notice"), features=INLINE, icon="warning", template="kb/blocks/notice.html")
    image = Picture()
    code = blocks.TextBlock(label=_("Code"), icon="code", template="kb/blocks/code.html")

    class Meta:
        block_counts = {"lead": {"max_num": 1}}
