"""--summary FILE: the result for programs, also when checks fail."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

CHECKS = """
import pytest

def test_passes(): pass
def test_fails(): assert 1 + 1 == 3
@pytest.mark.parametrize("what", ["swap"])
def test_is_skipped(what): pytest.skip("a container cannot have swap")
@pytest.fixture
def broken(): raise ValueError("no answer")
def test_cannot_start(broken): pass
"""
PLUGIN = """
from pathlib import Path
from verify.summary import Summary

def pytest_configure(config):
    config.pluginmanager.register(Summary(Path("results/verify.json")))
"""


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("summary")
    (folder / "test_it.py").write_text(CHECKS)
    (folder / "conftest.py").write_text(PLUGIN)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
    subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    result: dict[str, Any] = json.loads((folder / "results" / "verify.json").read_text())
    return result


@pytest.mark.parametrize(("key", "count"), [("passed", 1), ("failed", 2)])
def test_counts(summary: dict[str, Any], key: str, count: int) -> None:
    assert summary[key] == count


def test_skips_have_names_and_reasons(summary: dict[str, Any]) -> None:
    assert summary["skipped"] == [
        {"name": "test_it.py::test_is_skipped[swap]", "reason": "a container cannot have swap"}
    ]


def test_failures_have_names_and_messages(summary: dict[str, Any]) -> None:
    messages = {failure["name"]: failure["message"] for failure in summary["failures"]}
    assert messages["test_it.py::test_fails"].startswith("assert (1 + 1) == 3")
    assert messages["test_it.py::test_cannot_start"] == "ValueError: no answer"
