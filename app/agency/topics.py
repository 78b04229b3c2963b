"""The domain's description for the API documentation, and all its endpoints."""

from app.agency import counts, dashboards, project_pages, read_routes, searches
from app.agency.reports import generated, report
from app.agency.writes import (
    clients,
    comments,
    invoice_drafts,
    invoices,
    members,
    messages,
    milestones,
    notifications,
    projects,
    tasks,
    threads,
    time,
    tokens,
    users,
)
from app.http.openapi import About
from app.http.routing import Endpoint

TOPICS: tuple[tuple[Endpoint, ...], ...] = (
    project_pages.ROUTES,
    read_routes.ROUTES,
    counts.ROUTES,
    dashboards.ROUTES,
    searches.ROUTES,
    report.ROUTES,
    generated.ROUTES,
    projects.ROUTES,
    members.ROUTES,
    milestones.ROUTES,
    tasks.ROUTES,
    comments.ROUTES,
    time.ROUTES,
    threads.ROUTES,
    messages.ROUTES,
    notifications.ROUTES,
    invoice_drafts.ROUTES,
    invoices.ROUTES,
    clients.ROUTES,
    users.ROUTES,
    tokens.ROUTES,
)
ENDPOINTS = tuple(endpoint for topic in TOPICS for endpoint in topic)

ABOUT = About(
    title="Bantam",
    description="Project management for an agency.",
    examples={
        "title": "Draft the landing page",
        "name": "Website relaunch",
        "subject": "Next steps",
        "body": "The first draft is ready.",
        "description": "What needs to be done, in a few words.",
        "currency": "EUR",
        "time_zone": "Europe/Berlin",
        "q": "website",
    },
)
