"""Releases on a real server: a broken one leaves no trace, and the way back drops no request."""

import json
import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.deploy.direct import command, pyinfra
from tests.servers import ROOT, SandboxServer, checked

pytestmark = [pytest.mark.server, pytest.mark.long]

APP = "$(echo lib/python3*/site-packages/app)"
# A copy of what runs, in the place of `broken`; then it is broken.
COPY = """
set -e; cd /opt/bantam/releases; ours=$(basename $(readlink ../current)); rm -rf broken; cp -a $ours broken
grep -rlIF releases/$ours broken/bin broken/pyvenv.cfg | xargs sed -i "s#releases/$ours#releases/broken#g"
cd broken
"""
MAIN = f"{APP}/__main__.py"
NOT_AS_A_WORKER = 'import os\\nif os.environ["BANTAM_WORKER"] != "0": raise SystemExit("no worker")'
ODD_QUERY = "'-- odd: a row' 'SELECT nothing FROM tasks'"
BROKEN = {
    "does not start": (
        f"sed -i '1i raise SystemExit(\"out of order\")' {MAIN}",
        "does not start: out of order",
    ),
    "cannot be configured": (
        "echo 'max_pages = 1' >> app.toml",
        "candidate/app.toml: Object contains unknown field",
    ),
    "has a statement for another schema": (
        f"printf '%s\\n' {ODD_QUERY} > {APP}/agency/queries/odd.sql",
        'cannot run on today\'s schema: odd fails: column "nothing" does not exist',
    ),
    "is never ready": (
        f"sed -i 's/^async def readyz.*/&\\n    raise OSError/' {APP}/monitoring/health.py",
        "starts, but is not ready: /readyz answered 500",
    ),
    "dies as a worker": (
        f"sed -i '1i {NOT_AS_A_WORKER}' {MAIN}",
        "bantam-app@1.service of broken does not become ready: no worker",
    ),
}
LINKS = (
    "readlink /opt/bantam/current /opt/bantam/previous; ls /opt/bantam; systemctl is-active bantam-candidate"
)
PIDS = "systemctl show --property=MainPID 'bantam-app@*.service'"

RELEASE_OF_WORKER = (
    "grep -aho 'releases/[^/]*' /proc/$(systemctl show --value -p MainPID bantam-app@1)/cmdline"
)


@contextmanager
def requests(http: httpx.Client) -> Iterator[Counter[int]]:
    """Meanwhile requests are sent one after the other; the statuses of their responses, 0 without one."""
    statuses: Counter[int] = Counter()
    done = threading.Event()

    def send() -> None:
        while not done.is_set():
            try:
                statuses[http.get("/readyz").status_code] += 1
            except httpx.HTTPError:
                statuses[0] += 1
            time.sleep(0.1)  # slower than the edge's limit for an address

    senders = [threading.Thread(target=send) for _ in range(2)]
    for sender in senders:
        sender.start()
    try:
        yield statuses
    finally:
        done.set()
        for sender in senders:
            sender.join()


@pytest.fixture
def before(sandbox_server: SandboxServer) -> Iterator[str]:
    """The name of an older release on the server; afterwards today's is current again, alone."""
    name = "0.0.9-older"
    checked(sandbox_server.ssh(COPY.replace("broken", name)))
    ours = checked(sandbox_server.ssh("basename $(readlink /opt/bantam/current)")).stdout.strip()
    evidence = sandbox_server.run_folder / "deploy.json"
    kept = evidence.read_bytes()
    yield name
    evidence.write_bytes(kept)
    checked(
        sandbox_server.ssh(f"bantam-switch {ours} && rm -rf /opt/bantam/releases/{name} /opt/bantam/previous")
    )


@pytest.mark.parametrize(("damage", "sentence"), BROKEN.values(), ids=BROKEN)
def test_a_broken_release_is_refused_and_changes_nothing(
    sandbox_server: SandboxServer, server_http: httpx.Client, damage: str, sentence: str
) -> None:
    checked(sandbox_server.ssh(f"{COPY} {damage}"))
    links, pids = sandbox_server.ssh(LINKS).stdout, sandbox_server.ssh(PIDS).stdout
    with requests(server_http) as statuses:
        done = sandbox_server.ssh("bantam-switch broken")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(("broken", "bantam-app@1")), done.stderr
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert sandbox_server.ssh(LINKS).stdout == links
    if "worker" not in sentence:
        assert sandbox_server.ssh(PIDS).stdout == pids
    assert set(statuses) == {200}
    log = sandbox_server.ssh("tail -n 1 /var/log/bantam/releases.jsonl; rm -r /opt/bantam/releases/broken")
    assert json.loads(log.stdout)["refused"] == done.stderr.strip()


