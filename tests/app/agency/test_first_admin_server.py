"""The first admin of a deployed server without seed data, on a scratch database and through the app."""

import pytest

from tests.app.support.server import MIGRATE, Server

pytestmark = pytest.mark.server

FIRST_ADMIN = "cd / && runuser -u postgres -- /opt/bantam/current/bin/bantam-first-admin"


def test_where_there_is_an_admin_nobody_becomes_the_first(server: Server) -> None:
    said = server.run(f"{FIRST_ADMIN} --email new@example.com --name New 2>&1; echo $?").splitlines()

    assert said == [
        "There already is an admin, who can create users and tokens: POST /api/users, /api/tokens.",
        "1",
    ]


def test_the_first_admin_gets_a_token_that_works(server: Server) -> None:
    with server.scratch_database() as scratch:
        server.run(f"{MIGRATE} up --database {scratch}")
        told = server.run(f"{FIRST_ADMIN} --database {scratch} --email first@example.com --name First")
        said, token = told.splitlines()
        role = server.sql(
            f"SELECT role FROM callers WHERE token_hash = sha256(convert_to('{token}', 'UTF8'))",  # noqa: S608
            "scratch",
        )

    assert said.startswith("First is user 1, an admin.")
    assert role == "admin"
