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

ROUTES = (
    USERS.endpoint("/api/users", "The people whom the caller may know", "people"),
    CLIENTS.endpoint("/api/clients", "The clients that the caller may know", "people"),
    PROJECTS.endpoint("/api/projects", "The projects that the caller sees", "projects"),
    TASKS.endpoint("/api/tasks", "The tasks that the caller sees", "tasks"),
    MILESTONES.endpoint("/api/milestones", "The milestones that the caller sees", "projects"),
    COMMENTS.endpoint("/api/comments", "What was said about a task, or by an author", "tasks"),
    TIME_ENTRIES.endpoint("/api/time-entries", "The time that the caller sees", "time"),
    INVOICES.endpoint("/api/invoices", "The invoices that the caller sees", "money"),
    PAYMENTS.endpoint("/api/payments", "The payments that the caller sees", "money"),
    THREADS.endpoint("/api/threads", "The conversations that the caller sees", "talk"),
    MESSAGES.endpoint("/api/messages", "The messages that the caller sees", "talk"),
    NOTIFICATIONS.endpoint("/api/notifications", "What the caller was told, unread first", "talk"),
    ACTIVITY.endpoint("/api/activity", "What was done, newest first", "projects"),
)
