"""The user's dashboard: one query after the other."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from sqlalchemy import Select, func, or_, select

from loadtests.baseline.app.access import CurrentUser, visible_projects
from loadtests.baseline.app.database import Database
from loadtests.baseline.app.loading import related
from loadtests.baseline.app.models import Notification, Project, Task, TimeEntry, User
from loadtests.baseline.app.schemas import NotificationLine, OwnProject, OwnTask, UserDashboard, Week

router = APIRouter(prefix="/api/dashboards")
FIRST = 10


@router.get("/user")
def read_user_dashboard(database: Database, user: CurrentUser) -> UserDashboard:
    """Return what the user sees first."""
    today = datetime.now(ZoneInfo(user.time_zone)).date()
    overdue_count, overdue = _tasks(database, user, None, today - timedelta(days=1))
    due_count, due = _tasks(database, user, today, today + timedelta(days=6))
    # A client's people work on no project themselves, but see those of their company.
    projects = database.scalars(
        select(Project)
        .where(Project.id.in_(visible_projects(user) if user.role != "admin" else _own_projects(user)))
        .where(Project.status == "active")
        .order_by(Project.due_on, Project.id)
        .limit(FIRST)
    ).all()
    unread = Notification.user_id == user.id, Notification.read_at.is_(None)
    notifications = database.scalars(
        select(Notification)
        .where(*unread)
        .where(or_(Notification.project_id.is_(None), Notification.project_id.in_(visible_projects(user))))
        .order_by(Notification.id.desc())
        .limit(FIRST)
    ).all()
    return UserDashboard(
        user_id=user.id,
        today=today,
        overdue_count=overdue_count,
        overdue=overdue,
        due_count=due_count,
        due=due,
        projects=[OwnProject.model_validate(project) for project in projects],
        week=_week(database, user, today - timedelta(days=today.weekday())),
        unread_count=database.scalar(select(func.count()).where(*unread)) or 0,
        notifications=[NotificationLine.model_validate(notification) for notification in notifications],
    )


def _own_projects(user: User) -> Select[int]:
    return select(Project.id).where(Project.manager_id == user.id, Project.deleted_at.is_(None))


def _tasks(database: Database, user: User, first: date | None, last: date) -> tuple[int, list[OwnTask]]:
    """Return how many open tasks of the user are due from one day to another, and the first ones."""
    conditions = [
        Task.assignee_id == user.id,
        Task.completed_at.is_(None),
        Task.deleted_at.is_(None),
        Task.due_on <= last,
        Task.project_id.in_(visible_projects(user)),
    ]
    if first:
        conditions.append(Task.due_on >= first)
    count = database.scalar(select(func.count()).select_from(Task).where(*conditions)) or 0
    tasks = database.scalars(
        select(Task)
        .where(*conditions)
        .options(*related(Task.project))
        .order_by(Task.due_on, Task.id)
        .limit(FIRST)
    )
    return count, [OwnTask.model_validate(task) for task in tasks]


def _week(database: Database, user: User, monday: date) -> Week:
    """Return the user's time of the week."""
    minutes, billable = database.execute(
        select(
            func.coalesce(func.sum(TimeEntry.minutes), 0),
            func.coalesce(func.sum(TimeEntry.minutes).filter(TimeEntry.billable), 0),
        )
        .where(TimeEntry.user_id == user.id, TimeEntry.deleted_at.is_(None))
        .where(TimeEntry.entry_date.between(monday, monday + timedelta(days=6)))
    ).one()
    return Week(starts_on=monday, minutes=minutes, billable_minutes=billable)
