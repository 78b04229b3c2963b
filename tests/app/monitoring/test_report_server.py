"""The report of the last day: what cost most, what missed its target, what should be looked at."""

# ruff: noqa: S608  (the numbers are the tests' own)

import json
import re
from collections.abc import Iterator

import pytest

from tests.app.support.server import Server
from tests.servers import SandboxServer, checked

pytestmark = pytest.mark.server

SECTIONS = [
    "The last day beside others",
    "Targets",
    "Statements that cost most, and their mean the day before",
    "To look at",
    "If it goes on like this",
]
PLANTED = {
    "CREATE INDEX planted ON tasks (project_id, due_on, id) WHERE false": "",
    "CREATE INDEX planted_one ON tasks (created_at); CREATE INDEX planted_two ON tasks (created_at)": (
        "planted_two on tasks: the same as planted_one; none of the "
    ),
    "CREATE TABLE planted_table (id bigint, project_id bigint REFERENCES projects, text text);"
    " INSERT INTO planted_table SELECT n, 1, repeat('x', 1000) FROM generate_series(1, 20000) AS n": (
        "planted_table (project_id): a foreign key without an index"
    ),
}
GONE = "DROP TABLE IF EXISTS planted_table; DROP INDEX IF EXISTS planted, planted_one, planted_two"


@pytest.fixture(scope="module", autouse=True)
def _no_timer(server: Server) -> Iterator[None]:
    """The samples are those of the tests."""
    server.run("systemctl stop bantam-history.timer")
    yield
    server.sql("TRUNCATE history.samples")
    server.run("systemctl start bantam-history bantam-history.timer")


def report(server: SandboxServer) -> str:
    return checked(server.make("report")).stdout


def keep(server: Server, hours_ago: int, statements: list[dict[str, object]]) -> None:
    """A sample with details of so long ago."""
    details = json.dumps({"statements": statements})
    server.sql("SELECT history.partition(14)")
    moment = f"now() - interval '{hours_ago} hours'"
    server.sql(f"INSERT INTO history.samples VALUES ({moment}, '{{}}', '{details}')")


def statement(name: str, calls: int, total_ms: float) -> dict[str, object]:
    return {"id": name, "name": name, "calls": calls, "total_ms": total_ms}


def test_the_report_has_every_part(sandbox_server: SandboxServer) -> None:
    lines = report(sandbox_server).splitlines()

    assert [line for line in lines if line in SECTIONS] == SECTIONS


def test_a_statement_that_became_slower_is_named(sandbox_server: SandboxServer, server: Server) -> None:
    server.sql("TRUNCATE history.samples")
    keep(server, 40, [statement("steady", 0, 0), statement("slower", 0, 0)])
    keep(server, 26, [statement("steady", 1000, 1000), statement("slower", 1000, 1000)])
    keep(server, 20, [statement("steady", 1000, 1000), statement("slower", 1000, 1000)])
    keep(
        server, 2, [statement("steady", 2000, 2000), statement("slower", 2000, 4000), statement("new", 7, 70)]
    )

    means = server.rows(
        "SELECT name, calls, mean_ms FROM history.statements(now() - interval '1 day', now())"
    )
    assert {row["name"]: (row["calls"], row["mean_ms"]) for row in means} == {
        "slower": (1000, 3.0),
        "steady": (1000, 1.0),
        "new": (7, 10.0),
    }
    lines = [line for line in report(sandbox_server).splitlines() if "twice as slow as before" in line]
    assert [line.split()[0] for line in lines] == ["slower"]


def test_statistics_that_began_anew_count_from_then(server: Server) -> None:
    server.sql("TRUNCATE history.samples")
    keep(server, 20, [statement("one", 5000, 5000)])
    keep(server, 2, [statement("one", 10, 20)])

    rows = server.rows("SELECT calls, mean_ms FROM history.statements(now() - interval '1 day', now())")
    assert rows == [{"calls": 10, "mean_ms": 2.0}]


