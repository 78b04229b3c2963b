"""Database roles that converge: attributes, password, limits, settings and memberships."""

from collections.abc import Iterator, Mapping
from typing import Any

from pyinfra import host
from pyinfra.api import FileUploadCommand, StringCommand, operation

from deploy.psql import Query, run_sql
from deploy.scram import scram_matches, scram_verifier

_ROLES = """
SELECT coalesce(json_object_agg(r.rolname, json_build_object(
    'login', r.rolcanlogin,
    'plain', NOT (r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls),
    'connection_limit', r.rolconnlimit,
    'verifier', a.rolpassword,
    'settings', coalesce(r.rolconfig, '{}'),
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


@operation()
def role(
    role: str,
    password: str | None = None,
    login: bool = True,
    connection_limit: int = -1,
    settings: Mapping[str, str] | None = None,
    member_of: tuple[str, ...] = (),
) -> Iterator[StringCommand | FileUploadCommand]:
    """A role without any power of its own, exactly as described: what it has beyond that is taken.

    + role: its name
    + password: None allows peer authentication only
    + login: whether it may connect
    + connection_limit: how many sessions it may have, -1 for no limit
    + settings: run-time parameters for its sessions
    + member_of: the roles whose rights it has
    """
    wanted = sorted(f"{name}={value}" for name, value in (settings or {}).items())
    current: dict[str, Any] | None = (host.get_fact(Query, query=_ROLES) or {}).get(role)
    password_matches = (
        scram_matches(current["verifier"], password)
        if current and password
        else bool(current) and not (current or {})["verifier"]
    )
    if (
        current
        and password_matches
        and current["plain"]
        and current["login"] == login
        and current["connection_limit"] == connection_limit
        and sorted(current["settings"]) == wanted
        and current["member_of"] == sorted(member_of)
    ):
        host.noop(f"role {role} is as described")
        return

    secret = f"'{scram_verifier(password)}'" if password and not password_matches else None
    statements = [
        "BEGIN;",
        "SET LOCAL log_min_duration_statement = -1;",
        "SET LOCAL log_statement = 'none';",
        "" if current else f"CREATE ROLE {role};",
        f"ALTER ROLE {role} NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS"
        f" {'LOGIN' if login else 'NOLOGIN'} CONNECTION LIMIT {connection_limit};",
        f"ALTER ROLE {role} PASSWORD {secret};" if secret else "",
        "" if password else f"ALTER ROLE {role} PASSWORD NULL;",
        f"ALTER ROLE {role} RESET ALL;",
        *(f"ALTER ROLE {role} SET {name} = '{value}';" for name, value in (settings or {}).items()),
        *(f"REVOKE {group} FROM {role};" for group in (current or {}).get("member_of", []) if group not in member_of),
        *(f"GRANT {group} TO {role};" for group in member_of),
        "COMMIT;",
    ]
    yield from run_sql("\n".join(filter(None, statements)) + "\n")
