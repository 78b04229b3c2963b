"""Whoever calls verify wrongly, or for a server that is away, gets one sentence and no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# A key that does not exist, on a port that nobody listens on.
AWAY = """
address = {"ssh_hostname": "127.0.0.1", "ssh_port": 1, "ssh_user": "root"}
settings = {"environment": "away", "server_name": "away.example.com", "admins": {}, "app_workers": 1}
servers = [("away", address | settings)]
"""


def verify(*words: str, name: str = "verify-unknown") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "verify", "-p", "no:cacheprovider", *words],
        cwd=ROOT,
        env=os.environ | {"NAME": name},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "ERROR: Which server? Add --inventory inventories/sandbox.py (or another inventory)."),
        (["--inventory", "inventories/nowhere.py"], "ERROR: There is no inventory inventories/nowhere.py"),
        (["--inventory", "inventories/sandbox.py"], "ERROR: There is no sandbox named verify-unknown"),
    ],
)
def test_wrong_call_is_answered_by_one_sentence(words: list[str], sentence: str) -> None:
    done = verify(*words)
    said = (done.stdout + done.stderr).strip()
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert said.startswith(sentence)
    assert len(said.splitlines()) == 1


@pytest.fixture
def away(tmp_path: Path) -> Path:
    inventory = tmp_path / "away.py"
    inventory.write_text(AWAY)
    return inventory


def test_server_that_is_away_is_named(away: Path) -> None:
    done = verify("--inventory", str(away))
    said = (done.stdout + done.stderr).strip()
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert said.startswith("ERROR: away at 127.0.0.1 cannot be verified: ssh says: ")
    assert len(said.splitlines()) == 1


def test_old_summary_does_not_outlive_a_run_that_could_not_start(away: Path, tmp_path: Path) -> None:
    summary = tmp_path / "verify.json"
    summary.write_text("{}")
    verify("--inventory", str(away), "--summary", str(summary))
    assert not summary.exists()


def test_checks_are_listed_without_the_server(away: Path) -> None:
    done = verify("--inventory", str(away), "--collect-only")
    assert done.returncode == 0
    assert "test_redis.py" in done.stdout
