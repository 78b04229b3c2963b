"""The first admin of a deployed server that nobody may seed, on a scratch database and through the app."""

import shlex

import pytest

from tests.app.server import MIGRATE, Server

pytestmark = pytest.mark.server

FIRST_ADMIN = "cd / && runuser -u postgres -- /opt/bantam/current/bin/python -m app.first_admin"


def test_where_there_is_an_admin_nobody_becomes_the_first(server: Server) -> None:
    said = server.run(f"{FIRST_ADMIN} --email new@example.com --name New 2>&1; echo $?").splitlines()

    assert said == [
        "There is an admin already, who makes users and tokens: POST /api/users, /api/tokens.",
        "1",
    ]


def test_the_first_admin_gets_a_token_that_works(server: Server) -> None:
    script = "import app.first_admin as first; import sys; first.DATABASE = sys.argv.pop(1); sys.exit(first.main())"
    with server.scratch_database() as scratch:
        server.run(f"{MIGRATE} up --database {scratch}")
        said = server.run(
            "cd / && runuser -u postgres -- /opt/bantam/current/bin/python"
            f" -c {shlex.quote(script)} {scratch} --email first@example.com --name First"
        ).splitlines()
        token = said[-1]
        [known] = server.sql(
            "SELECT c.role FROM callers AS c"  # noqa: S608
            f" WHERE c.token_hash = sha256(convert_to('{token}', 'UTF8'))",
            "scratch",
        ).splitlines()

    assert said[0].startswith("First is user 1, an admin.")
    assert known == "admin"
