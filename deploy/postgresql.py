"""PostgreSQL 17: a tuned cluster with checksums, its roles and the database `bantam`."""

import hashlib
from collections.abc import Generator
from pathlib import Path

from pyinfra import host
from pyinfra.api import FileUploadCommand, StringCommand, deploy, operation
from pyinfra.api.exceptions import DeployError
from pyinfra.facts.files import File
from pyinfra.operations import apt, files

from deploy.contradictions import TRANSACTION_TIMEOUT_S
from deploy.operations.psql import Query, run_sql
from deploy.operations.repository import HAS_BACKUPS, RepositoryState
from deploy.operations.restarts import POSTGRESQL, restart_command
from deploy.operations.roles import role
from deploy.operations.units import unit
from deploy.repository import Repository
from deploy.secrets import Secrets
from deploy.sizing import Sizes

UNIT = POSTGRESQL
CONFIGURATION = "/etc/postgresql/17/main/conf.d/bantam.conf"
HBA = "/etc/postgresql/17/main/pg_hba.conf"
IDENT = "/etc/postgresql/17/main/pg_ident.conf"
DROP_IN = "/etc/systemd/system/postgresql@17-main.service.d/bantam.conf"


@deploy("PostgreSQL")
def postgresql(
    *,
    sizes: Sizes,
    secrets: Secrets,
    app_statement_timeout_ms: int,
    log_slow_statement_ms: int,
    repository: Repository,
) -> None:
    """Install, configure, run, then the roles and the database."""
    files.put(
        name="Configure new clusters: checksums, and a collation that never changes",
        src="templates/postgresql/createcluster.conf",
        dest="/etc/postgresql-common/createcluster.conf",
        mode="644",
    )
    apt.packages(
        name="Install PostgreSQL and hypopg, which shows a plan without an index",
        packages=["postgresql-17", "postgresql-17-hypopg"],
        no_recommends=True,
    )
    cluster(name="Create the cluster")

    files.template(
        name="Write PostgreSQL's configuration from the memory budget",
        src="templates/postgresql/bantam.conf.j2",
        dest=CONFIGURATION,
        user="postgres",
        group="postgres",
        mode="644",
        sizes=sizes,
        log_slow_statement_ms=log_slow_statement_ms,
    )
    files.put(
        name="Configure authentication",
        src="templates/postgresql/pg_hba.conf",
        dest=HBA,
        user="postgres",
        group="postgres",
        mode="640",
    )
    files.put(
        name="Let PgBouncer connect as the app's role, so that its pool outlives a change of the password",
        src="templates/postgresql/pg_ident.conf",
        dest=IDENT,
        user="postgres",
        group="postgres",
        mode="640",
    )
    files.template(
        name="Configure the service: restarted after a crash, last choice of the OOM killer",
        src="templates/postgresql/service.conf.j2",
        dest=DROP_IN,
        mode="644",
        repository=repository,
    )
    unit(name="Run PostgreSQL", unit=UNIT, restart_after=(DROP_IN,), reload_after=(CONFIGURATION, HBA, IDENT))
    pending_restart(name="Restart PostgreSQL if a setting needs it")

    _roles(sizes=sizes, secrets=secrets, app_statement_timeout_ms=app_statement_timeout_ms)
    database(name="Create the database", database="bantam", owner="bantam_owner")
    setup(
        name="Set up extensions, grants and PgBouncer's user lookup",
        files=("setup.sql",),
        schema="pgbouncer",
    )
    setup(
        name="Set up the views for monitoring",
        files=("monitoring.sql",),
        schema="monitoring",
    )
    setup(
        name="Set up the place for the history",
        files=("history.sql", "history_series.sql", "history_outlook.sql"),
        schema="history",
    )


