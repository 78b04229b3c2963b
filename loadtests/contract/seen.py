"""What a user has been shown: a real client only uses ids that it got from the server."""

from dataclasses import dataclass, field

from loadtests.contract.bodies import Task


@dataclass
class Seen:
    """
    Id -> name or title, by kind; `own_tasks` are assigned to the user, `opened` is the last project.

    `cursor` leads to the next of the large pages, of which there were `pages`.
    """

    projects: dict[int, str] = field(default_factory=dict)
    tasks: dict[int, str] = field(default_factory=dict)
    own_tasks: dict[int, Task] = field(default_factory=dict)
    people: dict[int, str] = field(default_factory=dict)
    clients: dict[int, str] = field(default_factory=dict)
    invoices: dict[int, str] = field(default_factory=dict)
    notifications: dict[int, str] = field(default_factory=dict)
    opened: int | None = None
    cursor: str | None = None
    pages: int = 0
