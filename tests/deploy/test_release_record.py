"""What production asks of a release before it has begun: a record that it succeeded elsewhere."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy import record
from tests.servers import ROOT


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run folder of a server that nobody reaches, in a project of its own."""
    for name in ("deploy", "app", "templates", "requirements"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    run = tmp_path / "build" / "production"
    run.mkdir(parents=True)
    (run / "target.json").write_text(json.dumps({"ssh": ["false"], "proven_on": "staging"}))
    return run


def released(**changes: Any) -> None:
    """There is a record of it."""
    record.keep({**record.begun("staging"), "ok": True, **changes})


def release(folder: Path, **env: str) -> str:
    """What `make release` says, which cannot reach the server."""
    command = [sys.executable, "-m", "deploy.release", "inventories/production.py", str(folder)]
    done = subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


UNPROVEN = "production: evidence/releases has no successful release of these sources on staging:"
UNREACHABLE = "production: the lock cannot be taken"


@pytest.mark.parametrize(
    "changes",
    [{"ok": False}, {"sources": "others"}, {"environment": "sandbox-demo"}, {"load": "not run"}, None],
    ids=["it failed", "other sources", "elsewhere", "without a load", "nothing"],
)
def test_what_is_not_proven_is_refused(folder: Path, changes: dict[str, Any] | None) -> None:
    if changes is not None:
        released(**changes)
    assert release(folder).startswith(UNPROVEN)


def test_what_is_proven_goes_on(folder: Path) -> None:
    released()
    assert release(folder).startswith(UNREACHABLE)


def test_what_is_not_proven_goes_on_with_a_reason(folder: Path) -> None:
    assert release(folder, UNPROVEN="the certificate expires tonight").startswith(UNREACHABLE)


def test_the_sources_are_what_a_release_is_made_from(folder: Path) -> None:
    before = record.sources()
    (folder.parents[1] / "app").unlink()
    assert record.sources() != before
