"""Fills an installation that is to be measured, and says where to look in it.

python -m bench.fill SIZE      migrates and fills it: the real threads (0), or SIZE generated ones
python -m bench.fill reader    a session of somebody signed in, a thread with answers, a page deep in the past
"""

from __future__ import annotations

import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from bench import generated, site  # noqa: E402
from bench.cpu import reader  # noqa: E402
from community.models import Thread  # noqa: E402
from core.paging import cursor_at  # noqa: E402


def main(words: list[str]) -> None:
    if words == ["reader"]:
        listed = Thread.objects.listed()
        keys = listed.values_list("pk", flat=True).order_by("pk")
        middle = listed.filter(pk__gte=(keys[0] + keys.last()) // 2).order_by("pk")[0]
        read = listed.filter(answer_count__gte=2, lang__startswith="en").latest("created_at")
        print(reader(), read.path_in("en"), f"/en/community/?at={cursor_at(middle.created_at, middle.pk)}")
        return
    size = int(words[0])
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if size:
        generated.fill(size)
        return
    folder = site.data_folder()
    if folder is None:
        sys.exit("No threads to measure with: DATA=folder names the one that holds threads.jsonl.gz.")
    call_command("import_threads", str(folder / "threads.jsonl.gz"), json=True)
    generated.known()


if __name__ == "__main__":
    main(sys.argv[1:])
