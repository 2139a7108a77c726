"""`kill -9` at random moments of awarding, settling, paying, expiring and sealing; the books are proved after each.

python -m bench.kills --times 1000        on SQLite and on PostgreSQL; --on sqlite, --seed 7
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from bench.rewards import database


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=1000, help="kills on each database")
    parser.add_argument("--on", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    code = 0
    for kind in options.on:
        print(f"{kind}:", flush=True)
        with database(kind) as environment:
            words = ["-m", "bench.killing", str(options.times), str(options.seed)]
            code |= subprocess.call([sys.executable, *words], env=os.environ | environment)
    return code


if __name__ == "__main__":
    sys.exit(main())
