import hmac
from collections import Counter
from datetime import date
from hashlib import sha256

import pytest

from app.seed.days import Days
from app.seed.people import token_hash
from app.seed.scale import Counts, counts, role
from app.seed.state import GENERATION
from app.seed.tables import tables
from app.seed.world import World

TODAY = date(2026, 11, 23)
TINY = 0.004
Rows = dict[str, list[dict[str, str]]]

REFERENCES = {
    "client_id": "clients",
    "user_id": "users",
    "manager_id": "users",
    "assignee_id": "users",
    "author_id": "users",
    "project_id": "projects",
    "task_id": "tasks",
}


def lines(seed: int = 1, today: date = TODAY, scale: float = TINY) -> dict[str, list[str]]:
    world = World(seed, counts(scale), Days(today))
    return {table.name: list(table.rows(world)) for table in tables(b"key")}


def digest(made: dict[str, list[str]]) -> str:
    return sha256("".join(line for table in made.values() for line in table).encode()).hexdigest()[:16]


@pytest.fixture(scope="module")
def rows() -> Rows:
    columns = {table.name: table.columns.split(", ") for table in tables(b"key")}
    return {
        name: [dict(zip(columns[name], line[:-1].split("\t"), strict=True)) for line in made]
        for name, made in lines().items()
    }


def test_the_rows_of_this_generation_never_change() -> None:
    """A failure says that the rows are others: raise GENERATION and write the new digest here."""
    assert (GENERATION, digest(lines())) == (1, "1455aa1ad43c8a9c")


def test_another_seed_or_day_gives_other_rows() -> None:
    assert len({digest(lines()), digest(lines(seed=2)), digest(lines(today=date(2026, 11, 24)))}) == 3


def test_ids_are_dense_and_as_many_as_the_scale_says(rows: Rows) -> None:
    wanted = counts(TINY)
    for table in Counts.__slots__:
        ids = [int(row["id"]) for row in rows[table]]
        assert ids == list(range(1, getattr(wanted, table) + 1))


def test_every_reference_is_to_a_row_that_exists(rows: Rows) -> None:
    for table in rows.values():
        for row in table:
            for column, target in REFERENCES.items():
                if row.get(column, r"\N") != r"\N":
                    assert 1 <= int(row[column]) <= len(rows[target])


def test_an_assignee_is_on_the_project(rows: Rows) -> None:
    teams = {(row["project_id"], row["user_id"]) for row in rows["project_members"]}

    assert len(teams) == len(rows["project_members"])
    for task in rows["tasks"]:
        assert task["assignee_id"] == r"\N" or (task["project_id"], task["assignee_id"]) in teams


def test_time_is_logged_on_the_project_of_its_task(rows: Rows) -> None:
    for entry in rows["time_entries"]:
        if entry["task_id"] != r"\N":
            assert rows["tasks"][int(entry["task_id"]) - 1]["project_id"] == entry["project_id"]


def test_nothing_has_happened_after_the_reference_day(rows: Rows) -> None:
    happened = ("created_at", "updated_at", "completed_at", "read_at", "joined_at", "entry_date", "paid_on")
    for table in rows.values():
        for row in table:
            for column in happened:
                assert row.get(column, r"\N") == r"\N" or row[column] <= f"{TODAY} 00:00:00+00"


def test_a_task_is_completed_exactly_when_it_is_done(rows: Rows) -> None:
    for task in rows["tasks"]:
        assert (task["status"] == "done") == (task["completed_at"] != r"\N")


def test_dashboards_have_something_due_and_something_overdue(rows: Rows) -> None:
    days = [task["due_on"] for task in rows["tasks"] if task["completed_at"] == r"\N"]

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
        ("tasks", 200_000),
        ("time_entries", 800_000),
        ("invoices", 60_000),
        ("messages", 400_000),
        ("notifications", 600_000),
    ],
)
def test_scale_1_is_the_agency_of_the_load_targets(table: str, about: int) -> None:
    assert getattr(counts(1.0), table) == about


def test_a_users_token_follows_from_the_key_and_the_id() -> None:
    token = "bt_" + hmac.new(b"key", b"user:7", "sha256").hexdigest()

    assert token_hash(b"key", 7) == sha256(token.encode()).digest()
