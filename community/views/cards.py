"""Pictures for links to pages of the community. 404 for what a visitor may not see, whoever asks."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.viewer import Viewer
from community import cards
from community.models import Product, Thread
from core.cards import answer


@require_safe
def home(request: HttpRequest, version: str) -> HttpResponse:
    return answer(request, asked=version, newest=cards.home_version(), path=cards.of_home(), draw=cards.draw_home)


@require_safe
def thread(request: HttpRequest, pk: int, version: str) -> HttpResponse:
    found = Thread.objects.visible_to(Viewer()).filter(pk=pk).select_related("product").first()
    if found is None:
        raise Http404
    return answer(
        request,
        asked=version,
        newest=cards.thread_version(found),
        path=cards.of_thread(found),
        draw=lambda: cards.draw_thread(found),
    )


@require_safe
def thread_list(request: HttpRequest, version: str, product: str = "") -> HttpResponse:
    about = Product.objects.filter(slug=product).first() if product else None
    if product and about is None:
        raise Http404
    return answer(
        request,
        asked=version,
        newest=cards.list_version(about),
        path=cards.of_list(about),
        draw=lambda: cards.draw_list(about),
    )
