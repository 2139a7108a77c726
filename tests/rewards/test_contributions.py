"""A signed statement of contribution: made, verified by anybody, taken back, and gone with its member."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from accounts.actions.erasure import erase
from accounts.actions.export import export
from accounts.models import Member
from core.errors import Refused
from rewards import signing
from rewards.actions.contributing import MOST, state_contribution, take_back_contribution
from rewards.contributions import Verdict, document, verify_code, verify_document
from rewards.models import Contribution

URL = "/en/credits/verify/"
OWN = "/en/credits/contribution/"


@pytest.fixture
def made(accepted, helper, now):
    accepted()
    return state_contribution(by=helper, issuer="Chez nous", now=now)


@pytest.mark.django_db
def test_anybody_sees_what_was_signed_and_nothing_else(made, client, helper):
    text = " ".join(client.get(f"{URL}{made.code}/").content.decode().split())
    assert "This statement is true: it was signed here and stands." in text
    for words in ("Nadia Benali", "Chez nous", "1 of 8, First help", "10 March 2026"):
        assert words in text
    assert helper.member.user.email not in text and reverse("community:member", args=[helper.member_id]) not in text
    assert set(json.loads(made.said)) == {
        "form", "code", "issuer", "issuer_url", "name", "member_since", "stated_on", "accepted_answers",
        "people_helped", "articles", "level", "levels",
    }  # fmt: skip


@pytest.mark.django_db
def test_what_comes_later_does_not_change_what_was_signed(made, accepted, client):
    accepted("Another")
    Member.objects.filter(pk=made.member_id).update(name="Somebody Else")
    assert "Nadia Benali" in client.get(f"{URL}{made.code}/").content.decode()
    assert verify_code(made.code).statement["accepted_answers"] == 1


@pytest.mark.django_db
def test_a_code_is_read_however_it_is_typed(made):
    for typed in (made.code.lower(), made.code.replace("-", " "), f" {made.code.replace('-', '')}\n"):
        assert verify_code(typed).verdict is Verdict.VALID
    for typed in ("", "AAAA-BBBB", "0OI1-AAAA-BBBB", "2222-2222-2222"):
        assert verify_code(typed).verdict is Verdict.UNKNOWN


@pytest.mark.django_db
def test_the_downloaded_document_verifies_and_one_changed_letter_does_not(made, sign_in, helper, client):
    response = sign_in(helper).get(f"{OWN}{made.code}.json")
    assert response["Content-Disposition"].startswith('attachment; filename="contribution-')
    text = response.content.decode()
    assert verify_document(text).verdict is Verdict.VALID
    # Other spaces and another order are the same document.
    assert verify_document(json.dumps(json.loads(text), sort_keys=True)).verdict is Verdict.VALID
    for changed in (
        text.replace('"accepted_answers": 1', '"accepted_answers": 11'),
        text.replace("Nadia", "Nadja"),
        text.replace('"form": 1', '"form": 1, "more": 1'),
    ):
        assert changed != text
        assert verify_document(changed).verdict is Verdict.CHANGED
    client.logout()
    page = client.post(URL, {"document": text.replace("Nadia", "Mallory")})
    assert "This is not what was signed here." in page.content.decode()


@pytest.mark.django_db
def test_a_document_signed_with_a_key_of_ones_own_is_not_believed(made):
    forged = document(made)
    forged["statement"]["accepted_answers"] = 5000
    key = signing.private_key("a secret of their own")
    forged["signature"] = signing.signature_of(signing.written(forged["statement"]), key)
    forged["public_key"] = signing.public_of(key)
    assert verify_document(json.dumps(forged)).verdict is Verdict.CHANGED


@pytest.mark.django_db
def test_a_row_that_was_changed_in_the_database_is_not_believed(made):
    Contribution.objects.update(said=made.said.replace('"articles":0', '"articles":9'))
    assert verify_code(made.code).verdict is Verdict.CHANGED


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"statement": 1}', "[" * 5000, "x" * 100_000, '{"statement"'])
def test_what_is_no_document_is_said_to_be_none(client, text):
    response = client.post(URL, {"document": text})
    assert response.status_code == 200
    assert "This could not be read." in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("odd", ["\\u0000", "\\ud800", "é", "9" * 400])
def test_a_document_with_letters_that_no_database_takes_is_not_believed(made, client, odd):
    text = f'{{"statement": {{"code": "{odd}"}}, "signature": "{odd}", "public_key": "{odd}"}}'
    response = client.post(URL, {"document": text})
    assert response.status_code == 200 and verify_document(text).verdict is Verdict.CHANGED


@pytest.mark.django_db
def test_an_older_statement_is_verified_after_the_secret_changed(made, settings, helper, now):
    settings.SECRET_KEY = "another secret"
    assert verify_code(made.code).verdict is Verdict.VALID
    newer = state_contribution(by=helper, issuer="Chez nous", now=now)
    assert newer.key_id != made.key_id
    assert verify_code(newer.code).verdict is Verdict.VALID


@pytest.mark.django_db
def test_one_that_was_taken_back_says_so_and_says_nothing_else(made, sign_in, helper, client):
    text = sign_in(helper).get(f"{OWN}{made.code}.json").content.decode()
    client.post(f"{OWN}{made.code}/back/")
    assert client.get(f"{OWN}{made.code}.json").status_code == 404
    client.logout()
    for page in (client.get(f"{URL}{made.code}/"), client.post(URL, {"document": text})):
        assert "This statement was taken back." in page.content.decode()
        assert "<dd>Nadia Benali</dd>" not in page.content.decode()


@pytest.mark.django_db
def test_erasing_an_account_takes_all_its_statements_back(made, helper, now):
    text = json.dumps(document(made))
    erase(by=helper, keep_name=True, now=now)
    row = Contribution.objects.get()
    assert (row.said, row.signature) == ("", "")
    assert verify_code(made.code).verdict is Verdict.REVOKED
    assert verify_document(text) == verify_code(made.code)


@pytest.mark.django_db
def test_nobody_downloads_or_takes_back_another_s(made, sign_in, customer, now):
    client = sign_in(customer)
    for ending in ("json", "html"):
        assert client.get(f"{OWN}{made.code}.{ending}").status_code == 404
    assert client.post(f"{OWN}{made.code}/back/").status_code == 404
    assert not take_back_contribution(code=made.code, by=customer, now=now)
    assert verify_code(made.code).verdict is Verdict.VALID


@pytest.mark.django_db
def test_there_is_nothing_to_sign_without_an_accepted_answer(customer, agent, sign_in, now):
    for viewer, code in ((customer, "nothing"), (agent, "team")):
        with pytest.raises(Refused) as refused:
            state_contribution(by=viewer, issuer="Chez nous", now=now)
        assert refused.value.code == code
    response = sign_in(customer).post(OWN)
    assert response.status_code == 403
    assert not Contribution.objects.exists()


@pytest.mark.django_db
def test_there_are_only_so_many_at_once(made, helper, now):
    for _ in range(MOST - 1):
        state_contribution(by=helper, issuer="Chez nous", now=now)
    with pytest.raises(Refused):
        state_contribution(by=helper, issuer="Chez nous", now=now)
    take_back_contribution(code=made.code, by=helper, now=now)
    state_contribution(by=helper, issuer="Chez nous", now=now)


@pytest.mark.django_db
def test_a_name_in_the_document_to_read_is_never_markup(accepted, make_viewer, sign_in, now):
    name = "<b>Bo</b> & co"
    viewer = make_viewer(name)
    accepted("One", by=viewer)
    made = state_contribution(by=viewer, issuer="Chez nous", now=now)
    text = sign_in(viewer).get(f"{OWN}{made.code}.html").content.decode()
    assert "<b>Bo" not in text and "&lt;b&gt;Bo&lt;/b&gt; &amp; co" in text


@pytest.mark.django_db
def test_codes_cannot_be_tried_without_end(client, made):
    for _ in range(30):
        assert client.get(f"{URL}2222-2222-2222/").status_code == 200
    assert client.get(f"{URL}{made.code}/").status_code == 429


@pytest.mark.django_db
def test_the_export_has_what_is_shown_of_a_member(made, helper, now):
    exported = export(by=helper, now=now)["rewards"]
    assert [each["code"] for each in exported["contributions"]] == [made.code]
    assert exported["on_board"] is True
    assert exported["badges"] == []
