"""Projects, and the tasks of one."""

from fastapi import APIRouter
from sqlalchemy import func, select

from loadtests.baseline.app.access import CurrentUser, get_visible_project, visible_projects
from loadtests.baseline.app.database import Database
from loadtests.baseline.app.loading import related
from loadtests.baseline.app.models import Project, ProjectMember, Task
from loadtests.baseline.app.paging import next_offset, offset_of
from loadtests.baseline.app.schemas import Page, ProjectLine, ProjectPage, TaskCounts, TaskLine

router = APIRouter(prefix="/api/projects")
STATUSES = ("todo", "in_progress", "blocked", "review", "done")


@router.get("")
def list_projects(
    database: Database, user: CurrentUser, limit: int = 50, cursor: str | None = None, sort: str = "due_on"
) -> Page[ProjectLine]:
    """Return the projects that the user sees, by due day."""
    assert sort == "due_on"  # noqa: S101 # the only order that the comparison asks for
    offset = offset_of(cursor)
    rows = database.scalars(
        select(Project)
        .where(Project.id.in_(visible_projects(user)))
        .options(*related(Project.client, Project.manager))
        .order_by(Project.due_on, Project.id)
        .offset(offset)
        .limit(limit + 1)
    ).all()
    items = [ProjectLine.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next=next_offset(rows, offset, limit), previous=None)


@router.get("/{project_id}")
def read_project(project_id: int, database: Database, user: CurrentUser) -> ProjectPage:
    """Return a project with its counts."""
    project = get_visible_project(database, user, project_id)
    members = select(func.count()).select_from(ProjectMember).where(ProjectMember.project_id == project_id)
    tasks = (
        select(Task.status, func.count())
        .where(Task.project_id == project_id, Task.deleted_at.is_(None))
        .group_by(Task.status)
    )
    counts = dict(database.execute(tasks).tuples().all())
    by_status = {status: counts.get(status, 0) for status in STATUSES}
    return ProjectPage(
        **ProjectLine.model_validate(project).model_dump(exclude={"budget", "updated_at"}),
        budget=project.budget,
        updated_at=project.updated_at,
        description=project.description,
        member_count=database.scalar(members) or 0,
        tasks=TaskCounts(total=sum(by_status.values()), **by_status),
        created_at=project.created_at,
    )


@router.get("/{project_id}/tasks")
def list_tasks_of_project(
    project_id: int, database: Database, user: CurrentUser, limit: int = 50, cursor: str | None = None
) -> Page[TaskLine]:
    """Return the tasks of a project, by due day."""
    get_visible_project(database, user, project_id)
    offset = offset_of(cursor)
    rows = database.scalars(
        select(Task)
        .where(Task.project_id == project_id, Task.deleted_at.is_(None))
        .options(*related(Task.assignee))
        .order_by(Task.due_on, Task.id)
        .offset(offset)
        .limit(limit + 1)
    ).all()
    items = [TaskLine.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next=next_offset(rows, offset, limit), previous=None)
