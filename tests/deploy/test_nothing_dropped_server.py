"""What is done to a server that serves 200 requests a second beside a transaction that blocks: none fails."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from deploy.operations.migrations import MIGRATIONS as FOLDER
from tests.deploy.changed import copy_of_the_project, make
from tests.deploy.load import MixedLoad, Result
from tests.deploy.traffic import MEMBER
from tests.servers import SandboxServer, checked

pytestmark = [pytest.mark.server, pytest.mark.rehearsal, pytest.mark.last]

MIGRATE = "cd / && runuser -u postgres -- /opt/bantam/current/bin/bantam-migrate"
# dpkg takes a package for a little older than it is, so that apt installs it anew.
AGE = "sed -i '/^Package: {}$/,/^$/ s/^Version: .*/&~0/' /var/lib/dpkg/status"
OUTDATED = ("libssl3t64", "postgresql-17", "pgbouncer", "redis-server", "nginx")
NEWEST = max(file.name for file in FOLDER.glob("*.up.sql")).removesuffix(".up.sql")
# A column that is filled and indexed; the release after that has no use for it.
MIGRATIONS = {
    "9990_shout.up.sql": "ALTER TABLE tasks ADD COLUMN shout text;",
    "9990_shout.down.sql": "ALTER TABLE tasks DROP COLUMN shout;",
    "9991_shout_backfill.up.sql": """
WITH batch AS (
    SELECT id
    FROM tasks
    WHERE id > $1
    ORDER BY id
    LIMIT 1000
), filled AS (
    UPDATE tasks
    SET shout = upper(title)
    FROM batch
    WHERE tasks.id = batch.id
      AND tasks.id % 50 = 0
    RETURNING 1
)
SELECT
    (SELECT max(id) FROM batch),
    (SELECT count(*) FROM filled);
""",
    "9991_shout_backfill.down.sql": "SELECT 1;",
    "9992_tasks_shout_concurrently.up.sql": "CREATE INDEX CONCURRENTLY tasks_shout ON tasks (shout);",
    "9992_tasks_shout_concurrently.down.sql": "DROP INDEX tasks_shout;",
    "9993_shout_contract.up.sql": "ALTER TABLE tasks DROP COLUMN shout;",
    "9993_shout_contract.down.sql": "ALTER TABLE tasks ADD COLUMN shout text;",
}


UnderLoad = Callable[[Callable[[], object]], Result]


@pytest.fixture
def sources(sandbox_server: SandboxServer, tmp_path: Path) -> Iterator[Path]:
    """Sources with migrations; afterwards the server has the project's own, and the schema as before."""
    folder = tmp_path / "sources"
    folder.mkdir()
    copy_of_the_project(folder)
    for name, text in MIGRATIONS.items():
        (folder / "app/agency/migrations" / name).write_text(f"{text.strip()}\n")
    yield folder
    checked(sandbox_server.ssh(f"{MIGRATE} down --to {NEWEST}"))
    checked(sandbox_server.make("update"))


def another_release(sources: Path) -> None:
    with (sources / "app/__init__.py").open("a") as module:
        module.write("# The next release.\n")


@pytest.fixture
def under_load(
    sandbox_server: SandboxServer, server_http: httpx.Client, token: Callable[[int], str], tmp_path: Path
) -> UnderLoad:
    """Do something while the load runs; what came of the load."""

    def run(do: Callable[[], object]) -> Result:
        with MixedLoad(sandbox_server, server_http, token(MEMBER), tmp_path) as load:
            do()
        return load.result()

    return run


def refuse_a_loss(result: Result, what: str) -> None:
    print(f"{what}: {result}")
    assert result.requests / result.seconds > 100
    assert result.acknowledged > 20
    assert (result.failed, result.lost, result.twice) == ({}, 0, 0)


def test_expand_backfill_index_and_contract(
    sandbox_server: SandboxServer, sources: Path, under_load: UnderLoad
) -> None:
    def deploy_both() -> None:
        checked(make(sandbox_server, sources, "deploy", "ONLY=app"))
        another_release(sources)
        checked(make(sandbox_server, sources, "deploy", "ONLY=app"))

    refuse_a_loss(under_load(deploy_both), "two deploys with migrations")
    status = checked(sandbox_server.ssh(f"{MIGRATE} status | grep -c '^999.* applied'")).stdout
    assert int(status) == len(MIGRATIONS) / 2


def test_the_way_back_and_forth(sandbox_server: SandboxServer, sources: Path, under_load: UnderLoad) -> None:
    checked(make(sandbox_server, sources, "deploy", "ONLY=app"))

    def back_and_forth() -> None:
        checked(sandbox_server.make("rollback"))
        checked(sandbox_server.make("rollback"))

    refuse_a_loss(under_load(back_and_forth), "rollback, twice")


@pytest.mark.parametrize("component", ["postgresql", "pgbouncer", "redis", "app", "edge"])
def test_a_restart(sandbox_server: SandboxServer, under_load: UnderLoad, component: str) -> None:
    refuse_a_loss(
        under_load(lambda: checked(sandbox_server.make("restart", f"COMPONENT={component}"))),
        f"restart of {component}",
    )


def test_a_drill(sandbox_server: SandboxServer, under_load: UnderLoad) -> None:
    refuse_a_loss(under_load(lambda: checked(sandbox_server.make("drill"))), "drill")


def test_another_certificate(sandbox_server: SandboxServer, under_load: UnderLoad) -> None:
    serial = "openssl x509 -in /etc/bantam/tls/server.crt -noout -serial"
    before = checked(sandbox_server.ssh(f"{serial}; rm /etc/bantam/tls/server.crt")).stdout
    refuse_a_loss(under_load(lambda: checked(sandbox_server.make("deploy", "ONLY=edge"))), "certificate")
    assert checked(sandbox_server.ssh(serial)).stdout != before


def test_an_upgrade_of_every_service(sandbox_server: SandboxServer, under_load: UnderLoad) -> None:
    checked(sandbox_server.ssh("; ".join(AGE.format(name) for name in OUTDATED)))
    refuse_a_loss(under_load(lambda: checked(sandbox_server.make("upgrade"))), "upgrade")


def test_the_updates_of_the_night(sandbox_server: SandboxServer, under_load: UnderLoad) -> None:
    """A library that every service has mapped; the services of the stack wait for `make upgrade`."""
    checked(sandbox_server.ssh(AGE.format("libssl3t64")))
    pids = "systemctl show --value --property=MainPID postgresql@17-main pgbouncer redis-server nginx"
    before = checked(sandbox_server.ssh(pids)).stdout
    refuse_a_loss(under_load(lambda: checked(sandbox_server.ssh("unattended-upgrade --verbose"))), "updates")
    assert checked(sandbox_server.ssh(pids)).stdout == before
    checked(sandbox_server.make("upgrade"))
