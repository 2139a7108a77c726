"""An answer's HTML as blocks: nothing lost, nothing that could run."""

import pytest

from core.text import render_markdown
from kb.conversion import blocks_of


@pytest.mark.parametrize(
    ("source", "blocks"),
    [
        ("Short.", [("lead", "<p>Short.</p>")]),
        ("# Title", [("text", {"heading": "", "text": "<p>Title</p>"})]),
        ("- one\n- two", [("text", {"heading": "", "text": "<ul><li>one</li><li>two</li></ul>"})]),
        ("```\nset <x>\n```", [("code", "set <x>")]),
        ("> quoted", [("lead", "<p>quoted</p>")]),
        ("1. a\n   - b\n2. c", [("steps", {"heading": "", "hint": "", "steps": ["a<br>– b", "c"]})]),
        ("", []),
    ],
)
def test_markdown_becomes_blocks(source, blocks):
    assert blocks_of(render_markdown(source)) == blocks


def test_a_long_first_paragraph_is_text(article=None):
    [(kind, _value)] = blocks_of(f"<p>{'word ' * 200}</p>")
    assert kind == "text"


@pytest.mark.parametrize(
    "html",
    [
        '<p onclick="x()">hi<script>alert(1)</script></p>',
        '<p><a href="javascript:alert(1)">hi</a></p>',
        '<ol><li><img src="x" onerror="alert(1)" alt="hi"></li></ol>',
        "<svg><script>alert(1)</script></svg><p>hi</p>",
        '<p><embed embedtype="image" id="1">hi</p>',
        '<p><a linktype="page" id="1">hi</a></p>',
    ],
)
def test_nothing_comes_through_that_could_run_or_point_into_the_tree(html):
    text = repr(blocks_of(html))
    assert "hi" in text
    for bad in ("javascript:", "onclick", "onerror", "<script", "<svg", "linktype", "embedtype", "<embed"):
        assert bad not in text


def test_a_table_and_a_picture_keep_their_words():
    blocks = blocks_of(
        "<p>See.</p><table><tr><th>A</th><td>1</td></tr></table><p><img src='/media/posts/x.png' alt='The menu'></p>"
    )
    text = repr(blocks)
    assert "A · 1" in text and '<a href="/media/posts/x.png">The menu</a>' in text


def test_the_rows_of_a_table_become_a_list_under_its_head():
    rows = "<tr><th>In</th><th>Price</th></tr><tr><td>a text</td><td>free</td></tr><tr><td>a call</td><td>1</td></tr>"
    [_lead, (kind, value)] = blocks_of(f"<p>See.</p><table>{rows}</table>")
    assert kind == "text" and value["text"] == "<p>In · Price</p><ul><li>a text · free</li><li>a call · 1</li></ul>"