def test_the_way_back_and_forth_drops_no_request(
    sandbox_server: SandboxServer, server_http: httpx.Client, before: str
) -> None:
    with requests(server_http) as statuses:
        checked(sandbox_server.make("rollback", f"TO={before}"))
        assert f"{before} " in checked(sandbox_server.make("releases")).stdout
        assert (
            checked(sandbox_server.ssh("readlink /opt/bantam/current")).stdout.strip() == f"releases/{before}"
        )
        # The release before this one, by default.
        checked(sandbox_server.make("rollback"))
    # The server no longer is what the sources make of it.
    assert not (sandbox_server.run_folder / "deploy.json").exists()
    assert set(statuses) == {200}
    assert checked(sandbox_server.ssh("readlink /opt/bantam/previous")).stdout.strip() == f"releases/{before}"


PSQL = "runuser -u postgres -- psql -qX bantam -c"
MIGRATE = "cd / && runuser -u postgres -- /opt/bantam/current/bin/bantam-migrate"
MIGRATION = "$(echo lib/python3*/site-packages/app/agency)/migrations/9999_less"
# The older one reads a table that a migration of today's drops.
ODD_TABLE = "'-- odd: rows' 'SELECT kept FROM odd'"
ANOTHER_SCHEMA = f"""
cd /opt/bantam/releases/older && printf '%s\\n' {ODD_TABLE} > {APP}/agency/queries/odd.sql
cd ../../current && echo 'DROP TABLE odd;' > {MIGRATION}.up.sql
echo 'CREATE TABLE odd (kept integer);' > {MIGRATION}.down.sql
cd / && {PSQL} 'SET ROLE bantam_owner' -c 'CREATE TABLE odd (kept integer)'
{MIGRATE} up
"""


def test_the_schema_goes_back_with_the_release(sandbox_server: SandboxServer, before: str) -> None:
    rollback = ("rollback", f"TO={before}")
    status = f"{MIGRATE} status | tail -n 1"
    checked(sandbox_server.ssh(ANOTHER_SCHEMA.replace("older", before)))
    ours = sandbox_server.ssh("realpath /opt/bantam/current").stdout.strip()
    refused = sandbox_server.make(*rollback)
    assert refused.returncode != 0
    assert (
        f'{before} cannot run on today\'s schema: odd fails: relation "odd" does not exist' in refused.stderr
    )
    checked(sandbox_server.ssh(f"echo 'max_pages = 1' >> /opt/bantam/releases/{before}/app.toml"))
    assert sandbox_server.make(*rollback, "SCHEMA=down").returncode != 0
    assert sandbox_server.ssh(status).stdout == "9999_less applied\n"
    checked(sandbox_server.ssh(f"sed -i '$ d' /opt/bantam/releases/{before}/app.toml"))
    checked(sandbox_server.make(*rollback, "SCHEMA=down"))
    assert "9999_less" not in sandbox_server.ssh(status).stdout
    checked(sandbox_server.ssh(f"cd {ours} && rm {MIGRATION}.*; cd / && {PSQL} 'DROP TABLE odd'"))


def test_a_switch_that_was_cut_off_is_finished_by_the_next(
    sandbox_server: SandboxServer, before: str
) -> None:
    """The link points to it already, but no worker has been restarted."""
    checked(sandbox_server.ssh(f"ln -sfn releases/{before} /opt/bantam/current && bantam-switch {before}"))
    of_workers = sandbox_server.ssh(RELEASE_OF_WORKER)
    assert set(of_workers.stdout.split()) == {f"releases/{before}"}


@pytest.mark.parametrize(
    ("release", "sentence"),
    [
        ("nonsense", "has no release nonsense; it has "),
        ("x; touch /tmp/typed", "has no release x; touch"),
        ("", "which release? Run `make releases`"),
        ("-x", "has no release -x; it has "),
        ("null", "has no release null; it has "),
    ],
)
def test_what_cannot_be_gone_back_to_is_refused(
    sandbox_server: SandboxServer, release: str, sentence: str
) -> None:
    done = sandbox_server.make("rollback", f"TO={release}")
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


FAKE_RELEASES = "cd /opt/bantam/releases; for n in 1 2 3 4; do mkdir -p f$n && echo x > f$n/complete; done"


def test_the_release_before_is_kept_longest(sandbox_server: SandboxServer, before: str) -> None:
    checked(sandbox_server.ssh(f"ln -sfn releases/{before} /opt/bantam/previous; {FAKE_RELEASES}"))
    checked(pyinfra(sandbox_server, "-y", "--data=only=app", "--data=releases_kept=2"))
    kept = checked(sandbox_server.ssh("ls /opt/bantam/releases")).stdout.split()
    assert len(kept) == 3
    assert before in kept
    checked(sandbox_server.ssh("rm -r /opt/bantam/releases/f?"))


