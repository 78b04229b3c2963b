"""The page for admins: only they see it, by a cookie that is good for nothing else."""

import json
import re
import threading

import httpx
import pytest

from tests.app.support.server import Server
from tests.app.support.warmth import until

pytestmark = pytest.mark.server

ADMIN = 1
COOKIE = "__Secure-bantam-admin"
OWN = {"sec-fetch-site": "same-origin"}
SECTIONS = [
    "History",
    "Compared",
    "If it goes on like this",
    "PostgreSQL",
    "Statements that cost most, take longest, or are called most",
    "Backups, restore drills, releases",
    "Reports",
    "Largest tables",
    "Indexes to look at",
    "Sessions and locks",
    "Cache",
]


def signed_in(server: Server, token: str, **headers: str) -> httpx.Response:
    """The answer to the form."""
    sent = headers or OWN
    return server.send("POST", "/admin/sign-in", data={"token": token}, headers=sent)


def page(server: Server, token: str, path: str = "/admin") -> httpx.Response:
    """The page, asked for with a cookie."""
    return server.send("GET", path, headers={"cookie": f"{COOKIE}={token}"})


@pytest.fixture(scope="module")
def team_member(server: Server) -> str:
    """The token of a seeded user who is no admin."""
    return server.token(int(server.sql("SELECT min(id) FROM users WHERE role = 'team_member'")))


def test_signing_in_sets_a_cookie_that_leaves_the_browser_for_the_page_only(server: Server) -> None:
    answer = signed_in(server, server.token(ADMIN))

    assert (answer.status_code, answer.headers["location"]) == (303, "/admin")
    name, _, flags = answer.headers["set-cookie"].partition("=")
    assert name == COOKIE
    assert {flag.strip().lower() for flag in flags.split(";")[1:]} == {
        "httponly",
        "max-age=28800",
        "path=/admin",
        "samesite=strict",
        "secure",
    }


def test_the_page_has_every_section(server: Server) -> None:
    answer = page(server, server.token(ADMIN))

    assert answer.status_code == 200
    assert re.findall(r"<h2[^>]*>([^<]*)</h2>", answer.text) == SECTIONS
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_a_statement_leads_to_its_plan(server: Server) -> None:
    for path in ("/api/projects", "/api/tasks", "/api/clients", "/api/projects/1"):
        server.get(path, ADMIN)
    text = page(server, server.token(ADMIN)).text
    links = re.findall(r'href="(/admin/statements/-?\d+)"', text)
    plans = [page(server, server.token(ADMIN), link) for link in links]

    assert len(links) >= 5
    assert {plan.status_code for plan in plans} == {200}
    planned = [plan.text for plan in plans if "(cost=" in plan.text]
    assert len(planned) > len(links) / 2
    assert any("Index Scan" in text for text in planned)


@pytest.mark.parametrize("statement", ["1", "x", "0'", "99999999999999999999"])
def test_a_statement_that_is_not_known_has_no_plan(server: Server, statement: str) -> None:
    assert page(server, server.token(ADMIN), f"/admin/statements/{statement}").status_code == 404


def test_nobody_else_sees_a_plan(server: Server, team_member: str) -> None:
    assert page(server, team_member, "/admin/statements/1").status_code == 401


def test_the_backup_of_the_deploy_is_among_what_was_done(server: Server) -> None:
    log = server.run("cat /var/log/bantam/backups.jsonl")
    text = page(server, server.token(ADMIN)).text

    assert json.loads(log.splitlines()[-1])["kind"] in ("full", "differential")
    assert re.search(r"(full|differential) backup</td>.*?[\d,]+ MB in \d+ s", text, re.DOTALL)
    assert "switch to" in text


@pytest.mark.parametrize("hours", ["1", "24", "168", "336", "0", "x", "-1'", "99999999999"])
def test_the_page_has_a_series_for_every_range(server: Server, hours: str) -> None:
    answer = page(server, server.token(ADMIN), f"/admin?hours={hours}")

    assert answer.status_code == 200
    known = hours if hours in ("1", "24", "168", "336") else "24"
    assert re.search(rf'<a href="\?hours={known}" aria-current="page">', answer.text)


@pytest.mark.parametrize("typed", ["", "x", "bt_" + "0" * 64, "bt_" + "0" * 63 + '"'])
def test_nobody_else_sees_anything(server: Server, typed: str) -> None:
    answer = page(server, typed)

    assert answer.status_code == 401
    assert 'action="/admin/sign-in"' in answer.text
    assert "<table" not in answer.text
    refused = signed_in(server, typed)
    assert refused.status_code == 403
    assert "This is not a valid token." in refused.text
    assert "set-cookie" not in refused.headers


def test_a_user_is_told_that_it_is_for_admins(server: Server, team_member: str) -> None:
    assert page(server, team_member).status_code == 401
    refused = signed_in(server, team_member)
    assert refused.status_code == 403
    assert "This page is for admins only." in refused.text
    assert "set-cookie" not in refused.headers


@pytest.mark.parametrize("path", ["/admin/sign-in", "/admin/sign-out"])
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://example.org"},
        {"origin": "null"},
        {},
    ],
    ids=["cross-site", "another host of the site", "another origin", "hidden origin", "nothing"],
)
def test_a_form_of_another_site_does_nothing(server: Server, path: str, headers: dict[str, str]) -> None:
    answer = server.send("POST", path, data={"token": server.token(ADMIN)}, headers=headers)

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_browser_that_only_tells_its_origin_can_sign_in(server: Server) -> None:
    origin = f"https://{server.http.base_url.host}"

    assert signed_in(server, server.token(ADMIN), origin=origin).status_code == 303


def test_signing_out_removes_the_cookie(server: Server) -> None:
    answer = server.send("POST", "/admin/sign-out", headers=OWN)

    assert answer.status_code == 303
    assert "Max-Age=0" in answer.headers["set-cookie"]


@pytest.mark.parametrize("path", ["/api/admin/db-performance", "/api/projects", "/api/admin/metrics"])
def test_the_cookie_opens_nothing_of_the_api(server: Server, path: str) -> None:
    assert page(server, server.token(ADMIN), path).status_code == 401


def test_the_scripts_are_the_pages_own(server: Server) -> None:
    text = page(server, server.token(ADMIN)).text

    [script] = re.findall(r'(?:src|href)="(?!\?hours|/admin/statements/|/admin/reports/)([^"]*)"', text)
    assert re.fullmatch(r"/admin/charts\.js\?v=[0-9a-f]{12}", script)
    charts = server.http.get(script)
    assert charts.status_code == 200
    assert charts.headers["content-type"].startswith("text/javascript")
    assert "uPlot" in charts.text


def test_what_sessions_say_is_escaped(server: Server) -> None:
    name = "<script>alert(1)</script>"
    sleeps = threading.Thread(target=lambda: server.sql(f'SELECT 1 AS "{name}", pg_sleep(4)'))
    sleeps.start()
    until(lambda: server.sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%alert(1)%'") == "2")
    text = page(server, server.token(ADMIN)).text
    sleeps.join()

    assert "&lt;script&gt;alert(1)" in text
    assert name not in text
