"""An agency of the tests' own: users of every role, and any number of projects with one of everything."""

# ruff: noqa: S608  (the numbers and names are the tests' own)

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

import httpx

from tests.app.support.server import Server

ROLES = {
    "admin": "admin",
    "manager": "project_manager",
    "member": "team_member",
    "other": "team_member",
    "client": "client",
    "stranger": "client",
    "newcomer": "team_member",
}

PROJECTS = """
WITH p AS (
    INSERT INTO projects (client_id, manager_id, starts_on, due_on, status, budget, name)
    SELECT {client}, {manager}, '2026-01-01', '2027-01-01', 'active', 1000, 'Project ' || n
    FROM generate_series(1, {count}) AS n
    RETURNING id
),
k AS (INSERT INTO project_members (project_id, user_id) SELECT id, {member} FROM p),
t AS (
    INSERT INTO tasks (project_id, assignee_id, due_on, title)
    SELECT id, {member}, '2026-12-31', 'Task' FROM p RETURNING id, project_id
),
m AS (
    INSERT INTO milestones (project_id, due_on, name)
    SELECT id, '2026-12-31', 'Milestone' FROM p RETURNING id, project_id
),
c AS (
    INSERT INTO comments (task_id, author_id, body)
    SELECT id, {member}, 'Comment' FROM t RETURNING id, task_id
),
e AS (
    INSERT INTO time_entries (user_id, project_id, entry_date, minutes, billable)
    SELECT {member}, id, '2026-01-05', 60, true FROM p RETURNING id, project_id
),
h AS (
    INSERT INTO threads (project_id, last_message_id, subject)
    SELECT id, nextval('messages_id_seq'), 'Thread' FROM p RETURNING id, project_id, last_message_id
),
s AS (
    INSERT INTO messages (id, project_id, thread_id, author_id, body) OVERRIDING SYSTEM VALUE
    SELECT last_message_id, project_id, id, {member}, 'Message' FROM h RETURNING id, project_id
),
i AS (
    INSERT INTO invoices (client_id, project_id, amount)
    SELECT {client}, id, 100 FROM p RETURNING id, project_id
),
l AS (
    INSERT INTO invoice_items (invoice_id, position, quantity, unit_price, description)
    SELECT id, 1, 1, 100, 'Item' FROM i
),
u AS (
    INSERT INTO users (role, email, name)
    SELECT 'team_member', 'of' || id || '@{mark}.example', 'Somebody' FROM p RETURNING id, email
),
x AS (
    -- Over, or a person of many projects would have no room for another token.
    INSERT INTO api_tokens (user_id, created_at, expires_at, token_hash)
    SELECT
        {member}, now() - interval '2 days', now() - interval '1 day',
        sha256(convert_to('{mark}' || id, 'UTF8'))
    FROM p
)
SELECT
    p.id AS projects, t.id AS tasks, m.id AS milestones, c.id AS comments, e.id AS "time-entries",
    h.id AS threads, s.id AS messages, i.id AS invoices, u.id AS users, {client} AS clients,
    encode(sha256(convert_to('{mark}' || p.id, 'UTF8')), 'hex') AS tokens
FROM p
JOIN t ON t.project_id = p.id
JOIN m ON m.project_id = p.id
JOIN c ON c.task_id = t.id
JOIN e ON e.project_id = p.id
JOIN h ON h.project_id = p.id
JOIN s ON s.project_id = p.id
JOIN i ON i.project_id = p.id
JOIN u ON u.email = 'of' || p.id || '@{mark}.example'
ORDER BY p.id
"""


@dataclass(frozen=True)
class Ids:
    """One of everything, by the name that its path has: projects, tasks, invoices ..."""

    of: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.of[name]

    def path(self, template: str, **others: object) -> str:
        """A route's path with these ids."""
        topic = template.removeprefix("/api/").split("/")[0]
        return template.format(id=self.of.get(topic), token=self["tokens"], **others)


@dataclass(frozen=True)
class World:
    """Users by role, with a token each."""

    server: Server
    mark: str
    users: dict[str, int]
    clients: dict[str, int]
    tokens: dict[str, str]

    def header(self, role: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.tokens[role]}"}

    def send(self, role: str, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request: dict[str, Any] = {} if body is None else {"json": body}
        return self.server.send(method, path, headers={**self.header(role), **named}, **request)

    def get(self, role: str, path: str) -> Any:
        response = self.send(role, "GET", path)
        assert response.status_code == 200, response.text
        return response.json()

    def projects(self, count: int) -> list[Ids]:
        """Projects with one of everything, never read before."""
        query = PROJECTS.format(
            count=count,
            mark=self.mark,
            client=self.clients["client"],
            manager=self.users["manager"],
            member=self.users["member"],
        )
        found = self.server.sql(query).splitlines()
        rows = (dict(zip(COLUMNS, map(_number, line.split("|")), strict=True)) for line in found)
        return [Ids(row | {"clients": self.clients["client"]}) for row in rows]

    def project(self) -> Ids:
        (ids,) = self.projects(1)
        return ids

    def activity(self, entity: str, entity_id: int) -> list[Any]:
        """What was recorded of something: who, what, the changes."""
        return self.server.rows(
            "SELECT actor_id, action, changes, title FROM activity"
            f" WHERE entity = '{entity}' AND entity_id = {entity_id} ORDER BY id"
        )

    def told(self, role: str) -> list[Any]:
        """The notifications of a user, oldest first."""
        return self.server.rows(
            f"SELECT kind, body, project_id FROM notifications WHERE user_id = {self.users[role]} ORDER BY id"
        )


COLUMNS = (
    *("projects", "tasks", "milestones", "comments", "time-entries"),
    *("threads", "messages", "invoices", "users", "clients", "tokens"),
)


def _number(text: str) -> int | str:
    return int(text) if text.isdigit() and len(text) < 20 else text


def make(server: Server) -> World:
    """A world that no other test uses."""
    mark = "w" + secrets.token_hex(6)
    clients = {
        name: int(
            server.sql(f"INSERT INTO clients (name, industry) VALUES ('{name} {mark}', 'x') RETURNING id")
        )
        for name in ("client", "stranger")
    }
    tokens = {role: "bt_" + secrets.token_hex(32) for role in ROLES}
    rows = ", ".join(
        f"({clients.get(role, 'NULL')}, '{kind}', '{role}@{mark}.example', '{role.title()} {mark}')"
        for role, kind in ROLES.items()
    )
    made = server.sql(f"INSERT INTO users (client_id, role, email, name) VALUES {rows} RETURNING id")
    users = dict(zip(ROLES, map(int, made.split()), strict=True))
    hashes = ", ".join(
        f"({users[role]}, now() + interval '1 day', '\\x{hashlib.sha256(token.encode()).hexdigest()}')"
        for role, token in tokens.items()
    )
    server.sql(f"INSERT INTO api_tokens (user_id, expires_at, token_hash) VALUES {hashes}")
    return World(server, mark, users, clients, tokens)
