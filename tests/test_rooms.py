"""Which folder knows which: data travels one way, and what checks another thing shares no code with it."""

import ast
import re
from pathlib import Path

import pytest

from tests.servers import ROOT

KNOWS: dict[str, set[str]] = {
    "inventories": set(),
    "app": set(),
    "deploy": set(),
    "verify": {"inventories"},
    "loadtests": set(),
    "sandbox": set(),
    "bench": {"app", "loadtests"},
}
# Operations and probes serve the files beside them, and know none of those; a load's rooms build on each
# other.
_BELOW_SERVICES = {"app.settings", "app.http", "app.database", "app.cache"}
_SERVICES = {*_BELOW_SERVICES, "app.services"}
INNER: dict[str, set[str]] = {
    "app/http": {"app.http"},
    "app/database": {"app.database", "app.settings"},
    "app/cache": _BELOW_SERVICES,
    "app/reading": {*_SERVICES, "app.reading"},
    "app/writing": {*_SERVICES, "app.writing"},
    "app/warming": {*_SERVICES, "app.warming"},
    "app/monitoring": {*_SERVICES, "app.writing", "app.monitoring"},
    "app/agency": {*_SERVICES, "app.reading", "app.writing", "app.monitoring", "app.agency"},
    "deploy/operations": {
        "deploy.operations",
        "deploy.build",
        "deploy.secrets",
        "deploy.scram",
        "deploy.lock",
    },
    "verify/probes": {"verify.probes", "inventories"},
    "loadtests/contract": {
        f"loadtests.{name}" for name in ("contract", "arrivals", "load_shape", "errors", "target")
    },
    "loadtests/actions": {f"loadtests.{name}" for name in ("actions", "contract", "randomness")},
    "loadtests/server": {"loadtests.server", "loadtests.errors"},
    "loadtests/results": {
        f"loadtests.{name}" for name in ("results", "server", "errors", "files", "load_shape")
    },
    "loadtests/evidence": {
        f"loadtests.{name}" for name in ("evidence", "results", "errors", "files", "target")
    },
}


def imported(folder: str) -> set[str]:
    """The modules that the files below a folder import."""
    names: set[str] = set()
    for file in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                names |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
            elif isinstance(node, ast.Import):
                names |= {each.name for each in node.names}
    return names


@pytest.mark.parametrize("folder", KNOWS)
def test_a_folder_knows_only_what_it_may(folder: str) -> None:
    found = {name.partition(".")[0] for name in imported(folder)} & {*KNOWS, "tests"}

    assert found - {folder} <= KNOWS[folder]


@pytest.mark.parametrize("folder", INNER)
def test_a_room_knows_only_what_it_may(folder: str) -> None:
    own = folder.partition("/")[0]
    found = {name for name in imported(folder) if name.partition(".")[0] in {*KNOWS, "tests"}}
    allowed = tuple(INNER[folder])

    assert {name for name in found if name != own and not name.startswith(allowed)} == set()


AGENCY = ROOT / "app" / "agency"
# What the engine asks of any domain that takes agency/'s place: who calls, and tables of its own.
ENGINE_TABLES = {"users", "api_tokens", "features", "idempotency_keys", "cache_popularity", "cache_touches"}
ROLES = ("project_manager", "team_member")


def agency_words() -> re.Pattern[str]:
    """The names of the agency's tables and roles, in the singular too, and the agency itself."""
    text = "".join(file.read_text() for file in (AGENCY / "migrations").glob("*.up.sql"))
    tables = set(re.findall(r"^CREATE TABLE (\w+)", text, re.MULTILINE)) - ENGINE_TABLES
    names = {*tables, *(table.removesuffix("s") for table in tables), *ROLES, "agency", "Agency"}
    names -= {"client"}  # of HTTP
    return re.compile(rf"\b({'|'.join(sorted(names))})(_id)?\b")


def said(file: Path) -> str:
    """What a file says to a database, a client or a path: a program's strings but not its comments."""
    text = file.read_text()
    if file.suffix != ".py":
        return text
    tree = ast.parse(text)
    documented = [node for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    spoken = {id(node.value) for node in documented}
    strings = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in spoken)
    return "\n".join(node.value for node in strings if isinstance(node.value, str))


def engine() -> list[Path]:
    rooms = [folder for folder in (ROOT / "app").iterdir() if folder.is_dir() and folder != AGENCY]
    return [file for room in rooms for file in room.rglob("*.*") if file.suffix != ".pyc"]


def test_the_words_of_the_agency_are_known() -> None:
    found = agency_words()

    assert found.search("SELECT FROM invoices AS i")
    assert found.search("WHERE x.project_id = $1")
    assert not found.search("FROM callers AS caller")


@pytest.mark.parametrize("file", engine(), ids=lambda file: str(file.relative_to(ROOT / "app")))
def test_the_engine_names_nothing_of_the_agency(file: Path) -> None:
    assert agency_words().findall(said(file)) == []