@pytest.mark.parametrize("planted", PLANTED)
def test_what_should_be_looked_at_is_named(
    sandbox_server: SandboxServer, server: Server, planted: str
) -> None:
    advice = PLANTED[planted]
    server.sql(planted)
    try:
        text = report(sandbox_server)
    finally:
        server.sql(GONE)

    assert advice in text
    assert (advice == "") == ("planted" not in text)


UNINDEXED = "/* planted_search */ SELECT count(*) FROM time_entries WHERE note = $1"


def test_an_index_is_missing_if_it_would_halve_the_cost_of_a_statement(
    sandbox_server: SandboxServer, server: Server
) -> None:
    server.sql(f"SET ROLE bantam_app; {UNINDEXED.replace('$1', chr(39) + 'x' + chr(39))}")

    assert re.search(
        r'time_entries \(note\): an index would bring "planted_search" to \d+\.\d % of its cost',
        report(sandbox_server),
    )


KINDS = {
    "weekly": ["Tables", "Indexes", "To do"],
    "monthly": [
        "Statements that cost most",
        "Statements that take longest",
        "Statements that are called most",
        "Slower this week than the week before",
        "To look at",
    ],
    "quarterly": [
        "The busiest hours of the last two weeks",
        "What takes the disk",
        "If it goes on like this",
    ],
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_parts(sandbox_server: SandboxServer, kind: str) -> None:
    lines = checked(sandbox_server.make("report", f"KIND={kind}")).stdout.splitlines()

    assert [line for line in lines if line in KINDS[kind]] == KINDS[kind]


def test_an_unknown_kind_is_refused(sandbox_server: SandboxServer) -> None:
    done = sandbox_server.make("report", "KIND=hourly; id")

    assert done.returncode != 0
    assert "KIND=hourly; id is none of daily, weekly, monthly, quarterly." in done.stderr


def test_the_first_run_in_a_period_leaves_a_page_that_an_admin_sees(server: Server) -> None:
    server.run("rm -f /var/lib/bantam-report/*; systemctl start bantam-report")
    written = server.run("cd /var/lib/bantam-report && md5sum weekly-* monthly-* quarterly-*")
    server.run("systemctl start bantam-report")
    cookie = {"cookie": f"__Secure-bantam-admin={server.token(1)}"}
    page = server.send("GET", "/admin", headers=cookie).text
    links = re.findall(r'href="(/admin/reports/([a-z]+)-[-0-9QW]+)"', page)

    assert server.run("cd /var/lib/bantam-report && md5sum weekly-* monthly-* quarterly-*") == written
    assert [kind for _, kind in links] == ["weekly", "quarterly", "monthly", "daily"]
    for link, _ in links:
        report = server.send("GET", link, headers=cookie)
        assert report.status_code == 200
        assert report.text.count("<h2>") == report.text.count("<table>") >= 3
        assert "default-src 'none'" in report.headers["content-security-policy"]
        assert server.send("GET", link).status_code == 401


@pytest.mark.parametrize("name", ["x", "..%2F..%2Fetc%2Fpasswd", "daily-2000-01-01", "report"])
def test_there_is_no_other_page(server: Server, name: str) -> None:
    cookie = {"cookie": f"__Secure-bantam-admin={server.token(1)}"}

    assert server.send("GET", f"/admin/reports/{name}", headers=cookie).status_code == 404


def test_a_missed_target_is_named(sandbox_server: SandboxServer, server: Server) -> None:
    server.sql("TRUNCATE history.samples; SELECT history.partition(14)")
    app = "jsonb_build_object('requests', n * 100, 'cache_reads', n * 100, 'cache_hits', n * 79)"
    samples = f"SELECT now() - make_interval(mins => 60 - n), jsonb_build_object('app', {app})"
    server.sql(f"INSERT INTO history.samples {samples} FROM generate_series(1, 50) AS n")

    targets = [line for line in report(sandbox_server).splitlines() if "from the cache" in line]
    assert len(targets) == 1
    assert "79.0" in targets[0]
    assert "MISSED" in targets[0]
