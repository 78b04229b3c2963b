"""The search for tasks: ILIKE on titles and descriptions."""

from fastapi import APIRouter
from sqlalchemy import func, or_, select

from loadtests.baseline.app.access import CurrentUser, visible_projects
from loadtests.baseline.app.database import Database
from loadtests.baseline.app.loading import related
from loadtests.baseline.app.models import Task
from loadtests.baseline.app.paging import next_offset, offset_of
from loadtests.baseline.app.schemas import Named, TaskHit, TaskHits

router = APIRouter(prefix="/api/search")


@router.get("/tasks")
def search_tasks(
    q: str, database: Database, user: CurrentUser, limit: int = 20, cursor: str | None = None
) -> TaskHits:
    """Return the newest tasks with all of the words."""
    patterns = [f"%{word}%" for word in q.split()]
    conditions = [
        Task.deleted_at.is_(None),
        Task.project_id.in_(visible_projects(user)),
        *(or_(Task.title.ilike(pattern), Task.description.ilike(pattern)) for pattern in patterns),
    ]
    offset = offset_of(cursor)
    found = database.scalar(select(func.count()).select_from(Task).where(*conditions)) or 0
    tasks = database.scalars(
        select(Task)
        .where(*conditions)
        .options(*related(Task.project, Task.assignee))
        .order_by(Task.id.desc())
        .offset(offset)
        .limit(limit + 1)
    ).all()
    hits = [
        TaskHit(
            **{name: getattr(task, name) for name in ("id", "title", "status", "priority", "due_on")},
            project=Named.model_validate(task.project),
            assignee=Named.of(task.assignee),
            score=1,
            highlight=task.title,
            excerpt=task.description[:100],
        )
        for task in tasks[:limit]
    ]
    return TaskHits(
        items=hits, match="words", ranked=found, bounded=False, next=next_offset(tasks, offset, limit)
    )
