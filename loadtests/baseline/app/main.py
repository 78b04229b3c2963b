"""uvicorn loadtests.baseline.app.main:app."""

from fastapi import FastAPI
from sqlalchemy import select

from loadtests.baseline.app import dashboards, projects, reports, search, tasks
from loadtests.baseline.app.access import CurrentUser
from loadtests.baseline.app.database import Database
from loadtests.baseline.app.models import User
from loadtests.baseline.app.schemas import Page, Person

app = FastAPI()
for module in (dashboards, projects, tasks, search, reports):
    app.include_router(module.router)


@app.get("/healthz")
def healthz() -> dict[str, str]:
    """Return that the process runs."""
    return {"status": "ok"}


@app.get("/api/users")
def list_users(database: Database, user: CurrentUser, role: str, limit: int = 50) -> Page[Person]:  # noqa: ARG001
    """Return the active users of a role."""
    rows = database.scalars(
        select(User)
        .where(User.role == role, User.deactivated_at.is_(None))
        .order_by(User.name, User.id)
        .limit(limit)
    )
    return Page(items=[Person.model_validate(row) for row in rows], next=None, previous=None)
