"""History: a sample every minute of every part of the server, within a small part of a core."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from verify.probes.units import Unit

JOBS = ["bantam-history", "bantam-report"]
NEWEST_S = 7 * 60
"""Samples are kept every five minutes; one may take a minute, and the next one waits for it."""

CPU_S = 0.6
"""One percent of a core, once a minute."""

MEMORY_MB = 40
Catalog = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def history(host: Any, catalog: Catalog) -> dict[str, Any]:
    """After the sample that is being taken, which may be the first one."""
    deadline = time.monotonic() + 30
    while host.run("systemctl is-active bantam-history.service").stdout.strip() == "activating":
        assert time.monotonic() < deadline, "a sample takes longer than half a minute"
        time.sleep(0.5)
    [row] = catalog("history")
    return row


@pytest.fixture(scope="module")
def recent(host: Any, history: dict[str, Any]) -> list[dict[str, Any]]:
    """The newest sample after the one before it, wherever they are kept by now."""
    assert history
    samples: list[dict[str, Any]] = json.loads(host.check_output("cat /var/lib/bantam-history/recent.json"))
    return samples


@pytest.mark.parametrize(
    ("name", "value"), [("ActiveState", "active"), ("UnitFileState", "enabled"), ("NeedDaemonReload", "no")]
)
@pytest.mark.parametrize("job", JOBS)
def test_timer(unit: Callable[[str], Unit], job: str, name: str, value: str) -> None:
    assert unit(f"{job}.timer").properties[name] == value


@pytest.mark.parametrize(
    ("name", "value"), [("Result", "success"), ("ExecMainStatus", "0"), ("NeedDaemonReload", "no")]
)
@pytest.mark.parametrize("job", JOBS)
def test_last_run_of(unit: Callable[[str], Unit], job: str, name: str, value: str) -> None:
    assert unit(f"{job}.service").properties[name] == value


@pytest.mark.parametrize("job", JOBS)
def test_exposure_of(unit: Callable[[str], Unit], job: str) -> None:
    assert unit(f"{job}.service").exposure() <= 2.0


def test_samples_are_kept(history: dict[str, Any]) -> None:
    assert history["newest_s"] is not None, "no sample has been kept yet"
    assert history["newest_s"] < NEWEST_S


def test_every_part_answers(recent: list[dict[str, Any]]) -> None:
    """In the newest sample or in the one before: after a start, some are later than the first sample."""
    silent = [{part for part, said in sample["figures"].items() if said is None} for sample in recent]
    assert silent[0] & silent[1] == set()


def test_no_sample_is_older_than_the_inventory_says(
    history: dict[str, Any], settings: dict[str, Any]
) -> None:
    assert history["days"] <= settings["history_days"]


def test_a_sample_costs_at_most_a_hundredth_of_a_core(history: dict[str, Any]) -> None:
    assert history["cpu_s"] + history["database_cpu_s"] < CPU_S


def test_a_sample_fits_into_the_memory_for_monitoring(history: dict[str, Any]) -> None:
    assert history["memory_mb"] <= MEMORY_MB
