"""README's "Your own server", on one as providers hand it over: not bare, with its own user and ssh port."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox import state
from tests.servers import CHECKOUT, LONGEST_S, PROCESS, ROOT, SandboxServer, checked

pytestmark = [pytest.mark.server, pytest.mark.long]

STAGING = "INVENTORY=inventories/staging.py"
# Everything that a deploy writes to.
STATE = (
    "sudo sh -c 'dpkg -l; systemctl list-unit-files; nft list ruleset; getent passwd;"
    " find /etc /opt /usr/local -type f -newer /etc/machine-id' | sha256sum"
)


@dataclass(frozen=True)
class Newcomer:
    """A checkout of somebody with a hosted server, and the inventory of it."""

    folder: Path

    def make(self, *targets: str) -> subprocess.CompletedProcess[str]:
        """Run make as README has it."""
        return subprocess.run(
            ["make", "--no-print-directory", *targets, STAGING],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST_S,
        )

    def put(self, **values: str | int) -> None:
        """The host in inventories/staging.py has these values."""
        inventory = self.folder / "inventories" / "staging.py"
        text = (ROOT / "inventories" / "staging.py").read_text()
        for name, value in values.items():
            line = f"            {name!r}: {value!r},\n"
            text, known = re.subn(rf' *"{name}": .*\n', line, text)
            text = text if known else text.replace("        },\n", f"{line}        }},\n")
        inventory.write_text(text)


@pytest.fixture(scope="module")
def hosted() -> Iterator[SandboxServer]:
    """A server as `make up LIKE=hosted` starts it."""
    server = SandboxServer(name=f"hosted-{CHECKOUT}{PROCESS}")
    server.down()
    checked(server.make("up", "LIKE=hosted"))
    yield server
    server.down()


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    """Today's sources with inventories of their own, and without secrets."""
    folder = tmp_path_factory.mktemp("checkout")
    for path in ROOT.iterdir():
        if path.name not in {"inventories", "build", "evidence", ".git"}:
            (folder / path.name).symlink_to(path)
    shutil.copytree(ROOT / "inventories", folder / "inventories", ignore=shutil.ignore_patterns("secrets"))
    return Newcomer(folder)


def test_a_hosted_server_is_deployed_and_verified(hosted: SandboxServer, newcomer: Newcomer) -> None:
    server = state.load(hosted.name)
    assert server
    access: dict[str, str | int] = {
        "ssh_hostname": server.address,
        "ssh_user": "debian",
        "ssh_port": 2222,
        "ssh_key": server.ssh_key,
        "ssh_known_hosts_file": server.known_hosts,
        "tls_issuer": "local",  # no certificate authority can reach it
        "server_address": server.address,
    }
    newcomer.put(**access)
    before = checked(hosted.ssh(STATE)).stdout
    refused = newcomer.make("deploy")
    [sentence] = [line for line in refused.stderr.splitlines() if not line.startswith("make")]
    assert "/etc/nftables.conf has rules that would be lost" in sentence
    assert checked(hosted.ssh(STATE)).stdout == before, "nothing has changed"

    newcomer.put(**access, other_firewall="replace")
    checked(newcomer.make("deploy"))
    checked(newcomer.make("deploy-again"))
    checked(newcomer.make("verify"))
    kept = "ls /etc/nftables.conf.*; cat /etc/apt/sources.list.d/vendor.sources; getent passwd anna"
    assert "URIs: file:/srv/vendor" in checked(hosted.ssh(kept)).stdout


OLD = """
CREATE TABLE companies (id bigint PRIMARY KEY, name text, created_at timestamptz DEFAULT now());
CREATE TABLE people (id bigint PRIMARY KEY, company_id bigint, email text, name text, is_lead boolean);
CREATE TABLE jobs (
    id bigint PRIMARY KEY, company_id bigint, lead_id bigint, title text,
    begins date, ends date, closed boolean, price numeric
);
CREATE TABLE tickets (
    id bigint PRIMARY KEY, job_id bigint, person_id bigint, title text, due date, done_at timestamptz
);
INSERT INTO companies VALUES (7, 'Acme');
INSERT INTO people VALUES
    (1, NULL, 'Lea@agency.test', 'Lea', true),
    (2, NULL, 'tom@agency.test', 'Tom', false),
    (3, 7, 'cleo@acme.test', 'Cleo', false);
INSERT INTO jobs VALUES (40, 7, 1, 'Shop', '2026-01-01', '2026-06-30', false, 9000);
INSERT INTO tickets VALUES (500, 40, 2, 'Basket', NULL, NULL), (501, 40, 2, 'Prices', '2026-02-01', now());
"""


def test_an_existing_database_moves_in_as_the_page_says(hosted: SandboxServer, newcomer: Newcomer) -> None:
    """docs/adopting.md's commands, on a dump of another schema; needs the deploy above."""

    def as_postgres(script: str) -> str:
        return checked(hosted.ssh(f"cd /tmp; sudo -u postgres sh -ec {shlex.quote(script)}")).stdout.strip()

    as_postgres(
        f"createdb before; psql -Xqd before -c {shlex.quote(OLD)}; pg_dump -Fc -f /tmp/old.dump before"
    )
    mapping = (ROOT / "docs" / "adopting.sql").read_text()
    as_postgres(f"printf %s {shlex.quote(mapping)} > /tmp/adopting.sql")
    page = (ROOT / "docs" / "adopting.md").read_text()
    for script in re.findall(r"```sh\n(.*?)```", page, re.DOTALL):
        as_postgres(script)
    rows = "SELECT title, status, due_on FROM tasks ORDER BY id"
    assert as_postgres(f"psql -XAtd bantam -c '{rows}'").splitlines() == [
        "Basket|todo|2026-06-30",
        "Prices|done|2026-02-01",
    ]
    token = hosted.ssh(
        "cd /; echo lea@new.test | sudo -u postgres /opt/bantam/current/bin/bantam-first-admin"
    )
    assert checked(token).stdout.strip().splitlines()[-1].startswith("bt_")
    checked(newcomer.make("verify"))
