"""Statements of a tax year and of a payout run: on the page, and as PDF."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from community.actions.acceptance import revoke
from core.brand import Brand
from rewards import printed
from rewards.actions.settling import settle_due
from rewards.months import months_of
from rewards.statements import Group, lines_of, statement_of, year, years_of
from rewards.years import begins, tax_year, tax_year_of
from tests.rewards.test_page import lines as settled_lines

YEAR = (date(2026, 1, 1), date(2026, 12, 31))
TODAY = date(2026, 5, 1)


@pytest.fixture
def a_year(accepted, spend, helper, customer, now):
    """80 settle, 30 are paid, 40 are taken back, 40 wait."""
    accepted("Which plan for Spain")
    lost = accepted("Lost again")
    settle_due(now=now + timedelta(days=15))
    spend(helper, 30_000)
    revoke(thread=lost.thread, by=customer, now=now + timedelta(days=16))
    accepted("Still pending", at=now + timedelta(days=20))
    return helper


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


@pytest.mark.django_db
def test_opening_balance_changes_and_closing_balance_add_up(a_year):
    made = statement_of(a_year.member_id, *YEAR, TODAY)
    assert [(each.group, each.count, each.amount) for each in made.groups] == [
        (Group.EARNED, 2, 80_000),
        (Group.TAKEN_BACK, 1, -40_000),
        (Group.PAID, 1, -30_000),
    ]
    assert (made.opening, made.closing, made.pending) == (0, 10_000, 40_000)
    later = statement_of(a_year.member_id, date(2027, 1, 1), date(2027, 12, 31), date(2027, 5, 1))
    assert (later.opening, later.closing, later.groups) == (10_000, 10_000, ())
    before = statement_of(a_year.member_id, date(2025, 1, 1), date(2025, 12, 31), TODAY)
    assert (before.opening, before.closing, before.pending) == (0, 0, 0)


@pytest.mark.django_db
def test_each_line_stands_in_one_group_with_its_question(a_year):
    made = statement_of(a_year.member_id, *YEAR, TODAY)
    found = [line for each in made.groups for line in lines_of(a_year, made, each.group)]
    assert len(found) == made.count == 4
    assert sum(line.amount for line in found) == made.closing - made.opening
    assert {line.title for line in found} >= {"Which plan for Spain", "Lost again"}


@pytest.mark.django_db
def test_nobody_reads_the_lines_of_another(a_year, customer):
    made = statement_of(a_year.member_id, *YEAR, TODAY)
    with pytest.raises(ValueError, match="member alone"):
        next(lines_of(customer, made, Group.EARNED))


@pytest.mark.django_db
def test_a_statement_takes_as_many_queries_for_many_lines_as_for_few(helper, now):
    settled_lines(helper, 3, now)
    with CaptureQueriesContext(connection) as few:
        list(lines_of(helper, statement_of(helper.member_id, *YEAR, TODAY), Group.EARNED))
    settled_lines(helper, 300, now)
    with CaptureQueriesContext(connection) as many:
        found = list(lines_of(helper, statement_of(helper.member_id, *YEAR, TODAY), Group.EARNED))
    assert len(found) == 303
    assert len(many) <= len(few)


@pytest.mark.django_db
@pytest.mark.parametrize(("lang", "words"), [("en", "Accepted answer: Which plan"), ("fr", "Réponse acceptée : Which")])
def test_the_pdf_has_its_words_as_text_in_the_language_of_the_page(a_year, sign_in, lang, words):
    response = sign_in(a_year).get(f"/{lang}/credits/years/2026.pdf")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'attachment; filename="credits-year-2026-{lang}.pdf"'
    assert "no-store" in response["Cache-Control"]
    reader = PdfReader(io.BytesIO(response.content))
    assert reader.trailer["/Root"]["/Lang"] == lang
    assert "2026" in reader.metadata.title
    text = text_of(response.content)
    assert "Nadia Benali" in text and words in text
    assert ("Page 1 of 1" if lang == "en" else "Page 1 sur 1") in text


@pytest.mark.django_db
def test_the_pdf_shows_balances_groups_and_lines_that_add_up(a_year):
    made = statement_of(a_year.member_id, *YEAR, date(2027, 1, 1))
    text = text_of(printed.year_pdf(a_year, made, tax_year(2026, (1, 1)), Brand(name="Chez nous")))
    for words in (
        "Chez nous", "On 1 January 2026, before anything else 0", "Earned and settled +80", "Taken back −40",
        "Paid out −30", "At the end of 31 December 2026 10", "Pending: not settled yet 40",
    ):  # fmt: skip
        assert words in text


@pytest.mark.django_db
def test_the_same_lines_make_the_same_pdf_whenever_it_is_made(a_year):
    made = [
        printed.year_pdf(a_year, statement_of(a_year.member_id, *YEAR, day), tax_year(2026, (1, 1)), Brand())
        for day in (date(2027, 1, 1), date(2028, 6, 1))
    ]
    assert made[0] == made[1]


@pytest.mark.django_db
def test_a_title_that_the_letters_cannot_draw_is_named_and_not_left_blank(accepted, helper, now):
    accepted("データ通信ができない")
    settle_due(now=now + timedelta(days=15))
    made = statement_of(helper.member_id, *YEAR, TODAY)
    assert "a question in another script" in text_of(printed.year_pdf(helper, made, tax_year(2026, (1, 1)), Brand()))


@pytest.mark.django_db
def test_many_lines_go_over_pages_with_their_numbers_and_heads(helper, now):
    settled_lines(helper, 120, now)
    made = statement_of(helper.member_id, *YEAR, TODAY)
    pages = PdfReader(io.BytesIO(printed.year_pdf(helper, made, tax_year(2026, (1, 1)), Brand()))).pages
    assert len(pages) >= 3
    last = " ".join(pages[-1].extract_text().split())
    assert f"Page {len(pages)} of {len(pages)}" in last
    assert "For what" in last and "Together +120" in last


@pytest.mark.django_db
def test_the_year_page_shows_what_the_pdf_shows(a_year, sign_in):
    text = " ".join(sign_in(a_year).get("/en/credits/years/2026/").content.decode().split())
    assert "Nothing was paid to you so far." in text
    assert "Which plan for Spain" in text and "−40" in text
    assert '/en/credits/years/2026.pdf"' in text


@pytest.mark.django_db
def test_another_member_and_a_year_to_come_show_nothing_of_it(a_year, sign_in, customer, client):
    assert "Which plan for Spain" not in sign_in(customer).get("/en/credits/years/2026/").content.decode()
    assert text_of(client.get("/en/credits/years/2026.pdf").content).count("Nadia") == 0
    for number in (0, 2099, 99999):
        assert client.get(f"/en/credits/years/{number}/").status_code == 404


@pytest.mark.django_db
def test_months_tell_what_was_earned_taken_back_and_paid(a_year, sign_in):
    months = {str(month.first): month for month in months_of(a_year.member_id, TODAY)}
    assert len(months) == 12
    march = months["2026-03-01"]
    assert (march.earned, march.taken_back, march.paid) == (80_000, 40_000, 30_000)
    text = sign_in(a_year).get("/en/credits/years/").content.decode()
    assert "Credits by month" in text and "<svg" in text
    assert "/en/credits/years/2026/" in text


@pytest.mark.django_db
def test_the_years_go_back_to_the_first_line(a_year):
    assert [each.number for each in years_of(a_year.member_id, date(2028, 2, 1))] == [2028, 2027, 2026]


@pytest.mark.django_db
def test_the_year_begins_when_the_settings_say(settings):
    settings.ENTRAIDE = {**settings.ENTRAIDE, "TAX_YEAR_BEGINS": "04-06"}
    found = year(2025)
    assert found and (str(found.first), str(found.last), found.label) == ("2025-04-06", "2026-04-05", "2025–2026")


@pytest.mark.once
def test_a_day_belongs_to_the_tax_year_that_began_before_it():
    assert tax_year_of(date(2026, 4, 5), (4, 6)).number == 2025
    assert tax_year_of(date(2026, 4, 6), (4, 6)).number == 2026
    assert begins("04-06") == (4, 6)
    with pytest.raises(ValueError):
        begins("02-29")
