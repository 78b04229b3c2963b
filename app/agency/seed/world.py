"""What later tables need from earlier ones, in a few bytes per row: who works on what, and since when."""

from array import array
from dataclasses import dataclass, field

from app.agency.seed.days import Days
from app.agency.seed.scale import Counts, role


@dataclass(slots=True)
class Threads:
    """
    The threads, as collected while creating messages; element N - 1 belongs to thread N.

    `people[starts[N - 1]:starts[N]]` take part; `last` and `before` are the last two messages
    (0: there is only one), the other arrays their authors.
    """

    projects: "array[int]" = field(default_factory=lambda: array("i"))
    first: "array[int]" = field(default_factory=lambda: array("i"))
    last: "array[int]" = field(default_factory=lambda: array("i"))
    before: "array[int]" = field(default_factory=lambda: array("i"))
    last_author: "array[int]" = field(default_factory=lambda: array("i"))
    before_author: "array[int]" = field(default_factory=lambda: array("i"))
    people: "array[int]" = field(default_factory=lambda: array("i"))
    starts: "array[int]" = field(default_factory=lambda: array("i", [0]))


@dataclass(slots=True)
class World:
    """
    One run's reference data; ids are dense, so element N - 1 of an array belongs to row N.

    A project's team is `team[team_starts[N - 1]:team_starts[N]]`, the most active first. `task_people` is 0
    for an unassigned task, `task_done` is 1 for a task that is not done, and `task_titles` numbers titles.
    `invoice_numbers` is 0 for a draft; money is in cents. Offsets are in days from the reference day.
    `work` multiplies how long projects have been running.
    """

    seed: int
    counts: Counts
    days: Days
    work: int = 1
    staff: list[int] = field(init=False)
    managers: list[int] = field(init=False)
    user_rates: "array[int]" = field(default_factory=lambda: array("h"))
    project_clients: "array[int]" = field(default_factory=lambda: array("i"))
    project_managers: "array[int]" = field(default_factory=lambda: array("i"))
    project_starts: "array[int]" = field(default_factory=lambda: array("h"))
    project_ends: "array[int]" = field(default_factory=lambda: array("h"))
    project_states: list[str] = field(default_factory=list)
    team: "array[int]" = field(default_factory=lambda: array("i"))
    team_starts: "array[int]" = field(default_factory=lambda: array("i", [0]))
    task_projects: "array[int]" = field(default_factory=lambda: array("i"))
    task_people: "array[int]" = field(default_factory=lambda: array("i"))
    task_starts: "array[int]" = field(default_factory=lambda: array("h"))
    task_ends: "array[int]" = field(default_factory=lambda: array("h"))
    task_done: "array[int]" = field(default_factory=lambda: array("h"))
    task_titles: "array[int]" = field(default_factory=lambda: array("i"))
    invoice_projects: "array[int]" = field(default_factory=lambda: array("i"))
    invoice_numbers: "array[int]" = field(default_factory=lambda: array("i"))
    invoice_paid: "array[int]" = field(default_factory=lambda: array("i"))
    invoice_days: "array[int]" = field(default_factory=lambda: array("h"))
    invoice_paid_days: "array[int]" = field(default_factory=lambda: array("h"))
    last_invoice_numbers: dict[str, int] = field(default_factory=dict)
    threads: Threads = field(default_factory=Threads)

    def __post_init__(self) -> None:
        users = range(1, self.counts.users + 1)
        self.managers = [user for user in users if role(user) == "project_manager"]
        self.staff = [user for user in users if role(user) in {"project_manager", "team_member"}]

    def project_deleted(self, project: int) -> bool:
        """Return whether project N is deleted: one in a hundred, none of the busiest."""
        return project % 97 == 0

    def teammate(self, project: int, draw: int) -> int:
        """Return a user on project N for a draw from 0..65535; the first ones do most of the work."""
        first = self.team_starts[project - 1]
        size = self.team_starts[project] - first
        return self.team[first + (draw * draw * size >> 32)]
