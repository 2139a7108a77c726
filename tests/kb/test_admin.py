"""Wagtail's admin, for those who edit the help pages."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from wagtail.models import GroupPagePermission, Locale, Site, Workflow

from kb.actions.demo import make_article
from kb.models import FaqArticle, FaqSection, HelpIndexPage, HomePage

pytestmark = pytest.mark.django_db


def test_the_tree_has_a_root_and_an_index_in_each_language():
    assert {home.locale.language_code for home in HomePage.objects.all()} == {"en", "fr"}
    assert {index.path_on_site for index in HelpIndexPage.objects.all()} == {"/en/help/", "/fr/help/"}
    assert len({index.translation_key for index in HelpIndexPage.objects.all()}) == 1
    assert Site.objects.get().root_page.locale == Locale.objects.get(language_code="en")
    assert all(home.numchild == 1 for home in HomePage.objects.all())
    assert HelpIndexPage.find_problems() == ([], [], [], [], [])


def test_rights_come_from_jobs_alone():
    assert not Group.objects.filter(name__in=["Moderators", "Editors"]).exists()
    assert Workflow.objects.get().name == "Review of help articles"
    rights = {
        (right.group.name, right.permission.codename) for right in GroupPagePermission.objects.select_related("group")
    }
    assert {name for name, _ in rights} == {"moderator", "operator"}
    assert ("moderator", "publish_page") not in rights and ("operator", "publish_page") in rights
    for group in Group.objects.all():
        codenames = set(Permission.objects.filter(group=group).values_list("codename", flat=True))
        if group.name in ("customer", "agent"):
            assert "access_admin" not in codenames
        assert not {name for name in codenames if name.endswith(("_user", "_group"))} - {"view_user"}


@pytest.mark.parametrize("who", ["moderator", "operator"])
def test_editors_reach_what_they_need(request, sign_in, who, article):
    client = sign_in(request.getfixturevalue(who))
    section = FaqSection.objects.get()
    for url in (
        "/cms/", f"/cms/pages/{section.pk}/", f"/cms/pages/{section.pk}/edit/", "/cms/account/", "/cms/images/",
        "/cms/reports/workflow/", f"/cms/pages/{article.pk}/history/", f"/cms/pages/{article.pk}/edit/",
        reverse("wagtailadmin_pages:add", args=["kb", "guide", section.pk]), "/cms/pages/search/?q=data",
    ):  # fmt: skip
        response = client.get(url)
        assert response.status_code == 200, url


@pytest.mark.parametrize("who", ["moderator", "operator"])
@pytest.mark.parametrize(
    "url", ["/cms/users/", "/cms/users/new/", "/cms/groups/", "/cms/sites/", "/cms/workflows/list/"]
)
def test_nobody_widens_rights_in_the_editors_admin(request, sign_in, who, url):
    client = sign_in(request.getfixturevalue(who))
    assert client.get(f"/cms/{url}").status_code in (302, 403, 404)


def test_not_even_a_superuser_makes_people_there(client, make_viewer):
    viewer = make_viewer("Root")
    type(viewer.member.user).objects.filter(pk=viewer.member.user_id).update(is_superuser=True)
    client.force_login(viewer.member.user, backend="accounts.backends.Backend")
    assert client.get("/cms/").status_code == 200
    for url in ("/cms/users/", "/cms/users/new/", "/cms/groups/"):
        assert client.get(url).status_code in (302, 403)


def test_passwords_and_mail_addresses_are_changed_on_the_sites_own_pages(client, sign_in, operator):
    assert client.get("/cms/password_reset/").status_code == 404
    html = sign_in(operator).get("/cms/account/").text
    assert 'name="name_email-email"' not in html and "old_password" not in html


def test_an_article_is_translated_from_the_admin(sign_in, operator, product, now):
    english = make_article(
        section_slug="phones", section_title="Phones", lang="en", title="Turn it off", lead="Hold.", product=product,
        now=now,
    )  # fmt: skip
    french = Locale.objects.get(language_code="fr")
    url = reverse("simple_translation:submit_page_translation", args=[english.pk])
    client = sign_in(operator)
    section = reverse("simple_translation:submit_page_translation", args=[english.get_parent().pk])
    assert client.post(section, {"locales": [french.pk]}).status_code == 302
    assert client.get(url).status_code == 200
    assert client.post(url, {"locales": [french.pk]}).status_code == 302
    made = FaqArticle.objects.get(locale=french)
    assert made.translation_key == english.translation_key and not made.live
    assert made.path_on_site.startswith("/fr/help/")
