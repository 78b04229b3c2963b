"""Contracts, a baseline and a plan, on a deployed server."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.app.support.server import MIGRATE, Server
from tests.servers import ROOT, SandboxServer, checked

pytestmark = pytest.mark.server

RELEASE = "/opt/bantam/current"
FOLDER = f"$(echo {RELEASE}/lib/python3*/site-packages/app/agency/migrations)"
OLDER = "/opt/bantam/releases/0.0.1-older"
OLDER_FOLDER = f"{OLDER}/lib/python3.13/site-packages/app/agency/migrations"
FILES = {
    "9990_word_count": "ALTER TABLE tasks ADD COLUMN word_count integer;",
    "9991_client_contract": "ALTER TABLE clients ALTER COLUMN name SET STATISTICS 200;",
    "9992_note": "CREATE TABLE notes (id bigint PRIMARY KEY, task_id bigint REFERENCES tasks);",
}


@contextmanager
def files(server: Server, folder: str, *versions: str) -> Iterator[None]:
    """Migrations that the folder has until the block ends."""
    for version in versions:
        down = {
            "9990_word_count": "ALTER TABLE tasks DROP COLUMN word_count;",
            "9992_note": "DROP TABLE notes;",
        }
        server.run(f"cd {folder} && echo '{FILES[version]}' > {version}.up.sql")
        server.run(f"cd {folder} && echo '{down.get(version, '')}' > {version}.down.sql")
    try:
        yield
    finally:
        server.run(f"cd {folder} && rm -f 999?_*.sql")


@contextmanager
def older_release(server: Server) -> Iterator[None]:
    server.run(f"mkdir -p {OLDER_FOLDER} && cp {FOLDER}/00* {OLDER_FOLDER}")
    try:
        yield
    finally:
        server.run(f"rm -r {OLDER}")


def test_a_contract_waits_for_the_release_that_a_rollback_leads_to(server: Server) -> None:
    with server.scratch_database() as scratch, older_release(server), files(server, FOLDER, *FILES):
        up = f"{MIGRATE} up --beside {OLDER} --database {scratch}"
        made = server.run(up).splitlines()
        again = server.run(up)
        with files(server, OLDER_FOLDER, "9991_client_contract"):
            applied = server.run(up)
            nothing = server.run(up)
            undone = server.run(f"{MIGRATE} down --to-release {OLDER} --database {scratch}")
        status = server.run(f"{MIGRATE} status --database {scratch}")
        refused = server.run(f"({MIGRATE} up --beside /opt --database {scratch} 2>&1; echo $?)")

    waits = "9991_client_contract waits for the next release: a rollback would lead to one without it"
    assert made[-2].startswith("9992_note applied in ")
    assert (made[-1], again) == (waits, waits)
    assert applied.startswith("9991_client_contract applied in ")
    assert nothing == ""
    # The older release has the contract: only what it does not have is undone.
    assert undone == "9992_note rolled back\n9990_word_count rolled back"
    assert "9991_client_contract applied" in status
    assert refused == "/opt is no release: it has no migrations.\n1"


def test_without_a_release_before_everything_comes_in_order(server: Server) -> None:
    with server.scratch_database() as scratch, files(server, FOLDER, *FILES):
        made = server.run(f"{MIGRATE} up --beside /opt/bantam/nothing --database {scratch}").splitlines()
    assert [line.split()[0] for line in made[-3:]] == list(FILES)


def test_a_database_with_the_schema_gets_its_history(server: Server) -> None:
    setup = (ROOT / "templates" / "postgresql" / "setup.sql").read_text()
    with server.scratch_database() as scratch:
        server.run(f"cd / && runuser -u postgres -- psql -qX scratch <<'SQL'\n{setup}\nSQL")
        baseline = f"{MIGRATE} baseline --to 0021_access_ends --database {scratch}"
        server.run(f"{MIGRATE} up --database {scratch}")
        has_one = server.run(f"({baseline} 2>&1; echo $?)")
        # As a deploy leaves it that finds the tables: a history, but nothing in it.
        server.sql("TRUNCATE schema_migrations", "scratch")
        unknown = server.run(f"({MIGRATE} baseline --to 0021 --database {scratch} 2>&1; echo $?)")
        server.sql("ALTER TABLE clients ADD COLUMN extra integer", "scratch")
        differs = server.run(f"({baseline} 2>&1; echo $?)")
        assert server.sql("SELECT count(*) FROM schema_migrations", "scratch") == "0"
        server.sql("ALTER TABLE clients DROP COLUMN extra", "scratch")
        recorded = server.run(baseline)
        nothing = server.run(f"{MIGRATE} up --database {scratch}")
        databases = server.sql("SELECT count(*) FROM pg_database WHERE datname = 'bantam_baseline'")

    assert has_one == "This database has a history already, up to 0021_access_ends: nothing to do.\n1"
    assert unknown == "There is no migration 0021; `bantam-migrate status` lists them.\n1"
    assert differs.startswith("The schema is not that of 0021_access_ends: it ")
    assert "extra integer" in differs
    assert recorded == "21 migrations are recorded as applied, up to 0021_access_ends"
    assert (nothing, databases) == ("", "0")


def test_a_plan_is_for_a_copy_only(server: Server) -> None:
    refused = server.run(f"({MIGRATE} plan 2>&1; echo $?)")
    assert refused == "A plan applies the migrations, so it needs a copy: `make migrate-plan` makes one.\n1"


def plan(server: SandboxServer, *versions: str) -> subprocess.CompletedProcess[str]:
    """The plan of the sources' migrations and these."""
    folder = "/run/bantam-planned"
    checked(server.ssh(f"rm -rf {folder} && cp -a {FOLDER} {folder}"))
    for version in versions:
        checked(
            server.ssh(
                f"cd {folder} && touch {version}.down.sql && echo '{FILES[version]}' > {version}.up.sql"
            )
        )
    return server.ssh(f"bantam-backup plan {folder}; code=$?; rm -r {folder}; exit $code")


