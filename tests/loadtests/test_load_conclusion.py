import subprocess
import sys
from typing import Any

import pytest

from loadtests.results.figures import Answer
from loadtests.runner.verdict import print_figures
from tests.loadtests.made import ANSWERS, MACHINE, ROOT, SERVER, machine, made_load


def test_a_load_that_met_everything_passes_in_silence(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_figures(made_load())
    assert capsys.readouterr().err == ""


def test_the_warm_up_is_on_the_timeline_but_in_no_figure() -> None:
    slow_begin = [Answer("dashboard", 1, 9000, error="status 502", cache="miss")]

    found = made_load(answers=slow_begin + ANSWERS)

    assert found.measurements["dashboard.p99"] == 10
    assert found.measurements["errors"] == 0
    assert found.slices[0].percentiles["dashboards"]["p99"] == 9000


def test_memory_counts_from_the_first_user_on() -> None:
    before, peak = (-1.5, machine(-1.5, 2000)), (2.5, machine(2.5, 900))
    server = SERVER._replace(machine=sorted([*MACHINE, before, peak]))

    assert made_load(server=server).measurements["memory.load"] == 900


def test_the_servers_side_is_of_the_time_after_the_warm_up() -> None:
    measured = made_load().measurements

    assert measured["database.cpu"] == pytest.approx(5)
    assert measured["database.disk_reads"] == pytest.approx(10)
    assert measured["queries.per_minute"] == pytest.approx(600)
    assert measured["query.longest"] == 40
    assert measured["pool.used"] == pytest.approx(5)
    assert measured["pool.wait"] == pytest.approx(2)
    assert measured["cache.evicted"] == 0


@pytest.mark.parametrize(
    ("lost", "unknown"),
    [
        ("machine", {"memory.load", "database.cpu", "server.cpu"}),
        ("database", {"queries.per_minute", "query.longest", "database.disk_reads", "database.connections"}),
        ("pool", {"pool.used", "pool.wait"}),
        ("redis", {"cache.evicted"}),
    ],
)
def test_what_no_session_said_was_not_measured(lost: str, unknown: set[str]) -> None:
    measured = made_load(server=SERVER._replace(**{lost: []})).measurements

    assert {name for name, value in measured.items() if value is None} == unknown


def changed(**change: object) -> list[Answer]:
    return [answer._replace(**change) for answer in ANSWERS]  # type: ignore[arg-type] # any field


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"answers": []}, "invalid: no request was sent after the warm-up"),
        ({"answers": []}, "missed:  Dashboards, p95 was not measured, target < 500 ms"),
        ({"answers": ANSWERS[80:]}, "missed:  Dashboards, p95 was not measured, target < 500 ms"),
        ({"answers": changed(ms=812)}, "missed:  Dashboards, p95 is 812 ms, target < 500 ms"),
        ({"answers": changed(cache=None)}, "missed:  Cache hit rate was not measured"),
        ({"answers": changed(cache="off")}, "missed:  Cache hit rate is 0 %, target > 80 %"),
        ({"answers": changed(error="status 500")}, "failed:  15 x dashboard: status 500"),
        ({"answers": changed(error="status 500")}, "missed:  Errors is 100 %, target < 0.1 %"),
        (
            {"server": SERVER._replace(machine=[])},
            "missed:  Server memory under load was not measured, target <= 1024 MB",
        ),
        (
            {"server": SERVER._replace(machine=MACHINE[:9])},
            "missed:  Server memory under load was not measured, target <= 1024 MB",
        ),
        (
            {"server": SERVER._replace(machine=[(at, machine(at, 1300)) for at in range(21)])},
            "missed:  Server memory under load is 1300 MB",
        ),
        (
            {"server": SERVER._replace(machine=MACHINE[:5] + MACHINE[15:])},
            "missed:  Server memory under load was not measured",
        ),
        (
            {"broke_off": "no route to host"},
            "invalid: the server was not sampled to the end: no route to host",
        ),
        ({"crashes": ("KeyError: 7",)}, "invalid: the scenario itself failed: KeyError: 7"),
        ({"cpu": 85.0}, "invalid: Locust used 85 % of one core (at most 70 %)"),
        ({"unsent": 1000}, "invalid: of 99 requests/s only 32 could be sent: too much for the server"),
        ({"answers": changed(late=30)}, "invalid: of 32 requests/s only 0 could be sent"),
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
