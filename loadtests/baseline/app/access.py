"""Who asks, and what they may see."""

import hashlib
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Select, or_, select

from loadtests.baseline.app.database import Database
from loadtests.baseline.app.loading import related
from loadtests.baseline.app.models import ApiToken, Project, ProjectMember, User

Bearer = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


def get_current_user(database: Database, bearer: Bearer) -> User:
    """Return the user of the request's token."""
    digest = hashlib.sha256(bearer.credentials.encode()).digest()
    token = database.get(ApiToken, digest)
    if token is None or token.revoked_at or token.expires_at < datetime.now(UTC) or token.user.deactivated_at:
        raise HTTPException(401, "Not authenticated")
    return token.user


CurrentUser = Annotated[User, Depends(get_current_user)]


def visible_projects(user: User) -> Select[int]:
    """Return the ids of the projects that the user sees."""
    ids = select(Project.id).where(Project.deleted_at.is_(None))
    if user.role == "admin":
        return ids
    if user.role == "client":
        return ids.where(Project.client_id == user.client_id)
    member_of = select(ProjectMember.project_id).where(ProjectMember.user_id == user.id)
    return ids.where(or_(Project.manager_id == user.id, Project.id.in_(member_of)))


def get_visible_project(database: Database, user: User, project_id: int) -> Project:
    """Return the project, if the user sees it."""
    project = database.scalar(
        select(Project)
        .where(Project.id == project_id, Project.id.in_(visible_projects(user)))
        .options(*related(Project.client, Project.manager))
    )
    if project is None:
        raise HTTPException(404, "No such project")
    return project
