"""Checks before any load: the server responds, is the right one, and knows the seeded users."""

import ssl
from collections.abc import Callable
from typing import TypeVar

import msgspec
from locust.contrib.fasthttp import FastHttpSession, FastResponse
from locust.event import EventHook

from loadtests.contract.bodies import Page, Person
from loadtests.contract.overviews import Dashboard
from loadtests.errors import RefusedError
from loadtests.target import SeededUsers, Target

ADMIN = 1
USERS_ASKED = 10
USERS_LISTED = 1000
ROLES = ("admin", "project_manager", "team_member", "client")

Body = TypeVar("Body")


def check_server(target: Target, users: SeededUsers, context_for: Callable[..., ssl.SSLContext]) -> None:
    """Return if a seeded user can sign in and see a project; `users` knows who has which role."""
    session = FastHttpSession(
        base_url=target.url,
        request_event=EventHook(),  # type: ignore[no-untyped-call] # Locust's own is not annotated
        user=None,
        insecure=False,
        ssl_context_factory=context_for,
        connection_timeout=5.0,
        network_timeout=10.0,
    )
    health = _ask(session, target, "/healthz", {})
    if health.status_code != 200:
        raise RefusedError(
            f"{target.url}/healthz answers with status {health.status_code}; deploy the app first."
        )

    def read(user_id: int, path: str, kind: type[Body]) -> Body:
        answer = _ask(session, target, path, {"Authorization": f"Bearer {users.token(user_id)}"})
        return _body(answer, target, path, kind)

    for role in ROLES:
        page = read(ADMIN, f"/api/users?role={role}&limit={USERS_LISTED}", Page[Person])
        seeded = [person.id for person in page.items if person.id <= users.count]
        if not seeded:
            raise RefusedError(
                f"{target.url} has no seeded user with the role {role}; seed the database first."
            )
        users.know(role, seeded)
    if not any(
        read(user_id, "/api/dashboards/user", Dashboard).projects
        for user_id in range(1, min(USERS_ASKED, users.count) + 1)
    ):
        raise RefusedError(f"{target.url} has no project that a seeded user sees; seed the database first.")


def _body(answer: FastResponse, target: Target, path: str, kind: type[Body]) -> Body:
    if answer.status_code in (401, 403):
        raise RefusedError(
            f"{target.url} does not know the seeded users' tokens (status {answer.status_code}); "
            f"seed the database with the key in {target.seed_token_key_file} first."
        )
    if answer.status_code != 200:
        raise RefusedError(f"{target.url} answers GET {path} with status {answer.status_code}.")
    try:
        return msgspec.json.decode(answer.content or b"", type=kind)
    except msgspec.DecodeError as error:
        raise RefusedError(f"{target.url} returned an invalid body for GET {path}: {error}.") from None


def _ask(session: FastHttpSession, target: Target, path: str, headers: dict[str, str]) -> FastResponse:
    answer = session.get(path, headers=headers)
    error = getattr(answer, "error", None)
    if isinstance(error, ssl.SSLCertVerificationError):
        raise RefusedError(
            f"The certificate of {target.url} is not trusted by {target.ca or 'the system CAs'}: "
            f"{error.verify_message.rstrip('.')}."
        )
    if answer.status_code == 0:
        raise RefusedError(
            f"No server answers at {target.url}: {str(error).lower() or type(error).__name__}."
        )
    return answer
