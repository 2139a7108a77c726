"""Every mail, in both languages: two parts that say the same, one link to follow, why it came and how to stop it."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.db import transaction

from core.models import Task
from core.tasks import TASKS
from notifications.kinds import KINDS, Mails
from notifications.models import Notification, Silence
from notifications.notify import notify
from tests import mails

pytestmark = pytest.mark.django_db
UNSET = "!unset!"


@pytest.fixture
def nothing_unset(settings):
    """Templates say so where a variable has no value, and the reading of one that is missing is seen."""
    [engine] = settings.TEMPLATES
    settings.TEMPLATES = [engine | {"OPTIONS": engine["OPTIONS"] | {"string_if_invalid": UNSET}}]


def html_of(message):
    [(html, kind)] = message.alternatives
    assert kind == "text/html"
    return html


def test_every_kind_has_an_example_and_a_button_of_its_own():
    shown = {name for name, _message in mails.every_mail("en")}
    assert mails.kinds_on_disk() - {"other"} == shown
    assert {name for name in shown if "/" not in name} == set(KINDS)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_both_parts_say_it_and_lead_to_one_place(nothing_unset, lang, settings):
    for name, message in mails.every_mail(lang):
        html, text = html_of(message), message.body
        assert UNSET not in message.subject + text + html, name
        assert "{{" not in html and "{%" not in html and "{{" not in text, name
        assert f'<html lang="{lang}">' in html and "\n" not in message.subject and message.subject, name
        [button] = map(unescape, re.findall(r'class="fill" href="([^"]+)"', html))
        assert button.startswith(f"{settings.PUBLIC_URL}/") and button in text, name
        greeting = "Bonjour" if lang == "fr" else "Hello"
        assert greeting in text and greeting in html, name
        assert max(map(len, re.sub(r"https?://\S+", "", html).split())) < 200, name


def test_each_mail_differs_from_language_to_language():
    for (name, english), (_same, french) in zip(mails.every_mail("en"), mails.every_mail("fr"), strict=True):
        assert english.subject != french.subject, name
        # What happened, the button and the foot; what people wrote in between is theirs in both.
        for place in (0, 1, -1):
            assert english.body.split("\n\n")[place] != french.body.split("\n\n")[place], name


def test_only_mails_that_can_be_stopped_say_how():
    seen = set()
    for name, message in mails.every_mail("en"):
        header = message.extra_headers.get("List-Unsubscribe", "")
        kind = KINDS.get(name)
        assert bool(header) == bool(kind and kind.mails), name
        if header:
            address = header.strip("<>")
            assert address in message.body and address in html_of(message)
            assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
            # What was signed, without the second in which it was.
            seen.add(address.rsplit("/stop/", 1)[1].split(":")[0])
    # One for each sort: two kinds of a sort share theirs.
    assert len(seen) == len(Mails)


def tell(viewer, now, key, kind="answer_accepted"):
    with transaction.atomic():
        data = {"title": "No data", "asker": "Camille", "verdict": "remove", "what": "answer", "reason": "Rule 4."}
        notify(members=[viewer.member_id], kind=kind, path="community/", key=key, now=now, data=data)
    for task in Task.objects.filter(name="notifications.tasks.send_mails").order_by("pk"):
        TASKS[task.name].run(**task.arguments)


def test_no_line_of_a_french_subject_begins_with_a_colon():
    subjects = [message.subject for _name, message in mails.every_mail("fr")]
    assert any("\xa0:" in subject for subject in subjects)
    assert not [subject for subject in subjects if " :" in subject]


def test_one_press_in_the_mail_program_stops_mails_of_that_sort_alone(helper, now, client):
    tell(helper, now, "a")
    [sent] = mail.outbox
    address = urlsplit(sent.extra_headers["List-Unsubscribe"].strip("<>")).path
    page = client.get(address)
    assert page.status_code == 200 and not Silence.objects.exists() and "csrf" not in page.text
    assert client.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    tell(helper, now, "b")
    assert len(mail.outbox) == 1 and Notification.objects.filter(member_id=helper.member_id).count() == 2
    tell(helper, now, "c", "decision")
    assert len(mail.outbox) == 2
    assert client.post(address, {"on": "1"}).status_code == 200
    tell(helper, now, "d")
    assert mail.outbox[-1].subject == "Your answer was accepted: No data"


def test_a_made_up_link_stops_nothing(client):
    for token in ("x", "WzEsImFuc3dlcnMiXQ:bad:bad"):
        address = f"/en/account/notifications/stop/{token}/"
        assert client.get(address).status_code == 404 and client.post(address).status_code == 404
    assert not Silence.objects.exists()


def test_the_choices_stand_on_the_page_and_are_kept(helper, sign_in, now):
    client = sign_in(helper)
    page = client.get("/en/account/notifications/")
    # Nobody is asked about mails that they cannot get.
    assert page.text.count('name="mails"') == 3 and page.text.count(" checked") == 3
    client.post("/en/account/notifications/mails/", {"mails": ["answers"]})
    assert set(Silence.objects.values_list("mails", flat=True)) == {"followed", "thanks"}
    assert client.get("/en/account/notifications/").text.count(" checked") == 1
    tell(helper, now, "a")
    assert mail.outbox == []
