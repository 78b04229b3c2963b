"""Backups in a bucket and on another server, also after the loss of the server."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import NewServer
from tests.object_storage import BUCKET, HOST, PORT, REGION, ObjectStorage, object_storage
from tests.servers import CHECKOUT, ROOT, SandboxServer, checked

pytestmark = [pytest.mark.server, pytest.mark.long]

SQL = "cd / && runuser -u postgres -- psql -XAtqw -v ON_ERROR_STOP=1 -p 5432 -d bantam"
SECRETS = ROOT / "inventories" / "secrets"
S3 = {
    "backup_repository": "s3",
    "backup_host": HOST,
    "backup_port": PORT,
    "backup_bucket": BUCKET,
    "backup_region": REGION,
    "backup_path": "/agency",
}
SFTP = {
    "backup_repository": "sftp",
    "backup_host": "127.0.0.1",
    "backup_port": 2022,
    "backup_user": "agency",
    "backup_path": "/home/agency/backups",
}
# A second sshd: the sandbox's own one lets in nobody but its administrators.
OTHER_SERVER = """
set -e
# Not locked: sshd refuses that without PAM.
useradd --create-home --password '*' --shell /usr/sbin/nologin agency
install -d -m 700 -o agency /home/agency/.ssh /home/agency/backups
mkdir -p /root/other && cd /root/other
for kind in ed25519 ecdsa; do ssh-keygen -q -t $kind -N '' -f $kind; done
cat > sshd_config <<'CONFIGURATION'
Port 2022
ListenAddress 127.0.0.1
HostKey /root/other/ed25519
HostKey /root/other/ecdsa
PidFile none
Subsystem sftp internal-sftp
PasswordAuthentication no
UsePAM no
CONFIGURATION
run="systemd-run --quiet --unit=other-sshd --property=RuntimeDirectory=sshd"
$run /usr/sbin/sshd -D -f /root/other/sshd_config
ssh-keygen -lf ecdsa.pub
"""


class Deployed:
    """A sandbox whose inventory has settings of its own."""

    def __init__(self, server: SandboxServer, folder: Path) -> None:
        self.server = server
        self.inventory = folder / "inventories" / f"sandbox-{server.name}.py"
        shutil.copytree(ROOT / "inventories" / "group_data", self.inventory.parent / "group_data")

    def set(self, settings: dict[str, Any]) -> None:
        """From now on, the inventory has these."""
        text = (ROOT / "inventories" / "sandbox.py").read_text()
        added = "".join(f"{name!r}: {value!r},\n            " for name, value in settings.items())
        self.inventory.write_text(text.replace('"environment":', f'{added}"environment":'))

    def make(self, *targets: str) -> subprocess.CompletedProcess[str]:
        """Run make with this inventory."""
        return self.server.make(f"INVENTORY={self.inventory}", *targets)

    def run(self, command: str) -> str:
        """Run a command as root; what it printed, stripped."""
        return checked(self.server.ssh(command)).stdout.strip()

    def is_verified(self, path: str = "verify") -> None:
        """Assert that verify finds nothing."""
        summary = self.inventory.with_suffix(".json")
        words = f"{path} --inventory {self.inventory} --summary {summary} -p no:cacheprovider"
        command = [sys.executable, "-m", "pytest", *words.split()]
        subprocess.run(command, cwd=ROOT, env=self.server.env, capture_output=True, check=False)
        assert json.loads(summary.read_text())["failures"] == []


@pytest.fixture(scope="module")
def deployed(bare_server: NewServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """A server that is bare at first; later tests find it as the ones before left it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANY_CHECKOUT", "1")  # the inventory is a copy
        yield Deployed(bare_server("remote"), tmp_path_factory.mktemp("remote"))
    (SECRETS / f"sandbox-remote-{CHECKOUT}.yml").unlink(missing_ok=True)


@pytest.fixture(scope="module")
def bucket(deployed: Deployed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStorage]:
    with object_storage(deployed.server, tmp_path_factory.mktemp("storage")) as storage:
        yield storage


@pytest.fixture(scope="module")
def with_bucket(deployed: Deployed, bucket: ObjectStorage) -> ObjectStorage:
    """Whose backups are in the bucket."""
    deployed.set(S3)
    secrets = SECRETS / f"sandbox-{deployed.server.name}.yml"
    deployed.make("deploy")  # which is refused, but writes the secrets
    if "backup_s3_key" not in secrets.read_text():
        secrets.write_text(secrets.read_text() + "backup_s3_key: AKIA+x/y=\nbackup_s3_secret: s3cr/et+==\n")
    checked(deployed.make("deploy"))
    return bucket


