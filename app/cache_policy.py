"""Every cached thing in one table: its key, the tags that make it old, how long and how large it may be."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

MARK_SECONDS = 60
"""How long a write's intent stands if its writer dies: longer than a write can wait (pool_timeout_s) and run
(the role's transaction_timeout)."""

TAG_SECONDS = 24 * 3600
"""How long an unused tag keeps its token: longer than any value below, or the value would die with it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One cached thing: where it is kept, and the tags that make it old."""

    policy: "Policy"
    key: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """What is true of every entry of one kind; `{name}` in key and tags stands for what the reader gives."""

    key: str
    tags: tuple[str, ...]
    seconds: int
    max_bytes: int

    def entry(self, **names: object) -> Entry:
        """Return the entry of these names."""
        return Entry(self, self.key.format_map(names), tuple(tag.format_map(names) for tag in self.tags))


# A token may be revoked behind the app's back (psql): `seconds` is how long it then still works.
ACCESS = Policy(key="access:{token}", tags=("token:{token}",), seconds=30, max_bytes=200)
PROJECT = Policy(key="project:{project}", tags=("project:{project}",), seconds=15 * 60, max_bytes=64 * 1024)
PROJECT_TASKS = Policy(
    key="project_tasks:{project}:{position}:{limit}",
    tags=("project:{project}",),
    seconds=5 * 60,
    max_bytes=64 * 1024,
)
USER_DASHBOARD = Policy(
    key="user_dashboard:{user}", tags=("user:{user}",), seconds=5 * 60, max_bytes=64 * 1024
)
MANAGER_DASHBOARD = Policy(
    key="manager_dashboard:{user}",
    tags=("user:{user}", "manager:{user}"),
    seconds=5 * 60,
    max_bytes=64 * 1024,
)
CLIENT_DASHBOARD = Policy(
    key="client_dashboard:{user}:{client}",
    tags=("user:{user}", "client:{client}"),
    seconds=5 * 60,
    max_bytes=64 * 1024,
)
# Every write would renew its tag, so it has none but the user's and says how old it is.
ADMIN_DASHBOARD = Policy(key="admin_dashboard:{user}", tags=("user:{user}",), seconds=60, max_bytes=64 * 1024)

POLICIES = (
    ACCESS,
    PROJECT,
    PROJECT_TASKS,
    USER_DASHBOARD,
    MANAGER_DASHBOARD,
    CLIENT_DASHBOARD,
    ADMIN_DASHBOARD,
)


class Place(NamedTuple):
    """A project, with those whose dashboards show it."""

    project: int
    manager: int
    client: int

    @property
    def tags(self) -> tuple[str, ...]:
        """What shows the project as a whole: its page and lists, its manager's and client's dashboards."""
        return (f"project:{self.project}", f"manager:{self.manager}", f"client:{self.client}")


# Which tags each write renews. `told` are those who get a notification, which their dashboard counts.


def touched_by_task(*places: Place, people: Iterable[int | None]) -> tuple[str, ...]:
    """Return the tags of a task's write: where it was and goes; assignees before and after; told."""
    return _tags(places, people)


def touched_by_time(place: Place, user: int) -> tuple[str, ...]:
    """Return the tags of a time entry's write: the project's hours, and the week of whoever spent them."""
    return _tags((place,), (user,))


def touched_by_talk(project: int, people: Iterable[int]) -> tuple[str, ...]:
    """Return the tags of a comment's, thread's or message's write: the project's talk; the author; told."""
    return (f"project:{project}", *_users(people))


def touched_by_reading(user: int) -> tuple[str, ...]:
    """Return the tags of a user's having read something: the user's own."""
    return _users((user,))


def touched_by_project(*places: Place, people: Iterable[int]) -> tuple[str, ...]:
    """Return the tags of a project's write: all who see its name, days and status on their dashboards."""
    return _tags(places, people)


def touched_by_member(place: Place, user: int) -> tuple[str, ...]:
    """Return the tags of somebody's joining or leaving: the project's page lists the keys that open it."""
    return _tags((place,), (user,))


def touched_by_invoice(place: Place, people: Iterable[int]) -> tuple[str, ...]:
    """Return the tags of an invoice's or payment's write: project, client, those told."""
    return _tags((place,), people)


def touched_by_client(client: int, projects: Iterable[int], managers: Iterable[int]) -> tuple[str, ...]:
    """Return the tags of a client's write: pages and dashboards with the name."""
    of_projects = map("project:{}".format, projects)
    return (f"client:{client}", *of_projects, *map("manager:{}".format, managers))


def touched_by_user(user: int, tokens: Iterable[str], projects: Iterable[int]) -> tuple[str, ...]:
    """Return the tags of a user's write: whether and as whom the tokens are good; pages with the name."""
    tags = (f"user:{user}", f"manager:{user}")
    return (*tags, *map("token:{}".format, tokens), *map("project:{}".format, projects))


def touched_by_token(token: str) -> tuple[str, ...]:
    """Return the tags of a token's revocation; `token` is its SHA-256 in hex."""
    return (f"token:{token}",)


def _users(people: Iterable[int | None]) -> tuple[str, ...]:
    return tuple(f"user:{user}" for user in sorted({user for user in people if user is not None}))


def _tags(places: Iterable[Place], people: Iterable[int | None]) -> tuple[str, ...]:
    of_places = dict.fromkeys(tag for place in places for tag in place.tags)
    return (*of_places, *_users(people))
