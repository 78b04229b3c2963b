"""The lists: each one's fragments, what may be asked of it, the shape of its rows."""

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
from app.reading.list_sql import ListSql
from app.reading.listing import Listing

SQL = Path(__file__).parent / "queries" / "lists"

USERS = Listing(ListSql(SQL / "users.sql"), UsersQuery, User)
CLIENTS = Listing(ListSql(SQL / "clients.sql"), ClientsQuery, Client)
PROJECTS = Listing(ListSql(SQL / "projects.sql"), ProjectsQuery, ProjectLine)
TASKS = Listing(ListSql(SQL / "tasks.sql"), TasksQuery, Task)
MILESTONES = Listing(ListSql(SQL / "milestones.sql"), MilestonesQuery, Milestone)
COMMENTS = Listing(ListSql(SQL / "comments.sql"), CommentsQuery, Comment)
TIME_ENTRIES = Listing(ListSql(SQL / "time_entries.sql"), TimeEntriesQuery, TimeEntry)
INVOICES = Listing(ListSql(SQL / "invoices.sql"), InvoicesQuery, InvoiceLine)
PAYMENTS = Listing(ListSql(SQL / "payments.sql"), PaymentsQuery, Payment)
THREADS = Listing(ListSql(SQL / "threads.sql"), ThreadsQuery, Thread)
MESSAGES = Listing(ListSql(SQL / "messages.sql"), MessagesQuery, Message)
NOTIFICATIONS = Listing(ListSql(SQL / "notifications.sql"), NotificationsQuery, NotificationLine)
ACTIVITY = Listing(ListSql(SQL / "activity.sql"), ActivityQuery, Activity)
TOKENS = Listing(ListSql(SQL / "tokens.sql"), TokensQuery, Token)

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
# Nothing refers to a line of these by its id.
NEVER_BY_IDS = (ACTIVITY, TOKENS)
