"""Read routes: lists, batches, single resources with related data."""

from app.agency import lists
from app.agency.cache_policies import USER
from app.agency.shapes.clients import ClientEntity
from app.agency.shapes.comments import CommentEntity
from app.agency.shapes.invoices import InvoiceEntity
from app.agency.shapes.milestones import MilestoneEntity
from app.agency.shapes.tasks import TaskEntity
from app.agency.shapes.threads import MessageEntity, ThreadEntity
from app.agency.shapes.time import TimeEntryEntity
from app.agency.shapes.users import UserEntity
from app.reading.batches import Batches
from app.reading.entities import Entities

PEOPLE = (
    lists.USERS.endpoint("/api/users", "The people that the caller sees", "users"),
    Batches(lists.USERS).endpoint("/api/users/batch", "Users by their ids", "users"),
    Entities(lists.USERS, UserEntity, USER).endpoint(
        "/api/users/{id}", "A user with their projects", "users"
    ),
    lists.CLIENTS.endpoint("/api/clients", "The clients that the caller sees", "clients"),
    Batches(lists.CLIENTS).endpoint("/api/clients/batch", "Clients by their ids", "clients"),
    Entities(lists.CLIENTS, ClientEntity).endpoint(
        "/api/clients/{id}", "A client with its people and projects", "clients"
    ),
    lists.TOKENS.endpoint("/api/tokens", "The caller's valid tokens", "tokens"),
)
WORK = (
    lists.PROJECTS.endpoint("/api/projects", "The projects that the caller sees", "projects"),
    Batches(lists.PROJECTS).endpoint("/api/projects/batch", "Projects by their ids", "projects"),
    lists.MILESTONES.endpoint("/api/milestones", "The milestones that the caller sees", "milestones"),
    Batches(lists.MILESTONES).endpoint("/api/milestones/batch", "Milestones by their ids", "milestones"),
    Entities(lists.MILESTONES, MilestoneEntity).endpoint(
        "/api/milestones/{id}", "A milestone and its progress", "milestones"
    ),
    lists.TASKS.endpoint("/api/tasks", "The tasks that the caller sees", "tasks"),
    Batches(lists.TASKS).endpoint("/api/tasks/batch", "Tasks by their ids", "tasks"),
    Entities(lists.TASKS, TaskEntity).endpoint("/api/tasks/{id}", "A task", "tasks"),
    lists.COMMENTS.endpoint("/api/comments", "Comments on a task or by an author", "comments"),
    Batches(lists.COMMENTS).endpoint("/api/comments/batch", "Comments by their ids", "comments"),
    Entities(lists.COMMENTS, CommentEntity).endpoint("/api/comments/{id}", "A comment", "comments"),
    lists.TIME_ENTRIES.endpoint("/api/time-entries", "The time entries that the caller sees", "time"),
    Batches(lists.TIME_ENTRIES).endpoint("/api/time-entries/batch", "Time entries by their ids", "time"),
    Entities(lists.TIME_ENTRIES, TimeEntryEntity).endpoint("/api/time-entries/{id}", "A time entry", "time"),
    lists.ACTIVITY.endpoint("/api/activity", "Activity, newest first", "projects"),
)
MONEY = (
    lists.INVOICES.endpoint("/api/invoices", "The invoices that the caller sees", "invoices"),
    Batches(lists.INVOICES).endpoint("/api/invoices/batch", "Invoices by their ids", "invoices"),
    Entities(lists.INVOICES, InvoiceEntity).endpoint(
        "/api/invoices/{id}", "An invoice with its lines and payments", "invoices"
    ),
    lists.PAYMENTS.endpoint("/api/payments", "The payments that the caller sees", "invoices"),
    Batches(lists.PAYMENTS).endpoint("/api/payments/batch", "Payments by their ids", "invoices"),
)
TALK = (
    lists.THREADS.endpoint("/api/threads", "The conversations that the caller sees", "messages"),
    Batches(lists.THREADS).endpoint("/api/threads/batch", "Conversations by their ids", "messages"),
    Entities(lists.THREADS, ThreadEntity).endpoint(
        "/api/threads/{id}", "A conversation with its newest messages", "messages"
    ),
    lists.MESSAGES.endpoint("/api/messages", "The messages that the caller sees", "messages"),
    Batches(lists.MESSAGES).endpoint("/api/messages/batch", "Messages by their ids", "messages"),
    Entities(lists.MESSAGES, MessageEntity).endpoint("/api/messages/{id}", "A message", "messages"),
    lists.NOTIFICATIONS.endpoint(
        "/api/notifications", "The caller's notifications, unread first", "notifications"
    ),
    Batches(lists.NOTIFICATIONS).endpoint(
        "/api/notifications/batch", "Notifications by their ids", "notifications"
    ),
)

ROUTES = (*PEOPLE, *WORK, *MONEY, *TALK)
