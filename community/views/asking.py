"""The ask form, and what helps to write: preview, pictures, drafts."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.viewer import Viewer, viewer_of
from community.actions import asking, deflecting, drafts, images
from community.forms import Entry
from community.models import Draft, Product, Thread, Topic
from community.queries.lists import Tree
from community.views.common import answered_by, go, keep, kept, now, sign_in, signed_in
from core.errors import Invalid, Refused, TooMany
from core.ratelimits import check, count, look
from core.text import BODY_MAX, clean_block, render_markdown
from core.visitors import same_for_visitors
from search import find
from search.engine import Unavailable

FIELDS = ("kind", "title", "product", "topic", "details", "lang", "token")
# What may be put into a draft, in characters: a post at its longest, and its title.
DRAFT_MAX = BODY_MAX + 2_000


@require_http_methods(["GET", "HEAD", "POST"])
@same_for_visitors
def ask(request: HttpRequest) -> HttpResponse:
    """Ask a question, or post an idea. Whatever is wrong is said beside its field, and what was typed stays."""
    viewer = viewer_of(request)
    if request.method != "POST":
        return _form(request, _started(request, viewer))
    entry = Entry.of(request.POST, FIELDS)
    if request.POST.get("look"):
        return _form(request, entry, suggest=True)
    if not viewer.is_signed_in:
        keep(request, path=request.path, label=entry.values["title"] or _your(entry), entry=entry)
        return sign_in(request, request.path)
    product, topic = _chosen(entry)
    try:
        look(request, "ask")
        thread = asking.ask(
            by=viewer,
            title=entry.values["title"],
            details=entry.values["details"],
            product=product,
            topic=topic,
            lang=entry.values["lang"] or get_language() or "en",
            now=now(),
            token=entry.values["token"],
            shown=request.POST.getlist("shown"),
            kind=entry.values["kind"] or Thread.Kind.QUESTION,
        )
    except (Invalid, Refused, TooMany) as error:
        entry.refuse(error)
        return answered_by(_form(request, entry), error)
    count(request, "ask")
    return go(request, thread.get_absolute_url())


@require_POST
def solved(request: HttpRequest) -> HttpResponse:
    """One of the suggestions solves it: nothing is asked, with thanks, and the reader goes on to what helped."""
    check(request, "vote")
    viewer = viewer_of(request)
    entry = Entry.of(request.POST, FIELDS)
    product, _topic = _chosen(entry)
    try:
        found = deflecting.solved_by(
            helped=request.POST.get("helped", ""),
            shown=request.POST.getlist("shown"),
            product=product,
            lang=get_language() or "en",
            by=viewer,
            now=now(),
            token=entry.values["token"],
        )
    except Invalid as error:
        entry.refuse(error)
        return answered_by(_form(request, entry), error)
    messages.success(
        request, _("Good to know that this solves it. Your question was not posted; you can ask at any time.")
    )
    return go(request, found.url)


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """How a text will look, as a fragment."""
    check(request, "preview")
    source = clean_block(request.POST.get("text", ""))[:BODY_MAX]
    return render(request, "community/parts/preview.html", {"html": render_markdown(source)})


@require_POST
@signed_in
def upload(request: HttpRequest) -> HttpResponse:
    """Take a picture; answers the Markdown that shows it, or 422 with what was wrong in words."""
    check(request, "upload")
    given = request.FILES.get("picture")
    if given is None:
        return JsonResponse({"error": _("Choose a picture first.")}, status=422)
    try:
        image = images.add_image(by=viewer_of(request), upload=given, now=now())
    except Invalid as error:
        return JsonResponse({"error": " ".join(str(words) for words in error.errors.values())}, status=422)
    # Shown by address, so that the text keeps its picture wherever it is rendered.
    return JsonResponse({"markdown": f"![{_('Picture')}]({image.file.url})"})


@require_POST
@signed_in
def draft(request: HttpRequest) -> HttpResponse:
    """Keep what is being written: `key` names the form, the other fields are its text."""
    check(request, "draft")
    data = {name: str(value) for name, value in request.POST.items() if name in (*FIELDS, "body") and name != "token"}
    if sum(len(value) for value in data.values()) > DRAFT_MAX:
        return HttpResponse(status=413)
    try:
        drafts.keep(by=viewer_of(request), key=request.POST.get("key", ""), data=data, now=now())
    except Invalid:
        return HttpResponse(status=422)
    return HttpResponse(status=204)


def _started(request: HttpRequest, viewer: Viewer) -> Entry:
    """What was written before signing in, else the draft, else what came with the address."""
    found = kept(request, request.path)
    if found is None and viewer.is_signed_in:
        saved = Draft.objects.filter(member=viewer.member, key="ask").first()
        found = saved.data if saved else None
    if found:
        return Entry.of(found, FIELDS, kept=True)
    given = {name: request.GET.get(name, "")[:200] for name in ("kind", "title", "product")}
    return Entry.of(given, FIELDS)


def _your(entry: Entry) -> str:
    return _("Your idea") if entry.values["kind"] == Thread.Kind.IDEA else _("Your question")


def _form(request: HttpRequest, entry: Entry, *, suggest: bool = False) -> HttpResponse:
    """The form as it stands; with suggestions for its words where no script fetches them."""
    viewer = viewer_of(request)
    tree = Tree.read(viewer)
    topics = list(
        Topic.objects.filter(retired_at=None, product__retired_at=None)
        .select_related("product")
        .order_by("product", "position", "pk")
    )
    product = entry.values["product"]
    if not product and tree.owned:
        product = str(next(p.pk for p in tree.products if p.pk in tree.owned))
        entry.values["product"] = product
    chosen = next((p for p in tree.products if str(p.pk) == product), None)
    ask_for = ""
    for topic in topics:
        if str(topic.pk) == entry.values["topic"]:
            ask_for = _ask_for(topic)
        topic.is_chosen = str(topic.pk) == entry.values["topic"]  # type: ignore[attr-defined]
        topic.words_for_helpers = _ask_for(topic)  # type: ignore[attr-defined]
    entry.values["lang"] = entry.values["lang"] or get_language() or "en"
    context = {
        "entry": entry,
        "values": entry.values,
        "errors": entry.errors,
        "owned": [p for p in tree.products if p.pk in tree.owned],
        "other_products": [p for p in tree.products if p.pk not in tree.owned],
        "topics": topics,
        "chosen": chosen,
        "ask_for": ask_for,
        "languages": settings.LANGUAGES,
        "own_address": reverse("community:ask"),
        "looked": suggest,
        "is_idea": entry.values["kind"] == Thread.Kind.IDEA,
        "hits": _suggestions(request, entry, chosen) if suggest else [],
    }
    return render(request, "community/ask.html", context)


def _suggestions(request: HttpRequest, entry: Entry, product: Product | None) -> list[find.Hit]:
    check(request, "search")
    try:
        return find.similar(
            title=entry.values["title"][:300],
            body=entry.values["details"][:2_000],
            product=product.pk if product else None,
            viewer=viewer_of(request),
            lang=get_language() or "en",
        )
    except Unavailable:
        return []


def _ask_for(topic: Topic) -> str:
    """What helpers need to know about a topic, in the page's language."""
    if not topic.ask_for:
        return ""
    lang = (get_language() or "en").split("-")[0]
    return str(topic.ask_for.get(lang) or topic.ask_for.get("en") or "")


def _chosen(entry: Entry) -> tuple[Product | None, Topic | None]:
    """The product and topic that were sent; None where there is no such row."""
    product, topic = entry.values["product"], entry.values["topic"]
    return (
        Product.objects.filter(pk=product).first() if _is_key(product) else None,
        Topic.objects.filter(pk=topic).first() if _is_key(topic) else None,
    )


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
