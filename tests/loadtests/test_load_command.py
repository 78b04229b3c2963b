"""`make load`: what it refuses, and all scenarios on one page."""

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from loadtests.evidence.gathered import Gathered, gather
from loadtests.evidence.overview import gather_overview
from loadtests.results.answers import ANSWERS_FILE, as_csv
from loadtests.scenarios import IN_ALL, NAMES
from tests.loadtests.made import ANSWERS, ROOT, made_load
from tests.loadtests.test_evidence import FILES, Page


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).write_text(json.dumps(content))
    return tmp_path


def made(run_dir: Path, scenario: str, **told: object) -> Gathered:
    load = msgspec.structs.replace(made_load(**told), scenario=scenario)  # type: ignore[arg-type] # any of its own
    (run_dir / "load.json").write_bytes(msgspec.json.encode(load))
    (run_dir / ANSWERS_FILE).write_bytes(as_csv(ANSWERS, 0))
    return gather(run_dir, scenario, run_dir / "evidence")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--scenario=none",), "There is no scenario none: there are mixed, api, "),
        (("--scenario=mixed", "--users=many"), "USERS=many is not a whole number from 1 on.\n"),
        (("--scenario=mixed", "--seconds=0"), "SECONDS=0 is not a whole number from 1 on.\n"),
        (("--scenario=all", "--workers=-1"), "WORKERS=-1 is not a whole number from 1 on.\n"),
        (("--scenario=mixed",), "verify.json: run `make verify` first.\n"),
    ],
)
def test_what_cannot_be_run_is_refused_in_one_sentence(
    run_dir: Path, options: tuple[str, ...], said: str
) -> None:
    (run_dir / "verify.json").unlink()

    done = subprocess.run(
        [sys.executable, "-m", "loadtests", "--run-dir", str(run_dir), *options],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_every_scenario_is_known_has_its_shape_and_is_in_all_unless_it_has_a_command_of_its_own() -> None:
    files = {file.stem for file in (ROOT / "loadtests" / "scenarios").glob("[a-z]*.py")}

    assert files == set(NAMES)
    assert {file.stem for file in (ROOT / "loadtests" / "scenarios").glob("*.yml")} == files
    assert files - set(IN_ALL) == {"gate", "compare", "turns"}


def test_all_scenarios_are_on_one_page_with_links_to_their_own(
    run_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gathered = [made(run_dir, "mixed"), made(run_dir, "api", answers=[a._replace(ms=812) for a in ANSWERS])]
    capsys.readouterr()

    ok = gather_overview(gathered, run_dir / "evidence")

    assert not ok
    folder = (run_dir / "evidence" / "latest").resolve()
    summary = json.loads((folder / "summary.json").read_text())
    assert [each["scenario"] for each in summary["scenarios"]] == ["mixed", "api"]
    page = (folder / "report.html").read_text()
    assert Page(page).outside == [f"../{each.folder.name}/report.html" for each in gathered]
    assert "api: Dashboards, p95 is 812 ms, target &lt; 500 ms" in page
    said = capsys.readouterr().out
    assert "ok      mixed" in said
    assert "MISSED  api" in said
