"""The drill on a real server: what is in the repository can be restored, and damage is found."""

import json
import random
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.servers import SandboxServer, checked

pytestmark = [pytest.mark.server, pytest.mark.long]

REPOSITORY = "/var/lib/pgbackrest"
SQL = "cd / && runuser -u postgres -- psql -XAtqw -v ON_ERROR_STOP=1 -p 5432 -d bantam"
LAST = "tail -n 1 /var/log/bantam/drills.jsonl"
WORKS = "[p]g_amcheck|[p]gbackrest .*(verify|restore)|[p]ostgres: .*amcheck|[p]ostgres .*drilled"
WATCH = f"while sleep 0.1; do ps -eo cls,args | grep -E '{WORKS}'; done > /run/watched"
CLEAN = pytest.mark.rehearsal
Run = Callable[[str], str]


def last_drill(run: Run) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(LAST))
    return found


@pytest.mark.parametrize("again", [1, *(pytest.param(each, marks=CLEAN) for each in range(2, 21))])
def test_a_drill_restores_every_row_and_cleans_up(
    sandbox_server: SandboxServer, run_on_server: Run, again: int
) -> None:
    run_on_server(f"systemd-run -q --collect --unit=watches sh -c {shlex.quote(WATCH)}")
    said = checked(sandbox_server.make("drill")).stderr
    run_on_server("systemctl stop watches")
    result = last_drill(run_on_server)
    assert "failed" not in result, again
    # Its scheduling class: only what nobody else needs.
    assert set(run_on_server("cut -c1-4 /run/watched").split()) == {"IDL"}
    assert f"{result['rows']:,} rows" in said
    tasks = run_on_server(f"{SQL} -c 'TABLE tasks' | wc -l")
    assert result["rows"] > int(tasks)
    assert run_on_server("ls /var/lib/postgresql/17") == "main"
    assert sandbox_server.ssh("systemctl is-active bantam-drilled").stdout.strip() == "inactive"


def test_a_drill_tells_what_would_be_lost(sandbox_server: SandboxServer, run_on_server: Run) -> None:
    run_on_server("systemctl stop bantam-history.timer")  # its rows would be lost as well
    run_on_server(f"{SQL} -c 'CREATE TABLE drilled AS SELECT 1 AS n' -c 'SELECT pg_switch_wal()'; sleep 3")
    run_on_server(f"{SQL} -c 'INSERT INTO drilled SELECT generate_series(2, 8)'")
    try:
        checked(sandbox_server.make("drill"))
        result = last_drill(run_on_server)
        assert result["lost_rows"] in {0, 7}  # archive_timeout may have come in between
        assert (result["lost_transactions"] == 0) == (result["lost_s"] == 0)
    finally:
        run_on_server(f"{SQL} -c 'DROP TABLE drilled'; systemctl start bantam-history.timer")


@contextmanager
def flipped_byte(run: Run, seed: int) -> Iterator[str]:
    """One byte of one file of the repository is another, in WAL or in a backup; its path."""
    choose = random.Random(seed)  # noqa: S311  to be repeatable
    kinds = r"\( -name '*.zst' -o -name '*.pgbi' -o -path '*/bundle/*' \)"
    listed = run(f"cd {REPOSITORY} && find archive backup -type f {kinds} -printf '%s %p\\n'")
    size, path = choose.choice(sorted(listed.splitlines())).split(maxsplit=1)
    place = choose.randrange(int(size))
    file = f"{REPOSITORY}/{path}"
    run(f"cp -a {file} /root/flipped")
    run(
        f'python3 -c \'import sys; f = open(sys.argv[1], "r+b"); f.seek({place}); byte = f.read(1)[0];'
        f" f.seek({place}); f.write(bytes([byte ^ {choose.randrange(1, 256)}]))' {file}"
    )
    try:
        yield path
    finally:
        run(f"cp -a /root/flipped {file} && rm /root/flipped")


@pytest.mark.parametrize("seed", [1, *(pytest.param(each, marks=CLEAN) for each in range(2, 21))])
def test_one_wrong_byte_in_the_repository_is_found(
    sandbox_server: SandboxServer, run_on_server: Run, seed: int
) -> None:
    with flipped_byte(run_on_server, seed) as path:
        failed = sandbox_server.make("drill")
    assert failed.returncode != 0, path
    assert failed.stderr.splitlines()[-2].startswith("The drill failed. The repository is damaged: "), path
    assert last_drill(run_on_server)["failed"].startswith("The repository is damaged: ")
    run_on_server("sed -i '$d' /var/log/bantam/drills.jsonl")
