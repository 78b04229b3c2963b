"""Migrations beside a running app, on a scratch database: locks of others, indexes built concurrently."""

import shlex
from collections.abc import Iterator

import pytest

from tests.app.support.server import Server

pytestmark = pytest.mark.server

APPLY = """
import sys, psycopg
from app.database.direct import RunnerError
from app.database.migrations import Migration
from app.database.steps import apply, make_history
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    make_history(connection)
    try:
        apply(connection, Migration(sys.argv[2], sys.argv[3], "", "x"))
    except RunnerError as error:
        print(error)
"""
TABLE = """
CREATE TABLE words (id bigint, word text);
ALTER TABLE words OWNER TO bantam_owner;
INSERT INTO words SELECT n, n % 999 FROM generate_series(1, 1000) AS n;
"""
HELD_S = 5
INDEX = "-- a comment\nCREATE INDEX CONCURRENTLY words_word ON words (word);\n"
UNIQUE = INDEX.replace("INDEX", "UNIQUE INDEX")
VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('words_word')"
RECORDED = "SELECT string_agg(version, ' ') FROM schema_migrations"


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    """The conninfo of a database with a table of a thousand rows, two of which are equal."""
    with server.scratch_database() as conninfo:
        server.sql(TABLE, "scratch")
        yield conninfo


def apply(server: Server, database: str, version: str, up: str) -> str:
    """What the runner complains about."""
    python = f"/opt/bantam/current/bin/python -c {shlex.quote(APPLY)} {database} {version} {shlex.quote(up)}"
    return server.run(f"cd / && runuser -u postgres -- {python}")


def test_an_index_is_built_and_recorded(server: Server, database: str) -> None:
    assert apply(server, database, "0001_x_concurrently", INDEX) == ""
    assert server.sql(VALID, "scratch") == "t"
    assert server.sql(RECORDED, "scratch") == "0001_x_concurrently"


@pytest.mark.parametrize("left", ["invalid", "valid"])
def test_a_build_that_was_cut_off_is_finished(server: Server, database: str, left: str) -> None:
    server.sql("SET ROLE bantam_owner; CREATE INDEX words_word ON words (word)", "scratch")
    if left == "invalid":
        server.sql(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'words_word'::regclass", "scratch"
        )

    assert apply(server, database, "0001_x_concurrently", INDEX) == ""
    assert server.sql(VALID, "scratch") == "t"
    assert server.sql(RECORDED, "scratch") == "0001_x_concurrently"


def test_an_index_that_cannot_be_built_leaves_nothing(server: Server, database: str) -> None:
    said = apply(server, database, "0001_x_concurrently", UNIQUE)

    assert said.startswith(
        "0001_x_concurrently: the index words_word could not be built: could not create unique"
    )
    assert server.sql(VALID, "scratch") == ""
    assert server.sql(RECORDED, "scratch") == ""


def test_a_concurrent_migration_is_one_statement(server: Server, database: str) -> None:
    said = apply(server, database, "0001_x_concurrently", INDEX + "DROP TABLE words;")

    assert said.startswith("0001_x_concurrently.up.sql must be one CREATE INDEX CONCURRENTLY")
    assert server.sql("SELECT count(*) FROM words", "scratch") == "1000"


def test_a_migration_waits_for_a_long_transaction_without_holding_up_others(
    server: Server, database: str
) -> None:
    hold = f"psql -qX scratch -c 'BEGIN; SELECT count(*) FROM words; SELECT pg_sleep({HELD_S}); COMMIT'"  # noqa: S608  no input
    # Another reader meanwhile: it waits for the lock that the migration waits for, which is a second at most.
    read = (
        "for try in 1 2 3 4 5 6; do sleep 0.5; before=$(date +%s%N);"
        " psql -qAtX scratch -c 'SELECT 1 FROM words LIMIT 1' >/dev/null;"
        " echo $(( ($(date +%s%N) - before) / 1000000 )); done"
    )
    script = f"({hold}) >/dev/null & sleep 0.3; ({read}) > /tmp/waits & "
    server.run(f"cd / && runuser -u postgres -- sh -c {shlex.quote(script)} >/dev/null 2>&1 &")

    assert apply(server, database, "0001_x", "ALTER TABLE words ADD COLUMN length integer;") == ""
    assert server.sql(RECORDED, "scratch") == "0001_x"
    server.run("sleep 1")
    waits = [int(each) for each in server.run("cat /tmp/waits; rm /tmp/waits").split()]
    assert max(waits) < 1000 * HELD_S / 2, "a reader waits for one try, not for the whole transaction"


