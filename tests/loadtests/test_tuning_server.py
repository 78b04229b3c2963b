"""PostgreSQL of a deployed server under each set of settings, and under its own again."""

import pytest

from loadtests.target import read_target
from loadtests.tuning.server import FILE, OURS, SETS, STOCK, UNIT_CHANGES, compared, settings, use
from tests.servers import SandboxServer

BUFFERS = (
    "cd / && runuser -u postgres -- psql -XAtqc \"SELECT pg_size_bytes(current_setting('shared_buffers'))\""
)


@pytest.mark.server
def test_postgresql_starts_with_each_set_and_has_its_own_settings_afterwards(
    sandbox_server: SandboxServer,
) -> None:
    target = read_target(sandbox_server.run_folder / "target.json")
    before = int(sandbox_server.run(BUFFERS))

    with compared(target):
        buffers = {name: use(target, settings(name, 2048)).buffers for name in SETS}

    assert buffers[OURS] == before
    assert buffers[STOCK] == 128 * 1024 * 1024
    assert int(sandbox_server.run(BUFFERS)) == before
    assert sandbox_server.run(f"ls -d {FILE} {UNIT_CHANGES} 2>/dev/null || true") == ""
