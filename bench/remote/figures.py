"""One client, one request after the other, nothing cached: how long reads take."""

import http.client
import json
import time
from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import Any
from urllib.parse import quote

GROWING = ("list", "dashboard_user", "dashboard_manager", "dashboard_admin", "dashboard_client")
"""Reads that are also measured on a server with ten times the data."""

ADMIN, MANAGER, MEMBER, CLIENT = 1, 2, 7, 16
"""Users of the seed: an admin, a project manager, a team member, and a user of a client."""

WALKED = {
    "page_of_1000": (ADMIN, ("tasks",), 150),
    "page_of_1000_by_manager": (MANAGER, ("tasks", "messages", "time-entries"), 20),
    "page_of_1000_by_member": (MEMBER, ("tasks", "messages", "time-entries"), 20),
}
"""Figure -> the user, the lists read in pages of 1,000, and how many pages of each, one after the other."""

SEARCHED = ("website", "report", "design review", "invoice", "databse", "mobile app launch", "wbsite", "data")


Places = dict[str, list[str]]
"""Figure -> paths that only the server knows: existing rows, and cursors."""


@dataclass(frozen=True)
class Figure:
    """A kind of read: its paths, and the user who sends it."""

    name: str
    paths: list[str]
    user: int


def figures(places: Places) -> list[Figure]:
    """Return the reads to measure, each with its user."""
    lists = [
        f"/api/{what}" for what in ("tasks", "projects", "time-entries", "invoices", "messages", "activity")
    ]
    lists += [f"/api/tasks?open=true&sort={sort}" for sort in ("due_on", "priority", "-due_on", "-priority")]
    lists += [
        "/api/tasks?project=1",
        "/api/tasks?assignee=25",
        "/api/time-entries?user=7",
        "/api/projects?sort=name",
    ]
    searches = [
        f"/api/search{kind}?q={quote(words)}"
        for kind in ("", "/tasks", "/projects", "/users", "/clients")
        for words in SEARCHED
    ]
    reports = [
        f"/api/reports/{name}{query}"
        for name in ("projects", "time", "finance", "team")
        for query in ("", "?limit=100", "?from_date=2026-01-01")
    ]
    shared = ["/api/tasks", "/api/messages", "/api/time-entries", "/api/notifications"]
    return [
        Figure("single_row", places.get("single_row", []), ADMIN),
        Figure("list", lists * 6, ADMIN),
        Figure("dashboard_user", ["/api/dashboards/user"] * 60, MEMBER),
        Figure("dashboard_manager", ["/api/dashboards/manager"] * 60, MANAGER),
        Figure("dashboard_admin", ["/api/dashboards/admin"] * 60, ADMIN),
        Figure("dashboard_client", ["/api/dashboards/client"] * 60, CLIENT),
        Figure("list_by_manager", shared * 30, MANAGER),
        Figure("list_by_member", shared * 30, MEMBER),
        Figure("list_by_client", ["/api/projects", "/api/invoices"] * 60, CLIENT),
        Figure("search", searches * 3, ADMIN),
        Figure("search_by_member", searches * 3, MEMBER),
        *(Figure(name, places.get(name, []), user) for name, (user, _, _) in WALKED.items()),
        Figure("report", reports * 6, ADMIN),
    ]


class Client:
    """A persistent connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def get(self, path: str, token: str) -> tuple[float, bytes]:
        """Return the milliseconds and the body; RuntimeError unless it is 200."""
        began = time.perf_counter()
        self._connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        answer = self._connection.getresponse()
        body = answer.read()
        took = 1000 * (time.perf_counter() - began)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {body[:300]!r}")
        return took, body


def rows(client: Client, token: str) -> list[str]:
    """Return the paths of existing single rows: 120 tasks, projects and comments each."""
    lists = {"tasks": "/api/tasks", "projects": "/api/projects", "comments": "/api/comments?author=7"}
    found = []
    for name, path in lists.items():
        page = f"{path}{'&' if '?' in path else '?'}limit=120"
        found += [f"/api/{name}/{item['id']}" for item in json.loads(client.get(page, token)[1])["items"]]
    return found


def walk(client: Client, token: str, name: str, pages: int) -> list[str]:
    """Return the paths of a list's first `pages` pages of 1,000, following the cursors."""
    path = f"/api/{name}?limit=1000"
    paths = []
    for _ in range(pages):
        paths.append(path)
        following = json.loads(client.get(path, token)[1])["next"]
        if following is None:
            break
        path = f"/api/{name}?limit=1000&cursor={following}"
    return paths


def measure(client: Client, figure: Figure, token: str) -> dict[str, Any]:
    """Return the figure's percentiles; the first tenth is warm-up and does not count."""
    for path in figure.paths[: len(figure.paths) // 10]:
        client.get(path, token)
    taken = sorted((client.get(path, token)[0], path) for path in figure.paths)
    times = [milliseconds for milliseconds, _ in taken]
    return {
        "requests": len(times),
        "p50_ms": percentile(times, 0.50),
        "p95_ms": percentile(times, 0.95),
        "p99_ms": percentile(times, 0.99),
        "slowest": taken[-1][1].partition("&cursor")[0],
    }


def typical(passes: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the medians of several passes: one disturbed by other work on the machine does not count."""
    medians = {name: round(median(one[name] for one in passes), 2) for name in ("p50_ms", "p95_ms", "p99_ms")}
    return {**passes[-1], **medians}


def percentile(times: list[float], part: float) -> float:
    """Return the time that this share of the sorted times does not exceed (nearest rank)."""
    return round(times[max(0, ceil(part * len(times)) - 1)], 2)
