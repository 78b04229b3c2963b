"""Facts that several writes read first: the caller, and a project with the users it affects."""

from typing import Any, NamedTuple

from app.agency.tags import ProjectTags
from app.database.queries import queries
from app.http.problems import Problem, not_found
from app.writing.write import Write


class CallerFacts(NamedTuple):
    """The caller of a write."""

    caller: int
    role: str


class ProjectFacts(NamedTuple):
    """A project that the caller sees; `staff` are its active manager and members."""

    caller: int
    role: str
    id: int
    version: int
    client: int
    manager: int
    status: str
    staff: list[int]
    client_people: list[int]

    @property
    def project_tags(self) -> ProjectTags:
        """The project's tags for the cache."""
        return ProjectTags(self.id, self.manager, self.client)

    @property
    def everybody(self) -> list[int]:
        """The staff and the client's people."""
        return [*self.staff, *self.client_people]

    def others(self, people: list[int] | None = None) -> list[int]:
        """Return the given people (default: the staff) without the caller and duplicates."""
        return sorted({*(self.staff if people is None else people)} - {self.caller})


async def caller_facts(write: Write[Any]) -> CallerFacts:
    """Return the facts of the caller."""
    return CallerFacts(*await write.facts(queries.caller_for_write))


async def project_facts(write: Write[Any], project: int) -> ProjectFacts:
    """Return the facts of a project; Problem 404 if the caller does not see it."""
    facts = ProjectFacts(*await write.facts(queries.project_for_change, project))
    if facts.id is None:
        raise not_found()
    return facts


async def named_project(write: Write[Any], project: int) -> ProjectFacts:
    """Return the facts of a project that a body names; Problem 422 if the caller does not see it."""
    facts = ProjectFacts(*await write.facts(queries.project_for_change, project))
    if facts.id is None:
        raise Problem(422, "There is no such project visible to you.", field="project_id")
    return facts


def assignable(project: ProjectFacts, assignee: object) -> None:
    """Raise Problem 422 unless the assignee is None or on the project's staff."""
    if isinstance(assignee, int) and assignee not in project.staff:
        raise Problem(422, "The assignee is not on the project's staff.", field="assignee_id")