@pytest.mark.usefixtures("bucket")
def test_a_bucket_without_its_keys_is_refused_and_nothing_has_changed(deployed: Deployed) -> None:
    deployed.set(S3)
    refused = deployed.make("deploy")
    assert refused.returncode != 0
    assert "lacks `backup_s3_key` and `backup_s3_secret` for the S3 repository" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert deployed.server.ssh("test -e /etc/bantam").returncode != 0


def test_a_server_whose_backups_go_to_a_bucket(deployed: Deployed, with_bucket: ObjectStorage) -> None:
    checked(deployed.make("deploy-again"))
    assert [name for name in with_bucket.names() if not name.startswith("agency/")] == []
    assert [name for name in with_bucket.names("agency/backup/bantam/") if name.endswith("/backup.manifest")]
    deployed.is_verified()


def test_a_bucket_that_hangs_holds_up_no_restart_and_no_write(
    deployed: Deployed, with_bucket: ObjectStorage
) -> None:
    write = f"{SQL} -c 'SET ROLE bantam_owner' -c 'CREATE TABLE IF NOT EXISTS kept ()'"
    write += " -c 'INSERT INTO kept DEFAULT VALUES' -c 'RESET ROLE'"
    with with_bucket.hanging():
        deployed.run(f"{write} -c 'SELECT pg_switch_wal()'")
        # Without a limit of its own, pgBackRest tries for minutes.
        deployed.run("timeout 60 systemctl restart postgresql@17-main")
        deployed.run(write)
    deployed.run(f"{SQL} -c 'SELECT pg_switch_wal()'; sleep 5")
    deployed.is_verified("verify/test_backup.py")


@pytest.mark.rehearsal
def test_a_server_that_was_lost_comes_back_from_the_bucket(
    deployed: Deployed, with_bucket: ObjectStorage
) -> None:
    make = f"{SQL} -c 'SET ROLE bantam_owner' -c 'CREATE TABLE lost AS SELECT 42' -c 'RESET ROLE'"
    deployed.run(f"{make} -c 'SELECT pg_switch_wal()'; sleep 5")
    secrets = SECRETS / f"sandbox-{deployed.server.name}.yml"
    kept = secrets.read_bytes()
    deployed.server.down()
    checked(deployed.server.make("up"))
    secrets.write_bytes(kept)
    with_bucket.is_trusted_by(deployed.server)
    there = with_bucket.names()

    checked(deployed.make("deploy"))
    assert with_bucket.names() == there
    checked(deployed.make("restore", "TO=latest"))
    assert deployed.run(f"{SQL} -c 'TABLE lost'") == "42"
    checked(deployed.make("restore-accept"))
    checked(deployed.make("deploy-again"))
    deployed.is_verified()


@pytest.mark.rehearsal
@pytest.mark.usefixtures("with_bucket")
def test_another_server_must_first_accept_the_key(deployed: Deployed) -> None:
    fingerprint = deployed.run(OTHER_SERVER).split()[1]
    deployed.set({**SFTP, "backup_host_fingerprint": fingerprint})
    before = deployed.run("sha256sum /etc/pgbackrest.conf")
    refused = deployed.make("deploy")
    assert refused.returncode != 0
    [told] = [
        line for line in refused.stderr.splitlines() if "agency@127.0.0.1 must accept this key: " in line
    ]
    assert deployed.run("sha256sum /etc/pgbackrest.conf") == before
    key = told.partition("this key: ")[2]
    deployed.run(f"echo '{key}' > /home/agency/.ssh/authorized_keys")
    checked(deployed.make("deploy"))
    checked(deployed.make("deploy-again"))
    assert deployed.run("ls /home/agency/backups") == "archive\nbackup"
    deployed.is_verified("verify/test_backup.py")


@pytest.mark.rehearsal
def test_another_server_than_the_one_that_is_meant_gets_nothing(deployed: Deployed) -> None:
    deployed.set({**SFTP, "backup_host_fingerprint": f"SHA256:{'A' * 43}"})
    refused = deployed.make("deploy")
    assert refused.returncode != 0
    assert "configured fingerprint" in refused.stderr
    assert "must accept this key" not in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.rehearsal
def test_the_way_back_to_a_directory(deployed: Deployed) -> None:
    deployed.set({})
    checked(deployed.make("deploy"))
    checked(deployed.make("deploy-again"))
    deployed.is_verified("verify/test_backup.py")
