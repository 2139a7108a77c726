"""What moderators press, and addresses that lead to pages of Wagtail."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.models import Page

from accounts.viewer import Viewer
from community.models import Post
from community.views.common import signed_in
from core import ratelimits
from core.cards import answer
from core.errors import Invalid, Refused
from kb import cards
from kb.actions.crediting import credit, uncredit
from kb.actions.helpfulness import say_helped
from kb.actions.promotion import promote
from kb.models import Article, Credit
from kb.permissions import check_may_edit_help
from kb.queries import is_translation


def _viewer(request: HttpRequest) -> Viewer:
    return cast(Viewer, request.viewer)  # type: ignore[attr-defined]


@require_POST
def promote_answer(request: HttpRequest, post_id: int) -> HttpResponse:
    """Make a draft of an accepted answer, submit it, and go back to the answer."""
    post = get_object_or_404(Post.objects.visible_to(_viewer(request)).select_related("thread"), pk=post_id)
    promote(answer=post, by=_viewer(request), now=timezone.now())
    messages.success(
        request, _("The answer is now a draft in the help pages. Somebody else reviews it before it shows.")
    )
    return redirect(post.get_absolute_url())


@require_safe
def article(request: HttpRequest, page_id: int) -> HttpResponse:
    """A lasting address for an article: leads to it in the reader's language where there is a translation."""
    page = get_object_or_404(Article.objects.shown(), pk=page_id)
    same = Article.objects.shown().filter(
        translation_key=page.translation_key, locale__language_code=get_language() or "en"
    )
    path = (same.first() or page).path_on_site
    if not path:
        raise Http404
    return redirect(path)


@require_POST
def helped(request: HttpRequest, page_id: int) -> HttpResponse:
    """A yes or a no to "Did this help?"; thanks in place, or on the page again where no script runs."""
    said = request.POST.get("helped")
    if said not in ("yes", "no"):
        return HttpResponseBadRequest()
    page = get_object_or_404(Article.objects.shown().select_related("product"), pk=page_id)
    ratelimits.check(request, "helped")
    counted = say_helped(article=page, helped=said == "yes", by=_viewer(request), now=timezone.now())
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "kb/parts/helped.html", {"page": page, "said": said, "helpfulness": counted})
    return redirect(f"{page.path_on_site}?helped={said}#helped")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def credits(request: HttpRequest, page_id: int) -> HttpResponse:
    """Who wrote an article with its author, or translated it: said before it is first published."""
    viewer, now = _viewer(request), timezone.now()
    check_may_edit_help(viewer, now)
    page = get_object_or_404(Article.objects.all(), pk=page_id)
    name, role, errors = "", "", {}
    if request.method == "POST":
        name, role = request.POST.get("member", ""), request.POST.get("role", "")
        gone = request.POST.get("remove", "")
        try:
            if gone:
                listed = get_object_or_404(
                    Credit, article=page, member_id=gone if gone.isascii() and gone.isdigit() else 0
                )
                uncredit(article=page, member=listed.member, by=viewer, now=now)
            else:
                credit(article=page, name=name, role=role, by=viewer, now=now)
        except Invalid as invalid:
            errors = invalid.errors
        else:
            messages.success(request, _("Kept."))
            return redirect("kb:credits", page_id)
    context = {
        "page": page,
        "origin": page.origin,
        "credits": page.credits.select_related("member").order_by("role", "pk"),
        "roles": Credit.Role.choices if is_translation(page) else [Credit.Role.choices[0]],
        "name": name,
        "role": role,
        "errors": errors,
    }
    return render(request, "kb/credits.html", context, status=422 if errors else 200)


@require_safe
def card(request: HttpRequest, page_id: int, version: str) -> HttpResponse:
    """The picture for links to an article: of those that are shown, whoever asks."""
    page = get_object_or_404(Article.objects.shown().select_related("locale"), pk=page_id)
    return answer(
        request,
        asked=version,
        newest=cards.version(page),
        path=cards.of_article(page),
        draw=lambda: cards.draw(page),
    )


@require_safe
def review(request: HttpRequest, page_id: int) -> HttpResponse:
    """Leads to the article in the editors' admin."""
    if not _viewer(request).is_signed_in:
        return redirect_to_login(request.get_full_path())
    check_may_edit_help(_viewer(request), timezone.now())
    page = get_object_or_404(Page, pk=page_id)
    return redirect("wagtailadmin_pages:edit", page.pk)


@require_safe
def cms_sign_in(request: HttpRequest) -> HttpResponse:
    """Where the editors' admin sends whoever may not enter: to the site's one sign-in, or a refusal."""
    if _viewer(request).is_signed_in:
        if request.user.has_perm("wagtailadmin.access_admin"):
            return redirect("wagtailadmin_home")
        raise Refused(_("This part is for those who edit the help pages."), code="not_editor")
    wanted = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        wanted = reverse("wagtailadmin_home")
    return redirect_to_login(wanted)
