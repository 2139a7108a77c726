"""The parts that the supervisor runs: `python -m config.parts web`, `worker` or `indexer`.

Each ends with the supervisor, even one killed with -9, and says in one line why it cannot start.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import Any

from core.processes import die_with_parent, keep_what_is_loaded


def web() -> None:
    """The pages."""
    import django.core.wsgi

    application = django.core.wsgi.get_wsgi_application()
    keep_what_is_loaded()
    serve(application)


def serve(application: Any) -> None:
    """Gunicorn with one process and several threads: the cache in memory and SQLite like one process best."""
    from django.conf import settings
    from gunicorn.app.base import BaseApplication

    class Web(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            options: dict[str, Any] = {
                "bind": f"{settings.ENV.host}:{settings.ENV.port}",
                "workers": 1,
                "worker_class": "gthread",
                "threads": 8,
                "timeout": 60,
                "graceful_timeout": 1,
                "keepalive": 5,
                "preload_app": True,
                "control_socket_disable": True,
                "worker_tmp_dir": str(settings.DATA / "tmp"),
                "loglevel": "warning",
                "when_ready": _say_ready,
            }
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            return application

    Web().run()


def worker() -> None:
    """Background tasks and periodic jobs."""
    _command("core", "worker")


def indexer() -> None:
    """The one writer of the search index."""
    _command("search", "writer")


def main() -> None:
    part = sys.argv[1]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["ENTRAIDE_PART"] = part
    # Before Django is loaded, which takes seconds: in these too the supervisor may be killed. The worker ties what
    # it forks by itself.
    die_with_parent(int(os.environ.get("ENTRAIDE_SUPERVISOR", 0)), children_too=part != "worker")
    code = 0
    # While it is loaded there is nothing to find.
    gc.disable()
    try:
        {"web": web, "worker": worker, "indexer": indexer}[part]()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except Exception as error:
        said = " ".join(str(error).split()) or "no reason given"
        print(f"Entraide's {part} stopped: {type(error).__name__}: {said}", file=sys.stderr)
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    # Everything is closed by now; taking a large program apart object by object would cost a second.
    os._exit(code)


def _command(*words: str) -> None:
    import django
    from django.core.management import call_command

    django.setup()
    keep_what_is_loaded()
    call_command(*words)


def _say_ready(server: Any) -> None:
    from django.conf import settings

    print(f"Ready: {settings.PUBLIC_URL}", flush=True)


if __name__ == "__main__":
    main()
