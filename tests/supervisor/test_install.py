"""How the locked dependencies are brought: by uv, and by pip wherever uv cannot be asked or fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import install

pytestmark = pytest.mark.once

LOCK = install.BASE_DIR / "requirements.txt"


class Ran:
    """Notes commands instead of running them; one that holds a word of `fails` fails."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.fails = "nothing does"

    def __call__(self, command: list[str], **_how: object) -> int:
        self.commands.append(" ".join(command))
        return int(self.fails in self.commands[-1])


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Ran:
    noted = Ran()
    monkeypatch.setattr(install, "_run", noted)
    monkeypatch.setattr(install, "VENV", tmp_path)  # the stamp lies there
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX", "PIP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return noted


def test_uv_installs_what_is_locked_and_is_locked_itself(ran):
    install._install(LOCK)
    assert len(ran.commands) == 2
    first, second = ran.commands
    assert "-m pip" in first and first.endswith("requirements-uv.txt")
    assert "/bin/uv pip install" in second and second.endswith("/requirements.txt")
    assert all("--require-hashes --only-binary :all:" in each for each in ran.commands)
    install._install(LOCK)
    assert len(ran.commands) == 2, "a second time there is nothing to do"


@pytest.mark.parametrize("fails", ["requirements-uv.txt", "bin/uv"])
def test_where_uv_cannot_be_had_or_fails_pip_installs_the_same(ran, fails):
    ran.fails = fails
    install._install(LOCK)
    assert "-m pip" in ran.commands[-1] and ran.commands[-1].endswith("/requirements.txt")
    assert "--require-hashes --only-binary :all:" in ran.commands[-1]


def test_where_pip_is_told_of_another_place_uv_is_not_asked(ran, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.invalid/simple")
    install._install(LOCK)
    assert len(ran.commands) == 1 and "-m pip" in ran.commands[0] and "requirements-uv" not in ran.commands[0]


def test_where_pip_fails_too_nothing_counts_as_installed(ran):
    ran.fails = "/requirements.txt"
    with pytest.raises(SystemExit, match="pip says why"):
        install._install(LOCK)
    assert not list(install.VENV.glob(".installed-*"))
