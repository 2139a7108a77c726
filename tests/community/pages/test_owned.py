"""What one has: said on a page of its own, followed by the first page."""

import pytest

from community.actions.asking import ask
from community.models import MemberProduct, Product
from events.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def fibre(db):
    made = Product.objects.create(slug="fibre", names={"en": "Fibre"}, position=1)
    Product.objects.filter(pk=made.pk).update(path=f"/{made.pk}/")
    return made


def owned_by(viewer):
    return set(MemberProduct.objects.filter(member=viewer.member).values_list("product__slug", flat=True))


def test_the_first_page_is_about_what_one_says(sign_in, customer, helper, product, fibre, now):
    for about, title in ((product, "No data since Monday"), (fibre, "An orange light")):
        ask(by=helper, title=title, details="Since Monday.", product=about, topic=None, lang="en", now=now)
    client = sign_in(customer)
    assert "This list follows what you have." in client.get("/en/").text
    client.post("/en/community/yours/", {"product": [fibre.pk]})
    home = client.get("/en/").text
    asked = home[home.index("People ask now") : home.index("You could help")]
    assert "For your Fibre." in asked and "An orange light" in asked and "No data" not in asked
    client.post("/en/community/yours/", {"product": [fibre.pk, product.pk]})
    assert "For your 20 GB plan and Fibre." in client.get("/en/").text


def test_what_billing_says_stays(sign_in, customer, product, fibre):
    MemberProduct.objects.create(member=customer.member, product=product, source="billing")
    client = sign_in(customer)
    assert client.get("/en/community/yours/").text.count("disabled") == 1
    client.post("/en/community/yours/", {"product": [fibre.pk, "x", 10**30, 0]})
    assert owned_by(customer) == {"plan-20", "fibre"}
    client.post("/en/community/yours/", {})
    assert owned_by(customer) == {"plan-20"}


def test_only_a_change_is_recorded(sign_in, customer, product, fibre):
    client = sign_in(customer)
    for _time in range(2):
        client.post("/en/community/yours/", {"product": [fibre.pk]})
    [event] = Event.objects.filter(verb="member.products")
    assert (event.before, event.after) == ({"products": []}, {"products": [fibre.pk]})


def test_the_first_page_costs_the_same_however_much_one_has(
    sign_in, customer, helper, product, fibre, now, django_assert_max_num_queries
):
    for number in range(12):
        about = (product, fibre)[number % 2]
        ask(by=helper, title=f"Number {number}", details="Since Monday.", product=about, topic=None, lang="en", now=now)
    client = sign_in(customer)
    client.post("/en/community/yours/", {"product": [fibre.pk, product.pk]})
    client.get("/en/")
    with django_assert_max_num_queries(6):
        page = client.get("/en/")
    assert page.text.count('class="row"') == 5 + 3
