"""The gate on two servers: a slower query is found, and only that one."""

import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from loadtests.files import read_json
from loadtests.regressions.comparison import Comparison
from tests.conftest import NewServer
from tests.servers import ROOT, SMALL_SCALE, SandboxServer

pytestmark = [pytest.mark.server, pytest.mark.alone]

QUERIES = "/opt/bantam/current/lib/python3.13/site-packages/app/agency/queries"
SLOWED = {
    "lists/tasks.sql": "task_list",
    "lists/comments.sql": "comment_list",
    "lists/projects.sql": "project_list",
    "lists/time_entries.sql": "time_list",
    "dashboard_user.sql": "dashboard, miss",
    "dashboard_manager.sql": "dashboard_manager, miss",
    "searches/tasks.sql": "search_tasks, miss",
    "searches/projects.sql": "search_projects, miss",
}
"""Query -> the kind of request that it makes slower."""

LIVE = re.compile(r"\b\w+\.deleted_at IS NULL")
LISTS_OF_TASKS = {"task_list", "task_page, miss", "task"}
"""What lists/tasks.sql answers: a single task is a list of one."""

SAME_TIMES, SLOWER_TIMES = 40, 20
SLOWER_MS = 5.0

Gate = Callable[[], tuple[int, Comparison]]


@pytest.fixture(scope="module")
def before(ready_server: NewServer) -> SandboxServer:
    return ready_server("gate-a", scale=SMALL_SCALE)


@pytest.fixture(scope="module")
def after(ready_server: NewServer) -> SandboxServer:
    return ready_server("gate-b", scale=SMALL_SCALE)


@pytest.fixture
def gate(before: SandboxServer, after: SandboxServer, tmp_path_factory: pytest.TempPathFactory) -> Gate:
    """The gate in its short form: its exit code and its summary."""

    def run() -> tuple[int, Comparison]:
        out = tmp_path_factory.mktemp("gate")
        command = [sys.executable, "-m", "loadtests.regressions", "--out", str(out), "gate"]
        command += ["--before", str(before.run_folder), "--after", str(after.run_folder), "--seconds", "48"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        print(done.stdout, done.stderr)
        return done.returncode, read_json(out / "latest" / "summary.json", Comparison, "the gate's")

    return run


@contextmanager
def slower(server: SandboxServer, query: str, ms: float) -> Iterator[None]:
    """A query of the server's release takes so many ms longer."""
    file, restart = f"{QUERIES}/{query}", "systemctl restart 'bantam-app@*'"
    counted = "EXPLAIN ANALYZE SELECT count(*) FROM generate_series(1, 300000)"
    told = server.run(f'cd / && runuser -u postgres -- psql -XAtd bantam -c "{counted}" -c "{counted}"')
    rows = round(300_000 * ms / float(re.findall(r"Execution Time: ([\d.]+)", told)[-1]))
    text = (ROOT / "app/agency/queries" / query).read_text()
    work = f"(SELECT count(*) FROM generate_series(1, {rows})) > 0"  # noqa: S608 (a number)
    planted, count = LIVE.subn(rf"\g<0> AND {work}", text, 1)
    assert count == 1
    server.run(f"cp {file} /root/kept.sql && cat > {file} <<'PLANTED'\n{planted}\nPLANTED\n{restart}")
    try:
        yield
    finally:
        server.run(f"cat /root/kept.sql > {file} && {restart}")


def usual_ms(comparison: Comparison, kind: str) -> float:
    """How long a kind takes on the server before, at the median."""
    return next(row.p50[0] for row in comparison.looks[0] if row.name == kind)


def test_a_slower_query_is_named_and_nothing_else(gate: Gate, after: SandboxServer) -> None:
    with slower(after, "lists/tasks.sql", SLOWER_MS):
        code, comparison = gate()

    assert code == 1
    assert {"task_list", "task_page, miss"} <= set(comparison.worse) <= LISTS_OF_TASKS
    assert comparison.problems == []


@pytest.mark.rehearsal
def test_forty_times_against_itself_raise_no_alarm(gate: Gate) -> None:
    alarms = []
    for _ in range(SAME_TIMES):
        code, comparison = gate()
        if code:
            alarms.append(comparison.worse + comparison.problems + comparison.doubts)

    print(f"{len(alarms)} alarms in {SAME_TIMES} runs: {alarms}")
    assert alarms == []


@pytest.mark.rehearsal
@pytest.mark.parametrize(("share", "found_at_least"), [(0.2, 19), (0.5, 20)])
def test_a_slower_query_is_found(gate: Gate, after: SandboxServer, share: float, found_at_least: int) -> None:
    _, usual = gate()
    chance, missed = random.Random(share), []  # noqa: S311 (no secret)
    for query in (chance.choice([*SLOWED]) for _ in range(SLOWER_TIMES)):
        with slower(after, query, share * usual_ms(usual, SLOWED[query])):
            code, comparison = gate()
        if not (code == 1 and SLOWED[query] in comparison.worse):
            missed.append((query, comparison.worse))

    print(f"{SLOWER_TIMES - len(missed)} of {SLOWER_TIMES} found; missed: {missed}")
    assert SLOWER_TIMES - len(missed) >= found_at_least
