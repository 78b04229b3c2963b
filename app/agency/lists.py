"""The lists: SQL fragments, query parameters, and the shape of the rows."""

from pathlib import Path

from app.agency.shapes.activity import Activity, ActivityQuery
from app.agency.shapes.clients import Client, ClientsQuery
from app.agency.shapes.comments import Comment, CommentsQuery
from app.agency.shapes.invoices import InvoiceLine, InvoicesQuery
from app.agency.shapes.milestones import Milestone, MilestonesQuery
from app.agency.shapes.notifications import NotificationLine, NotificationsQuery
from app.agency.shapes.payments import Payment, PaymentsQuery
from app.agency.shapes.projects import ProjectLine, ProjectsQuery
from app.agency.shapes.tasks import Task, TasksQuery
from app.agency.shapes.threads import Message, MessagesQuery, Thread, ThreadsQuery
from app.agency.shapes.time import TimeEntriesQuery, TimeEntry
from app.agency.shapes.users import Token, TokensQuery, User, UsersQuery
from app.agency.visibility import VISIBILITY
from app.reading.list_sql import ListSql
from app.reading.listing import Listing


def _sql(name: str) -> ListSql:
    return ListSql(Path(__file__).parent / "queries" / "lists" / f"{name}.sql", VISIBILITY)


USERS = Listing(_sql("users"), UsersQuery, User)
CLIENTS = Listing(_sql("clients"), ClientsQuery, Client)
PROJECTS = Listing(_sql("projects"), ProjectsQuery, ProjectLine)
TASKS = Listing(_sql("tasks"), TasksQuery, Task)
MILESTONES = Listing(_sql("milestones"), MilestonesQuery, Milestone)
COMMENTS = Listing(_sql("comments"), CommentsQuery, Comment)
TIME_ENTRIES = Listing(_sql("time_entries"), TimeEntriesQuery, TimeEntry)
INVOICES = Listing(_sql("invoices"), InvoicesQuery, InvoiceLine)
PAYMENTS = Listing(_sql("payments"), PaymentsQuery, Payment)
THREADS = Listing(_sql("threads"), ThreadsQuery, Thread)
MESSAGES = Listing(_sql("messages"), MessagesQuery, Message)
NOTIFICATIONS = Listing(_sql("notifications"), NotificationsQuery, NotificationLine)
ACTIVITY = Listing(_sql("activity"), ActivityQuery, Activity)
TOKENS = Listing(_sql("tokens"), TokensQuery, Token)

LISTS = (
    USERS,
    CLIENTS,
    PROJECTS,
    TASKS,
    MILESTONES,
    COMMENTS,
    TIME_ENTRIES,
    INVOICES,
    PAYMENTS,
    THREADS,
    MESSAGES,
    NOTIFICATIONS,
    ACTIVITY,
    TOKENS,
)
# Nothing refers to rows of these by id.
NEVER_BY_IDS = (ACTIVITY, TOKENS)
