"""PgBouncer: a transaction pool of twenty server connections."""

from pyinfra.api import deploy
from pyinfra.operations import apt, files, server

from deploy.operations.roles import sessions_renewed
from deploy.operations.units import unit
from deploy.sizing import Sizes

UNIT = "pgbouncer.service"
CONFIGURATION = "/etc/pgbouncer/pgbouncer.ini"
HBA = "/etc/pgbouncer/pg_hba.conf"
IDENT = "/etc/pgbouncer/pg_ident.conf"
DROP_IN = "/etc/systemd/system/pgbouncer.service.d/bantam.conf"


@deploy("PgBouncer")
def pgbouncer(
    *,
    sizes: Sizes,
    pool_timeout_s: int,
    connect_timeout_s: int,
    max_client_connections: int,
    max_prepared_statements: int,
) -> None:
    """Install, configure, run under its own user."""
    server.user(
        name="Create PgBouncer's own user, because peer authentication as postgres would make it a superuser",
        user="pgbouncer",
        group="pgbouncer",
        system=True,
        home="/nonexistent",
        shell="/usr/sbin/nologin",
        ensure_home=False,
    )
    apt.packages(name="Install PgBouncer", packages=["pgbouncer"], no_recommends=True)
    files.template(
        name="Configure the pool",
        src="templates/pgbouncer/pgbouncer.ini.j2",
        dest=CONFIGURATION,
        user="root",
        group="pgbouncer",
        mode="640",
        sizes=sizes,
        pool_timeout_s=pool_timeout_s,
        connect_timeout_s=connect_timeout_s,
        max_client_connections=max_client_connections,
        max_prepared_statements=max_prepared_statements,
    )
    files.put(
        name="Configure authentication",
        src="templates/pgbouncer/pg_hba.conf",
        dest=HBA,
        user="root",
        group="pgbouncer",
        mode="640",
    )
    files.put(
        name="Configure who is the app",
        src="templates/pgbouncer/pg_ident.conf",
        dest=IDENT,
        user="root",
        group="pgbouncer",
        mode="640",
    )
    files.put(
        name="Configure the service: its own user, restarted after a crash",
        src="templates/pgbouncer/service.conf",
        dest=DROP_IN,
        mode="644",
    )
    unit(name="Run PgBouncer", unit=UNIT, restart_after=(DROP_IN,), reload_after=(CONFIGURATION, HBA, IDENT))
    sessions_renewed(name="Replace sessions that are older than their role")
