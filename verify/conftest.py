"""`pytest verify --inventory inventories/NAME.py`: checks that the running server is what was promised."""

import csv
import functools
import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from verify.probes.connection import Connection, UnreachableError
from verify.probes.inventory import ROOT, InventoryError, Target, read_target
from verify.probes.secret import Secret
from verify.probes.units import Unit
from verify.probes.web import Edge, strict_context
from verify.summary import Summary

QUERIES = Path(__file__).parent / "queries"
TARGET = pytest.StashKey[Target]()
CONNECTION = pytest.StashKey[Connection]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("bantam")
    group.addoption("--inventory", metavar="FILE", help="whose server to verify: inventories/sandbox.py")
    group.addoption("--summary", metavar="FILE", type=Path, help="write the result there as JSON as well")


def pytest_configure(config: pytest.Config) -> None:
    if config.option.verbose == 0:
        config.option.verbose = -1  # dots, with names only for skipped and failed checks
    if config.option.tbstyle == "auto":
        config.option.tbstyle = "short"
    if config.option.summary:
        config.pluginmanager.register(Summary(config.option.summary))


def pytest_sessionstart(session: pytest.Session) -> None:
    """The server responds, or the run ends here with one sentence."""
    config = session.config
    if not config.option.inventory:
        raise pytest.UsageError(
            "Which server? Add --inventory inventories/sandbox.py (or another inventory)."
        )
    # The path of a socket has at most 107 characters, and TMPDIR may have more.
    folder = Path(tempfile.mkdtemp(prefix="bantam-verify-", dir="/tmp"))
    # A connection that ends by itself removes its socket, perhaps at this moment.
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    try:
        target = config.stash[TARGET] = read_target(config.option.inventory, folder)
        if config.option.collectonly:
            return
        connection = config.stash[CONNECTION] = Connection(target)
        connection.require_deployed()
    except (InventoryError, UnreachableError) as error:
        raise pytest.UsageError(str(error)) from None
    config.add_cleanup(connection.close)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One check for each item that the inventory counts or lists."""
    settings = metafunc.config.stash[TARGET].settings
    if "worker" in metafunc.fixturenames:
        metafunc.parametrize("worker", range(1, settings["app_workers"] + 1))
    if "admin" in metafunc.fixturenames:
        metafunc.parametrize("admin", sorted(settings["admins"]))


@pytest.fixture(scope="session")
def target(pytestconfig: pytest.Config) -> Target:
    return pytestconfig.stash[TARGET]


@pytest.fixture(scope="session")
def settings(target: Target) -> dict[str, Any]:
    return target.settings


@pytest.fixture(scope="session")
def connection(pytestconfig: pytest.Config) -> Connection:
    return pytestconfig.stash[CONNECTION]


@pytest.fixture(scope="session")
def host(connection: Connection) -> Any:
    """Testinfra's view of the server, as root."""
    return connection.host


@pytest.fixture(scope="session")
def unit(host: Any) -> Callable[[str], Unit]:
    """A unit by its name, read once."""
    return functools.cache(lambda name: Unit(host, name))


@pytest.fixture(scope="session")
def machine(host: Any) -> dict[str, int]:
    """The server's RAM in MB and its cores, as it sees them."""
    kilobytes, cores = host.check_output("awk '/^MemTotal/ {print $2}' /proc/meminfo; nproc").split()
    return {"ram_mb": int(kilobytes) // 1024, "cores": int(cores)}


@pytest.fixture(scope="session")
def catalog(host: Any) -> Callable[[str], list[dict[str, Any]]]:
    """The rows of queries/NAME.sql, run as the superuser in the database `bantam`."""

    def ask(name: str) -> list[dict[str, Any]]:
        query = (QUERIES / f"{name}.sql").read_text().rstrip().removesuffix(";")
        rows: list[dict[str, Any]] = json.loads(
            host.check_output(
                "cd / && runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -p 5432 -d bantam -c %s",
                f"SELECT coalesce(json_agg(row_to_json(answer)), '[]') FROM (\n{query}\n) AS answer",  # noqa: S608  ours
            )
        )
        return rows

    return functools.cache(ask)


@pytest.fixture(scope="session")
def secrets(settings: dict[str, Any]) -> dict[str, Secret]:
    """The environment's secrets, as stored on the controller."""
    path = ROOT / "inventories" / "secrets" / f"{settings['environment']}.yml"
    if not path.is_file():
        pytest.fail(
            f"{path.relative_to(ROOT)} is missing: run verify on the machine that deployed the server."
        )
    return {name: Secret(value) for name, value in yaml.safe_load(path.read_text()).items()}


@pytest.fixture(scope="session")
def pgbouncer_console(host: Any) -> Callable[[str], list[dict[str, str]]]:
    """The rows of a SHOW command, run as PgBouncer's administrator."""

    def ask(command: str) -> list[dict[str, str]]:
        output = host.check_output(
            "cd / && runuser -u pgbouncer -- psql -Xqw --csv -h /run/pgbouncer -p 6432 -d pgbouncer -c %s",
            command,
        )
        return list(csv.DictReader(output.splitlines()))

    return functools.cache(ask)


@pytest.fixture(scope="session")
def pool_size(pgbouncer_console: Callable[[str], list[dict[str, str]]]) -> int:
    """How many server connections PgBouncer may open for the database `bantam`."""
    [row] = [row for row in pgbouncer_console("SHOW DATABASES") if row["name"] == "bantam"]
    return int(row["pool_size"])


@pytest.fixture(scope="session")
def edge(host: Any, settings: dict[str, Any]) -> Edge:
    """The edge from outside; its CA is read over ssh, which is already trusted."""
    local = settings["tls_issuer"] == "local"
    authority = host.check_output("cat /etc/bantam/tls/ca.crt") if local else None
    return Edge(settings["server_address"] or settings["server_name"], strict_context(authority))
