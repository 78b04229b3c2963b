"""Which tags each write renews, which invalidates everything that shows the change."""

from collections.abc import Iterable
from typing import NamedTuple


class ProjectTags(NamedTuple):
    """A project, with its manager and client, whose dashboards show it."""

    project: int
    manager: int
    client: int

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of what shows the project: its page and lists, the manager's and client's dashboards."""
        return (f"project:{self.project}", f"manager:{self.manager}", f"client:{self.client}")


# Which tags each write renews. `told` are the users who are notified, which their dashboard counts.


def touched_by_task(*places: ProjectTags, people: Iterable[int | None]) -> tuple[str, ...]:
    """Return the tags of a task's write: its projects and assignees before and after; told."""
    return _tags(places, people)


def touched_by_time(place: ProjectTags, user: int) -> tuple[str, ...]:
    """Return the tags of a time entry's write: hours on dashboards, the week of the user."""
    return (f"manager:{place.manager}", f"client:{place.client}", f"user:{user}")


def touched_by_talk(people: Iterable[int]) -> tuple[str, ...]:
    """Return the tags of a comment's, thread's or message's write: the users notified."""
    return _users(people)


def touched_by_reading(user: int) -> tuple[str, ...]:
    """Return the tags of marking something as read: the user's own."""
    return _users((user,))


def touched_by_project(*places: ProjectTags, people: Iterable[int]) -> tuple[str, ...]:
    """Return the tags of a project's write: all users whose dashboards show its name, days and status."""
    return _tags(places, people)


def touched_by_member(place: ProjectTags, user: int) -> tuple[str, ...]:
    """Return the tags of adding or removing a member: the project's page lists the keys that open it."""
    return _tags((place,), (user,))


def touched_by_invoice(place: ProjectTags, people: Iterable[int]) -> tuple[str, ...]:
    """Return the tags of an invoice's or payment's write: project, client, notified users."""
    return _tags((place,), people)


def touched_by_client(client: int, projects: Iterable[int], managers: Iterable[int]) -> tuple[str, ...]:
    """Return the tags of a client's write: pages and dashboards with the name."""
    of_projects = map("project:{}".format, projects)
    return (f"client:{client}", *of_projects, *map("manager:{}".format, managers))


def touched_by_user(user: int, tokens: Iterable[str], projects: Iterable[int]) -> tuple[str, ...]:
    """Return the tags of a user's write: the tokens, as their caller may change; pages with the name."""
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
