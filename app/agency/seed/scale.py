"""How many rows each table has at a scale; 1.0 is an agency with about 2,000 users."""

from dataclasses import dataclass

MILESTONES = 5
"""Each project has this many, so that milestone N belongs to project (N - 1) // 5 + 1."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows by table; the counts of other tables follow from these."""

    users: int
    clients: int
    projects: int
    milestones: int
    tasks: int
    comments: int
    time_entries: int
    invoices: int
    messages: int
    notifications: int


def counts(scale: float, work: int = 1) -> Counts:
    """
    Return the row counts of a scale; even the smallest has every role and rows in every table.

    `work` multiplies only tasks and time entries: the same people and projects, over more years. (Ten times
    as much in the same days would be 2,800 entries in somebody's week.)
    """
    projects = max(5, round(5_000 * scale))
    return Counts(
        users=max(20, round(2_000 * scale)),
        clients=max(3, round(300 * scale)),
        projects=projects,
        milestones=MILESTONES * projects,
        tasks=work * max(50, round(200_000 * scale)),
        comments=max(60, round(250_000 * scale)),
        time_entries=work * max(100, round(800_000 * scale)),
        invoices=max(20, round(60_000 * scale)),
        messages=max(50, round(400_000 * scale)),
        notifications=max(50, round(600_000 * scale)),
    )


def role(user: int) -> str:
    """Return the role of user N, at every scale: 1 admin, 9 managers, 60 staff, 30 clients of each 100."""
    place = (user - 1) % 20
    if place == 0 and (user - 1) % 100 == 0:
        return "admin"
    if place < 2:
        return "project_manager"
    return "team_member" if place < 14 else "client"
