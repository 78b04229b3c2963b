"""Reads against acknowledged writes on a deployed server, with workers killed and writes past the app."""

import json

import pytest

from tests.app.support.on_server import bearer, remote
from tests.app.support.proof import FULL
from tests.app.support.server import SEEDED, Server

pytestmark = pytest.mark.server

READS, PARTS = (100_000, 10) if FULL else (20_000, 1)
# Users whose dashboards are read as well: they have tasks.
WITH_WORK = """
SELECT t.assignee_id AS person
FROM tasks AS t
JOIN users AS u ON u.id = t.assignee_id
WHERE t.completed_at IS NULL
  AND t.deleted_at IS NULL
  AND u.role = 'team_member'
  AND {seeded}
GROUP BY t.assignee_id
ORDER BY count(*) DESC, t.assignee_id
LIMIT 3
"""


def asked(server: Server, *options: str, reads: int = READS) -> dict[str, int]:
    """What the oracle found."""
    people = [bearer(server, row["person"]) for row in server.rows(WITH_WORK.format(seeded=SEEDED))]
    persons = " ".join(f"--person {token}" for token in people)
    arguments = f"--token {bearer(server, 1)} {persons} --reads {reads} {' '.join(options)}"
    said = remote(server, "races", arguments)
    print(said)
    found: dict[str, int] = json.loads(said)
    return found


def inspected(server: Server, finding: str) -> int:
    """How many hits the app itself has compared with the database, and found to be that."""
    namespaces = server.get("/api/admin/cache-stats", 1).json()["namespaces"]
    return sum(each[finding] for each in namespaces)


@pytest.mark.usefixtures("slow_fills")
@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_no_read_is_older_than_what_was_acknowledged_before_it_began(server: Server, part: int) -> None:
    # After many kills, systemd would wait longer and longer until it starts a worker again.
    server.run("systemctl restart 'bantam-app@*'")
    compared, wrong = inspected(server, "inspected"), inspected(server, "wrong")
    found = asked(server, "--kills", "--psql", f"--seed={part}")

    assert found["reads"] >= READS
    assert found["writes"] > READS / 100
    assert found["kills"] > 0
    assert found["psql_writes"] > 0
    assert found["compared"] > READS
    assert (found["stale"], found["differences"]) == (0, 0)
    assert inspected(server, "inspected") > compared
    assert inspected(server, "wrong") == wrong


def test_the_oracle_notices_when_writes_past_the_app_are_not_relayed(server: Server) -> None:
    server.sql("ALTER TABLE tasks DISABLE TRIGGER USER")
    try:
        found = asked(server, "--psql", "--writers", "0")
    finally:
        server.sql("ALTER TABLE tasks ENABLE TRIGGER USER")

    assert found["stale"] + found["differences"] > 0
