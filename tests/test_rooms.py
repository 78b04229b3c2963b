"""Which folder knows which: data travels one way, and what checks another thing shares no code with it."""

import ast

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
    "deploy/operations": {"deploy.operations", "deploy.build", "deploy.secrets", "deploy.scram"},
    "verify/probes": {"verify.probes", "inventories"},
    "loadtests/contract": {f"loadtests.{name}" for name in ("contract", "errors", "randomness", "target")},
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
