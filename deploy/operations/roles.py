"""Database roles: attributes, password, limits, settings and memberships converge."""

from collections.abc import Generator, Mapping
from typing import Any

from pyinfra import host
from pyinfra.api import FileUploadCommand, StringCommand, operation

from deploy.operations.psql import Query, run_sql
from deploy.scram import scram_matches, scram_verifier

_ROLES = """
SELECT coalesce(json_object_agg(r.rolname, json_build_object(
    'login', r.rolcanlogin,
    'plain', NOT (r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls),
    'connection_limit', r.rolconnlimit,
    'verifier', a.rolpassword,
    'settings', ARRAY(
        SELECT setting
        FROM unnest(r.rolconfig) AS setting
        ORDER BY setting
    ),
    'member_of', ARRAY(
        SELECT g.rolname
        FROM pg_auth_members AS m
        JOIN pg_roles AS g ON g.oid = m.roleid
        WHERE m.member = r.oid
        ORDER BY g.rolname
    )
)), '{}')
FROM pg_roles AS r
JOIN pg_authid AS a USING (oid)
WHERE r.oid >= 16384
"""

_ATTRIBUTES = "NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS"
# Not even a verifier belongs in the log.
_UNLOGGED = ("SET LOCAL log_min_duration_statement = -1", "SET LOCAL log_statement = 'none'")

# Kept with the role, so that any later run can tell which sessions are older.
_NOTE_THE_TIME = "DO $$ BEGIN EXECUTE format('COMMENT ON ROLE {role} IS %L', clock_timestamp()::text); END $$"
_OLDER_SESSIONS = """
SELECT to_json(count(*))
FROM pg_stat_activity AS a
JOIN pg_roles AS r ON r.oid = a.usesysid
WHERE r.rolname IN ('bantam_app', 'bantam_monitor')
  AND a.backend_start < shobj_description(r.oid, 'pg_authid')::timestamptz
"""

Described = dict[str, Any]


@operation()
def role(
    role: str,
    password: str | None = None,
    login: bool = True,
    connection_limit: int = -1,
    settings: Mapping[str, str] | None = None,
    member_of: tuple[str, ...] = (),
) -> Generator[StringCommand | FileUploadCommand]:
    """
    A role without special attributes, exactly as described: anything beyond that is revoked.

    + role: its name
    + password: None allows peer authentication only
    + login: whether it may connect
    + connection_limit: how many sessions it may have, -1 for no limit
    + settings: run-time parameters for its sessions
    + member_of: the roles it is a member of
    """
    current: Described | None = (host.get_fact(Query, query=_ROLES) or {}).get(role)
    keeps_password = current is not None and _password_is(password, current["verifier"])
    wanted = {
        "login": login,
        "plain": True,
        "connection_limit": connection_limit,
        "settings": sorted(f"{name}={value}" for name, value in (settings or {}).items()),
        "member_of": sorted(member_of),
    }
    if keeps_password and current is not None and wanted.items() <= current.items():
        host.noop(f"role {role} is as described")
        return
    former = current["member_of"] if current else []
    statements = [
        *(() if current else [f"CREATE ROLE {role}"]),
        f"ALTER ROLE {role} {_ATTRIBUTES} {'LOGIN' if login else 'NOLOGIN'}",
        f"ALTER ROLE {role} CONNECTION LIMIT {connection_limit}",
        *(() if keeps_password else [f"ALTER ROLE {role} PASSWORD {_password_literal(password)}"]),
        f"ALTER ROLE {role} RESET ALL",
        *(f"ALTER ROLE {role} SET {name} = '{value}'" for name, value in (settings or {}).items()),
        *(f"REVOKE {group} FROM {role}" for group in former if group not in member_of),
        *(f"GRANT {group} TO {role}" for group in member_of),
    ]
    statements.append(_NOTE_THE_TIME.format(role=role))
    yield from run_sql(";\n".join(["BEGIN", *_UNLOGGED, *statements, "COMMIT"]) + ";\n")


@operation()
def sessions_renewed() -> Generator[str]:
    """No session in PgBouncer's pool is older than the last change of its role: each has today's settings."""
    if not host.get_fact(Query, query=_OLDER_SESSIONS):
        host.noop("no session is older than its role")
        return
    console = "cd / && runuser -u pgbouncer -- psql -Xqw -h /run/pgbouncer -p 6432 -d pgbouncer"
    # A session that is in use is closed when its transaction ends, which WAIT_CLOSE waits for.
    yield f"{console} -c RECONNECT -c 'WAIT_CLOSE bantam'"


def _password_is(password: str | None, verifier: str | None) -> bool:
    return verifier is None if password is None else scram_matches(verifier, password)


def _password_literal(password: str | None) -> str:
    return f"'{scram_verifier(password)}'" if password else "NULL"
