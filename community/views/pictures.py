"""Pictures in posts, for whoever may read a post that shows them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from accounts.viewer import Viewer, viewer_of
from community.models import Image
from core.media import media
from core.reading import large_name

# A post may be removed tomorrow: caches between keep its pictures no longer than this (seconds).
KEPT = 3600


@require_safe
def picture(request: HttpRequest, path: str) -> HttpResponse:
    """A picture that its member sent: 404 where none of their posts shows it to this reader (any more).

    Its member and the team see it always: it stands in a text that is being written, or in what was removed. Its
    small copy goes with it.
    """
    image = Image.objects.filter(file=large_name(f"posts/{path}")).first()
    if image is None:
        raise Http404
    if image.posts().visible_to(Viewer()).exists():
        response = media(request, f"posts/{path}")
        del response["Cache-Control"]
        patch_cache_control(response, public=True, max_age=KEPT)
        return response
    viewer = viewer_of(request)
    always = viewer.is_team or viewer.is_member(image.member_id)
    if not always and not image.posts().visible_to(viewer).exists():
        raise Http404
    response = media(request, f"posts/{path}")
    response["Cache-Control"] = "private, no-store"
    return response
