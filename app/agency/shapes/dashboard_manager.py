"""The manager dashboard, as built by its statement."""

from datetime import date
from decimal import Decimal
from typing import Literal

from app.agency.shapes.common import Priority, ProjectStatus, TotalsAt
from app.http.shapes import Shape

ProjectHealth = Literal["late", "over_budget", "at_risk", "on_track"]


class ManagedSummary(Shape, frozen=True):
    """Sums over every running project that the manager leads; `open` to `unassigned` are tasks."""

    projects: int
    late: int
    over_budget: int
    at_risk: int
    on_track: int
    open: int
    overdue: int
    unassigned: int
    budget: Decimal
    value: Decimal
    minutes: int
    billable_minutes: int


class ManagedProject(Shape, frozen=True):
    """
    A running project: its open tasks now, and its budget against the value of its time.

    late: the due day has passed. over_budget: the value exceeds the budget. at_risk: a task is overdue, or
    the part of the budget used is more than 0.2 ahead of the part of the tasks done.
    """

    id: int
    name: str
    status: ProjectStatus
    priority: Priority
    due_on: date
    open: int
    overdue: int
    unassigned: int
    completion: Decimal
    budget: Decimal
    value: Decimal
    budget_used: Decimal
    minutes: int
    billable_minutes: int
    health: ProjectHealth


class TeamLoad(Shape, frozen=True):
    """A person's open tasks on these projects, and their whole week against their contract, in minutes."""

    id: int
    name: str
    open: int
    overdue: int
    due: int
    week_minutes: int
    weekly_minutes: int


class ManagedMilestone(Shape, frozen=True):
    """An open milestone and how many of its tasks are done."""

    id: int
    name: str
    due_on: date
    project_id: int
    project_name: str
    late: bool
    tasks: int
    done: int


class ManagerDashboard(Shape, frozen=True):
    """GET /api/dashboards/manager: the first 25 projects and people, the next 10 milestones."""

    user_id: int
    today: date
    totals_at: TotalsAt | None
    summary: ManagedSummary
    projects: list[ManagedProject]
    team: list[TeamLoad]
    team_count: int
    milestones: list[ManagedMilestone]