MANY = """
INSERT INTO words SELECT n, n % 999 FROM generate_series(1001, 12000) AS n;
ALTER TABLE words ADD PRIMARY KEY (id);
"""
BACKFILL = """
WITH batch AS (
    SELECT id
    FROM words
    WHERE id > $1
    ORDER BY id
    LIMIT 4000
),
changed AS (
    UPDATE words AS w
    SET word = 'new'
    FROM batch AS b
    WHERE w.id = b.id
    RETURNING w.id
)
SELECT
    (SELECT max(id) FROM batch),
    (SELECT count(*) FROM changed)
"""
CHANGED = "SELECT count(*) FROM words WHERE word = 'new'"
PROGRESS = "SELECT obj_description('schema_migrations'::regclass, 'pg_class')"


def test_rows_are_changed_in_batches(server: Server, database: str) -> None:
    server.sql(MANY, "scratch")

    assert apply(server, database, "0001_x_backfill", BACKFILL) == ""
    assert server.sql(CHANGED, "scratch") == "12000"
    assert server.sql("SELECT count(DISTINCT xmin::text) FROM words", "scratch") == "3"  # transactions
    assert server.sql(RECORDED, "scratch") == "0001_x_backfill"
    assert server.sql(PROGRESS, "scratch") == ""


def test_a_backfill_that_was_cut_off_goes_on_where_it_was(server: Server, database: str) -> None:
    server.sql(MANY, "scratch")
    at_9000 = BACKFILL.replace("'new'", "coalesce((1 / (w.id - 9000))::text, 'new')")

    assert "division by zero" in apply_fails(server, database, at_9000)
    assert server.sql(PROGRESS, "scratch") == '{"0001_x_backfill": 8000}'

    server.sql("UPDATE words SET word = 'seen' WHERE id <= 8000", "scratch")
    assert apply(server, database, "0001_x_backfill", BACKFILL) == ""
    assert server.sql(CHANGED, "scratch") == "4000"
    assert server.sql(RECORDED, "scratch") == "0001_x_backfill"
    assert server.sql(PROGRESS, "scratch") == ""


def apply_fails(server: Server, database: str, up: str) -> str:
    """The last line of a run that ends with an error of PostgreSQL's."""
    python = f"/opt/bantam/current/bin/python -c {shlex.quote(APPLY)} {database} 0001_x_backfill"
    return server.run(f"cd / && runuser -u postgres -- {python} {shlex.quote(up)} 2>&1 | tail -n 1")


@pytest.mark.parametrize(
    ("up", "said"),
    [
        ("SELECT 1, 2, $1::bigint", "0001_x_backfill.up.sql must return one row: the last key and the rows"),
        ("SELECT $1::bigint, 1", "0001_x_backfill.up.sql does not get on: after 0 it returned 0."),
        (
            BACKFILL.replace("LIMIT 4000", "LIMIT 6000"),
            "0001_x_backfill.up.sql changes 6000 rows at once, at",
        ),
    ],
)
def test_a_backfill_that_does_not_get_on_is_refused(
    server: Server, database: str, up: str, said: str
) -> None:
    server.sql(MANY, "scratch")

    assert apply(server, database, "0001_x_backfill", up).startswith(said)
    assert server.sql(CHANGED, "scratch") == "0"
    assert server.sql(RECORDED, "scratch") == ""
