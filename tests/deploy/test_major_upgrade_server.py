"""Nothing in the database stands in the way of a new major version: pg_upgrade's check, on the same one."""

import pytest

from tests.servers import SandboxServer

pytestmark = [pytest.mark.server, pytest.mark.rehearsal]

BIN = "/usr/lib/postgresql/17/bin"
DATA = "/var/lib/postgresql/17/main"
CHECK = f"""
set -eu
folder=$(mktemp -d /var/lib/postgresql/upgrade-XXXX)
trap 'rm -rf "$folder"' EXIT
chown postgres:postgres "$folder"
cd "$folder"
eval "$(grep ^initdb_options /etc/postgresql-common/createcluster.conf | sed 's/ = /=/')"
runuser -u postgres -- {BIN}/initdb --pgdata="$folder/new" $initdb_options >/dev/null
set -- --check --socketdir=/run/postgresql --old-port=5432 --new-port=54321
set -- "$@" --old-bindir={BIN} --old-datadir={DATA} --new-bindir={BIN} --new-datadir="$folder/new"
set -- "$@" --old-options='-c config_file=/etc/postgresql/17/main/postgresql.conf'
runuser -u postgres -- {BIN}/pg_upgrade "$@" 2>&1
"""


def test_pg_upgrade_finds_nothing_in_its_way(sandbox_server: SandboxServer) -> None:
    done = sandbox_server.ssh(CHECK)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "*Clusters are compatible*" in done.stdout
    assert sandbox_server.run("find /var/lib/postgresql -maxdepth 1 -name 'upgrade-*'") == ""
