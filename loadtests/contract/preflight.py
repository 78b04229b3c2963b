"""Checks before any load: the server responds, is the right one, and knows the seeded users."""

import ssl
from collections.abc import Callable

import msgspec
from locust.contrib.fasthttp import FastHttpSession, FastResponse
from locust.event import EventHook

from loadtests.contract.bodies import Dashboard
from loadtests.errors import RefusedError
from loadtests.target import SeededUsers, Target

USERS_ASKED = 10


def check_server(target: Target, users: SeededUsers, context_for: Callable[..., ssl.SSLContext]) -> None:
    """Return if a seeded user can sign in and see a project, using the same client as in the load."""
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
    for user_id in range(1, min(USERS_ASKED, users.count) + 1):
        if _sees_projects(session, target, users.token(user_id)):
            return
    raise RefusedError(f"{target.url} has no project that a seeded user sees; seed the database first.")


def _sees_projects(session: FastHttpSession, target: Target, token: str) -> bool:
    answer = _ask(session, target, "/api/dashboards/user", {"Authorization": f"Bearer {token}"})
    if answer.status_code in (401, 403):
        raise RefusedError(
            f"{target.url} does not know the seeded users' tokens (status {answer.status_code}); "
            f"seed the database with the key in {target.seed_token_key_file} first."
        )
    if answer.status_code != 200:
        raise RefusedError(f"{target.url} answers a user's dashboard with status {answer.status_code}.")
    try:
        return bool(msgspec.json.decode(answer.content or b"", type=Dashboard).projects)
    except msgspec.DecodeError as error:
        raise RefusedError(f"{target.url} returned an invalid user dashboard: {error}.") from None


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
