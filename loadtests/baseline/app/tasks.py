"""Single tasks, their changes and comments."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, status
from sqlalchemy import func, select

from loadtests.baseline.app.access import CurrentUser, visible_projects
from loadtests.baseline.app.database import Database
from loadtests.baseline.app.loading import related
from loadtests.baseline.app.models import Comment, Task, TimeEntry, User
from loadtests.baseline.app.paging import next_offset, offset_of
from loadtests.baseline.app.schemas import (
    Named,
    NewComment,
    Page,
    TaskChange,
    TaskLine,
    TaskPage,
    WrittenComment,
)

router = APIRouter(prefix="/api/tasks")
OnlyOpen = Annotated[bool, Query(alias="open")]


def get_visible_task(database: Database, user: User, task_id: int) -> Task:
    """Return the task, if the user sees it."""
    task = database.scalar(
        select(Task)
        .where(Task.id == task_id, Task.deleted_at.is_(None), Task.project_id.in_(visible_projects(user)))
        .options(*related(Task.project, Task.assignee, Task.milestone))
    )
    if task is None:
        raise HTTPException(404, "No such task")
    return task


@router.get("")
def list_tasks(
    database: Database,
    user: CurrentUser,
    limit: int = 50,
    cursor: str | None = None,
    *,
    only_open: OnlyOpen = False,
) -> Page[TaskLine]:
    """Return the tasks that the user sees, by due day."""
    conditions = [Task.deleted_at.is_(None), Task.project_id.in_(visible_projects(user))]
    if only_open:
        conditions.append(Task.completed_at.is_(None))
    offset = offset_of(cursor)
    rows = database.scalars(
        select(Task)
        .where(*conditions)
        .options(*related(Task.assignee))
        .order_by(Task.due_on, Task.id)
        .offset(offset)
        .limit(limit + 1)
    ).all()
    items = [TaskLine.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next=next_offset(rows, offset, limit), previous=None)


@router.get("/{task_id}")
def read_task(task_id: int, database: Database, user: CurrentUser) -> TaskPage:
    """Return a task with its counts."""
    task = get_visible_task(database, user, task_id)
    comments = select(func.count()).where(Comment.task_id == task_id, Comment.deleted_at.is_(None))
    minutes = select(func.coalesce(func.sum(TimeEntry.minutes), 0)).where(
        TimeEntry.task_id == task_id, TimeEntry.deleted_at.is_(None)
    )
    return TaskPage(
        **TaskLine.model_validate(task).model_dump(exclude={"completed_at", "updated_at"}),
        completed_at=task.completed_at,
        updated_at=task.updated_at,
        description=task.description,
        created_at=task.created_at,
        project=Named.model_validate(task.project),
        milestone=Named.of(task.milestone),
        comment_count=database.scalar(comments) or 0,
        minutes=database.scalar(minutes) or 0,
    )


@router.patch("/{task_id}")
def change_task(task_id: int, change: TaskChange, database: Database, user: CurrentUser) -> TaskLine:
    """Change a task's status."""
    task = get_visible_task(database, user, task_id)
    now = datetime.now(UTC)
    task.completed_at = (task.completed_at or now) if change.status == "done" else None
    task.status, task.updated_at, task.version = change.status, now, task.version + 1
    database.commit()
    return TaskLine.model_validate(task)


@router.post("/{task_id}/comments", status_code=status.HTTP_201_CREATED)
def add_comment(task_id: int, new: NewComment, database: Database, user: CurrentUser) -> WrittenComment:
    """Comment on a task."""
    get_visible_task(database, user, task_id)
    comment = Comment(
        task_id=task_id,
        author_id=user.id,
        body=new.body,
        created_at=datetime.now(UTC),
        edited_at=None,
        version=1,
    )
    database.add(comment)
    database.commit()
    return WrittenComment.model_validate(comment)
