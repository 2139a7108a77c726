"""What everybody may read of a member, and which products one has."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Member
from accounts.viewer import viewer_of
from community.actions.owning import NOT_ONES_OWN, own_products
from community.models import MemberProduct, Product
from community.queries import lists, threads
from community.views.common import now, signed_in


@require_safe
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, since when, how many answers were accepted, and what they wrote lately; nothing of an erased one."""
    found = Member.objects.select_related("standing").filter(pk=pk, erased_at=None).first()
    if found is None:
        raise Http404
    standing = getattr(found, "standing", None)
    context = {"person": found, "standing": standing, "posts": threads.latest_posts(found.pk)}
    return render(request, "community/member.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def owned(request: HttpRequest) -> HttpResponse:
    """Which products one has: the first page and the lists follow it."""
    viewer = viewer_of(request)
    if request.method == "POST":
        keys = [int(key) for key in request.POST.getlist("product") if key.isascii() and key.isdigit()]
        own_products(by=viewer, products=[key for key in keys if key < 2**63], now=now())
        messages.success(request, _("The first page is about these now."))
        return redirect("home")
    sources = dict(MemberProduct.objects.filter(member=viewer.member).values_list("product_id", "source"))
    tree = lists.Tree.read(viewer)
    rows = [
        {
            "product": product,
            "above": _above(tree, product),
            "owned": product.pk in sources,
            "fixed": sources.get(product.pk) == NOT_ONES_OWN,
        }
        for product in tree.products
    ]
    return render(request, "community/owned.html", {"rows": rows})


def _above(tree: lists.Tree, product: Product) -> str:
    return ", ".join(above.name for above in tree.ancestors(product))
