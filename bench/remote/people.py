"""A hundred users of all roles, what each of them may see, and what each does next."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from bench.remote.asked import Connection
from bench.remote.tokens import token

PEOPLE = 100
WRITES = 0.1
STATUSES = ("todo", "in_progress", "blocked", "review", "done")
PROJECTS_AT_MOST = 10
SECOND_PAGE = 0.3
"""The share of users who go on from a project's first tasks to the next page."""


class Step(NamedTuple):
    """A request; `kind` is its name in the figures."""

    kind: str
    method: str
    path: str
    body: object = None


@dataclass
class Person:
    """What a user saw at first: ids only, so that the same plan can be repeated."""

    user: int
    token: str
    dashboard: str
    projects: list[int]
    pages: dict[int, list[str]]
    tasks: list[tuple[int, int]]
    notification: int | None

    def step(self, dice: random.Random) -> Step:
        """Return the user's next step: one in ten is a write."""
        if dice.random() < WRITES:
            return self._write(dice)
        chance = dice.random()
        if chance < 0.4 or not self.projects:
            return Step(self.dashboard, "GET", f"/api/dashboards/{self.dashboard.removesuffix('_dashboard')}")
        # People mostly work on the first entries, which are due first.
        project = dice.choices(self.projects, [1 / place for place in range(1, len(self.projects) + 1)])[0]
        if chance < 0.7:
            return Step("project", "GET", f"/api/projects/{project}")
        pages = self.pages[project]
        return Step("project_tasks", "GET", pages[-1] if dice.random() < SECOND_PAGE else pages[0])

    def _write(self, dice: random.Random) -> Step:
        """Half of the writes move a task, a fifth each log time or comment, the rest read notifications."""
        chance = dice.random()
        if self.tasks and chance < 0.9:
            task, project = dice.choice(self.tasks)
            if chance < 0.5:
                return Step("task", "PATCH", f"/api/tasks/{task}", {"status": dice.choice(STATUSES)})
            if chance < 0.7:
                return Step("comment", "POST", f"/api/tasks/{task}/comments", {"body": "As we said."})
            spent = {"project_id": project, "entry_date": _today(), "minutes": dice.choice((15, 30, 60))}
            return Step("time", "POST", "/api/time-entries", spent)
        return Step("notification", "POST", "/api/notifications/read", {"up_to": self.notification or 1})


async def people() -> list[Person]:
    """Return the users, the busiest first, in an order unrelated to their roles."""
    connection = Connection()
    users = list(range(1, PEOPLE + 1))
    random.Random(4).shuffle(users)  # noqa: S311  (nothing secret)
    found = [await _looked_around(connection, user) for user in users]
    connection.close()
    return found


def drawn(everybody: list[Person], dice: random.Random) -> Person:
    """Return one of them by Zipf's law: the n-th busiest is drawn 1/n as often as the busiest."""
    return dice.choices(everybody, [1 / place for place in range(1, len(everybody) + 1)])[0]


async def _looked_around(connection: Connection, user: int) -> Person:
    bearer = token(user)
    dashboard = _dashboard(user)
    listed = await connection.json(bearer, f"/api/projects?limit={PROJECTS_AT_MOST}")
    seen: dict[str, Any] = {}
    if dashboard != "client_dashboard":
        seen = await connection.json(bearer, "/api/dashboards/user")
    shown = seen.get("projects") or listed["items"]
    projects = [one["id"] for one in shown][:PROJECTS_AT_MOST]
    pages = {}
    tasks = [(one["id"], one["project_id"]) for one in seen.get("overdue", []) + seen.get("due", [])]
    for project in projects:
        first = f"/api/projects/{project}/tasks?limit=50"
        page = await connection.json(bearer, first)
        pages[project] = [first, f"{first}&cursor={quote(page['next'])}"] if page["next"] else [first]
        if dashboard != "client_dashboard" and len(tasks) < PROJECTS_AT_MOST:
            tasks += [(one["id"], project) for one in page["items"][:2]]
    told = seen.get("notifications", [])
    return Person(user, bearer, dashboard, projects, pages, tasks, told[0]["id"] if told else None)


def _dashboard(user: int) -> str:
    """Return which dashboard somebody opens, by the seed's roles."""
    place = (user - 1) % 20
    if place == 0 and (user - 1) % 100 == 0:
        return "admin_dashboard"
    if place < 2:
        return "manager_dashboard"
    return "user_dashboard" if place < 14 else "client_dashboard"


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
