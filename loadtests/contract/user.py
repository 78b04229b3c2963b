"""A seeded user of the app: signs in by token, verifies the server, and checks every body it receives."""

from typing import ClassVar, TypeVar

import msgspec
from locust import FastHttpUser
from locust.contrib.fasthttp import ResponseContextManager

from loadtests.contract.checks import Check
from loadtests.randomness import CHANCE
from loadtests.target import SeededUsers

T = TypeVar("T")


class SeededUser(FastHttpUser):
    """What every scenario's user can do; the run sets the users and think times."""

    abstract = True
    insecure = False
    concurrency = 1
    # Longer than any target: a hanging request is a failure with its latency, not a gap in the figures.
    connection_timeout = 5.0
    network_timeout = 10.0

    seeded: ClassVar[SeededUsers]
    think_seconds: ClassVar[tuple[float, float]]

    user_id: int
    _headers: dict[str, str]

    def wait_time(self) -> float:
        """Return the think time in seconds."""
        return CHANCE.uniform(*self.think_seconds)

    def think(self) -> None:
        """Wait that long between two steps of one task."""
        self.wait()  # type: ignore[no-untyped-call] # Locust's own is not annotated

    def sign_in(self) -> None:
        """Continue as another user, on the open connection."""
        self.user_id = self.seeded.draw()
        self._headers = {"Authorization": f"Bearer {self.seeded.token(self.user_id)}"}

    def read(self, group: str, path: str, kind: type[T], check: Check[T]) -> T | None:
        """Return the body of a GET, None if it failed in any way."""
        with self.client.get(path, name=group, headers=self._headers, catch_response=True) as response:
            return accept(response, kind, check)

    def change(
        self, group: str, path: str, change: dict[str, str], kind: type[T], check: Check[T]
    ) -> T | None:
        """Return the response body of a PATCH, None if it failed in any way."""
        with self.client.patch(
            path, name=group, headers=self._headers, json=change, catch_response=True
        ) as response:
            return accept(response, kind, check)


def accept(response: ResponseContextManager, kind: type[T], check: Check[T]) -> T | None:
    """Return the body if status, types and content are right; otherwise mark the response as failed."""
    if response.status_code == 0:
        # No response at all: the client's exception says why, and Locust reports it.
        return None
    if response.status_code != 200:
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
