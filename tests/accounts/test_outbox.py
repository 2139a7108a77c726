"""The demo's mail can be read; outside the demo there is no such page."""

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def outbox(settings, tmp_path):
    settings.DEMO = True
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    with get_connection("django.core.mail.backends.filebased.EmailBackend", file_path=settings.EMAIL_FILE_PATH) as to:
        to.send_messages(
            [
                EmailMessage(
                    "First", "Go to http://localhost/x\n<script>alert(1)</script>", "a@example.org", ["b@example.org"]
                ),
                EmailMessage("Deuxième", "Été", "a@example.org", ["c@example.org"]),
            ]
        )
    (tmp_path / "secret.log").write_text("Subject: no\n\nsecret")
    (settings.EMAIL_FILE_PATH / "other.log").write_text("Subject: no\n\nsecret")
    return settings.EMAIL_FILE_PATH


def test_mails_are_listed_newest_first_and_read_as_text(client, outbox):
    listed = client.get("/en/account/outbox/").content.decode()
    assert listed.index("Deuxième") < listed.index("First") and "b@example.org" in listed
    [name] = [path.stem for path in outbox.glob("2*.log")]
    mail = client.get(f"/en/account/outbox/{name}/0/").content.decode()
    assert '<a href="http://localhost/x"' in mail and "<script>alert" not in mail
    assert "Été" in client.get(f"/en/account/outbox/{name}/1/").content.decode()
    assert client.get(f"/en/account/outbox/{name}/2/").status_code == 404


def test_a_mail_is_drawn_as_its_reader_gets_it_and_can_run_nothing(client, outbox):
    with get_connection("django.core.mail.backends.filebased.EmailBackend", file_path=outbox) as to:
        mail = EmailMultiAlternatives("Drawn", "Plain", "a@example.org", ["d@example.org"])
        mail.attach_alternative("<p style='color:red'>Drawn</p>", "text/html")
        to.send_messages([mail])
    [name] = [path.stem for path in outbox.glob("2*.log") if "Drawn" in path.read_text()]
    assert f"/en/account/outbox/{name}/0/html/" in client.get(f"/en/account/outbox/{name}/0/").text
    drawn = client.get(f"/en/account/outbox/{name}/0/html/")
    assert "<p style='color:red'>Drawn</p>" in drawn.text
    policy = drawn["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'") and "sandbox" in policy and "allow-scripts" not in policy
    [text_only] = [path.stem for path in outbox.glob("2*.log") if path.stem != name]
    assert client.get(f"/en/account/outbox/{text_only}/0/html/").status_code == 404


@pytest.mark.parametrize("name", ["other", "secret", "..%2Fsecret", "20260101-000000-1"])
def test_nothing_else_in_the_folder_is_shown(client, outbox, name):
    assert client.get(f"/en/account/outbox/{name}/0/").status_code == 404


def test_outside_the_demo_there_is_no_outbox(client, outbox, settings):
    [name] = [path.stem for path in outbox.glob("2*.log")]
    settings.DEMO = False
    assert client.get("/en/account/outbox/").status_code == 404
    assert client.get(f"/en/account/outbox/{name}/0/").status_code == 404


def test_an_outbox_without_mails_says_so(client, settings, tmp_path):
    settings.DEMO = True
    settings.EMAIL_FILE_PATH = tmp_path / "none"
    assert "No mail yet" in client.get("/en/account/outbox/").content.decode()
