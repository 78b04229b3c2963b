import hmac
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256

import pytest

from app.agency.seed.days import Days
from app.agency.seed.people import token_hash
from app.agency.seed.scale import Counts, counts, role
from app.agency.seed.state import GENERATION
from app.agency.seed.tables import tables
from app.agency.seed.world import World

TODAY = date(2026, 11, 23)
TINY = 0.004
NULL = r"\N"
Rows = dict[str, list[dict[str, str]]]

REFERENCES = {
    "client_id": "clients",
    "user_id": "users",
    "manager_id": "users",
    "assignee_id": "users",
    "author_id": "users",
    "project_id": "projects",
    "task_id": "tasks",
    "milestone_id": "milestones",
    "actor_id": "users",
    "invoice_id": "invoices",
    "thread_id": "threads",
    "first_unread_id": "messages",
    "last_message_id": "messages",
}


def lines(seed: int = 1, today: date = TODAY, scale: float = TINY, work: int = 1) -> dict[str, list[str]]:
    world = World(seed, counts(scale, work), Days(today), work)
    return {table.name: list(table.rows(world)) for table in tables(b"key")}


def digest(made: dict[str, list[str]]) -> str:
    return sha256("".join(line for table in made.values() for line in table).encode()).hexdigest()[:16]


def rows_of(made: dict[str, list[str]]) -> Rows:
    columns = {table.name: table.columns.split(", ") for table in tables(b"key")}
    return {
        name: [dict(zip(columns[name], line[:-1].split("\t"), strict=True)) for line in table]
        for name, table in made.items()
    }


@pytest.fixture(scope="module")
def rows() -> Rows:
    return rows_of(lines())


def test_the_rows_of_this_generation_never_change() -> None:
    """On failure the rows have changed: increment GENERATION and update the digest here."""
    assert (GENERATION, digest(lines())) == (2, "a598ba1a2e70cc4f")


def test_another_seed_or_day_gives_different_rows() -> None:
    assert len({digest(lines()), digest(lines(seed=2)), digest(lines(today=date(2026, 11, 24)))}) == 3


def test_ids_are_dense_and_as_many_as_the_scale_says(rows: Rows) -> None:
    wanted = counts(TINY)
    for name in Counts.__slots__:
        assert len(rows[name]) == getattr(wanted, name)
    for table in rows.values():
        if table and "id" in table[0]:
            assert [int(row["id"]) for row in table] == list(range(1, len(table) + 1))


def test_every_reference_is_to_a_row_that_exists(rows: Rows) -> None:
    for table in rows.values():
        for row in table:
            for column, target in REFERENCES.items():
                if row.get(column, NULL) != NULL:
                    assert 1 <= int(row[column]) <= len(rows[target])


def test_an_assignee_is_on_the_project(rows: Rows) -> None:
    teams = {(row["project_id"], row["user_id"]) for row in rows["project_members"]}

    assert len(teams) == len(rows["project_members"])
    for task in rows["tasks"]:
        assert task["assignee_id"] == NULL or (task["project_id"], task["assignee_id"]) in teams


def test_time_is_logged_on_the_project_of_its_task(rows: Rows) -> None:
    for entry in rows["time_entries"]:
        if entry["task_id"] != NULL:
            assert rows["tasks"][int(entry["task_id"]) - 1]["project_id"] == entry["project_id"]


def test_nothing_has_happened_after_the_reference_day(rows: Rows) -> None:
    happened = (
        *("created_at", "updated_at", "completed_at", "deleted_at", "edited_at", "read_at", "joined_at"),
        *("entry_date", "paid_on"),
    )
    for table in rows.values():
        for row in table:
            for column in happened:
                assert row.get(column, NULL) == NULL or row[column] <= f"{TODAY} 00:00:00+00"


def test_a_task_is_completed_exactly_when_it_is_done(rows: Rows) -> None:
    for task in rows["tasks"]:
        assert (task["status"] == "done") == (task["completed_at"] != NULL)


def test_a_task_is_in_a_milestone_of_its_own_project(rows: Rows) -> None:
    for task in rows["tasks"]:
        if task["milestone_id"] != NULL:
            assert rows["milestones"][int(task["milestone_id"]) - 1]["project_id"] == task["project_id"]


def test_the_tasks_and_milestones_of_a_deleted_project_are_deleted() -> None:
    made = rows_of(lines(scale=0.05))
    gone = {row["id"] for row in made["projects"] if row["deleted_at"] != NULL}

    assert gone
    for row in made["tasks"] + made["milestones"]:
        assert row["project_id"] not in gone or row["deleted_at"] != NULL


def test_the_items_of_an_invoice_add_up_to_its_amount(rows: Rows) -> None:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for item in rows["invoice_items"]:
        sums[item["invoice_id"]] += Decimal(item["quantity"]) * Decimal(item["unit_price"])

    assert sums == {invoice["id"]: Decimal(invoice["amount"]) for invoice in rows["invoices"]}


