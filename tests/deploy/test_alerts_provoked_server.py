"""Each alert for real: what it is about is done to a server; it is told once, and once when it is over."""

# ruff: noqa: S608  (the names are the seed's own)

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from tests.deploy.sinks import Sinks, minutes, told
from tests.servers import SandboxServer, checked

pytestmark = [pytest.mark.server, pytest.mark.rehearsal, pytest.mark.usefixtures("_told")]

SQL = "cd / && runuser -u postgres -- psql -XAtqw -p 5432 -d bantam"
STAMPS = "/var/lib/systemd/timers/stamp-bantam"
CERTIFICATE = "/etc/bantam/tls/server.crt"
SHARE = "sed -i --follow-symlinks 's/^inspected_share = .*/inspected_share = {}/' /etc/bantam/app.toml"
WAITING = "/var/lib/bantam-history/waiting.jsonl"
DRILLS = "/var/log/bantam/drills.jsonl"
STATUS = "/var/lib/postgresql/17/main/pg_wal/archive_status/000000010000000000000001.ready"
POOLED = (
    "psql -XAtqw -h /run/pgbouncer -p 6432 -U bantam_app -d bantam -c BEGIN"
    " -c 'SET LOCAL statement_timeout = 0' -c 'SET LOCAL transaction_timeout = 0' -c 'SELECT pg_sleep(90)'"
)
EATER = (
    "import re; known = dict(re.findall(r'(\\w+): +(\\d+) kB', open('/proc/meminfo').read()));"
    " total, free = int(known['MemTotal']), int(known['MemAvailable']);"
    " eaten = bytearray(1024 * int(free - 0.055 * total)); import time; time.sleep(120)"
)
Step = Callable[[SandboxServer], object]


def on_server(command: str) -> Step:
    return lambda server: server.run(command)


def sql(statement: str) -> Step:
    return lambda server: server.run(f'{SQL} -c "{statement}"')


def nothing(_server: SandboxServer) -> None:
    pass


def asked(*paths: str, times: int = 1) -> Step:
    """Requests, eight at a time."""

    def ask(server: SandboxServer) -> None:
        headers = {"authorization": f"Bearer {server.token(1)}"}
        with server.http() as http, ThreadPoolExecutor(8) as eight:
            list(eight.map(lambda path: http.get(path, headers=headers), paths * times))

    return ask


def known_pages(server: SandboxServer) -> None:
    """The same page again and again, as often as the edge allows."""
    server.run("sleep 1.5")
    asked("/api/projects/1", times=80)(server)


def by_strangers(server: SandboxServer) -> None:
    """Requests with tokens that nobody has; of one token, the edge would refuse so many."""
    with server.http() as http:
        for number in range(110):
            http.get("/api/projects", headers={"authorization": f"Bearer bt_{number:064}"})


def new_pages(server: SandboxServer) -> None:
    """Pages that nobody has asked for lately."""
    dice = random.SystemRandom()
    paths = [f"/api/projects/{dice.randint(1, 40)}/tasks?limit={dice.randint(1, 499)}" for _ in range(40)]
    asked(*paths)(server)


@dataclass(frozen=True)
class Provoked:
    """What is done, what happens before each sample of so many, how it ends."""

    alert: str
    begin: Step
    end: Step
    each: Step = nothing
    samples: int = 2
    is_warning: bool = False
    after: Step = field(default=nothing)


def slow_callers(server: SandboxServer) -> None:
    definition = server.run(f"{SQL} -c \"SELECT pg_get_viewdef('callers')\"").rstrip(";")
    slow = (
        f"SET ROLE bantam_owner; CREATE VIEW callers_before AS {definition};"
        " CREATE OR REPLACE VIEW callers AS"
        " SELECT c.* FROM callers_before AS c CROSS JOIN LATERAL (SELECT pg_sleep(0.6 + 0 * c.user_id)) AS s"
    )
    server.run(f"{SQL} <<'END'\n{slow};\nEND")


def quick_callers(server: SandboxServer) -> None:
    definition = server.run(f"{SQL} -c \"SELECT pg_get_viewdef('callers_before')\"").rstrip(";")
    quick = f"SET ROLE bantam_owner; CREATE OR REPLACE VIEW callers AS {definition}; DROP VIEW callers_before"
    server.run(f"{SQL} <<'END'\n{quick};\nEND")


