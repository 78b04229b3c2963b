"""The bodies of dashboards, searches and reports that the load test relies on."""

from typing import Generic, TypeVar

import msgspec

from loadtests.contract.bodies import Client, Named, Person, Task, TaskCounts

Line = TypeVar("Line")
Totals = TypeVar("Totals")
Hit = TypeVar("Hit")


class Dashboard(msgspec.Struct, frozen=True):
    """What a user sees first: own open tasks, the first overdue ones and the first due soon."""

    user_id: int
    today: str
    overdue_count: int
    overdue: list[Task]
    due_count: int
    due: list[Task]
    projects: list[Named]
    unread_count: int


class Health(msgspec.Struct, frozen=True):
    """A manager's running projects by health."""

    projects: int
    late: int
    over_budget: int
    at_risk: int
    on_track: int


class ManagerDashboard(msgspec.Struct, frozen=True):
    """What a project manager sees first."""

    user_id: int
    summary: Health
    projects: list[Named]
    team: list[Named]
    team_count: int


class AgencyTotals(msgspec.Struct, frozen=True):
    """The totals of the agency."""

    clients: int
    tasks: TaskCounts


class Month(msgspec.Struct, frozen=True):
    """A month's revenue in one currency."""

    month: str
    currency: str
    invoiced: float
    paid: float


class AdminDashboard(msgspec.Struct, frozen=True):
    """What an admin sees first."""

    user_id: int
    totals: AgencyTotals
    revenue: list[Month]


class ClientDashboard(msgspec.Struct, frozen=True):
    """What a client's people see first."""

    user_id: int
    client: Named
    project_count: int
    projects: list[Named]


class Found(msgspec.Struct, frozen=True):
    """A hit of a search across all kinds."""

    id: int
    name: str
    score: int
    highlight: str


class FoundTask(msgspec.Struct, frozen=True):
    """A task that a search found."""

    id: int
    title: str
    status: str
    project: Named
    score: int
    highlight: str


class FoundProject(msgspec.Struct, frozen=True):
    """A project that a search found."""

    id: int
    name: str
    client: Named
    score: int
    highlight: str


class FoundPerson(Person, frozen=True):
    """A person that a search found."""

    score: int
    highlight: str


class FoundClient(Client, frozen=True):
    """A client that a search found."""

    score: int
    highlight: str


class Hits(msgspec.Struct, Generic[Hit], frozen=True):
    """A search in one kind; the best first."""

    items: list[Hit]
    match: str
    ranked: int
    bounded: bool
    next: str | None


class Best(msgspec.Struct, frozen=True):
    """The best hits of one kind."""

    items: list[Found]
    ranked: int
    bounded: bool


class AllHits(msgspec.Struct, frozen=True):
    """A search across all kinds."""

    match: str
    projects: Best
    tasks: Best
    users: Best
    clients: Best


class Report(msgspec.Struct, Generic[Line, Totals], frozen=True):
    """A page of a report; one that was reached by a cursor has no totals."""

    refreshed_at: str
    age_s: int
    items: list[Line]
    totals: Totals | None
    next: str | None


class ProjectLineOfReport(msgspec.Struct, frozen=True):
    """A project's performance."""

    project: Named
    tasks: int
    minutes: int


class TimeLine(msgspec.Struct, frozen=True):
    """Somebody's month on a project."""

    month: str
    user: Named
    project: Named
    minutes: int


class FinanceLine(msgspec.Struct, frozen=True):
    """A project's month in one currency."""

    month: str
    project: Named
    currency: str
    invoiced: float


class TeamLine(msgspec.Struct, frozen=True):
    """Somebody's month."""

    month: str
    user: Named
    minutes: int


class Sum(msgspec.Struct, frozen=True):
    """The sums of a report about work."""

    lines: int
    minutes: int


class MoneySum(msgspec.Struct, frozen=True):
    """The sums of a report about money, in one currency."""

    currency: str
    lines: int
    invoiced: float
