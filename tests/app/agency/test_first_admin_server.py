"""The first admin of a deployed server without seed data, on a scratch database and through the app."""

import pytest

from tests.app.support.server import MIGRATE, Server
from tests.servers import SandboxServer

pytestmark = pytest.mark.server

FIRST_ADMIN = "cd / && runuser -u postgres -- /opt/bantam/current/bin/bantam-first-admin"


def test_where_there_is_an_admin_nobody_becomes_the_first(server: Server) -> None:
    said = server.run(f"{FIRST_ADMIN} --name New <<< new@example.com 2>&1; echo $?").splitlines()

    assert said == [
        "There already is an admin, who can create users and tokens: POST /api/users, /api/tokens.",
        "1",
    ]


def test_the_first_admin_gets_a_token_that_works(server: Server) -> None:
    with server.scratch_database() as scratch:
        server.run(f"{MIGRATE} up --database {scratch}")
        told = server.run(f"{FIRST_ADMIN} --database {scratch} --name First <<< first@example.com")
        said, token = told.splitlines()
        role = server.sql(
            f"SELECT role FROM callers WHERE token_hash = sha256(convert_to('{token}', 'UTF8'))",  # noqa: S608
            "scratch",
        )

    assert said.startswith("First is user 1, an admin.")
    assert role == "admin"


@pytest.mark.parametrize("email", ["o'brien@example.com", "a@example.com; touch /tmp/typed", '$(id)`id`"@x'])
def test_an_address_is_data_for_every_shell_on_its_way(
    sandbox_server: SandboxServer, server: Server, email: str
) -> None:
    # make itself reads a dollar sign as one of its variables.
    done = sandbox_server.make("first-admin", f"EMAIL={email.replace('$', '$$')}")

    assert done.stderr.splitlines()[0].startswith("There already is an admin")
    assert server.run("ls /tmp/typed 2>&1 || true").endswith("No such file or directory")
