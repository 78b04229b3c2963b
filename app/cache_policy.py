"""Every cached thing in one table: its key, the tags that make it old, how long and how large it may be."""

from dataclasses import dataclass

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


def touched_by_task(project: int, assignee: int | None) -> tuple[str, ...]:
    """Return the tags of everything that shows a task."""
    return (f"project:{project}",) if assignee is None else (f"project:{project}", f"user:{assignee}")
