"""Pictures in posts, for whoever may read a post that shows them."""

from __future__ import annotations

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from accounts.viewer import Viewer, viewer_of
from community.models import Image, Post, Revision
from core.media import media

# A post may be removed tomorrow: caches between keep its pictures no longer than this (seconds).
KEPT = 3600


@require_safe
def picture(request: HttpRequest, path: str) -> HttpResponse:
    """A picture that its member sent: 404 where none of their posts shows it to this reader (any more).

    Its member and the team see it always: it stands in a text that is being written, or in what was removed.
    """
    image = Image.objects.filter(file=f"posts/{path}").first()
    if image is None:
        raise Http404
    if _is_shown(image, Viewer()):
        response = media(request, f"posts/{path}")
        del response["Cache-Control"]
        patch_cache_control(response, public=True, max_age=KEPT)
        return response
    viewer = viewer_of(request)
    if not (viewer.is_team or viewer.is_member(image.member_id) or _is_shown(image, viewer)):
        raise Http404
    response = media(request, f"posts/{path}")
    response["Cache-Control"] = "private, no-store"
    return response


def _is_shown(image: Image, viewer: Viewer) -> bool:
    """Whether a post that its member wrote or changed, and that this viewer may read, holds it."""
    member = image.member_id
    changed = Revision.objects.filter(written_by=member).values("post_id")
    posts = Post.objects.visible_to(viewer).filter(Q(author=member) | Q(edited_by=member) | Q(pk__in=changed))
    return posts.filter(html__contains=image.file.url).exists()
