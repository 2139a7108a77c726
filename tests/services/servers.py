"""PostgreSQL and Redis for the tests: started on free ports, in a folder of their own, and stopped afterwards."""

from __future__ import annotations

import contextlib
import os
import pwd
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.services import npm
from tests.services.npm import Missing


def caches() -> Path:
    """Where what is fetched is kept by version, outside the checkout."""
    if given := os.environ.get("XDG_CACHE_HOME"):
        return Path(given) / "entraide"
    # Root's own folder is closed to the users whom servers run as.
    return (Path("/var/cache") if os.geteuid() == 0 else Path.home() / ".cache") / "entraide"


def free_port() -> int:
    """A port that nobody listens on, where there are such of those that no connection of others is given.

    What is to listen there takes seconds to begin: a connection that comes meanwhile would have taken it.
    """
    lowest, highest = 10_000, 0
    with contextlib.suppress(OSError, ValueError):
        highest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", random.randrange(lowest, highest) if highest > 2 * lowest else 0))
            except OSError:
                continue
            return int(probe.getsockname()[1])


@contextlib.contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """A new PostgreSQL server; gives its DATABASE_URL. Raises Missing.

    `durable`: it writes to the disk at each commit, as in production.
    """
    programs = _postgres_programs()
    user = unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="entraide-pg-"))
    if user:
        shutil.chown(folder, user.pw_uid, user.pw_gid)
    port = free_port()
    data = folder / "data"
    try:
        _run([programs / "initdb", "-D", data, "-U", "entraide", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"], user)
        options = [f"port={port}", f"unix_socket_directories={folder}", "listen_addresses=127.0.0.1"]
        # Nothing here is asked long enough for its queries to be worth compiling.
        options += ["max_connections=200", "jit=off"]
        if not durable:
            # It costs time, and nothing here outlives the tests.
            options += ["fsync=off", "full_page_writes=off", "synchronous_commit=off"]
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, *(word for option in options for word in ("-c", option))],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(folder / "log").open("wb"),
            start_new_session=True,
            cwd=folder,
            **as_user(user),
        )
        try:
            _until_open(port, server, folder / "log")
            _run([programs / "createdb", "-h", "127.0.0.1", "-p", port, "-U", "entraide", "entraide"], user)
            yield f"postgres://entraide@127.0.0.1:{port}/entraide"
        finally:
            server.send_signal(2)  # SIGINT: its fast shutdown
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """A new Redis server; gives its REDIS_URL. Raises Missing."""
    program = shutil.which("redis-server")
    if program is None:
        raise Missing("Redis is not installed (redis-server)")
    folder = Path(tempfile.mkdtemp(prefix="entraide-redis-"))
    port = free_port()
    command = [
        program,
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--dir",
        str(folder),
        "--save",
        "",
        "--appendonly",
        "no",
    ]
    server = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=(folder / "log").open("wb"), start_new_session=True
    )
    try:
        _until_open(port, server, folder / "log")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def chromium() -> str:
    """Where Chromium is: its headless build takes half the work of the whole browser. Raises Missing."""
    found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if found is None:
        raise Missing("Chromium is not installed (chromium)")
    return found


def html_checker() -> list[str]:
    """The command that runs the Nu Html Checker, which is the W3C's. Raises Missing."""
    java = shutil.which("java")
    if java is None:
        raise Missing("Java is not installed (default-jre-headless)")
    return [java, "-jar", str(npm.installed("vnu-jar", "26.9.27", "build/dist/vnu.jar"))]


def _postgres_programs() -> Path:
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda path: int(path.parent.name))
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    raise Missing("PostgreSQL is not installed (postgresql)")


def unprivileged() -> pwd.struct_passwd | None:
    """Whom servers run as that refuse root. None for the user that runs the tests. Raises Missing."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Missing("PostgreSQL and Elasticsearch refuse to run as root and there is no other user (postgres)")


def as_user(user: pwd.struct_passwd | None) -> dict[str, object]:
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}


def _run(command: list[object], user: pwd.struct_passwd | None) -> None:
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        cwd="/",
        stdin=subprocess.DEVNULL,
        **as_user(user),
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.strip()}")


def _until_open(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            time.sleep(0.5)
            return
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start: {log.read_text()[-2000:]}")