def untold(server: SandboxServer) -> None:
    """A name changes without anybody hearing of it; then every hit is inspected."""
    asked("/api/projects/9", times=16)(server)
    change = "UPDATE projects SET name = name || '!' WHERE id = 9"
    server.run(f'{SQL} -c "SET session_replication_role = replica; {change}"')
    server.run(f"{SHARE.format(1)} && systemctl restart 'bantam-app@*'")
    minutes(server, 1)
    asked("/api/projects/9", times=24)(server)
    server.run("sleep 4")


def heard(server: SandboxServer) -> None:
    server.run(f"{SHARE.format(0.01)} && systemctl restart 'bantam-app@*'")
    server.run(f"{SQL} -c \"UPDATE projects SET name = rtrim(name, '!') WHERE id = 9\"")


PROVOKED = [
    Provoked(
        "PostgreSQL does not answer",
        on_server("systemctl stop postgresql@17-main"),
        on_server("systemctl start postgresql@17-main"),
    ),
    Provoked(
        "PgBouncer does not answer",
        on_server("systemctl stop pgbouncer"),
        on_server("systemctl start pgbouncer"),
    ),
    Provoked(
        "Redis does not answer",
        on_server("systemctl stop redis-server"),
        on_server("systemctl start redis-server"),
    ),
    Provoked(
        "The app does not answer",
        on_server("systemctl stop 'bantam-app@*' bantam-app.socket"),
        on_server("systemctl start bantam-app.socket bantam-app@1 bantam-app@2"),
    ),
    Provoked(
        "requests fail",
        sql("ALTER VIEW callers RENAME TO callers_away"),
        sql("ALTER VIEW callers_away RENAME TO callers"),
        each=asked("/api/clients", times=30),
        after=asked("/api/clients", times=30),
    ),
    Provoked(
        "requests are slow",
        slow_callers,
        quick_callers,
        each=asked("/api/clients", times=24),
        after=asked("/api/clients", times=24),
        samples=5,
        is_warning=True,
    ),
    Provoked(
        "few cache hits",
        nothing,
        nothing,
        each=new_pages,
        after=known_pages,
        samples=5,
        is_warning=True,
    ),
    Provoked("the cache was wrong", untold, heard, samples=1),
    Provoked(
        "the pool is nearly full",
        on_server(
            f'for n in $(seq 24); do systemd-run -q --collect --unit=pooled-$n sh -c "{POOLED}"; done;'
            " sleep 2"
        ),
        on_server("systemctl stop 'pooled-*'; sleep 1"),
    ),
    Provoked(
        "PostgreSQL uses the CPU up",
        on_server(
            "for n in 1 2 3; do systemd-run -q --collect --unit=burns-$n sh -c"
            f" '{SQL} -c \"DO \\$\\$ BEGIN LOOP PERFORM 1; END LOOP; END \\$\\$\"'; done"
        ),
        on_server(
            "systemctl stop 'burns-*'; cd / && runuser -u postgres -- psql -XAtqw -p 5432 -d bantam -c"
            " \"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'DO %'\""
        ),
        each=on_server("sleep 4"),
        after=on_server("sleep 4"),
        samples=5,
        is_warning=True,
    ),
    Provoked(
        "little memory",
        on_server(
            f'systemd-run -q --collect --unit=eats -p OOMScoreAdjust=1000 python3 -c "{EATER}"; sleep 3'
        ),
        on_server("systemctl stop eats"),
        samples=5,
        is_warning=True,
    ),
    Provoked(
        "WAL is not archived",
        on_server(f"install -o postgres -m 600 /dev/null {STATUS} && touch -d '-11 minutes' {STATUS}"),
        on_server(f"rm -f {STATUS}"),
    ),
    Provoked(
        "no backup is taken",
        on_server(f"systemctl stop bantam-backup.timer; touch -d '-4 hours' {STAMPS}-backup.timer"),
        on_server(f"touch {STAMPS}-backup.timer; systemctl start bantam-backup.timer"),
        samples=10,
    ),
    Provoked(
        "no drill is made",
        on_server(
            f"systemctl stop bantam-drill.timer; touch -d '-9 days' {STAMPS}-drill.timer;"
            f" test ! -e {DRILLS} || touch -d '-9 days' {DRILLS}"
        ),
        on_server(f"touch {STAMPS}-drill.timer; systemctl start bantam-drill.timer"),
        samples=1,
        is_warning=True,
    ),
    Provoked(
        "the certificate ends",
        on_server(
            f"cp -p {CERTIFICATE} /root/server.crt;"
            " openssl req -x509 -newkey ed25519 -nodes -days 13 -subj /CN=x"
            f" -keyout /dev/null -out {CERTIFICATE} 2>/dev/null"
        ),
        on_server(f"cp -p /root/server.crt {CERTIFICATE}"),
        samples=1,
    ),
    Provoked(
        "the outbox grows",
        on_server(
            "systemctl stop 'bantam-app@*' bantam-app.socket; "
            f"{SQL} -c \"INSERT INTO cache_touches (by_app, tags) SELECT false, ARRAY['nobody'] FROM"
            ' generate_series(1, 12000)" -c "ANALYZE cache_touches"'
        ),
        on_server(
            f'{SQL} -c "TRUNCATE cache_touches" -c "ANALYZE cache_touches";'
            " systemctl start bantam-app.socket bantam-app@1 bantam-app@2"
        ),
        samples=5,
        is_warning=True,
    ),
    Provoked(
        "many tokens are refused",
        nothing,
        nothing,
        each=by_strangers,
        is_warning=True,
    ),
    Provoked(
        "an invalid index",
        sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'clients_pkey'::regclass"),
        sql("UPDATE pg_index SET indisvalid = true WHERE indexrelid = 'clients_pkey'::regclass"),
        samples=60,
        is_warning=True,
    ),
    Provoked(
        "an idle replication slot",
        sql("SELECT pg_create_physical_replication_slot('idle', true)"),
        sql("SELECT pg_drop_replication_slot('idle')"),
        samples=5,
    ),
    Provoked(
        "the history is not kept",
        on_server(
            f"{SQL} -c 'REVOKE EXECUTE ON FUNCTION history.keep(jsonb, integer) FROM bantam_history';"
            f' sed -i \'s/"taken_at": "....-..-..T../"taken_at": "2026-01-01T00/\' {WAITING}'
        ),
        on_server(
            f"{SQL} -c 'GRANT EXECUTE ON FUNCTION history.keep(jsonb, integer) TO bantam_history';"
            f" rm {WAITING}"
        ),
    ),
]
CALM_S = 600
# With the app away, its socket does not answer either.
ALSO = {"the outbox grows": ["The app does not answer"]}


