"""Uploads that are far too large, sent to the real server: refused in words, with little memory."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.environment import BASE_DIR
from tests.services import databases, processes
from tests.services.servers import free_port

MEGABYTE = 1024 * 1024


class Server:
    """The web part as `make run` starts it."""

    def __init__(self, port: int, process: subprocess.Popen[bytes], data: Path) -> None:
        self.port, self.process, self.data = port, process, data

    def memory(self) -> int:
        """The most that any of its processes ever held, in bytes."""
        most = 0
        for pid in processes.of(self.data):
            status = Path(f"/proc/{pid}/status").read_text()
            most = max(most, *(int(kb) * 1024 for kb in re.findall(r"VmHWM:\s+(\d+)", status)), 0)
        return most

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def get(self, path: str) -> bytes:
        with self.connect() as line:
            line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            return everything(line)


def everything(line: socket.socket) -> bytes:
    got = b""
    try:
        while piece := line.recv(65536):
            got += piece
    except ConnectionResetError:
        pass  # closed on what we had not sent yet
    return got


# The server as it is, on a file: what it refuses comes to no database.
pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("data")
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SECRET_KEY")}
    environment |= {
        "ENTRAIDE_DATA": str(data), "PORT": str(port), "ENTRAIDE_DEMO": "0",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }  # fmt: skip
    (data / "tmp").mkdir()
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "-v0"], cwd=BASE_DIR, env=environment, check=True
    )
    databases.migrated_file(data / "entraide.sqlite3")
    process = subprocess.Popen([sys.executable, "-m", "config.parts", "web"], cwd=BASE_DIR, env=environment)
    try:
        processes.until(lambda: answers(port), 60, "the server did not start")
        yield Server(port, process, data)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


PATH = "/en/community/pictures/"


def test_a_hundred_megabytes_are_refused_in_words_and_not_kept(server):
    server.get("/en/account/login/")
    before = server.memory()
    with server.connect() as line:
        head = f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        line.sendall(f"{head}Content-Length: {100 * MEGABYTE}\r\n\r\n".encode())
        for _ in range(100):
            line.sendall(b"x" * MEGABYTE)
        answer = everything(line)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"12 MB" in answer and b"what you wrote is still in the form" in answer
    assert server.memory() - before < 30 * MEGABYTE
    assert server.get("/healthz").endswith(b"ok\n")


def test_an_absurd_length_is_refused_at_once(server):
    with server.connect() as line:
        line.sendall(f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {10**12}\r\n\r\n".encode())
        assert everything(line).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("length", ["-1", "x", "1e9", "0x10", "5, 6"])
def test_a_length_that_is_none_is_refused(server, length):
    with server.connect() as line:
        line.sendall(f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\nxxxxx".encode())
        assert re.match(rb"HTTP/1\.1 4\d\d", everything(line))


def test_a_body_in_pieces_that_says_no_length_is_refused_in_words(server):
    before = server.memory()
    with server.connect() as line:
        head = f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        line.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        line.sendall(b"100000\r\n" + b"x" * MEGABYTE + b"\r\n")
        answer = b""
        while b"</html>" not in answer and (part := line.recv(65536)):
            answer += part
        try:
            for _ in range(99):
                line.sendall(b"100000\r\n" + b"x" * MEGABYTE + b"\r\n")
        except OSError:
            pass  # the server hung up, as it should
    assert answer.startswith(b"HTTP/1.1 411")
    assert b"Content-Length" in answer
    assert server.memory() - before < 30 * MEGABYTE
    assert server.get("/healthz").endswith(b"ok\n")


def test_two_lengths_are_never_two_requests(server):
    """A length and pieces at once is how a request is smuggled past a proxy."""
    smuggled = "0\r\n\r\nGET /en/account/ HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with server.connect() as line:
        line.sendall(
            f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(smuggled)}\r\n"
            f"Transfer-Encoding: chunked\r\n\r\n{smuggled}".encode()
        )
        answer = everything(line)
    assert answer.count(b"HTTP/1.1 ") == 1 and re.match(rb"HTTP/1\.1 4\d\d", answer)


def test_a_very_long_address_and_too_many_headers_are_refused(server):
    assert re.match(rb"HTTP/1\.1 4\d\d", server.get("/en/?" + "x" * 20_000))
    with server.connect() as line:
        line.sendall(b"GET /en/ HTTP/1.1\r\nHost: localhost\r\n" + b"X-A: b\r\n" * 500 + b"\r\n")
        assert re.match(rb"HTTP/1\.1 4\d\d", everything(line))
    assert server.get("/healthz").endswith(b"ok\n")
