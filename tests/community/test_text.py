"""What becomes of what people write."""

import time

import pytest

from core.text import plain, render_markdown


def test_a_bare_address_becomes_a_link_without_the_sentence_around_it():
    html = render_markdown("See https://a.example/b_(c)?x=1&y=2. Or (https://d.example/e), said he.")
    assert ">https://a.example/b_(c)?x=1&amp;y=2</a>. Or" in html
    assert '(<a href="https://d.example/e" rel="nofollow ugc noopener">https://d.example/e</a>)' in html


@pytest.mark.parametrize(
    "written", ["`https://a.example`", "```\nhttps://a.example\n```", "<kbd>https://a.example</kbd>"]
)
def test_an_address_in_code_stays_text(written):
    assert "<a " not in render_markdown(written)


def test_a_link_is_not_linked_twice():
    assert render_markdown("[https://a.example](https://a.example) <https://b.example>").count("<a ") == 2


def test_own_pictures_load_late_and_foreign_ones_are_not_fetched():
    html = render_markdown("![mine](/media/posts/a.webp) ![theirs](https://b.example/c.png) ![out](/media/../d)")
    assert html.count("src=") == 1 and 'src="/media/posts/a.webp"' in html and 'loading="lazy"' in html


@pytest.mark.parametrize("unit", ["<", "<a ", "https://", "https://a.)", "https://a" + ")" * 500, "<code>", "</code>"])
def test_no_text_takes_long(unit):
    before = time.process_time()
    render_markdown(unit * (60_000 // len(unit)))
    assert time.process_time() - before < 5


def test_plain_words_keep_their_punctuation_and_their_distance():
    assert plain(render_markdown("Call *us*.\n\n- one\n- two")) == "Call us. one two"


def test_what_stands_in_angle_brackets_and_is_no_element_is_read_as_it_was_written():
    assert render_markdown("Dial <PIN> then **now**.") == "<p>Dial &lt;PIN&gt; then <strong>now</strong>.</p>"
    assert "&lt;your-name onclick=alert(1)&gt;x&lt;/your-name&gt;" in render_markdown(
        "<your-name onclick=alert(1)>x</your-name>"
    )
    assert render_markdown("`<PIN>` and <kbd>OK</kbd>") == "<p><code>&lt;PIN&gt;</code> and <kbd>OK</kbd></p>"
    assert "<" not in render_markdown("a <div onclick=alert(1)>b</div>").replace("<p>", "").replace("</p>", "")
