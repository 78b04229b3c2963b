"""Seeding on a deployed server, on a scratch database."""

import json

import pytest

from app.agency.seed.scale import counts
from tests.app.support.server import MIGRATE, SEED, Server

pytestmark = pytest.mark.server

CHECKSUM = (
    "SELECT md5(string_agg(md5(t::text), '' ORDER BY t.id)) FROM notifications AS t"
    " UNION ALL SELECT md5(string_agg(md5(t::text), '' ORDER BY t.id)) FROM tasks AS t"
    " UNION ALL SELECT md5(string_agg(md5(t::text), '' ORDER BY t.id)) FROM time_entries AS t"
)

LOGGED = "SELECT sum(minutes) FROM time_entries WHERE deleted_at IS NULL"
MINUTES = (
    "SELECT sum(e.minutes) FROM time_entries AS e JOIN projects AS p ON p.id = e.project_id"
    " WHERE e.deleted_at IS NULL AND p.deleted_at IS NULL"
)
PAID = "SELECT sum(amount) FROM payments"
DONE = "SELECT count(*) FROM tasks WHERE completed_at IS NOT NULL AND deleted_at IS NULL"


def test_a_seed_makes_the_rows_that_its_scale_says_and_keeps_the_schema(server: Server) -> None:
    dump = "cd / && runuser -u postgres -- pg_dump -s --restrict-key=same -T seed_state scratch"
    with server.scratch_database() as scratch:
        server.run(f"{MIGRATE} up --database {scratch}")
        schema = server.run(dump)
        said = json.loads(server.run(f"{SEED} --scale 0.01 --database {scratch} 2>/dev/null"))
        tasks = int(server.sql("SELECT count(*) FROM tasks", "scratch"))
        new = int(
            server.sql(
                "INSERT INTO clients (name, industry) VALUES ('New', 'energy') RETURNING id", "scratch"
            )
        )

        assert server.run(dump) == schema
        assert tasks == counts(0.01).tasks
        assert said["users"] == counts(0.01).users
        assert new == counts(0.01).clients + 1


def test_the_reports_are_of_the_rows_that_were_seeded(server: Server) -> None:
    with server.scratch_database() as scratch:
        server.run(f"{MIGRATE} up --database {scratch}")
        server.run(f"{SEED} --scale 0.01 --database {scratch} 2>/dev/null")
        old = "SELECT count(*) FROM report_refreshes WHERE refreshed_at < now() - interval '1 hour'"

        assert server.sql("SELECT sum(minutes) FROM report_time", "scratch") == server.sql(MINUTES, "scratch")
        assert server.sql("SELECT sum(paid) FROM report_finance", "scratch") == server.sql(PAID, "scratch")
        assert server.sql("SELECT sum(done) FROM report_projects", "scratch") == server.sql(DONE, "scratch")
        assert server.sql("SELECT sum(minutes) FROM report_team", "scratch") == server.sql(LOGGED, "scratch")
        assert server.sql(old, "scratch") == "0"


def test_the_same_seed_again_does_nothing_and_another_one_replaces_it(server: Server) -> None:
    with server.scratch_database() as scratch:
        server.run(f"{MIGRATE} up --database {scratch}")
        day = "--today 2026-11-23"
        server.run(f"{SEED} --scale 0.01 {day} --database {scratch}")
        first = server.sql(CHECKSUM, "scratch")
        again = server.run(f"{SEED} --scale 0.01 --database {scratch} 2>&1")
        server.run(f"{SEED} --scale 0.01 --work 2 {day} --database {scratch}")
        other = server.sql(CHECKSUM, "scratch")
        server.run(f"{SEED} --scale 0.01 {day} --database {scratch}")

        assert "Already seeded: scale 0.01, seed 1, for 2026-11-23." in again
        assert other != first
        assert server.sql(CHECKSUM, "scratch") == first


def test_a_killed_run_leaves_nothing_and_the_next_one_succeeds(server: Server) -> None:
    with server.scratch_database() as scratch:
        server.run(f"{MIGRATE} up --database {scratch}")
        killed = server.run(
            f"({SEED.replace('| ', '| timeout -s KILL 1 ')} --scale 1 --database {scratch}; echo $?) 2>&1"
        )
        assert killed.splitlines()[-1] == "137"
        server.run(f"{SEED} --scale 0.01 --database {scratch}")

        assert int(server.sql("SELECT count(*) FROM tasks", "scratch")) == counts(0.01).tasks


def test_rows_that_no_seed_created_are_not_touched(server: Server) -> None:
    with server.scratch_database() as scratch:
        server.run(f"{MIGRATE} up --database {scratch}")
        server.sql("INSERT INTO clients (name, industry) VALUES ('Real', 'energy')", "scratch")
        refused = server.run(f"({SEED} --scale 0.01 --database {scratch} 2>&1; echo $?)")

        assert refused == "The table clients has rows that no seed created; seed an empty database.\n1"
        assert server.sql("SELECT count(*) FROM clients", "scratch") == "1"


def test_without_tables_the_message_is_to_migrate_first(server: Server) -> None:
    with server.scratch_database() as scratch:
        refused = server.run(f"({SEED} --scale 0.01 --database {scratch} 2>&1; echo $?)")

    assert refused == "The table clients does not exist; run `bantam-migrate up` first.\n1"
