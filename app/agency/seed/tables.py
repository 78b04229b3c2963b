"""The tables in the order of loading, each with its columns and rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from app.agency.seed import billing, feed, people, steps, talk, work
from app.agency.seed.world import World


@dataclass(frozen=True, slots=True)
class Table:
    """One COPY; `rows` yields lines of its text format, and must be exhausted before the next table's."""

    name: str
    columns: str
    rows: Callable[[World], Iterator[str]]


def tables(token_key: bytes) -> list[Table]:
    """Return the tables to seed."""
    return [
        Table("clients", "id, created_at, updated_at, name, industry", people.clients),
        Table(
            "users",
            "id, client_id, created_at, updated_at, role, weekly_minutes, hourly_rate, time_zone, email,"
            " name",
            people.users,
        ),
        Table(
            "api_tokens",
            "user_id, created_at, expires_at, token_hash",
            partial(people.api_tokens, token_key=token_key),
        ),
        Table(
            "projects",
            "id, client_id, manager_id, created_at, updated_at, deleted_at, starts_on, due_on, status,"
            " priority, budget, name, description",
            work.projects,
        ),
        Table("project_members", "project_id, user_id, joined_at", work.project_members),
        Table(
            "milestones",
            "id, project_id, created_at, updated_at, completed_at, deleted_at, due_on, version, name,"
            " description",
            steps.milestones,
        ),
        Table(
            "tasks",
            "id, project_id, milestone_id, assignee_id, created_at, updated_at, completed_at, deleted_at,"
            " due_on, estimate_minutes, status, priority, version, title, description",
            work.tasks,
        ),
        Table(
            "comments",
            "id, task_id, author_id, created_at, edited_at, deleted_at, version, body",
            steps.comments,
        ),
        Table(
            "time_entries",
            "id, user_id, project_id, task_id, created_at, updated_at, deleted_at, entry_date, minutes,"
            " billable, hourly_rate, note",
            work.time_entries,
        ),
        Table(
            "invoices",
            "id, client_id, project_id, created_at, updated_at, issued_on, due_on, paid_on, status, number,"
            " amount, paid_amount, version",
            billing.invoices,
        ),
        Table("invoice_counters", "year, last_number", billing.invoice_counters),
        Table(
            "invoice_items", "invoice_id, position, quantity, unit_price, description", billing.invoice_items
        ),
        Table("payments", "id, invoice_id, created_at, paid_on, method, amount, reference", billing.payments),
        Table(
            "messages",
            "id, project_id, thread_id, author_id, created_at, deleted_at, version, body",
            talk.messages,
        ),
        Table("threads", "id, project_id, last_message_id, created_at, subject", talk.threads),
        Table(
            "thread_participants", "thread_id, user_id, first_unread_id, joined_at", talk.thread_participants
        ),
        Table(
            "notifications",
            "id, user_id, project_id, created_at, read_at, kind, body",
            talk.notifications,
        ),
        Table(
            "activity",
            "id, actor_id, project_id, entity_id, created_at, entity, action, title, changes",
            feed.activity,
        ),
        # Stored responses about rows that are gone; truncated with them.
        Table("idempotency_keys", "user_id, key", nothing),
    ]


def nothing(_: World) -> Iterator[str]:
    """Yield nothing."""
    yield from ()