def test_a_plan_shows_locks_on_a_copy_and_changes_nothing(
    server: Server, sandbox_server: SandboxServer
) -> None:
    said = checked(plan(sandbox_server, *FILES)).stdout
    assert "9990_word_count: 0." in said
    assert "    tasks: AccessExclusiveLock for 0." in said
    assert f"        {FILES['9990_word_count']}" in said
    # It will come by a later deploy, so here it comes last.
    of_contract = said[said.index("9991_client_contract: 0.") :]
    assert "s, by the deploy after the one that brings it" in of_contract
    assert "9992" not in of_contract
    # The parent of a foreign key, too.
    of_notes = said[said.index("9992_note") : said.index("9991_client_contract")]
    assert "    tasks: ShareRowExclusiveLock for 0." in of_notes
    assert "nobody writes it meanwhile" in of_notes
    assert "notes:" not in of_notes
    assert server.sql("SELECT to_regclass('notes') IS NULL") == "t"
    assert server.run("ls /var/lib/postgresql/17") == "main"


@pytest.mark.parametrize("command", ["migrate-plan", "migrate"])
def test_nothing_pending_is_said_or_quiet(sandbox_server: SandboxServer, command: str) -> None:
    done = checked(sandbox_server.make(command))
    expected = (
        "Nothing is pending: the database has every migration of these sources." if "plan" in command else ""
    )
    assert (done.stdout + done.stderr).strip() == expected


def test_files_that_cannot_be_read_are_not_nothing_to_do(server: Server) -> None:
    server.run(
        "install -d -m 700 /run/bantam-closed && cp -r /opt/bantam/current/app.toml /run/bantam-closed"
    )
    refused = server.run(
        f"({MIGRATE} status --files /run/bantam-closed 2>&1; echo $?); rm -r /run/bantam-closed"
    )
    assert refused == "/run/bantam-closed has no migrations, or postgres may not read it.\n1"


def test_the_status_lists_each_migration(sandbox_server: SandboxServer) -> None:
    lines = checked(sandbox_server.make("migrate-status")).stdout.splitlines()
    assert lines[0] == "0001_people applied"
    assert len(lines) >= 21
