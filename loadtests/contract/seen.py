"""What a user has been shown: a real client only uses ids that it got from the server."""

from dataclasses import dataclass, field

from loadtests.contract.bodies import Task


@dataclass
class Seen:
    """
    Id -> name or title, by kind; `own_tasks` are the user's, `opened` is the last project.

    `searched` are the last words by kind of search; `cursor` leads to the next large page, and `paged` are
    the ids on those before it.
    """

    projects: dict[int, str] = field(default_factory=dict)
    tasks: dict[int, str] = field(default_factory=dict)
    own_tasks: dict[int, Task] = field(default_factory=dict)
    people: dict[int, str] = field(default_factory=dict)
    clients: dict[int, str] = field(default_factory=dict)
    invoices: dict[int, str] = field(default_factory=dict)
    notifications: dict[int, str] = field(default_factory=dict)
    opened: int | None = None
    searched: dict[str, str] = field(default_factory=dict)
    cursor: str | None = None
    paged: set[int] = field(default_factory=set)
