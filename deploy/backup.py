"""Backups: an encrypted repository, WAL archived to it as it is written, and a daily backup."""

from collections.abc import Generator
from pathlib import Path

from pyinfra import host
from pyinfra.api import deploy, operation
from pyinfra.api.exceptions import DeployError
from pyinfra.operations import apt, files

from deploy.operations.confidential import credential
from deploy.operations.psql import Query
from deploy.operations.repository import HAS_NO_BACKUP, HAS_NO_STANZA, RepositoryState
from deploy.operations.units import loaded, unit
from deploy.secrets import BACKUP_KEY, Secrets

CONFIGURATION = "/etc/pgbackrest.conf"
PROGRAM = "deploy/remote/bantam_backup"
SERVICE = "/etc/systemd/system/bantam-backup.service"


@deploy("Backup")
def backup_repository(*, path: str, fulls_kept: int, secrets: Secrets) -> None:
    """All that PostgreSQL needs to archive WAL: it comes before PostgreSQL."""
    apt.packages(name="Install pgBackRest", packages=["pgbackrest"], no_recommends=True)
    files.directory(
        name="Create the repository's directory", path=path, user="postgres", group="postgres", mode="750"
    )
    files.template(
        name="Write pgBackRest's configuration",
        src="templates/backup/pgbackrest.conf.j2",
        dest=CONFIGURATION,
        user="postgres",
        group="postgres",
        mode="640",
        path=path,
        fulls_kept=fulls_kept,
    )
    files.directory(name="Create the directory for its key", path=str(Path(BACKUP_KEY).parent), mode="755")
    credential(
        name="Write the key of the backups",
        path=BACKUP_KEY,
        value=f"[global]\nrepo1-cipher-pass={secrets.backup_key}\n",
        user="postgres",
    )
    files.sync(
        name="Install bantam-backup",
        src=PROGRAM,
        dest="/usr/local/lib/bantam_backup",
        exclude_dir=["__pycache__"],
        delete=True,
        mode="644",
        dir_mode="755",
    )
    files.put(
        name="Install its command",
        src="templates/backup/bantam-backup",
        dest="/usr/local/sbin/bantam-backup",
        mode="755",
    )


@deploy("Backup")
def backup(*, hour: int, path: str) -> None:
    """The repository knows the cluster and has a backup of it; a timer takes the next ones."""
    stanza(name="Let the repository know the cluster")
    first_backup(name="Take the first backup")
    files.template(
        name="Install the service that takes backups",
        src="templates/backup/bantam-backup.service.j2",
        dest=SERVICE,
        mode="644",
        hour=hour,
        path=path,
    )
    files.put(
        name="Install the service that drills a restore",
        src="templates/backup/bantam-drill.service",
        dest="/etc/systemd/system/bantam-drill.service",
        mode="644",
    )
    for job in ("bantam-backup", "bantam-drill"):
        timer = f"/etc/systemd/system/{job}.timer"
        files.put(
            name=f"Install the timer {job}", src=f"templates/backup/{job}.timer", dest=timer, mode="644"
        )
        loaded(name=f"Load {job}", unit=f"{job}.service")
        unit(name=f"Run the timer {job}", unit=f"{job}.timer", restart_after=(timer,))


@operation()
def stanza() -> Generator[str]:
    """The repository has a place for this cluster's backups and WAL."""
    if host.get_fact(RepositoryState) not in HAS_NO_STANZA:
        host.noop("the repository knows the cluster")
        return
    if host.get_fact(Query, query="SELECT to_json(archived_count) FROM pg_stat_archiver"):
        raise DeployError(
            f"{host.name}: the repository of the backups is empty, but WAL has been archived before: mount"
            " its volume. For a new one: `cd / && sudo -u postgres pgbackrest --stanza=bantam stanza-create`."
        )
    yield "cd / && runuser -u postgres -- pgbackrest --stanza=bantam stanza-create"


@operation()
def first_backup() -> Generator[str]:
    """There is a backup: without one, the archived WAL leads nowhere."""
    if host.get_fact(RepositoryState) not in HAS_NO_BACKUP:
        host.noop("the repository has a backup")
        return
    yield TAKE


TAKE = (
    "systemd-run --quiet --pipe --wait --collect --uid=postgres --nice=10 --property=IOSchedulingClass=idle"
    " --working-directory=/ bantam-backup take"
)
