"""The lists: each one's fragments, what may be asked of it, the shape of its rows."""

from app.list_sql import ListSql
from app.lists import Listing
from app.shapes.activity import Activity, ActivityQuery
from app.shapes.clients import Client, ClientsQuery
from app.shapes.comments import Comment, CommentsQuery
from app.shapes.invoices import InvoiceLine, InvoicesQuery
from app.shapes.milestones import Milestone, MilestonesQuery
from app.shapes.notifications import NotificationLine, NotificationsQuery
from app.shapes.payments import Payment, PaymentsQuery
from app.shapes.projects import ProjectLine, ProjectsQuery
from app.shapes.tasks import Task, TasksQuery
from app.shapes.threads import Message, MessagesQuery, Thread, ThreadsQuery
from app.shapes.time import TimeEntriesQuery, TimeEntry
from app.shapes.users import Token, TokensQuery, User, UsersQuery

USERS = Listing(ListSql("users"), UsersQuery, User)
CLIENTS = Listing(ListSql("clients"), ClientsQuery, Client)
PROJECTS = Listing(ListSql("projects"), ProjectsQuery, ProjectLine)
TASKS = Listing(ListSql("tasks"), TasksQuery, Task)
MILESTONES = Listing(ListSql("milestones"), MilestonesQuery, Milestone)
COMMENTS = Listing(ListSql("comments"), CommentsQuery, Comment)
TIME_ENTRIES = Listing(ListSql("time_entries"), TimeEntriesQuery, TimeEntry)
INVOICES = Listing(ListSql("invoices"), InvoicesQuery, InvoiceLine)
PAYMENTS = Listing(ListSql("payments"), PaymentsQuery, Payment)
THREADS = Listing(ListSql("threads"), ThreadsQuery, Thread)
MESSAGES = Listing(ListSql("messages"), MessagesQuery, Message)
NOTIFICATIONS = Listing(ListSql("notifications"), NotificationsQuery, NotificationLine)
ACTIVITY = Listing(ListSql("activity"), ActivityQuery, Activity)
TOKENS = Listing(ListSql("tokens"), TokensQuery, Token)

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
