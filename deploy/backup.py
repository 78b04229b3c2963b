"""Backups: an encrypted repository, WAL archived to it as it is written, and a daily backup."""

import hashlib
from collections.abc import Generator
from io import StringIO
from pathlib import Path

from pyinfra import host
from pyinfra.api import FileUploadCommand, StringCommand, deploy, operation
from pyinfra.api.exceptions import DeployError
from pyinfra.api.util import get_template
from pyinfra.facts.files import File, FileContents, Sha256File
from pyinfra.operations import apt, files

from deploy.operations.confidential import credential, upload
from deploy.operations.programs import program
from deploy.operations.psql import Query
from deploy.operations.repository import HAS_NO_BACKUP, HAS_NO_STANZA, RepositoryState
from deploy.operations.units import loaded, unit
from deploy.repository import SFTP_KEY, Repository, keys
from deploy.secrets import BACKUP_KEY, Secrets

CONFIGURATION = "/etc/pgbackrest.conf"
CANDIDATE = "/etc/pgbackrest/candidate.conf"
KNOWN = "/etc/pgbackrest/known-repository"
BACKUPS = "/var/log/bantam/backups.jsonl"


def refuse_half_a_change(repository: Repository, components: frozenset[str]) -> None:
    """DeployError if another repository than before is deployed to only one of those who use it."""
    known = host.get_fact(FileContents, path=KNOWN)
    is_another = known and known != repository.identity.splitlines()
    if is_another and len(components & {"backup", "postgresql"}) == 1:
        raise DeployError(
            f"{host.name}: the backups go to another repository than before: deploy without ONLY=, since"
            " PostgreSQL's service must be allowed to reach it."
        )


@deploy("Backup")
def backup_repository(*, repository: Repository, fulls_kept: int, secrets: Secrets) -> None:
    """
    The repository answers, and PostgreSQL's archive_command is there: it comes before PostgreSQL.

    Nothing uses another repository than before until PostgreSQL's service may.
    """
    apt.packages(name="Install pgBackRest", packages=["pgbackrest"], no_recommends=True)
    program("backup")
    files.directory(name="Create the directory for its keys", path=str(Path(BACKUP_KEY).parent), mode="755")
    if repository.directory:
        files.directory(
            name="Create the repository's directory",
            path=repository.directory,
            user="postgres",
            group="postgres",
            mode="750",
        )
    if repository.account:
        sftp_key(name="Create the key that opens the other server")
    answers(
        name="See that the repository answers",
        repository=repository,
        confidential=keys(secrets),
        configuration=_configuration(repository, fulls_kept),
    )


@deploy("Backup")
def backup(*, repository: Repository, fulls_kept: int, hour: int, secrets: Secrets) -> None:
    """The repository knows the cluster and has a backup of it; a timer takes the next ones."""
    credential(name="Write the keys of the repository", path=BACKUP_KEY, value=keys(secrets), user="postgres")
    files.put(
        name="Write pgBackRest's configuration",
        src=StringIO(_configuration(repository, fulls_kept)),
        dest=CONFIGURATION,
        user="postgres",
        group="postgres",
        mode="640",
    )
    stanza(name="Let the repository know the cluster", identity=repository.identity)
    files.put(name="Note which repository it is", src=StringIO(repository.identity), dest=KNOWN, mode="644")
    files.directory(name="Create the folder of the logs", path=str(Path(BACKUPS).parent), mode="755")
    files.file(
        name="Create the log of the backups", path=BACKUPS, user="postgres", group="postgres", mode="644"
    )
    first_backup(name="Take the first backup")
    files.template(
        name="Install the service that takes backups",
        src="templates/backup/bantam-backup.service.j2",
        dest="/etc/systemd/system/bantam-backup.service",
        mode="644",
        hour=hour,
        repository=repository,
    )
    files.template(
        name="Install the service that drills a restore",
        src="templates/backup/bantam-drill.service.j2",
        dest="/etc/systemd/system/bantam-drill.service",
        mode="644",
        repository=repository,
    )
    for job in ("bantam-backup", "bantam-drill"):
        timer = f"/etc/systemd/system/{job}.timer"
        files.put(
            name=f"Install the timer {job}", src=f"templates/backup/{job}.timer", dest=timer, mode="644"
        )
        loaded(name=f"Load {job}", unit=f"{job}.service")
        unit(name=f"Run the timer {job}", unit=f"{job}.timer", restart_after=(timer,))


def _configuration(repository: Repository, fulls_kept: int) -> str:
    template = get_template("templates/backup/pgbackrest.conf.j2")
    return template.render(repository=repository, fulls_kept=fulls_kept)


@operation()
def sftp_key() -> Generator[str]:
    """The server has a key of its own, which PostgreSQL's user alone can read."""
    if host.get_fact(File, path=SFTP_KEY):
        host.noop("the server has a key")
        return
    # Under another name until it is whole: ssh-keygen would ask before it replaces one.
    yield (
        f"rm -f {SFTP_KEY}* && ssh-keygen -q -t ed25519 -N '' -C bantam-backup -f {SFTP_KEY}.draft"
        f" && chown postgres: {SFTP_KEY}.draft && mv {SFTP_KEY}.draft.pub {SFTP_KEY}.pub"
        f" && mv {SFTP_KEY}.draft {SFTP_KEY}"
    )


@operation()
def answers(
    repository: Repository, configuration: str, confidential: str
) -> Generator[StringCommand | FileUploadCommand]:
    """
    A repository that is another one than before can be read and written; otherwise the deploy ends here.

    + repository: which one
    + configuration: of pgBackRest
    + confidential: the part of it that nobody else may read
    """
    known = host.get_fact(FileContents, path=KNOWN)
    is_another = known != repository.identity.splitlines()
    digest = hashlib.sha256(confidential.encode()).hexdigest()
    if not is_another and host.get_fact(Sha256File, path=BACKUP_KEY) == digest:
        host.noop("it is the same as before")
        return
    yield from upload(f"{configuration}\n{confidential}", CANDIDATE, "postgres")
    # On a server that had none, it may have the backups of one that was lost.
    empty = "--empty " if known and is_another else ""
    key = f"echo {repository.account} must accept this key: $(cat {SFTP_KEY}.pub)"
    yield StringCommand(
        f"said=$(bantam-backup answers {empty}{CANDIDATE} 2>&1); answers=$?; rm {CANDIDATE};"
        f' test $answers = 0 || {{ echo "$said"; case $said in *authentication*) {key};; esac; exit 1; }} >&2'
    )


@operation()
def stanza(identity: str) -> Generator[str]:
    """
    The repository has a place for this cluster's backups and WAL.

    + identity: which repository it is
    """
    if host.get_fact(RepositoryState) not in HAS_NO_STANZA:
        host.noop("the repository knows the cluster")
        return
    known = host.get_fact(FileContents, path=KNOWN)
    is_the_same = known is None or known == identity.splitlines()
    if is_the_same and host.get_fact(Query, query="SELECT to_json(archived_count) FROM pg_stat_archiver"):
        raise DeployError(
            f"{host.name}: the repository of the backups is empty, but WAL has been archived before: is it"
            " the right one (mount its volume)? For a new one: `cd / && sudo -u postgres"
            " pgbackrest --stanza=bantam stanza-create` on the server."
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
