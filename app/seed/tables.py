"""The tables in the order in which they are made, each with its columns and its rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from app.seed import business, people, work
from app.seed.world import World


@dataclass(frozen=True, slots=True)
class Table:
    """One COPY; `rows` yields lines of its text format, and must be used up before the next table's."""

    name: str
    columns: str
    rows: Callable[[World], Iterator[str]]


def tables(token_key: bytes) -> list[Table]:
    """Return what is seeded."""
    return [
        Table("clients", "id, created_at, name, industry", people.clients),
        Table("users", "id, client_id, created_at, role, time_zone, email, name", people.users),
        Table(
            "api_tokens",
            "user_id, created_at, expires_at, token_hash",
            partial(people.api_tokens, token_key=token_key),
        ),
        Table(
            "projects",
            "id, client_id, manager_id, created_at, updated_at, starts_on, due_on, status, priority, budget,"
            " name, description",
            work.projects,
        ),
        Table("project_members", "project_id, user_id, joined_at", work.project_members),
        Table(
            "tasks",
            "id, project_id, assignee_id, created_at, updated_at, completed_at, due_on, estimate_minutes,"
            " status, priority, title, description",
            work.tasks,
        ),
        Table(
            "time_entries",
            "id, user_id, project_id, task_id, created_at, entry_date, minutes, billable, note",
            work.time_entries,
        ),
        Table(
            "invoices",
            "id, client_id, project_id, created_at, issued_on, due_on, paid_on, status, number, amount",
            business.invoices,
        ),
        Table("messages", "id, project_id, author_id, created_at, body", business.messages),
        Table(
            "notifications",
            "id, user_id, project_id, created_at, read_at, kind, body",
            business.notifications,
        ),
    ]
