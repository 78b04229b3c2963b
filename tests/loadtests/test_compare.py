import json
from pathlib import Path

import msgspec
import pytest

from loadtests.compare import figures
from loadtests.compare.figures import Compared
from loadtests.compare.page import as_text, render
from loadtests.compare.phases import PHASES
from loadtests.compare.results import DOCS, keep_newest, page
from loadtests.compare.summary import Comparison
from loadtests.errors import RefusedError
from loadtests.evidence.inputs import Host
from loadtests.results.figures import Answer
from loadtests.results.histograms import encoded, percentile_ms
from loadtests.results.load_file import Load
from loadtests.target import Seed
from tests.loadtests.made import made_load
from tests.loadtests.test_evidence import Page


def load(ms: float) -> Load:
    groups = [group for row in figures.ROWS.values() for group in row]
    return made_load(answers=[Answer(group, second, ms) for group in groups for second in range(20)])


def compared() -> Compared:
    rounds = [(load(40), load(2)), (load(60), load(2))]
    return Compared(
        phase="warm",
        note="A note.",
        sides=("before", "after"),
        rounds=2,
        failed=figures.failed(rounds),
        doubts=figures.doubts(("before", "after"), rounds),
        rows=figures.rows(rounds),
        resources=figures.resources(rounds),
    )


COMPARISON = Comparison(
    time="2026-11-29T00:00:00+00:00",
    git_revision="0" * 40,
    host=Host(ram_mb=2048, vcpus=2, kind="sandbox"),
    seed=Seed(scale=1, users=10, seconds=1, rows=100),
    phases=[compared()],
)


def test_histograms_of_several_runs_add_up() -> None:
    runs = [encoded([1.0] * 90), encoded([100.0] * 10)]

    assert percentile_ms(runs, 0.5) == pytest.approx(1, rel=0.001)
    assert percentile_ms(runs, 0.95) == pytest.approx(100, rel=0.001)
    assert percentile_ms([], 0.5) is None


def test_a_ratio_is_over_all_rounds_and_its_spread_is_of_their_medians() -> None:
    row = compared().rows[0]

    assert row.name == "User dashboard"
    assert row.requests == (30, 30)
    assert row.p50 == pytest.approx((40, 2), rel=0.001)
    assert row.p95 == pytest.approx((60, 2), rel=0.001)
    assert (row.ratio_p50, row.ratio_p95) == pytest.approx((20, 30), rel=0.01)
    assert row.spread == pytest.approx((20, 30), rel=0.01)


def test_what_a_side_has_not_answered_has_no_ratio() -> None:
    without = made_load(answers=[Answer("task", second, 1) for second in range(20)])
    row = figures.rows([(load(40), without)])[0]

    assert row.ratio_p50 is None
    assert row.spread is None
    assert "User dashboard" in as_text(COMPARISON)


def test_a_load_that_cannot_be_trusted_is_named() -> None:
    rounds = [(made_load(cpu=90), load(2))]

    (doubt,) = figures.doubts(("before", "after"), rounds)

    assert doubt.startswith("before, round 1: Locust used 90 % of one core")


def test_a_single_round_has_no_spread() -> None:
    assert figures.rows([(load(40), load(2))])[0].spread is None


def test_the_page_shows_every_phase_and_needs_nothing_but_itself() -> None:
    text = render(COMPARISON)

    assert Page(text).outside == []
    assert "30 to 30 times faster at p95, warm" in text
    assert "20x" in text


def test_every_phase_has_a_shape() -> None:
    assert all(phase.shape.exists() for phase in PHASES)


@pytest.mark.parametrize(
    ("kind", "command"), [("compare", "make compare"), ("all", "make load SCENARIO=all")]
)
def test_results_without_evidence_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, command: str
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(RefusedError, match=command):
        keep_newest(kind, tmp_path)


def test_the_results_follow_the_newest_evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for time_, name in (("2026-11-28T000000Z", "old"), ("2026-11-29T000000Z", "new")):
        folder = tmp_path / "evidence" / f"{time_}-compare"
        folder.mkdir(parents=True)
        seed = msgspec.structs.replace(COMPARISON.seed, rows={"old": 1, "new": 2}[name])
        content = msgspec.json.encode(msgspec.structs.replace(COMPARISON, seed=seed))
        (folder / "summary.json").write_bytes(content)
    (tmp_path / "docs" / "results").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)

    keep_newest("compare", tmp_path / "evidence")

    assert json.loads((tmp_path / "docs/results/compare.json").read_text())["seed"]["rows"] == 2


def test_the_results_are_what_their_evidence_says() -> None:
    assert (DOCS / "results.md").read_text() == page(DOCS / "results")
