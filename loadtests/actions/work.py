"""Looking at projects, tasks, comments and time."""

from urllib.parse import quote

from loadtests.contract import checks
from loadtests.contract.bodies import Comment, Page, Project, ProjectLine, Task, TaskCounts, TimeEntry
from loadtests.contract.user import SeededUser
from loadtests.randomness import CHANCE, one_of_the_first

ROWS = 50
MOST_ROWS = 1000
DEEP_PAGES = 10
PAGES_AT_MOST = 4
CHANCE_OF_ANOTHER_PAGE = 0.4


def list_projects(user: SeededUser) -> None:
    """See the projects that are due first."""
    check = checks.page_of(ROWS, by=lambda row: (row.due_on, row.id))
    page = user.read("project_list", f"/api/projects?limit={ROWS}&sort=due_on", Page[ProjectLine], check)
    if page:
        user.seen.projects |= {project.id: project.name for project in page.items}
        user.seen.clients |= {project.client.id: project.client.name for project in page.items}
        user.seen.people |= {project.manager.id: project.manager.name for project in page.items}


def open_project(user: SeededUser) -> None:
    """Go to a project that was shown, mostly to one of the first."""
    if not user.seen.projects:
        list_projects(user)
        return
    _open(user, one_of_the_first(user.seen.projects))


def open_any_project(user: SeededUser) -> None:
    """Go to a project that was shown, however old: few of these are in the cache."""
    if not user.seen.projects:
        list_projects(user)
        return
    _open(user, CHANCE.choice([*user.seen.projects]))


def page_through_tasks(user: SeededUser) -> None:
    """See the first tasks of the project that is open, and more of them by following the cursor."""
    if user.seen.opened is None:
        open_project(user)
        return
    project, seen = user.seen.opened, set[int]()
    path = first = f"/api/projects/{project}/tasks?limit={ROWS}"
    for _ in range(PAGES_AT_MOST):
        check = checks.page_of(ROWS, by=_by_day, only=lambda task: task.project_id == project, seen=seen)
        page = user.read("task_page", path, Page[Task], check)
        if page is None:
            return
        _show(user, page.items)
        seen |= {task.id for task in page.items}
        if page.next is None or CHANCE.random() > CHANCE_OF_ANOTHER_PAGE:
            return
        path = f"{first}&cursor={quote(page.next)}"


def list_tasks(user: SeededUser) -> None:
    """See the open tasks of everybody that are due first."""
    path = f"/api/tasks?limit={ROWS}&open=true"
    page = user.read("task_list", path, Page[Task], checks.page_of(ROWS, by=_by_day))
    if page:
        _show(user, page.items)


def page_through_everything(user: SeededUser) -> None:
    """See the next 1,000 tasks of all that the user sees; after the last page, or the tenth, start again."""
    path = f"/api/tasks?limit={MOST_ROWS}"
    if user.seen.cursor:
        path = f"{path}&cursor={quote(user.seen.cursor)}"
    check = checks.page_of(MOST_ROWS, by=_by_day, seen=user.seen.paged)
    page = user.read("page_of_1000", path, Page[Task], check)
    user.seen.paged |= {task.id for task in page.items} if page else set()
    user.seen.cursor = page.next if page and len(user.seen.paged) < DEEP_PAGES * MOST_ROWS else None
    if not user.seen.cursor:
        user.seen.paged = set()


def open_task(user: SeededUser) -> None:
    """Go to a task that was shown."""
    if not user.seen.tasks:
        list_tasks(user)
        return
    task = CHANCE.choice([*user.seen.tasks])
    user.read("task", f"/api/tasks/{task}", Task, checks.the_one(task))


def read_comments(user: SeededUser) -> None:
    """Read the comments on a task that was shown."""
    if not user.seen.tasks:
        list_tasks(user)
        return
    task = CHANCE.choice([*user.seen.tasks])
    check = checks.page_of(ROWS, by=lambda row: row.id, only=lambda comment: comment.task_id == task)
    user.read("comment_list", f"/api/comments?task={task}&limit={ROWS}", Page[Comment], check)


def list_time(user: SeededUser) -> None:
    """See the newest time on a project that was shown."""
    if not user.seen.projects:
        list_projects(user)
        return
    project = one_of_the_first(user.seen.projects)
    check = checks.page_of(ROWS, only=lambda entry: entry.project_id == project)
    user.read("time_list", f"/api/time-entries?project={project}&limit={ROWS}", Page[TimeEntry], check)


def count_tasks(user: SeededUser) -> None:
    """See how many tasks a project has, by status."""
    if not user.seen.projects:
        list_projects(user)
        return
    project = one_of_the_first(user.seen.projects)
    user.read("task_counts", f"/api/tasks/counts?project={project}", TaskCounts, checks.counts_add_up)


def _open(user: SeededUser, project_id: int) -> None:
    user.seen.opened = project_id
    check = checks.project_is(project_id)
    project = user.read("project", f"/api/projects/{project_id}", Project, check)
    if project:
        user.seen.clients[project.client.id] = project.client.name
        user.seen.people[project.manager.id] = project.manager.name


def _by_day(task: Task) -> tuple[str, int]:
    return task.due_on, task.id


def _show(user: SeededUser, tasks: list[Task]) -> None:
    user.seen.tasks |= {task.id: task.title for task in tasks}
    user.seen.own_tasks |= {
        task.id: task for task in tasks if task.assignee and task.assignee.id == user.user_id
    }
    user.seen.people |= {task.assignee.id: task.assignee.name for task in tasks if task.assignee}
