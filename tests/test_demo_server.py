"""`make demo` as a newcomer meets it: killed at any moment, then finished by the same command."""

import json
import os
import signal
import subprocess
import time

import pytest

from tests.conftest import NewServer
from tests.servers import ROOT

pytestmark = [pytest.mark.server, pytest.mark.long, pytest.mark.bare]

SUMMARY = {"ok", "git_revision", "config_hash", "host", "deploy", "verify", "targets"}


# From the first second of the deploy to the middle of the load, as far as each attempt comes.
@pytest.mark.parametrize(
    "moments_s",
    [
        pytest.param((8, 30), id="twice"),
        pytest.param((1, 5, 12, 25, 45), id="five times", marks=pytest.mark.rehearsal),
    ],
)
def test_a_demo_killed_at_any_moment_is_finished_by_the_next(
    bare_server: NewServer, moments_s: tuple[int, ...]
) -> None:
    server = bare_server("demo")
    command = ["make", f"NAME={server.name}", "SCALE=0.02", "demo"]
    for seconds in moments_s:
        attempt = subprocess.Popen(
            command, cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(seconds)
        os.killpg(attempt.pid, signal.SIGKILL)
        attempt.wait()

    finished = server.make("demo")

    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "ok  Dashboards, p95" in finished.stdout
    assert f"ssh NAME={server.name}" in finished.stdout
    evidence = ROOT / "evidence" / "latest"
    assert (evidence / "report.html").stat().st_size > 10_000
    summary = json.loads((evidence / "summary.json").read_text())
    assert summary.keys() >= SUMMARY
    assert summary["ok"] is True
    assert summary["host"] == {"kind": "sandbox", "ram_mb": 2048, "vcpus": 2}
    assert summary["deploy"].keys() >= {"seconds", "operations", "changed", "second_run_changed"}
    assert summary["deploy"]["second_run_changed"] == 0
    assert summary["verify"]["failed"] == 0
    assert all(skipped["reason"] for skipped in summary["verify"]["skipped"])
    assert all(target.keys() >= {"name", "value", "target", "unit", "ok"} for target in summary["targets"])
