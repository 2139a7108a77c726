"""`manage.py import_threads`: what a file of exported threads becomes, and what it leaves alone."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import Member
from accounts.viewer import Viewer
from community.actions.importing import Origin, import_batch
from community.imports import read_line, read_thread, to_markdown
from community.models import Acceptance, Post, Product, Standing, State, Thread, Topic
from core.errors import Refused
from core.text import render_markdown
from notifications.models import Notification

pytestmark = pytest.mark.django_db


def answer(key: int, author: str = "helper", **more: Any) -> dict[str, Any]:
    return {
        "id": key, "created": "2024-02-01 10:00:00 +0000", "author": author, "html": f"<p>Answer {key}.</p>",
        "helpful": 0, "unhelpful": 0, "spam": False, **more,
    }  # fmt: skip


def thread(key: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": key, "created": "2024-01-31 09:30:00 +0000", "locale": "en-US", "product": "thunderbird",
        "topic": "calendar", "tags": [], "title": f"Question {key}", "html": "<p>It <b>fails</b> &amp; stops.</p>",
        "author": "asker", "solution": None, "solved": False, "me_too": 0, "locked": False, "spam": False,
        "answers": [], **more,
    }  # fmt: skip


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*lines: Any, packed: bool = False, **options: Any) -> dict[str, Any]:
        path = tmp_path / ("threads.jsonl.gz" if packed else "threads.jsonl")
        text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines).encode()
        path.write_bytes(gzip.compress(text) if packed else text)
        call_command("import_threads", str(path), json=True, rejects=tmp_path / "rejects.jsonl", **options)
        summary: dict[str, Any] = json.loads(capsys.readouterr().out)
        return summary

    return run


def test_a_thread_keeps_dates_authors_accepted_answer_and_totals(run):
    summary = run(thread(me_too=4, solution=8, solved=True, answers=[answer(7), answer(8, helpful=3)]), packed=True)

    assert (summary["threads"], summary["posts"], summary["members"], summary["acceptances"]) == (1, 3, 2, 1)
    row = Thread.objects.get()
    assert row.state == State.SOLVED
    assert row.created_at.isoformat() == "2024-01-31T09:30:00+00:00"
    assert (row.answer_count, row.me_toos, row.me_too_count) == (2, 4, 0)
    assert (row.product.name, row.topic.name) == ("Thunderbird", "Calendar")
    assert row.posts.get(is_opening=True).html == "<p>It <strong>fails</strong> &amp; stops.</p>"
    accepted = Acceptance.objects.get()
    assert accepted.imported and accepted.post.helpfuls == 3 and accepted.post.helpful_count == 0
    helper = Member.objects.get(external_id="helper")
    assert helper.user is None
    assert Standing.objects.values_list("answers", "accepted", "helpful").get(member=helper) == (2, 1, 3)
    assert not Notification.objects.exists()


def test_running_it_again_changes_nothing(run):
    lines = [thread(1, answers=[answer(5)]), thread(2)]
    run(*lines)
    before = [list(model.objects.order_by("pk").values()) for model in (Thread, Post, Member, Standing, Topic, Product)]

    summary = run(*lines)

    assert (summary["threads"], summary["known"]) == (0, 2)
    assert before == [
        list(model.objects.order_by("pk").values()) for model in (Thread, Post, Member, Standing, Topic, Product)
    ]


def test_it_goes_on_after_an_interruption(run):
    run(thread(1))
    summary = run(thread(1), thread(2), thread(3))
    assert (summary["threads"], summary["known"]) == (2, 1)
    assert Thread.objects.count() == 3


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{broken", "not JSON"),
        ("[1]", "not a JSON object"),
        ("[" * 100_000, "not JSON"),
        ({"id": 9}, "author: missing"),
        (thread(2, author=""), "no author"),
        (thread(2, author=7), "author: not text"),
        (thread(None), "no usable id"),
        (thread(2, created="yesterday"), "not a time"),
        (thread(2, created="2999-01-01 00:00:00 +0000"), "outside of 1990 to today"),
        (thread(2, solution=77), "no answer has the id 77"),
        (thread(2, me_too=-1), "not a count"),
        (thread(2, me_too=2**40), "not a count"),
        (thread(2, answers="many"), "answers: not a list"),
        (thread(2, answers=[answer(5, html=None)]), "html: missing"),
        (thread(2, product=" "), "product: empty"),
        ('{"id": 2, "author": "a\\ud800", "created": "2024-01-01", "html": ""}', "surrogate"),
    ],
)
def test_a_broken_line_is_reported_with_number_and_reason(run, tmp_path, line, reason):
    summary = run(thread(1), line, thread(3))

    assert (summary["threads"], summary["rejected"]) == (2, 1)
    reject = json.loads((tmp_path / "rejects.jsonl").read_text())
    assert reject["line"] == 2
    assert reason in reject["reason"]


def test_a_line_that_is_not_utf8_and_a_cut_archive_leave_no_traceback(run, tmp_path):
    path = tmp_path / "odd.jsonl"
    path.write_bytes(b'{"id": "\xff"}\n' + json.dumps(thread(1)).encode())
    call_command("import_threads", str(path), rejects=tmp_path / "r.jsonl")
    assert "not UTF-8" in (tmp_path / "r.jsonl").read_text()
    assert Thread.objects.count() == 1

    packed = gzip.compress(b"".join(json.dumps(thread(key)).encode() + b"\n" for key in range(2, 400)), mtime=0)
    (tmp_path / "cut.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(CommandError, match="run it again"):
        call_command("import_threads", str(tmp_path / "cut.gz"), rejects=tmp_path / "r.jsonl")
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_threads", str(tmp_path / "missing.gz"))


def test_spam_arrives_removed_and_locked_threads_locked(run, customer, moderator):
    run(
        thread(1, spam=True), thread(2, locked=True, answers=[answer(5, spam=True), answer(6)]),
    )  # fmt: skip
    spam, locked = Thread.objects.order_by("external_id")
    assert not Thread.objects.visible_to(customer).filter(pk=spam.pk).exists()
    assert Thread.objects.visible_to(moderator).filter(pk=spam.pk).exists()
    assert locked.is_closed and locked.answer_count == 1
    assert Post.objects.visible_to(customer).filter(thread=locked, is_opening=False).count() == 1
    assert Standing.objects.get(member__external_id="asker").threads == 1


def test_an_accepted_answer_that_is_spam_solves_nothing(run):
    run(thread(1, solution=5, solved=True, answers=[answer(5, spam=True)]))
    assert Thread.objects.get().state == State.OPEN
    assert not Acceptance.objects.exists()


def test_old_threads_without_acceptance_are_closed_and_none_has_a_promise(run):
    run(thread(1), thread(2, answers=[answer(5)]), thread(3, answers=[answer(6, author="asker")]))
    assert list(Thread.objects.order_by("external_id").values_list("state", "promised_at")) == [
        (State.OPEN, None),
        (State.UNCONFIRMED, None),
        (State.OPEN, None),
    ]


def test_odd_content_is_kept_readable(run):
    run(
        thread(1, title="  ", html="<p>No title here</p>"),
        thread(2, title="x" * 500, topic=None),
        thread(3, html="", answers=[answer(5), answer(5, author="other")]),
        thread(4, html="a\x00b\x07c <script>alert(1)</script><p onclick=x>d"),
    )
    one, two, three, four = Thread.objects.order_by("external_id")
    assert one.title == "No title here"
    assert len(two.title) == 200 and two.topic is None
    assert three.posts.get(is_opening=True).body == "Question 3" and three.answer_count == 1
    html = four.posts.get().html
    assert "script" not in html and "onclick" not in html and "\x00" not in html


def test_the_same_keys_from_another_source_are_other_threads(run):
    run(thread(1))
    run(thread(1), source="elsewhere", licence="CC BY-SA 4.0", url="https://help.example/q/{id}")
    assert Thread.objects.count() == 2 and Member.objects.count() == 2
    other = Thread.objects.get(source="elsewhere")
    assert (other.licence, other.source_url) == ("CC BY-SA 4.0", "https://help.example/q/1")


def test_only_the_system_imports(customer, now):
    rows = [read_thread(read_line(json.dumps(thread())), now=now)]
    with pytest.raises(Refused):
        import_batch(threads=rows, origin=Origin("x"), by=customer, now=now)
    assert import_batch(threads=rows, origin=Origin("x"), by=Viewer.system(), now=now).threads == 1


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>a_b * c &lt;tag&gt; 3.5 [x]</p>", "<p>a_b * c &lt;tag&gt; 3.5 [x]</p>"),
        ("<p>see <a href='https://a.example/b_c'>this</a></p>", '<a href="https://a.example/b_c"'),
        ("<p><a href='/en-US/kb/x'>inside</a></p>", "<p>inside</p>"),
        ("<p><img src='https://a.example/x.png' alt='shot'></p>", '<a href="https://a.example/x.png"'),
        ("<pre>a - b = <a href='https://x.example'>https://x.example</a></pre>", "a - b = https://x.example"),
        ("<ul><li>one<li>two</ul>", "<li>one</li>\n<li>two</li>"),
        ("<p>unclosed <b>bold <i>both</p><p>next", "next"),
        (
            "<p># no heading</p><p>1. no list</p><p>- nor here</p>",
            "<p># no heading</p>\n<p>1. no list</p>\n<p>- nor here",
        ),
    ],
)
def test_html_becomes_markdown_that_renders_the_same(html, markdown):
    assert markdown in render_markdown(to_markdown(html))
