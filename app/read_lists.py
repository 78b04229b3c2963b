"""The lists: each one's fragments, what may be asked of it, the shape of its rows."""

from app import shapes, shapes_read
from app.list_sql import ListSql
from app.lists import Listing

USERS = Listing(ListSql("users"), shapes_read.UsersQuery, shapes_read.User)
CLIENTS = Listing(ListSql("clients"), shapes_read.ClientsQuery, shapes_read.Client)
PROJECTS = Listing(ListSql("projects"), shapes_read.ProjectsQuery, shapes_read.ProjectLine)
TASKS = Listing(ListSql("tasks"), shapes_read.TasksQuery, shapes.Task)
MILESTONES = Listing(ListSql("milestones"), shapes_read.MilestonesQuery, shapes_read.Milestone)
COMMENTS = Listing(ListSql("comments"), shapes_read.CommentsQuery, shapes_read.Comment)
TIME_ENTRIES = Listing(ListSql("time_entries"), shapes_read.TimeEntriesQuery, shapes_read.TimeEntry)
INVOICES = Listing(ListSql("invoices"), shapes_read.InvoicesQuery, shapes_read.InvoiceLine)
PAYMENTS = Listing(ListSql("payments"), shapes_read.PaymentsQuery, shapes_read.Payment)
THREADS = Listing(ListSql("threads"), shapes_read.ThreadsQuery, shapes_read.Thread)
MESSAGES = Listing(ListSql("messages"), shapes_read.MessagesQuery, shapes_read.Message)
NOTIFICATIONS = Listing(
    ListSql("notifications"), shapes_read.NotificationsQuery, shapes_read.NotificationLine
)
ACTIVITY = Listing(ListSql("activity"), shapes_read.ActivityQuery, shapes_read.Activity)

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
)
