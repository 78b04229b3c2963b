"""The result of a run for programs: FILE.json with passed, failed and skipped checks, and figures."""

import json
from pathlib import Path

import pytest


class Summary:
    """A pytest plugin that writes the counts, `skipped`, `failures` and `figures` when the session ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._path.unlink(missing_ok=True)  # an old result must not be mistaken for this run's
        self._passed = 0
        self._skipped: list[dict[str, str]] = []
        self._failures: list[dict[str, str]] = []
        self._figures: dict[str, object] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Each check counts once: it passes in its call; it may be skipped or fail around it as well."""
        if report.when == "call":
            self._figures |= dict(report.user_properties)
        if report.failed:
            self._failures.append({"name": report.nodeid, "message": _message(report)})
        elif report.skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            self._skipped.append({"name": report.nodeid, "reason": reason.removeprefix("Skipped: ")})
        elif report.when == "call":
            self._passed += 1

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A test file that cannot be imported counts as a failure."""
        if report.failed:
            self._failures.append({"name": report.nodeid, "message": _message(report)})

    def pytest_sessionfinish(self) -> None:
        """Write the file completely or not at all."""
        result = {
            "passed": self._passed,
            "failed": len(self._failures),
            "skipped": self._skipped,
            "failures": self._failures,
            "figures": self._figures,
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(f".{self._path.name}.draft")
        draft.write_text(json.dumps(result, indent=2) + "\n")
        draft.rename(self._path)


def _message(report: pytest.TestReport | pytest.CollectReport) -> str:
    """The assertion in pytest's words, without the source around it."""
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message if crash else report.longrepr).strip()
