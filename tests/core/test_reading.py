"""What makes a text easy to read, put in when it is drawn."""

import re
import time

import pytest
from django.test import override_settings
from django.utils import translation

from core.reading import code_block, comfortable, own_links
from core.text import render_markdown


def read(source, **given):
    return comfortable(render_markdown(source), **given)


def fenced(lines):
    return "```\n" + "\n".join(lines) + "\n```"


def test_long_code_is_folded_behind_its_first_line_and_short_code_is_not():
    assert "<details" not in read(fenced(["one"] * 15))
    html = read(fenced([f"line {n}" for n in range(16)]))
    assert "Code, 16 lines" in html and "<code>line 0</code></summary>" in html
    assert html.index("<details") < html.index("line 15") < html.index("</details>")


def test_a_log_is_called_one_in_the_language_of_the_reader():
    source = fenced([f"2026-03-10 10:00:{n:02} ERROR modem" for n in range(62)])
    assert "Log, 62 lines" in read(source)
    with translation.override("fr"):
        assert "Journal, 62 lignes" in read(source)


def test_code_scrolls_by_itself_and_is_reached_by_keyboard():
    assert re.search(r'<pre tabindex="0" role="region" aria-label="Code"><code>x\s*</code></pre>', read(fenced(["x"])))


def test_a_quote_is_folded_when_it_is_long_or_within_another():
    assert "<details" not in read("> short")
    assert "A long quote" in read("> " + "word " * 120)
    html = read("> he said\n>> she said")
    assert html.count("<details") == 1 and html.index("he said") < html.index("<details") < html.index("she said")


def test_a_picture_says_its_size_and_has_a_small_copy_for_small_screens():
    html = read("![a](/media/posts/2026/03/ab-1600x900.webp)")
    assert 'width="1600" height="900"' in html and 'decoding="async"' in html and 'loading="lazy"' in html
    assert "ab-1600x900.small.webp 720w" in html
    assert "srcset" not in read("![a](/media/posts/2026/03/ab-600x900.webp)")


def test_only_the_first_picture_of_a_page_is_not_put_off():
    html = read("![a](/media/posts/a-10x10.webp) ![b](/media/posts/b-10x10.webp)", first=True)
    assert html.count('loading="lazy"') == 1 and html.index("b-10x10") < html.index("lazy") + 200


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("[the guide](https://www.example.org/x)", "the guide <span"),
        # What looks like another host is no reason to leave out the real one.
        ("[bank.example](https://evil.example)", "(evil.example)"),
        ("[notevil.example](https://evil.example)", "(evil.example)"),
        ("[evil.example.org](https://evil.example)", "(evil.example)"),
    ],
)
def test_a_link_says_the_host_it_leads_to(source, said):
    assert said in read(source) and 'rel="nofollow ugc noopener"' in read(source)


@pytest.mark.parametrize(
    "source",
    ["https://example.org/long/address", "[write](mailto:a@example.org)", "[at example.org](https://example.org/)"],
)
def test_a_link_that_says_so_already_is_left_alone(source):
    assert 'class="to"' not in read(source)


@override_settings(PUBLIC_URL="https://here.example")
def test_a_bare_address_of_this_site_is_named_by_its_title():
    source = "See https://here.example/en/community/t/5-x/ and [this](https://here.example/en/community/t/6/)."
    assert own_links(render_markdown(source)) == {"/en/community/t/5-x/"}
    html = read(source, titles={"/en/community/t/5-x/": "No data <abroad>"})
    assert ">No data &lt;abroad&gt;</a>" in html and ">this</a>" in html


def test_what_stands_in_an_attribute_is_never_taken_for_a_tag():
    html = '<p><a title="<pre><blockquote>" href="https://a.example/">x</a></p>'
    assert '<a title="<pre><blockquote>" href="https://a.example/">x <span' in comfortable(html)


def test_code_of_an_article_is_escaped():
    assert "<script>" not in code_block("<script>alert(1)</script>")


@pytest.mark.once
@pytest.mark.parametrize(
    "unit", ["> ", "<a ", "```\n", "[a](https://b.example) ", "<details>", "![a](/media/posts/a-1x1.webp) "]
)
def test_no_text_takes_long(unit):
    html = render_markdown(unit * (60_000 // len(unit)))
    before = time.process_time()
    comfortable(html)
    assert time.process_time() - before < 3