def test_an_invoices_state_follows_its_payments(rows: Rows) -> None:
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for payment in rows["payments"]:
        paid[payment["invoice_id"]] += Decimal(payment["amount"])

    for invoice in rows["invoices"]:
        assert paid[invoice["id"]] == Decimal(invoice["paid_amount"]) <= Decimal(invoice["amount"])
        assert (invoice["status"] == "paid") == (invoice["amount"] == invoice["paid_amount"])
        assert invoice["status"] in {"sent", "paid"} or not paid[invoice["id"]]
    assert {invoice["status"] for invoice in rows["invoices"]} == {"draft", "sent", "paid", "void"}


def test_issued_invoices_are_numbered_without_a_gap(rows: Rows) -> None:
    numbers = defaultdict(list)
    for invoice in rows["invoices"]:
        assert (invoice["number"] == NULL) == (invoice["issued_on"] == NULL)
        if invoice["number"] != NULL:
            year, number = invoice["number"].split("-")
            assert year == invoice["issued_on"][:4]
            numbers[year].append(int(number))

    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())
    assert {row["year"]: int(row["last_number"]) for row in rows["invoice_counters"]} == {
        year: len(found) for year, found in numbers.items()
    }


def test_authors_in_a_thread_are_its_participants(rows: Rows) -> None:
    taking_part = {(row["thread_id"], row["user_id"]) for row in rows["thread_participants"]}

    for message in rows["messages"]:
        assert (message["thread_id"], message["author_id"]) in taking_part
        assert rows["threads"][int(message["thread_id"]) - 1]["project_id"] == message["project_id"]
    last = {message["thread_id"]: message["id"] for message in rows["messages"]}
    assert last == {thread["id"]: thread["last_message_id"] for thread in rows["threads"]}


def test_what_is_unread_was_written_by_somebody_else_in_that_thread(rows: Rows) -> None:
    unread = [row for row in rows["thread_participants"] if row["first_unread_id"] != NULL]

    assert unread
    for row in unread:
        message = rows["messages"][int(row["first_unread_id"]) - 1]
        assert message["thread_id"] == row["thread_id"]
        assert message["author_id"] != row["user_id"]


def test_the_feed_and_a_tasks_comments_are_in_order_of_time(rows: Rows) -> None:
    moments = [row["created_at"] for row in rows["activity"]]
    said: dict[str, str] = defaultdict(str)

    assert moments == sorted(moments)
    for comment in rows["comments"]:
        assert said[comment["task_id"]] <= comment["created_at"]
        said[comment["task_id"]] = comment["created_at"]


def test_dashboards_have_something_due_and_something_overdue(rows: Rows) -> None:
    days = [task["due_on"] for task in rows["tasks"] if task["completed_at"] == NULL]

    assert any(day < str(TODAY) for day in days)
    assert any(day >= str(TODAY) for day in days)


def test_a_few_projects_have_most_of_the_work() -> None:
    busiest = Counter(line.split("\t")[1] for line in lines(scale=0.05)["tasks"]).most_common()

    assert sum(count for _, count in busiest[: len(busiest) // 5]) > sum(count for _, count in busiest) / 3


def test_every_hundred_users_have_the_same_roles() -> None:
    for first in (1, 101, 1901):
        assert Counter(role(user) for user in range(first, first + 100)) == {
            "admin": 1,
            "project_manager": 9,
            "team_member": 60,
            "client": 30,
        }


@pytest.mark.parametrize(
    ("table", "about"),
    [
        ("users", 2_000),
        ("clients", 300),
        ("projects", 5_000),
        ("milestones", 25_000),
        ("tasks", 200_000),
        ("comments", 250_000),
        ("time_entries", 800_000),
        ("invoices", 60_000),
        ("messages", 400_000),
        ("notifications", 600_000),
    ],
)
def test_scale_1_is_the_agency_of_the_load_targets(table: str, about: int) -> None:
    assert getattr(counts(1.0), table) == about


def test_ten_times_the_work_is_of_the_same_people_on_the_same_projects() -> None:
    usual, grown = counts(0.5), counts(0.5, work=10)

    assert grown == replace(usual, tasks=10 * usual.tasks, time_entries=10 * usual.time_entries)


def test_ten_times_the_work_is_ten_times_the_years_and_no_busier_week(rows: Rows) -> None:
    def in_days(entries: list[dict[str, str]], days: int) -> int:
        since = (TODAY - timedelta(days)).isoformat()
        return sum(since <= entry["entry_date"] for entry in entries)

    grown = rows_of(lines(work=10))["time_entries"]
    usual = rows["time_entries"]

    assert len(grown) == 10 * len(usual)
    assert in_days(grown, 60) < 1.5 * in_days(usual, 60)
    assert min(entry["entry_date"] for entry in grown) < (TODAY - timedelta(1500)).isoformat()


def test_a_users_token_follows_from_the_key_and_the_id() -> None:
    token = "bt_" + hmac.new(b"key", b"user:7", "sha256").hexdigest()

    assert token_hash(b"key", 7) == sha256(token.encode()).digest()
