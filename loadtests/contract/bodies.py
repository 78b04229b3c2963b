"""The response bodies that the load test relies on; msgspec validates every type."""

import msgspec

PAGE_SIZE = 50
STATUSES = ("todo", "in_progress", "blocked", "review", "done")


class Named(msgspec.Struct, frozen=True):
    """A client, a person, or a project where it is only mentioned."""

    id: int
    name: str


class Task(msgspec.Struct, frozen=True):
    """A task; a dashboard leaves the assignee out, since its tasks are all the user's own."""

    id: int
    project_id: int
    title: str
    status: str
    due_on: str
    assignee: Named | None = None


class TaskPage(msgspec.Struct, frozen=True):
    """One page of a project's tasks."""

    items: list[Task]
    next: str | None
    previous: str | None


class TaskCounts(msgspec.Struct, frozen=True):
    """How many tasks a project has, by status."""

    total: int
    todo: int
    in_progress: int
    blocked: int
    review: int
    done: int


class Project(msgspec.Struct, frozen=True):
    """A project's own page."""

    id: int
    name: str
    status: str
    client: Named
    manager: Named
    member_count: int
    tasks: TaskCounts


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
