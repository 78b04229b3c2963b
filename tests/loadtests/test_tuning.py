"""Settings compared: the rivals' files, and what counts as a win."""

import re
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from loadtests.errors import RefusedError
from loadtests.evidence.inputs import Host
from loadtests.load_shape import read_shape
from loadtests.results.load_file import Load
from loadtests.target import Seed
from loadtests.tuning import run
from loadtests.tuning.__main__ import MB, doubts
from loadtests.tuning.figures import database_ms, rows, wal_of_a_write, wins
from loadtests.tuning.page import Tuning, as_text, render
from loadtests.tuning.run import Loads, order
from loadtests.tuning.server import OURS, SETS, SETTINGS, STOCK, Size, compared, settings
from tests.loadtests.made import PLAN, ROOT, made_load
from tests.loadtests.test_evidence import Page

SETTING = re.compile(r"^([a-z_.]+) = ", re.MULTILINE)
OURS_FILE = (ROOT / "templates/postgresql/bantam.conf.j2").read_text()
# What makes the server what it is, whoever chose its sizes: where it listens, the pool's connections, the
# archive, the log, what is counted.
NOT_TUNING = re.compile(
    r"listen_|unix_socket|max_connections|superuser_reserved|reserved_connections|password_|archive_|shared_preload"
    r"|compute_query_id|pg_stat_statements|auto_explain|track_|log_|logging_|timezone|idle_in_transaction"
)


def loads(*, ms: float = 10.0, sent: float = 100.0) -> Loads:
    def measured(load: Load) -> Load:
        return msgspec.structs.replace(
            load, measurements=load.measurements | {"api.p95": ms}, sent_per_second=sent
        )

    return Loads(measured(made_load()), measured(made_load()), Size(stored=2, buffers=1))


def found(*others: float) -> list[dict[str, Loads]]:
    """Rounds in which ours took 10 ms, and each other set so many."""
    return [{name: loads(ms=10.0 if name == OURS else ms) for name in SETS} for ms in others]


def test_the_defaults_take_back_every_setting_that_is_ours() -> None:
    tuned = {name for name in SETTING.findall(OURS_FILE) if not NOT_TUNING.match(name)}

    assert set(SETTING.findall((SETTINGS / "stock.conf").read_text())) == tuned


@pytest.mark.parametrize("file", sorted(SETTINGS.glob("*-*.conf")), ids=lambda file: file.stem)
def test_a_tuner_sets_no_connections(file: Path) -> None:
    named = SETTING.findall(file.read_text())

    assert len(named) == len(set(named))
    assert "shared_buffers" in named
    assert [name for name in named if NOT_TUNING.match(name)] == []


@pytest.mark.parametrize(("ram_mb", "buffers"), [(1960, "512MB"), (2048, "512MB"), (4096, "1GB")])
def test_a_set_is_that_of_the_server_on_top_of_the_defaults(ram_mb: int, buffers: str) -> None:
    lines = settings("pgtune", ram_mb)

    assert lines.startswith(settings(STOCK, ram_mb))
    assert re.findall(r"^shared_buffers = (.*)$", lines, re.MULTILINE) == ["128MB", buffers]
    assert settings(OURS, ram_mb) == ""


def test_a_server_that_no_tuner_was_asked_about_is_refused() -> None:
    with pytest.raises(RefusedError, match="this server has 8192 MB"):
        settings("pgtune", 8192)


@pytest.mark.parametrize("shape", ["usual", "busy"])
def test_a_load_of_the_comparison_begins_with_an_empty_cache(shape: str) -> None:
    assert read_shape(run.FOLDER / f"{shape}.yml").cold


def test_only_a_sandbox_gets_other_settings() -> None:
    target = msgspec.structs.replace(PLAN.target, kind="production")

    with pytest.raises(RefusedError, match="only a sandbox"), compared(target):
        pass


