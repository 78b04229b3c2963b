"""Two releases with different payloads for one resource, at the same time, on one Redis and database."""

import json
from collections.abc import Iterator

import pytest

from tests.app.support.on_server import bearer, remote
from tests.app.support.server import Server

pytestmark = pytest.mark.server

OTHER = "/opt/bantam-other"
SOCKET = "/run/bantam-other.sock"
CREDENTIALS = ("redis-password", "cursor-key")


@pytest.fixture
def other_release(server: Server) -> Iterator[str]:
    """The socket of a worker of another release, which returns a project's name in capital letters."""
    secrets = " ".join(
        f"--property=LoadCredential={name}:/etc/bantam/credentials/{name}" for name in CREDENTIALS
    )
    server.run(
        f"cp -a $(readlink -f /opt/bantam/current) {OTHER}"
        f" && sed -i 's/^            p.name,$/            upper(p.name) AS name,/'"
        f" {OTHER}/lib/python3*/site-packages/app/agency/queries/project.sql"
        f" && systemd-run --quiet --collect --unit=bantam-other --uid=bantam"
        f" --socket-property=ListenStream={SOCKET} {secrets}"
        f" --setenv=BANTAM_CONFIG=/etc/bantam/app.toml {OTHER}/bin/python {OTHER}/bin/bantam-app"
    )
    yield SOCKET
    server.run(f"systemctl stop bantam-other.socket bantam-other.service; rm -rf {OTHER} {SOCKET}")


def test_each_release_reads_its_own_values_and_both_see_every_write(
    server: Server, other_release: str
) -> None:
    counts = json.loads(remote(server, "side_by_side", f"{bearer(server, 1)} {other_release}"))

    assert counts["wrong"] == 0
    for release in ("old", "new"):
        assert counts[f"{release} hit"] > 0
        assert counts[f"{release} writes"] > 0
