"""Which tags each write renews, and with them everything that shows what it changed."""

from collections.abc import Iterable
from typing import NamedTuple


class ProjectTags(NamedTuple):
    """A project, with those whose dashboards show it."""

    project: int
    manager: int
    client: int

    @property
    def tags(self) -> tuple[str, ...]:
        """What shows the project as a whole: its page and lists, its manager's and client's dashboards."""
        return (f"project:{self.project}", f"manager:{self.manager}", f"client:{self.client}")


# Which tags each write renews. `told` are those who get a notification, which their dashboard counts.


def touched_by_task(*places: ProjectTags, people: Iterable[int | None]) -> tuple[str, ...]:
    """Return the tags of a task's write: where it was and goes; assignees before and after; told."""
    return _tags(places, people)


def touched_by_time(place: ProjectTags, user: int) -> tuple[str, ...]:
    """Return the tags of a time entry's write: the hours on dashboards, the week of whoever spent them."""
    return (f"manager:{place.manager}", f"client:{place.client}", f"user:{user}")


def touched_by_talk(people: Iterable[int]) -> tuple[str, ...]:
    """Return the tags of a comment's, thread's or message's write: those told, whose dashboards count it."""
    return _users(people)


def touched_by_reading(user: int) -> tuple[str, ...]:
    """Return the tags of a user's having read something: the user's own."""
    return _users((user,))


def touched_by_project(*places: ProjectTags, people: Iterable[int]) -> tuple[str, ...]:
    """Return the tags of a project's write: all who see its name, days and status on their dashboards."""
    return _tags(places, people)


def touched_by_member(place: ProjectTags, user: int) -> tuple[str, ...]:
    """Return the tags of somebody's joining or leaving: the project's page lists the keys that open it."""
    return _tags((place,), (user,))


def touched_by_invoice(place: ProjectTags, people: Iterable[int]) -> tuple[str, ...]:
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


def _tags(places: Iterable[ProjectTags], people: Iterable[int | None]) -> tuple[str, ...]:
    of_places = dict.fromkeys(tag for place in places for tag in place.tags)
    return (*of_places, *_users(people))
