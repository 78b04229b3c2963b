"""Each check can fail: a server that is broken in one way fails the checks of that way, and no other."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest

from tests.verify.breakages import Breakage, each_breakage

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.server, pytest.mark.long]


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


@pytest.fixture(scope="module", autouse=True)
def _settled(server_http: httpx.Client) -> None:
    """Every worker is ready, whatever the tests before these stopped: ten answers in a row say so."""
    deadline = time.monotonic() + 60
    in_a_row = 0
    while in_a_row < 10:
        assert time.monotonic() < deadline, "the app did not become ready again within a minute"
        in_a_row = in_a_row + 1 if server_http.get("/readyz").status_code == 200 else 0
        time.sleep(0.2)


def test_an_undamaged_server_passes(verify: Verify) -> None:
    result = verify()
    assert result["failures"] == []
    assert result["passed"] > 300
    # They are skipped where the tables look small: the promise is for these.
    assert not [each for each in result["skipped"] if "test_indexes" in each["name"]]


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
