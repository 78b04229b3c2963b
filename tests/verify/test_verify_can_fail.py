"""Each check can fail: a server that is broken in one way fails the checks of that way, and no other."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.verify.breakages import Breakage, each_breakage

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.server


class Sandbox(Protocol):
    """What these tests need of the shared server."""

    inventory: str

    @property
    def env(self) -> dict[str, str]: ...


class Verify(Protocol):
    """Runs verify on the server and returns the summary's content."""

    def __call__(self, path: str = "verify") -> dict[str, Any]: ...


@pytest.fixture(scope="module")
def verify(sandbox_server: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Verify:
    summary = tmp_path_factory.mktemp("verify") / "verify.json"

    def run(path: str = "verify") -> dict[str, Any]:
        words = f"{path} --inventory {sandbox_server.inventory} --summary {summary} -p no:cacheprovider"
        subprocess.run(
            [sys.executable, "-m", "pytest", *words.split()],
            cwd=ROOT,
            env=sandbox_server.env,
            capture_output=True,
            check=False,
        )
        result: dict[str, Any] = json.loads(summary.read_text())
        return result

    return run


def test_a_fresh_server_passes(verify: Verify) -> None:
    result = verify()
    assert result["failures"] == []
    assert result["passed"] > 300


@pytest.mark.parametrize("breakage", each_breakage())
def test_is_noticed(verify: Verify, run_on_server: Callable[[str], str], breakage: Breakage) -> None:
    path = f"verify/{breakage.file}"
    run_on_server(breakage.breaks)
    try:
        failed = {failure["name"].partition("::")[2] for failure in verify(path)["failures"]}
    finally:
        run_on_server(breakage.mends)
    assert failed == breakage.noticed_by


def test_the_server_was_mended(verify: Verify) -> None:
    assert verify()["failures"] == []
