import subprocess
import sys
from typing import Any

import pytest

from loadtests.results.figures import Answer
from loadtests.runner.verdict import print_figures
from loadtests.server.timeline import Point
from tests.loadtests.made import ANSWERS, POINTS, ROOT, made_load


def test_a_load_that_met_everything_passes_in_silence(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_figures(made_load())
    assert capsys.readouterr().err == ""


def test_the_warm_up_is_on_the_timeline_but_in_no_figure() -> None:
    slow_begin = [Answer("dashboard", 1, 9000, error="status 502", cache="miss")]

    found = made_load(answers=slow_begin + ANSWERS)

    assert found.measurements["dashboard.p99"] == 10
    assert found.measurements["errors"] == 0
    assert found.slices[0].percentiles["dashboard"]["p99"] == 9000


def test_memory_counts_from_the_first_user_on() -> None:
    peak = Point(2, 900.0, {}, None)
    before = Point(-3, 2000.0, {}, None)

    assert made_load(server=[before, peak, *POINTS]).measurements["memory.load"] == 900


def changed(**change: object) -> list[Answer]:
    return [answer._replace(**change) for answer in ANSWERS]  # type: ignore[arg-type] # any field


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"answers": []}, "invalid: no request was sent after the warm-up"),
        ({"answers": []}, "missed:  Dashboard, p95 was not measured, target < 500 ms"),
        ({"answers": ANSWERS[20:]}, "missed:  Dashboard, p95 was not measured, target < 500 ms"),
        ({"answers": changed(ms=812)}, "missed:  Dashboard, p95 is 812 ms, target < 500 ms"),
        ({"answers": changed(cache=None)}, "missed:  Cache hit rate was not measured"),
        ({"answers": changed(cache="off")}, "missed:  Cache hit rate is 0 %, target > 80 %"),
        ({"answers": changed(error="status 500")}, "failed:  15 x dashboard: status 500"),
        ({"answers": changed(error="status 500")}, "missed:  Errors is 100 %, target < 0.1 %"),
        ({"server": []}, "missed:  Server memory under load was not measured, target <= 1024 MB"),
        ({"server": POINTS[:9]}, "missed:  Server memory under load was not measured, target <= 1024 MB"),
        (
            {"server": [Point(at, 1300, {}, None) for at in range(20)]},
            "missed:  Server memory under load is 1300 MB",
        ),
        ({"server": POINTS[:5] + POINTS[15:]}, "missed:  Server memory under load was not measured"),
        (
            {"broke_off": "no route to host"},
            "invalid: the server was not sampled to the end: no route to host",
        ),
        ({"crashes": ("KeyError: 7",)}, "invalid: the scenario itself failed: KeyError: 7"),
        ({"cpu": 85.0}, "invalid: Locust used 85 % of one core (at most 70 %)"),
        ({"end": 12.0}, "invalid: the load ended after 12 of 20 s"),
    ],
)
def test_what_is_missed_or_not_to_be_believed_fails_the_load_and_is_named(
    told: dict[str, Any], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not print_figures(made_load(**told))
    assert said in capsys.readouterr().err


def test_figures_can_be_drawn_without_locust_which_patches_the_whole_interpreter() -> None:
    code = (
        "import sys, loadtests.runner.verdict, loadtests.evidence.__main__; sys.exit('locust' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
