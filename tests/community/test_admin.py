"""An empty site becomes one that people can ask in: products and topics in the administration."""

from __future__ import annotations

import pytest

from community.models import Product, Topic

pytestmark = pytest.mark.django_db


def test_an_operator_makes_a_product_and_a_topic_that_can_be_asked_about(sign_in, operator):
    client = sign_in(operator)
    given = {"parent": "", "name_en": "20 GB plan", "name_fr": "Forfait 20 Go"}
    assert client.post("/admin/community/product/add/", given).status_code == 302
    product = Product.objects.get()
    assert (product.slug, product.names["fr"], product.path) == ("20-gb-plan", "Forfait 20 Go", f"/{product.pk}/")
    again = client.post("/admin/community/product/add/", given)
    assert again.status_code == 200 and "There is one of that name already" in again.content.decode()
    topic = {"product": product.pk, "name_en": "Mobile data", "name_fr": "Internet mobile"}
    assert client.post("/admin/community/topic/add/", topic).status_code == 302
    assert Topic.objects.get().product == product
    asked = {"title": "No data", "details": "None.", "product": product.pk, "lang": "en", "token": "a"}
    assert client.post("/en/community/ask/", asked).status_code == 302


def test_a_retired_product_is_asked_about_no_more(sign_in, operator, product):
    client = sign_in(operator)
    client.post("/admin/community/product/", {"action": "retire", "_selected_action": [product.pk]})
    product.refresh_from_db()
    assert product.retired_at
    assert client.post(f"/admin/community/product/{product.pk}/delete/", {"post": "yes"}).status_code == 403


def test_nobody_else_arranges_products(sign_in, moderator, agent, customer):
    for viewer in (moderator, agent, customer):
        given = {"parent": "", "name_en": "Mine", "name_fr": "Le mien"}
        assert sign_in(viewer).post("/admin/community/product/add/", given).status_code in (302, 403)
    assert not Product.objects.exists()
