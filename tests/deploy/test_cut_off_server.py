"""A deploy that is cut off, or whose server reboots: nobody notices, and the next one finishes it."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from deploy.operations.migrations import MIGRATIONS
from deploy.record import UNDER_WAY
from tests.deploy.changed import copy_of_the_project, make
from tests.deploy.traffic import MEMBER, Traffic
from tests.servers import SandboxServer, checked

pytestmark = [pytest.mark.server, pytest.mark.rehearsal]

MIGRATE = "cd / && runuser -u postgres -- /opt/bantam/current/bin/bantam-migrate"
EXPAND = {
    "9990_nickname.up.sql": "ALTER TABLE clients ADD COLUMN nickname text;",
    "9990_nickname.down.sql": "ALTER TABLE clients DROP COLUMN nickname;",
}
NEWEST = max(file.name for file in MIGRATIONS.glob("*.up.sql")).removesuffix(".up.sql")
# As far as such a deploy comes: a quiet machine needs a dozen seconds for it.
MOMENTS_S = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
BOOTED_S = 60
RELEASED_S = 120


@pytest.fixture
def sources(sandbox_server: SandboxServer, tmp_path: Path) -> Iterator[Path]:
    """Sources with another app, a migration and another pool; afterwards the server has the project's own."""
    copy_of_the_project(tmp_path)
    for name, text in EXPAND.items():
        (tmp_path / "app/agency/migrations" / name).write_text(f"{text}\n")
    pool = tmp_path / "templates/pgbouncer/pgbouncer.ini.j2"
    pool.write_text(pool.read_text().replace("server_idle_timeout = 300", "server_idle_timeout = 301"))
    yield tmp_path
    checked(sandbox_server.ssh(f"{MIGRATE} down --to {NEWEST}"))
    checked(sandbox_server.make("update"))


def begin(server: SandboxServer, sources: Path, what: str = "deploy") -> subprocess.Popen[bytes]:
    """A deploy, or a release, in a session of its own."""
    return subprocess.Popen(
        ["make", "--no-print-directory", f"NAME={server.name}", what],
        cwd=sources,
        env=server.env,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def refuse_unless_finished(server: SandboxServer, sources: Path) -> None:
    checked(make(server, sources, "deploy", "deploy-again"))
    assert "9990_nickname applied" in checked(server.ssh(f"{MIGRATE} status")).stdout
    checked(make(server, sources, "verify"))


def test_a_connection_that_is_cut_at_every_step(
    sandbox_server: SandboxServer, sources: Path, server_http: httpx.Client, token: Callable[[int], str]
) -> None:
    killed = 0
    with Traffic(server_http, token(MEMBER)) as traffic:
        for seconds in MOMENTS_S:
            (sources / "app/__init__.py").write_text(f"# Deploy {seconds}.\n")
            attempt = begin(sandbox_server, sources)
            time.sleep(seconds)
            with contextlib.suppress(ProcessLookupError):  # a quick machine was done before
                os.killpg(attempt.pid, signal.SIGKILL)
            killed += attempt.wait() == -signal.SIGKILL
    print(f"cut off {killed} of {len(MOMENTS_S)} times: {dict(traffic.statuses)}")
    assert killed >= len(MOMENTS_S) / 2
    assert set(traffic.statuses) == {200}
    refuse_unless_finished(sandbox_server, sources)


@pytest.mark.parametrize("seconds", [2, 4, 6, 8])
def test_a_server_that_reboots_in_the_middle(
    sandbox_server: SandboxServer, sources: Path, seconds: int
) -> None:
    boot_id = "cat /proc/sys/kernel/random/boot_id"
    before = checked(sandbox_server.ssh(boot_id)).stdout
    attempt = begin(sandbox_server, sources)
    time.sleep(seconds)
    sandbox_server.ssh("systemctl reboot")
    assert attempt.wait(300) != 0
    end = time.monotonic() + BOOTED_S
    while sandbox_server.ssh(boot_id).stdout in {before, ""}:
        assert time.monotonic() < end
        time.sleep(1)
    refuse_unless_finished(sandbox_server, sources)


def test_a_release_that_was_cut_off_is_not_what_the_next_one_goes_back_to(
    sandbox_server: SandboxServer, sources: Path
) -> None:
    before = sandbox_server.run("readlink /opt/bantam/current; cat /etc/pgbouncer/pgbouncer.ini")
    current = before.splitlines()[0]
    (sources / "app/__init__.py").write_text("# Never checked.\n")
    attempt = begin(sandbox_server, sources, "release")
    end = time.monotonic() + RELEASED_S
    while sandbox_server.run("readlink /opt/bantam/current") == current:
        assert time.monotonic() < end
        time.sleep(0.2)
    os.killpg(attempt.pid, signal.SIGKILL)
    attempt.wait()
    # It has no such permission, so the deploy fails.
    (sources / "app/agency/migrations/9991_broken.up.sql").write_text("CREATE EXTENSION plpython3u;\n")
    (sources / "app/agency/migrations/9991_broken.down.sql").write_text("DROP EXTENSION plpython3u;\n")

    done = make(sandbox_server, sources, "release")

    assert done.returncode != 0
    assert "was cut off: if this one fails" in done.stderr
    assert sandbox_server.run("readlink /opt/bantam/current; cat /etc/pgbouncer/pgbouncer.ini") == before
    assert sandbox_server.ssh(f"test -e {UNDER_WAY}").returncode != 0
