"""What pages of this site are called, for links in posts that show nothing but their address."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from accounts.viewer import Viewer
from community.models import Post, Thread
from core.reading import own_links

# What other apps add: paths of this site to their titles, for everybody. At most one query each.
NAMERS: list[Callable[[set[str]], dict[str, str]]] = []
_THREAD = re.compile(r"/[a-z]{2}/community/t/([1-9][0-9]{0,17})(?:-[-\w]*)?/")


def titles_in(posts: Iterable[Post]) -> dict[str, str]:
    """Path to title for the bare links in these posts; only what everybody may see. No query where there are none."""
    paths = {path for post in posts for path in own_links(post.html)}
    if not paths:
        return {}
    keys = {path: int(found[1]) for path in paths if (found := _THREAD.fullmatch(path))}
    titles: dict[str, str] = {}
    if keys:
        threads = Thread.objects.visible_to(Viewer()).filter(pk__in=set(keys.values()))
        named = dict(threads.values_list("pk", "title"))
        titles = {path: named[key] for path, key in keys.items() if key in named}
    rest = paths - set(keys)
    for name in NAMERS if rest else ():
        titles |= name(rest)
    return titles
