"""Changing things: each change is acknowledged by the row as it is now."""

import datetime as dt

from loadtests.actions import dashboards, people, work
from loadtests.contract import checks
from loadtests.contract.bodies import STATUSES, NewComment, NewTimeEntry, Read, Task
from loadtests.contract.user import SeededUser
from loadtests.randomness import CHANCE

CHANGES_AT_MOST = 3
MINUTES = (15, 30, 45, 60, 90)


def change_tasks(user: SeededUser) -> None:
    """Move a few of the user's tasks in one project to another status, as people do in one sitting."""
    own = user.seen.own_tasks
    if not own:
        dashboards.look_at_own_work(user)
        return
    project = CHANCE.choice([*own.values()]).project_id
    here = [task for task in own.values() if task.project_id == project]
    for task in CHANCE.sample(here, min(len(here), CHANCE.randint(1, CHANGES_AT_MOST))):
        status = CHANCE.choice([status for status in STATUSES if status != task.status])
        check = checks.task_is(task.id, status)
        changed = user.change("task_write", f"/api/tasks/{task.id}", {"status": status}, Task, check)
        own[task.id] = changed or task


def comment(user: SeededUser) -> None:
    """Comment on a task that was shown."""
    if not user.seen.tasks:
        work.list_tasks(user)
        return
    task, text = CHANCE.choice([*user.seen.tasks]), f"Seen, {CHANCE.randint(1, 1000)} lines to go."
    check = checks.comment_by(user.user_id, task, text)
    user.create("comment_write", f"/api/tasks/{task}/comments", {"body": text}, NewComment, check)


def log_time(user: SeededUser) -> None:
    """Log time on a project that was shown."""
    if not user.seen.projects:
        work.list_projects(user)
        return
    project, minutes = CHANCE.choice([*user.seen.projects]), CHANCE.choice(MINUTES)
    day = dt.datetime.now(dt.UTC).date().isoformat()
    new = {"project_id": project, "entry_date": day, "minutes": minutes}
    check = checks.time_by(user.user_id, project, minutes)
    user.create("time_write", "/api/time-entries", new, NewTimeEntry, check)


def add_task(user: SeededUser) -> None:
    """Add a task to the project that is open."""
    if user.seen.opened is None:
        work.open_project(user)
        return
    due = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=CHANCE.randint(1, 30))
    new = {"title": f"Check part {CHANCE.randint(1, 1000)} of the draft", "due_on": due.isoformat()}
    task = user.create("task_add", f"/api/projects/{user.seen.opened}/tasks", new, Task)
    if task:
        user.seen.tasks[task.id] = task.title


def read_notifications(user: SeededUser) -> None:
    """Mark the newest notifications as read."""
    if not user.seen.notifications:
        people.list_notifications(user)
        return
    ids = [*user.seen.notifications][:10]
    user.seen.notifications = {}
    user.post("notification_write", "/api/notifications/read", {"ids": ids}, Read)