def _roles(*, sizes: Sizes, secrets: Secrets, app_statement_timeout_ms: int) -> None:
    role(name="Role bantam_owner: owns the schema, never logs in", role="bantam_owner", login=False)
    role(
        name="Role bantam_app: reads and writes rows",
        role="bantam_app",
        connection_limit=sizes.pool_size + sizes.reserve_pool_size,
        settings={
            "statement_timeout": f"{app_statement_timeout_ms}ms",
            "lock_timeout": "2s",
            "idle_in_transaction_session_timeout": "10s",
            "transaction_timeout": f"{TRANSACTION_TIMEOUT_S}s",
            # Fuzzy search: one wrong letter in a six-letter word still counts as similar (0.57).
            "pg_trgm.word_similarity_threshold": "0.5",
        },
    )
    role(
        name="Role bantam_monitor: reads statistics",
        role="bantam_monitor",
        password=secrets.database_monitor_password,
        connection_limit=3,
        settings={"statement_timeout": "10s", "idle_in_transaction_session_timeout": "10s"},
        member_of=("pg_monitor",),
    )
    role(
        name="Role bantam_statistics: owns the views for monitoring, never logs in",
        role="bantam_statistics",
        login=False,
        member_of=("pg_monitor",),
    )
    role(
        name="Role bantam_history: keeps samples, by peer",
        role="bantam_history",
        connection_limit=2,
        settings={"statement_timeout": "10s", "lock_timeout": "2s"},
    )
    role(
        name="Role pgbouncer: looks up password verifiers, by peer",
        role="pgbouncer",
        connection_limit=5,
        settings={"statement_timeout": "5s"},
    )


@operation()
def cluster() -> Generator[str]:
    """The cluster 17/main exists, created with the options in createcluster.conf."""
    if host.get_fact(File, path="/var/lib/postgresql/17/main/global/pg_control"):
        host.noop("cluster 17/main exists")
        return
    # A new server begins empty, whatever the repository has: only then can anything be restored to it.
    if host.get_fact(File, path=CONFIGURATION) and host.get_fact(RepositoryState) == HAS_BACKUPS:
        raise DeployError(
            f"{host.name} has backups, but /var/lib/postgresql/17/main has no data: `make restore TO=latest`."
        )
    # A run that was killed during initdb leaves a directory without a control file: no data yet.
    yield "rm -rf /var/lib/postgresql/17/main /etc/postgresql/17/main"
    yield "pg_createcluster 17 main --port 5432"


@operation()
def pending_restart() -> Generator[str]:
    """No setting needs a restart."""
    waiting = host.get_fact(
        Query, query="SELECT json_agg(name) FROM pg_settings WHERE pending_restart AND sourcefile IS NOT NULL"
    )
    if not waiting:
        host.noop("no setting needs a restart")
        return
    yield restart_command(UNIT)


@operation()
def database(database: str, owner: str) -> Generator[StringCommand | FileUploadCommand]:
    """
    The database exists, with a byte-order collation that no system upgrade can change.

    + database: its name
    + owner: the role that owns it
    """
    databases = host.get_fact(Query, query="SELECT json_agg(datname) FROM pg_database") or []
    if database in databases:
        host.noop(f"database {database} exists")
        return
    yield from run_sql(
        f"CREATE DATABASE {database} OWNER {owner} TEMPLATE template0 ENCODING 'UTF8'"
        " LOCALE 'C.UTF-8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8';\n"
    )


@operation()
def setup(files: tuple[str, ...], schema: str) -> Generator[StringCommand | FileUploadCommand]:
    """
    The objects that only the superuser can create in the database match the files.

    Their hash is kept as a comment, written in the same transaction, so that they run again only when one has
    changed.

    + files: of templates/postgresql, SQL that may run any number of times
    + schema: one that they create, which has the comment
    """
    sql = "\n".join((Path("templates/postgresql") / file).read_text() for file in files)
    digest = hashlib.sha256(sql.encode()).hexdigest()
    comment = f"SELECT to_json(obj_description(to_regnamespace('{schema}'), 'pg_namespace'))"
    recorded = host.get_fact(Query, query=comment, database="bantam")
    if recorded == digest:
        host.noop(f"{', '.join(files)} has run")
        return
    yield from run_sql(
        f"BEGIN;\n{sql}\nCOMMENT ON SCHEMA {schema} IS '{digest}';\nCOMMIT;\n", database="bantam"
    )