@pytest.mark.parametrize(
    "obstacle",
    [
        "cd /opt/bantam && ln -sfn $(readlink current) candidate && systemctl start bantam-candidate",
        "mv /var/log/bantam/releases.jsonl /root && mkdir /var/log/bantam/releases.jsonl",
    ],
    ids=["a candidate was left running", "the log cannot be written"],
)
def test_what_an_earlier_run_left_does_not_let_a_broken_release_pass(
    sandbox_server: SandboxServer, obstacle: str
) -> None:
    checked(sandbox_server.ssh(f"{COPY} sed -i '1i raise SystemExit(\"out of order\")' {MAIN}"))
    checked(sandbox_server.ssh(obstacle))
    done = sandbox_server.ssh("bantam-switch --discard broken")
    sandbox_server.ssh("rmdir /var/log/bantam/releases.jsonl && mv /root/releases.jsonl /var/log/bantam")
    assert done.returncode == 1
    assert "broken does not start: out of order" in done.stderr
    assert "Traceback" not in done.stderr
    assert sandbox_server.ssh("ls /opt/bantam/releases/broken").returncode != 0
    assert sandbox_server.ssh("systemctl is-active bantam-candidate").stdout == "inactive\n"


@pytest.mark.parametrize("end", ["kill -KILL $pid", "kill -TERM $pid"])
def test_a_switch_ended_in_the_middle_deletes_nothing_and_is_finished_by_a_rollback(
    sandbox_server: SandboxServer, before: str, end: str
) -> None:
    moved = f"until [ $(basename $(readlink /opt/bantam/current)) = {before} ]; do sleep 0.02; done"
    ours = sandbox_server.ssh("readlink /opt/bantam/current").stdout.strip()
    cut = f"bantam-switch --discard {before} & pid=$!; {moved}; {end}; wait $pid"
    assert sandbox_server.ssh(f"timeout 60 bash -c '{cut}'").returncode != 0
    assert sandbox_server.ssh("readlink /opt/bantam/previous").stdout.strip() == ours
    checked(sandbox_server.make("rollback", f"TO={before}"))
    assert set(sandbox_server.ssh(RELEASE_OF_WORKER).stdout.split()) == {f"releases/{before}"}
    checked(sandbox_server.make("rollback"))
    assert set(sandbox_server.ssh(RELEASE_OF_WORKER).stdout.split()) == {ours}


@pytest.mark.usefixtures("before")
def test_a_deploy_whose_connection_is_cut_still_makes_its_release_current(
    sandbox_server: SandboxServer,
) -> None:
    ours = sandbox_server.ssh("readlink /opt/bantam/current").stdout.strip()
    with begun(sandbox_server, "--data=only=app", "--data=max_body_kb=2048") as deploying:
        # The candidate is active for a moment only; the lock is held from before it until after the switch.
        switching = (
            "for i in $(seq 900); do flock -n /run/bantam-switch.lock true || exit 0; sleep 0.1; done; exit 1"
        )
        checked(sandbox_server.ssh(switching))
        os.killpg(deploying.pid, signal.SIGKILL)
    settled = (
        "for i in $(seq 300); do flock -n /run/bantam-switch.lock true && break; sleep 0.1; done;"
        " cat /opt/bantam/current/app.toml"
    )
    time.sleep(1)
    assert "body_limit_bytes = 2097152" in checked(sandbox_server.ssh(settled)).stdout
    assert sandbox_server.ssh("readlink /opt/bantam/previous").stdout.strip() == ours
    checked(pyinfra(sandbox_server, "-y", "--data=only=app"))
    assert sandbox_server.ssh("readlink /opt/bantam/current").stdout.strip() == ours


NOT_LATER = "DELETE FROM schema_migrations WHERE version = '9998_later'"
LATER = "INSERT INTO schema_migrations (milliseconds, version, sha256) VALUES (1, '9998_later', 'x')"


def test_sources_from_before_a_migration_leave_it_alone(sandbox_server: SandboxServer) -> None:
    checked(sandbox_server.ssh(f'cd / && {PSQL} "{LATER}"'))
    done = pyinfra(sandbox_server, "-y", "--json", "--data=only=app")
    checked(sandbox_server.ssh(f'cd / && {PSQL} "{NOT_LATER}"'))
    operations = json.loads(checked(done).stdout)["results"]["operations"]
    [migrate] = [each for each in operations if each["name"].endswith("Migrate the schema")]
    assert not migrate["success"]


def begun(server: SandboxServer, *options: str) -> subprocess.Popen[bytes]:
    """A deploy that has taken the server's lock."""
    held = "flock -n /run/bantam-deploy.lock true"
    running = subprocess.Popen(
        command(server, "-y", *options),
        cwd=ROOT,
        env=server.env,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    end = time.monotonic() + 60
    while server.ssh(held).returncode == 0 and time.monotonic() < end:
        time.sleep(0.1)
    return running


def test_of_two_deploys_at_once_the_second_names_the_first(sandbox_server: SandboxServer) -> None:
    with begun(sandbox_server) as first:
        second = sandbox_server.make("rollback")
        assert second.returncode != 0
        assert "has begun to deploy at" in second.stderr
        assert second.stderr.splitlines()[0].endswith("UTC: wait for that run to end.")
        assert first.wait() == 0


def test_a_deploy_that_died_leaves_no_lock(sandbox_server: SandboxServer) -> None:
    lock = "flock -w 20 /run/bantam-deploy.lock true"
    with begun(sandbox_server) as first:
        os.killpg(first.pid, signal.SIGKILL)
    checked(sandbox_server.ssh(lock))
