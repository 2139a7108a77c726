"""`make run`: looks whether it can, prepares what changed, and gives its place to the supervisor."""

from __future__ import annotations

import fcntl
import os
import shlex
import socket
import stat
import sys
import tempfile
import traceback
from pathlib import Path

from config.environment import BASE_DIR, Environment, read

# How long a part may take to stop before it is killed, in seconds. All stop at once.
STOP_WITHIN = 2
PARTS = ("web", "worker", "indexer")
# The supervisor closes every file but these first few: the lock on the data folder has to outlive this program.
LOCK_FD = 3


class CannotStart(Exception):
    """Why, in one line."""


def main() -> None:
    try:
        env = environment()
        _check_port(env)
        lock = lock_folder(env.data)
        # Imported late: a port in use is said at once, not after a second of imports.
        from config.prepare import prepare

        for line in prepare(env):
            print(line, flush=True)
        conf = _write_conf(env)
    except CannotStart as reason:
        sys.exit(f"Entraide cannot start: {reason}")
    except KeyboardInterrupt:
        sys.exit("Stopped.")
    except Exception as error:
        sys.exit(f"Entraide cannot start: {in_one_line(error)}")
    if lock != LOCK_FD:
        os.dup2(lock, LOCK_FD)
    os.set_inheritable(LOCK_FD, True)
    os.execv(sys.executable, [sys.executable, "-m", "supervisor.supervisord", "-c", str(conf)])


def environment() -> Environment:
    try:
        env = read()
        env.data.mkdir(parents=True, exist_ok=True)
        probe = env.data / f".probe-{os.getpid()}"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        where = error.filename or "the data folder"
        raise CannotStart(
            f"{where} cannot be written ({error.strerror}); set ENTRAIDE_DATA to another folder."
        ) from error
    except ValueError as error:
        raise CannotStart(f"a value in the environment cannot be read: {error}") from error
    return env


def _check_port(env: Environment) -> None:
    try:
        found = socket.getaddrinfo(env.host, env.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _name, address = found[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, OverflowError) as error:
        why = error.strerror if isinstance(error, OSError) else "no such port"
        raise CannotStart(f"{env.host}:{env.port} cannot be used ({why}); set PORT or HOST to another.") from error


def lock_folder(data: Path) -> int:
    """Hold the data folder for as long as the product runs: two at once would spoil the index."""
    held = os.open(data / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(held)
        raise CannotStart(f"it runs already on the data folder {data}; set ENTRAIDE_DATA to another.") from error
    return held


def _write_conf(env: Environment) -> Path:
    """The supervisor's configuration. One group, so that all parts stop at the same time."""
    logs = env.data / "log"
    logs.mkdir(exist_ok=True)
    (env.data / "tmp").mkdir(exist_ok=True)
    # A socket cannot be opened by its name as a file or a pipe can: then each part gets a file.
    to_console = not stat.S_ISSOCK(os.fstat(1).st_mode)
    lines = [
        "[supervisord]",
        "nodaemon=true",
        "loglevel=warn",
        f"logfile={_quoted(logs / 'supervisor.log')}",
        f"pidfile={_quoted(env.data / 'supervisor.pid')}",
        f"childlogdir={_quoted(logs)}",
        # Said explicitly, or the supervisor warns root about what it did not do.
        *(["user=root"] if os.geteuid() == 0 else []),
        "[group:entraide]",
        f"programs={','.join(PARTS)}",
    ]
    for part in PARTS:
        lines += [
            f"[program:{part}]",
            f"command={_quoted(shlex.join([sys.executable, '-m', 'config.parts', part]))}",
            f"directory={_quoted(BASE_DIR)}",
            # This process becomes the supervisor: a part that finds another parent came too late.
            f"environment=ENTRAIDE_SUPERVISOR={os.getpid()}",
            "redirect_stderr=true",
            "stdout_logfile=/dev/stdout" if to_console else f"stdout_logfile={_quoted(logs / part)}.log",
            *(["stdout_logfile_maxbytes=0"] if to_console else ["stdout_logfile_maxbytes=10MB"]),
            "autorestart=true",
            # Each try waits a second longer than the one before; a database that is away comes back.
            "startretries=1000",
            "startsecs=3",
            f"stopwaitsecs={STOP_WITHIN}",
            "killasgroup=true",
        ]
    conf = env.data / "supervisor.conf"
    conf.write_text("\n".join(lines) + "\n")
    return conf


def in_one_line(error: Exception) -> str:
    """The kind and the words of an error; where it happened goes to a file."""
    where = Path(tempfile.gettempdir()) / "entraide-start-error.txt"
    where.write_text("".join(traceback.format_exception(error)))
    return f"{type(error).__name__}: {' '.join(str(error).split())} (more in {where})"


def _quoted(value: object) -> str:
    return str(value).replace("%", "%%")


if __name__ == "__main__":
    main()
