"""A seeded user of the app: signs in by token, verifies the server, and checks every body it receives."""

import time
from typing import Any, ClassVar, TypeVar

import msgspec
from locust import FastHttpUser
from locust.contrib.fasthttp import ResponseContextManager
from locust.env import Environment

from loadtests.arrivals import Arrivals
from loadtests.contract.checks import Check, anything
from loadtests.contract.seen import Seen
from loadtests.load_shape import Shape
from loadtests.target import SeededUsers

T = TypeVar("T")


class SeededUser(FastHttpUser):
    """What every scenario's user can do; the run sets the users, the shape, and when the load began."""

    abstract = True
    insecure = False
    concurrency = 1
    # Longer than any target: a hanging request is a failure with its latency, not a gap in the figures.
    connection_timeout = 5.0
    network_timeout = 10.0

    role: ClassVar[str]
    """What the user may do: admin, project_manager, team_member or client."""

    seeded: ClassVar[SeededUsers]
    shape: ClassVar[Shape]
    load_began: ClassVar[float]
    timetables: ClassVar[list[Arrivals]] = []

    user_id: int
    seen: Seen
    _headers: dict[str, str]

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._arrivals = Arrivals(self.shape, self.load_began)
        self.timetables.append(self._arrivals)

    def wait_time(self) -> float:
        """Return 0: each request waits until it is due."""
        return 0.0

    def on_start(self) -> None:
        """Begin the day."""
        self.sign_in()

    def sign_in(self, role: str | None = None) -> None:
        """Continue as somebody of a role, on the open connection, who has seen nothing yet."""
        self.user_id = self.seeded.draw(role or self.role, instead_of=getattr(self, "user_id", None))
        self.seen = Seen()
        self._headers = {"Authorization": f"Bearer {self.seeded.token(self.user_id)}"}

    def read(self, group: str, path: str, kind: type[T], check: Check[T] = anything) -> T | None:
        """Return the body of a GET, None if it failed in any way."""
        return self._request(group, "GET", path, kind=kind, check=check)

    def change(
        self, group: str, path: str, change: dict[str, Any], kind: type[T], check: Check[T] = anything
    ) -> T | None:
        """Return the response body of a PATCH, None if it failed in any way."""
        return self._request(group, "PATCH", path, kind=kind, check=check, json=change)

    def post(self, group: str, path: str, order: dict[str, Any], kind: type[T]) -> T | None:
        """Return the response body of a POST that creates nothing, None if it failed in any way."""
        return self._request(group, "POST", path, kind=kind, json=order)

    def create(
        self, group: str, path: str, new: dict[str, Any], kind: type[T], check: Check[T] = anything
    ) -> T | None:
        """Return the response body of a POST, None if it failed in any way."""
        return self._request(group, "POST", path, kind=kind, check=check, status=201, json=new)

    def _request(
        self,
        group: str,
        method: str,
        path: str,
        *,
        kind: type[T],
        check: Check[T] = anything,
        status: int = 200,
        json: dict[str, Any] | None = None,
    ) -> T | None:
        due = self._arrivals.wait()
        late = max(0.0, time.time() - due)
        with self.client.request(
            method,
            path,
            name=group,
            headers=self._headers,
            json=json,
            catch_response=True,
            context={"late": late},
        ) as response:
            # Locust's own page and figures count from when it was due, too.
            response.request_meta["start_time"] = due
            response.request_meta["response_time"] += 1000 * late
            self._arrivals.plan_next()
            return accept(response, kind, check, status)


def accept(response: ResponseContextManager, kind: type[T], check: Check[T], status: int) -> T | None:
    """Return the body if status, types and content are right; otherwise mark the response as failed."""
    if response.status_code == 0:
        # No response at all: the client's exception says why, and Locust reports it.
        return None
    if response.status_code != status:
        fail(response, f"status {response.status_code}")
        return None
    try:
        body = msgspec.json.decode(response.content or b"", type=kind)
    except msgspec.DecodeError as error:
        fail(response, f"body: {error}")
        return None
    wrong = check(body)
    if wrong:
        fail(response, f"body: {wrong}")
        return None
    return body


def fail(response: ResponseContextManager, wrong: str) -> None:
    """Count the response as failed, whatever its status."""
    response.failure(wrong)  # type: ignore[no-untyped-call] # Locust's own is not annotated