@pytest.mark.parametrize(
    ("rounds", "won"),
    [((8.0, 7.0, 9.0), ["API, p95"]), ((8.0, 7.0, 9.9), []), ((12.0, 13.0), []), ((5.0,), [])],
)
def test_a_win_is_one_of_every_round(rounds: tuple[float, ...], won: list[str]) -> None:
    assert wins(rows(found(*rounds))) == {name: won for name in SETS if name != OURS}


def test_a_win_needs_a_figure_of_every_round() -> None:
    rounds = found(5.0, 5.0)
    gone = msgspec.structs.replace(rounds[1][STOCK].usual, measurements={})
    rounds[1][STOCK] = rounds[1][STOCK]._replace(usual=gone)

    assert "API, p95" not in wins(rows(rounds)).get(STOCK, [])


def test_each_set_has_every_place_once_and_follows_every_other_once() -> None:
    orders = [order(number) for number in range(4)]

    assert all(sorted(places) == sorted(SETS) for places in zip(*orders, strict=True))
    assert len({pair for each in orders for pair in pairwise(each)}) == len(SETS) * (len(SETS) - 1)


def test_data_that_fits_into_memory_is_told() -> None:
    rounds = found(10.0, 10.0)
    rounds[0]["pgtune"] = rounds[0]["pgtune"]._replace(size=Size(stored=300 * MB, buffers=512 * MB))

    assert [doubt for doubt in doubts(rounds) if "fits into shared_buffers of pgtune (512 MB)" in doubt]


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_comparison_puts_the_settings_back(tmp_path: Path, ending: signal.Signals) -> None:
    commands, began = tmp_path / "commands", tmp_path / "began"
    ssh = tmp_path / "ssh"
    ssh.write_text(f'#!/bin/sh\ncat >> {commands}\necho "$2" >> {commands}\ncase "$2" in\n')
    with ssh.open("a") as script:
        script.write(f"*SELECT*) touch {began}; exec sleep 5;;\nesac\n")
    ssh.chmod(0o755)
    target = msgspec.structs.replace(PLAN.target, kind="sandbox", ssh=[str(ssh), "server"])
    (tmp_path / "target.json").write_bytes(msgspec.json.encode(target))
    (tmp_path / "host.json").write_bytes(msgspec.json.encode(Host(ram_mb=2048, vcpus=2, kind="sandbox")))
    command = [sys.executable, "-m", "loadtests.tuning", "--run-dir", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as running:
        while not began.exists():
            assert running.poll() is None
            time.sleep(0.05)
        running.send_signal(ending)
        _, said = running.communicate(timeout=20)

    assert running.returncode == 128 + signal.SIGINT
    assert said == "Interrupted: the server has the project's settings again.\n"
    assert "rm -rf /etc/postgresql" in commands.read_text().splitlines()[-1]


def test_more_throughput_is_better() -> None:
    both = [{name: loads(sent=100.0 if name == OURS else 120.0) for name in SETS} for _ in range(2)]

    assert "Throughput when busy" in wins(rows(both))[STOCK]


def test_work_is_counted_for_each_request() -> None:
    load = made_load()

    # Nine ms of statements, and a KB of WAL a second.
    assert database_ms(load) == pytest.approx(9 / (load.sent_per_second * load.measured_seconds))
    wal = wal_of_a_write(load)
    assert wal is not None
    assert 0 < wal < 1


def test_the_page_needs_nothing_but_itself() -> None:
    tuning = Tuning(
        time="2026-11-29T00:00:00+00:00",
        git_revision="0" * 40,
        host=Host(ram_mb=2048, vcpus=2, kind="sandbox"),
        seed=Seed(1, 10, 1),
        rounds=2,
        rows=rows(found(8.0, 9.0)),
        failed={OURS: 0, STOCK: 3},
        doubts=["stock, round 1: the load ended early"],
    )

    text = render(tuning)

    assert Page(text).outside == []
    assert "stock wins: API, p95." in text
    assert "stock: 3 requests failed." in text
    assert "0.85x (0.8 to 0.9) *" in as_text(tuning)
