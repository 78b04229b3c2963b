import json
import os
import re
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from loadtests.evidence.__main__ import main
from loadtests.evidence.axes import Plot
from loadtests.evidence.gathered import keep
from loadtests.evidence.plots import plots
from loadtests.evidence.revision import git_revision
from loadtests.results.answers import ANSWERS_FILE, as_csv
from loadtests.results.load_file import Load
from loadtests.results.measurements import KINDS
from loadtests.results.slo import read_targets
from tests.loadtests.made import ANSWERS, ROOT, SERVER, made_load

FILES: dict[str, dict[str, Any]] = {
    "deploy.json": {
        "seconds": 84.2,
        "operations": 132,
        "changed": 120,
        "config_hash": "8600173229315932",
        "second_run_changed": 0,
        "second_run_seconds": 11.3,
    },
    "seed.json": {"scale": 1.0, "users": 2000, "rows": 2_000_000, "seconds": 41.0, "skipped": False},
    "verify.json": {
        "passed": 41,
        "failed": 0,
        "skipped": [{"name": "test_swap", "reason": "<no> swap here"}],
    },
    "host.json": {"ram_mb": 2048, "vcpus": 2, "kind": "sandbox"},
}


class Gathered(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


class Evidence:
    """A run's directory, and the command that turns it into evidence."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys
        self.run_dir, self.out = folder / "run", folder / "evidence"
        self.run_dir.mkdir()
        for name, content in FILES.items():
            (self.run_dir / name).write_text(json.dumps(content))
        self.write_load()

    def write_load(self, **told: Any) -> None:
        (self.run_dir / "load.json").write_bytes(msgspec.json.encode(made_load(**told)))
        (self.run_dir / ANSWERS_FILE).write_bytes(as_csv(ANSWERS, 0))

    def change(self, name: str, **fields: object) -> None:
        (self.run_dir / name).write_text(json.dumps(FILES[name] | fields))

    def arguments(self, scenario: str = "mixed") -> list[str]:
        return ["--scenario", scenario, "--run-dir", str(self.run_dir), "--out", str(self.out)]

    def gather(self, scenario: str = "mixed") -> Gathered:
        code = main(self.arguments(scenario))
        return Gathered(code, *self.capsys.readouterr())

    def summary(self) -> dict[str, Any]:
        summary: dict[str, Any] = json.loads((self.out / "latest" / "summary.json").read_text())
        return summary


DRAWN: dict[bytes, list[Plot]] = {}


def plots_drawn_once(load: Load, vcpus: int) -> list[Plot]:
    """The report's plots; most of these tests have the same figures, and drawing takes a second."""
    key = msgspec.json.encode((load, vcpus))
    if key not in DRAWN:
        DRAWN[key] = plots(load, vcpus)
    return DRAWN[key]


@pytest.fixture
def evidence(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Evidence:
    monkeypatch.setattr("loadtests.evidence.report.plots", plots_drawn_once)
    return Evidence(tmp_path, capsys)


def test_a_run_that_met_everything_is_ok_and_says_so_everywhere(evidence: Evidence) -> None:
    command = [sys.executable, "-m", "loadtests.evidence", *evidence.arguments()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    (folder,) = [path for path in evidence.out.iterdir() if path.name != "latest"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d{6}Z-mixed", folder.name)
    assert (evidence.out / "latest").readlink() == Path(folder.name)
    assert {file.name for file in folder.iterdir()} == {"summary.json", "report.html", ANSWERS_FILE}
    assert re.search(r"^ok  Dashboards, p95 +10 ms +< 500 ms +< 50 ms  reached$", done.stdout, re.MULTILINE)
    assert f"report  {folder}/report.html" in done.stdout


def test_the_summary_holds_what_others_read(evidence: Evidence) -> None:
    evidence.gather()

    summary = evidence.summary()
    assert summary["ok"] is True
    assert re.fullmatch(r"[0-9a-f]{40}(-dirty)?|unknown", summary["git_revision"])
    assert summary["config_hash"] == "8600173229315932"
    assert summary["host"] == {"ram_mb": 2048, "vcpus": 2, "kind": "sandbox"}
    assert summary["deploy"].items() >= {"seconds": 84.2, "operations": 132, "changed": 120}.items()
    assert summary["deploy"]["second_run_changed"] == 0
    assert summary["verify"] == FILES["verify.json"]
    assert summary["targets"][0].items() >= {
        "name": "Dashboards, p95",
        "value": 10,
        "target": 500,
        "unit": "ms",
        "ok": True,
        "ambition": 50,
        "ambition_ok": True,
    }.items()  # fmt: skip


@pytest.mark.parametrize(
    ("name", "fields", "problem"),
    [
        ("verify.json", {"failed": 2}, "2 checks of the server failed"),
        ("verify.json", {"passed": 0}, "no check of the server passed"),
        ("deploy.json", {"second_run_changed": 3}, "a second deploy changed 3 things"),
        ("deploy.json", {"second_run_changed": None}, "no second deploy showed that it changes nothing"),
    ],
)
def test_a_run_with_a_flaw_is_not_ok(
    evidence: Evidence, name: str, fields: dict[str, object], problem: str
) -> None:
    for file in FILES:
        evidence.change(file, **(fields if file == name else {}))
    evidence.write_load()

    done = evidence.gather()

    assert (done.returncode, done.stderr) == (1, f"not ok: {problem}\n")
    assert evidence.summary()["problems"] == [problem]
    assert evidence.summary()["ok"] is False


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        (
            {"server": SERVER._replace(machine=[])},
            "Server memory under load was not measured, target <= 1024 MB",
        ),
        ({"answers": [a._replace(ms=812) for a in ANSWERS]}, "Dashboards, p95 is 812 ms, target < 500 ms"),
        ({"cpu": 90.0}, "the load is invalid: Locust used 90 % of one core"),
        ({"answers": []}, "the load is invalid: no request was sent after the warm-up"),
    ],
)
def test_a_missed_or_unmeasured_target_is_named_and_still_reported(
    evidence: Evidence, told: dict[str, Any], problem: str
) -> None:
    evidence.write_load(**told)

    done = evidence.gather()

    assert done.returncode == 1
    assert f"not ok: {problem}" in done.stderr
    assert "Missed" in (evidence.out / "latest" / "report.html").read_text()


def promise(name: str, value: float, target: float, **others: object) -> dict[str, object]:
    told = {
        "name": name,
        "metric": "m",
        "value": value,
        "comparison": ">=",
        "target": target,
        "unit": "times",
    }
    return told | {"ok": value >= target, "ambition": None, "ambition_ok": None} | others


def write_benches(evidence: Evidence, *, small_row: float = 0.4) -> None:
    benches = {
        "bench.json": promise("Small row", small_row, 0.38),
        "growth.json": promise("List", 1.1, 1.5, comparison="<", ok=True),
    }
    for name, one in benches.items():
        (evidence.run_dir / name).write_text(json.dumps({"targets": [one], "scale": 1}))


def test_the_figures_of_a_bench_are_part_of_the_evidence(evidence: Evidence) -> None:
    write_benches(evidence)

    done = evidence.gather()

    assert done.returncode == 0
    stated = [(one["name"], one["value"], one["target"], one["ok"]) for one in evidence.summary()["bench"]]
    assert stated == [("Small row", 0.4, 0.38, True), ("List", 1.1, 1.5, True)]
    assert re.search(r"^ok  Small row +0.4 times +>= 0.38 times", done.stdout, re.MULTILINE)
    report = (evidence.out / "latest" / "report.html").read_text()
    targets = len(read_targets(scenario="mixed")) + 2
    assert f"{targets} of {targets} targets met" in report
    assert "&gt;= 0.38 times" in report


def test_a_promise_that_a_bench_missed_is_named(evidence: Evidence) -> None:
    write_benches(evidence, small_row=0.3)

    done = evidence.gather()

    assert done.returncode == 1
    assert "not ok: Small row is 0.3 times, target >= 0.38 times" in done.stderr


def test_a_bench_from_before_the_deploy_is_left_out(evidence: Evidence) -> None:
    write_benches(evidence, small_row=0.3)
    an_hour_ago = time.time() - 3600
    os.utime(evidence.run_dir / "bench.json", (an_hour_ago, an_hour_ago))

    done = evidence.gather()

    assert done.returncode == 0
    assert [one["name"] for one in evidence.summary()["bench"]] == ["List"]


@pytest.mark.parametrize("name", [*FILES, "load.json"])
def test_a_missing_file_is_a_refused_run(evidence: Evidence, name: str) -> None:
    (evidence.run_dir / name).unlink()

    done = evidence.gather()

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{evidence.run_dir / name}: no such file or directory; `make ")
    assert len(done.stderr.splitlines()) == 1
    assert not evidence.out.exists()


@pytest.mark.parametrize("name", ["verify.json", "load.json"])
def test_a_file_from_before_the_deploy_is_a_refused_run(evidence: Evidence, name: str) -> None:
    an_hour_ago = time.time() - 3600
    os.utime(evidence.run_dir / name, (an_hour_ago, an_hour_ago))

    done = evidence.gather()

    assert done.returncode == 1
    assert done.stderr.startswith(f"{evidence.run_dir / name} is older than {evidence.run_dir}/deploy.json;")


def test_figures_of_another_scenario_are_a_refused_run(evidence: Evidence) -> None:
    done = evidence.gather("capacity")

    assert done.returncode == 1
    assert "load.json is of the scenario mixed, not of capacity." in done.stderr


def test_a_broken_file_is_a_refused_run(evidence: Evidence) -> None:
    (evidence.run_dir / "verify.json").write_text('{"passed": "many"}')

    done = evidence.gather()

    assert done.returncode == 1
    assert "verify.json: Expected `int`, got `str` - at `$.passed`" in done.stderr


def test_latest_moves_on_and_earlier_evidence_stays(tmp_path: Path) -> None:
    for name in ("first", "second"):
        keep(tmp_path, name, {"summary.json": name.encode()})

    assert (tmp_path / "latest" / "summary.json").read_text() == "second"
    assert (tmp_path / "first" / "summary.json").read_text() == "first"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first", "latest", "second"]


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.outside: list[str] = []
        self.ids: list[str] = []
        self.plots = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.plots += tag == "svg"
        for name, value in attrs:
            if name in {"src", "href", "xlink:href"} and not (value or "").startswith("#"):
                self.outside.append(value or "")
            if name == "id":
                self.ids.append(value or "")


def test_the_report_needs_nothing_but_itself(evidence: Evidence) -> None:
    evidence.gather()

    text = (evidence.out / "latest" / "report.html").read_text()
    page = Page(text)
    assert page.plots == len(KINDS) + 10
    assert page.outside == []
    assert "<script" not in text
    assert "@import" not in text
    assert "&lt;no&gt; swap here" in text


def test_the_reports_plots_do_not_share_ids_that_mean_different_things(evidence: Evidence) -> None:
    evidence.gather()

    clips = [
        name for name in Page((evidence.out / "latest" / "report.html").read_text()).ids if name[0] == "p"
    ]
    clips = [name for name in clips if not name.startswith("patch")]
    assert len(clips) == len(set(clips))


def test_the_revision_says_whether_the_tree_differs_from_its_commit(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=t", "-c", "user.email=t@example.org")
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    assert git_revision(tmp_path) == "unknown"
    git("init")
    git("commit", "--allow-empty", "-m", "first")
    clean = git_revision(tmp_path)
    (tmp_path / "file").write_text("change")

    assert re.fullmatch("[0-9a-f]{40}", clean)
    assert git_revision(tmp_path) == f"{clean}-dirty"
