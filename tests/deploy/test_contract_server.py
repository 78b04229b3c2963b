"""Two phases of a change on a real server: a contract is applied once no rollback leads to who needs it."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import ROOT, SandboxServer, checked

pytestmark = [pytest.mark.server, pytest.mark.long]

MIGRATE = "cd / && runuser -u postgres -- /opt/bantam/current/bin/bantam-migrate"
FILES = {
    "9990_nickname.up.sql": "ALTER TABLE clients ADD COLUMN nickname text;",
    "9990_nickname.down.sql": "ALTER TABLE clients DROP COLUMN nickname;",
    "9991_nickname_contract.up.sql": "ALTER TABLE clients DROP COLUMN nickname;",
    "9991_nickname_contract.down.sql": "ALTER TABLE clients ADD COLUMN nickname text;",
}


@pytest.fixture
def sources(sandbox_server: SandboxServer, tmp_path: Path) -> Iterator[Path]:
    """The project with an app that may change; afterwards the server has the project's own again."""
    for path in ROOT.iterdir():
        if path.name not in {"app", ".git"}:
            (tmp_path / path.name).symlink_to(path)
    shutil.copytree(ROOT / "app", tmp_path / "app")
    yield tmp_path
    down = f"{MIGRATE} down --to 0021_access_ends; true"
    checked(sandbox_server.ssh(down))
    checked(sandbox_server.make("deploy", "ONLY=app"))


def deploy(server: SandboxServer, sources: Path) -> str:
    """Deploy the sources' app; what the history says then of the two."""
    command = [sys.executable, "-m", "deploy", server.inventory, str(server.run_folder), "--only", "app"]
    done = subprocess.run(command, cwd=sources, env=server.env, capture_output=True, text=True, check=False)
    checked(done)
    return checked(server.ssh(f"{MIGRATE} status | grep ^999; true")).stdout


def test_a_contract_is_applied_by_the_deploy_after_the_one_that_brings_it(
    sandbox_server: SandboxServer, sources: Path
) -> None:
    for name, text in FILES.items():
        (sources / "app/agency/migrations" / name).write_text(f"{text}\n")
    waiting = "9990_nickname applied\n9991_nickname_contract pending\n"
    assert deploy(sandbox_server, sources) == waiting
    assert deploy(sandbox_server, sources) == waiting
    said = checked(sandbox_server.make("migrate")).stdout
    assert (
        said == "9991_nickname_contract waits for the next release: a rollback would lead to one without it\n"
    )

    with (sources / "app" / "__init__.py").open("a") as module:
        module.write("# The next release.\n")
    assert deploy(sandbox_server, sources) == waiting.replace("pending", "applied")
    # Both releases run on it.
    checked(sandbox_server.make("rollback"))