def others_told(sinks: list[str]) -> list[str]:
    """What has come; statements become slow by much of what is done here."""
    return [title for title in told(sinks) if not title.lower().endswith("slow statements")]


@contextmanager
def done(server: SandboxServer, provoked: Provoked) -> Iterator[None]:
    provoked.begin(server)
    try:
        yield
    finally:
        provoked.end(server)


@pytest.mark.parametrize("provoked", PROVOKED, ids=lambda provoked: provoked.alert)
def test_it_is_told_once_and_once_when_it_is_over(
    sandbox_server: SandboxServer, sinks: Sinks, provoked: Provoked
) -> None:
    minutes(sandbox_server, 5)
    told(sinks.posted), told(sinks.mailed)
    title = provoked.alert[0].upper() + provoked.alert[1:]
    where, elsewhere = (sinks.mailed, sinks.posted) if provoked.is_warning else (sinks.posted, sinks.mailed)

    with done(sandbox_server, provoked):
        # One more, after which nothing more is told; a single one may be over by then.
        for _ in range(provoked.samples + (provoked.samples > 1)):
            provoked.each(sandbox_server)
            minutes(sandbox_server, 1)
        assert others_told(where) == [title]
    for _ in range(4):
        provoked.after(sandbox_server)
        minutes(sandbox_server, 1)

    assert others_told(where) == [f"Resolved: {provoked.alert}"]
    others = ALSO.get(provoked.alert, [])
    assert [each.removeprefix("Resolved: ") for each in others_told(elsewhere)] == [*others, *others]


def test_a_server_under_load_tells_nothing(sandbox_server: SandboxServer, sinks: Sinks) -> None:
    """By the timers, for ten minutes of a day of an agency."""
    timers = "bantam-history.timer bantam-alerts.timer"
    minutes(sandbox_server, 4)
    told(sinks.posted), told(sinks.mailed)
    checked(sandbox_server.make("verify"))
    sandbox_server.run(f"systemctl start {timers}")
    try:
        sandbox_server.make("load", "SCENARIO=mixed", "USERS=40", f"SECONDS={CALM_S}")
    finally:
        sandbox_server.run(f"systemctl stop {timers}")

    assert (told(sinks.posted), told(sinks.mailed)) == ([], [])
