"""What the product's processes share: that they end with the one that started them, and how they begin."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
import threading
import time

_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>


def die_with_parent(parent: int = 0, *, children_too: bool = False) -> None:
    """End this process when its parent ends; with `children_too`, so do those that it forks, and theirs.

    `parent` is its process id where it is known: one that ended before this was called is seen by that alone. The
    kernel sees to it on Linux; elsewhere a thread looks every second whether the parent is still there.
    """
    _tie_to(parent or os.getppid(), signal.SIGTERM)
    if children_too:
        os.register_at_fork(after_in_child=_tie_child)


def keep_what_is_loaded() -> None:
    """Have no search for garbage go through the program itself: nothing of it ever is, and it is most of what there is.

    To be called once all is loaded, with the search turned off until then; and before a server forks, so that its
    processes share these pages with their parent.
    """
    gc.freeze()
    gc.enable()
    gc.set_threshold(10_000, 10, 10)


def _tie_child() -> None:
    # A forked worker may be deep in a task and may ignore SIGTERM: what it did not finish is run again.
    _tie_to(os.getppid(), signal.SIGKILL)


def _tie_to(parent: int, kind: signal.Signals) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_SET_PARENT_DEATH_SIGNAL, int(kind), 0, 0, 0)
        if os.getppid() != parent:  # it ended in between
            os.kill(os.getpid(), kind)
    else:
        threading.Thread(target=_watch, args=(parent, kind), daemon=True).start()


def _watch(parent: int, kind: signal.Signals) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), kind)
