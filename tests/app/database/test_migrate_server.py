"""The migration runner on a deployed server, mostly on a scratch database."""

import subprocess

import pytest

from app.database.direct import LOCK
from tests.app.support.server import MIGRATE, Server

pytestmark = pytest.mark.server

DUMP = "cd / && runuser -u postgres -- pg_dump -s --restrict-key=same scratch"


def test_a_second_run_prints_nothing(server: Server) -> None:
    assert server.run(f"{MIGRATE} up 2>&1") == ""


def test_down_and_up_again_gives_the_same_schema(server: Server) -> None:
    with server.scratch_database() as scratch:
        made = server.run(f"{MIGRATE} up --database {scratch}").splitlines()
        before = server.run(DUMP)
        for _ in made:
            server.run(f"{MIGRATE} down --database {scratch}")
        assert "CREATE TABLE public.users" not in server.run(DUMP)
        server.run(f"{MIGRATE} up --database {scratch}")

        assert server.run(DUMP) == before
        assert "CREATE TABLE public.users" in before


def test_down_to_a_version_leaves_it_the_newest(server: Server) -> None:
    with server.scratch_database() as scratch:
        server.run(f"{MIGRATE} up --database {scratch}")
        undone = server.run(f"{MIGRATE} down --to 0018_messages --database {scratch}").splitlines()
        refused = server.run(f"({MIGRATE} down --to 0019_nothing --database {scratch} 2>&1; echo $?)")
        left = server.sql("SELECT max(version) FROM schema_migrations", "scratch")

    assert left == "0018_messages"
    assert undone[-1] == "0019_cache_touches rolled back"
    assert undone == sorted(undone, reverse=True)
    assert refused == "0019_nothing is not applied; `bantam-migrate status` lists what is.\n1"


def test_only_one_runner_at_a_time_and_the_error_names_the_other(server: Server) -> None:
    holder = (
        "cd / && runuser -u postgres -- psql -qX scratch"
        f" -c 'SET application_name = holder; SELECT pg_advisory_lock({LOCK}), pg_sleep(5)'"
    )
    with server.scratch_database() as scratch:
        server.run(f"({holder}) > /dev/null 2>&1 & sleep 1")
        refused = server.run(f"({MIGRATE} up --database {scratch} 2>&1; echo $?)")

    assert refused.startswith("Another run is working on this database (holder, backend ")
    assert refused.endswith("\n1")


def test_a_changed_file_is_rejected_and_nothing_else_is_applied(server: Server) -> None:
    with server.scratch_database() as scratch:
        server.run(f"{MIGRATE} up --database {scratch}")
        server.sql("UPDATE schema_migrations SET sha256 = 'another' WHERE version LIKE '0002%'", "scratch")
        refused = server.run(f"({MIGRATE} up --database {scratch} 2>&1; echo $?)")

    assert refused == (
        "0002_work.up.sql was changed after it was applied; restore it and add a new migration.\n1"
    )


def test_a_changed_file_is_not_rolled_back(server: Server) -> None:
    with server.scratch_database() as scratch:
        server.run(f"{MIGRATE} up --database {scratch}")
        server.sql("UPDATE schema_migrations SET sha256 = 'another'", "scratch")
        refused = server.run(f"({MIGRATE} down --database {scratch} 2>&1; echo $?)")
        left = server.sql("SELECT max(version) FROM schema_migrations", "scratch")

    assert refused == (
        f"{left}.up.sql was changed after it was applied; roll it back with the release that has it.\n1"
    )


def test_a_database_that_does_not_answer_is_one_sentence(server: Server) -> None:
    with pytest.raises((AssertionError, subprocess.CalledProcessError)):
        server.run(f"{MIGRATE} up --database 'host=/run/postgresql dbname=nowhere user=postgres'")
    said = server.run(
        f"{MIGRATE} up --database 'host=/run/postgresql dbname=nowhere user=postgres' 2>&1 || true"
    )

    assert said.count("\n") == 0
    assert 'database "nowhere" does not exist' in said


def test_the_app_owns_nothing_and_may_create_nothing(server: Server) -> None:
    owned = "SELECT count(*) FROM pg_class WHERE relowner = 'bantam_app'::regrole"

    assert server.sql(owned) == "0"
    assert server.sql("SELECT has_schema_privilege('bantam_app', 'public', 'CREATE')") == "f"
    assert server.sql("SELECT has_table_privilege('bantam_app', 'tasks', 'DELETE, TRUNCATE')") == "f"


def test_every_foreign_key_has_an_index_that_begins_with_it(server: Server) -> None:
    bare = """
        SELECT c.conrelid::regclass || '.' || c.conname
        FROM pg_constraint AS c
        WHERE c.contype = 'f'
          AND NOT EXISTS (
              SELECT
              FROM pg_index AS i
              WHERE i.indrelid = c.conrelid
                AND i.indkey[0] = c.conkey[1]
          )
    """

    assert server.sql(bare) == ""


def test_both_forms_of_the_rule_who_sees_what_agree(server: Server) -> None:
    """Of each role, some users: seen_projects is what their key opens by project_keys."""
    differing = """
        SELECT u.id
        FROM users AS u
        JOIN callers AS c ON c.user_id = u.id
        WHERE u.id <= 60
          AND (
              SELECT coalesce(json_agg(s.project_id ORDER BY s.project_id)::text, '')
              FROM seen_projects(u.id, u.client_id, u.role) AS s
          ) <> (
              SELECT coalesce(json_agg(k.project_id ORDER BY k.project_id)::text, '')
              FROM (
                  SELECT DISTINCT k.project_id
                  FROM project_keys AS k
                  WHERE k.key = c.key
              ) AS k
          )
    """

    assert server.rows(differing) == []


def test_the_rule_for_one_project_agrees_with_the_rule_for_all(server: Server) -> None:
    """Of each role, some users and projects: sees_project is whether seen_projects has it."""
    differing = """
        SELECT u.id, p.id AS project
        FROM users AS u
        CROSS JOIN projects AS p
        LEFT JOIN LATERAL seen_projects(u.id, u.client_id, u.role) AS s ON s.project_id = p.id
        WHERE u.id <= 60
          AND p.id <= 400
          AND sees_project(u.id, u.client_id, u.role, p.id) <> (s.project_id IS NOT NULL)
    """

    assert server.rows(differing) == []


def test_no_key_opens_a_deleted_project(server: Server) -> None:
    opened = """
        SELECT DISTINCT p.id
        FROM projects AS p
        JOIN project_keys AS k ON k.project_id = p.id
        WHERE p.deleted_at IS NOT NULL
          AND k.key IS NOT NULL
    """

    assert server.rows(opened) == []
