"""`make bench`: the figures of the main job, on real threads.

    make bench [DATA=folder]          all of them
    make bench-import, bench-cpu, bench-pages, bench-find, bench-start, bench-search, bench-lighthouse
    make bench-lists                  every list at a million threads, after bench-pages
    make bench-rings                  which arranged credits are held, and how many honest ones with them
    make bench-rewards, bench-kills   how fast the ledger books and reads; a thousand processes killed while they book

DATA holds `threads.jsonl.gz`. A table goes to the screen and JSON to `bench/out/`; `docs/figures.md` keeps the
last ones with the command that made them. Nothing here is a test: machines differ, and noisy ones differ from
themselves.
"""

from __future__ import annotations

import os
import subprocess
import sys

from bench import site

PARTS = ("import", "cpu", "pages", "find", "start")
# These bring their own data, and are run by themselves.
OWN = ("search", "lighthouse", "lists", "rings", "rewards", "kills")


def main(wanted: list[str]) -> int:
    if len(wanted) == 1 and wanted[0] in OWN:
        return subprocess.call([sys.executable, "-m", f"bench.{wanted[0]}"])
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        there = ", ".join((*PARTS, *OWN))
        print(f"No such bench: {', '.join(unknown)}. There are: {there}.", file=sys.stderr)
        return 2
    data = site.data_folder()
    if data is None:
        print("No threads to measure with: DATA=folder names the one that holds threads.jsonl.gz.", file=sys.stderr)
        return 2
    os.environ.update(site.environment())
    code = 0
    for name in wanted or PARTS:
        # Each in a process of its own: what one leaves in memory is not the next one's speed.
        code |= subprocess.call([sys.executable, "-m", f"bench.{'importing' if name == 'import' else name}"])
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
