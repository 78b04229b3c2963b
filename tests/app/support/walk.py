"""Sends schemathesis cases to a deployed server as the users of a separate world."""

import itertools
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import requests
import schemathesis
from schemathesis.generation.meta import TestPhase

from tests.app.support.world import Ids, World

# None: without a token.
ROLES = ("client", "member", "manager", "admin", None)
ASK_THE_NEXT_ROLE = (requests.codes.unauthorized, requests.codes.forbidden)
TOPICS = {
    name + suffix: topic
    for suffix in ("", "_id")
    for name, topic in {
        "project": "projects",
        "client": "clients",
        "task": "tasks",
        "milestone": "milestones",
        "invoice": "invoices",
        "thread": "threads",
    }.items()
}
PEOPLE = {
    name + suffix: role
    for suffix in ("", "_id")
    for name, role in {
        "user": "member",
        "assignee": "member",
        "author": "member",
        "actor": "member",
        "member": "member",
        "manager": "manager",
    }.items()
}
# What can be made up only by chance; mostly it is left out, so that the rest of the request is looked at.
UNLIKELY = ("cursor", "If-Match", "Idempotency-Key")
BEYOND_EVERY_ID = 2**40


@dataclass
class Walk:
    """Requests by one client of the edge; `statuses` counts (operation, status)."""

    world: World
    sets: list[Ids]
    url: str
    ca: str
    session: requests.Session = field(default_factory=requests.Session)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    turn: "itertools.count[int]" = field(default_factory=itertools.count)

    def answers(self, case: schemathesis.Case[Any]) -> Iterator[Any]:
        """
        The responses to a case with one role; after a 401 or 403, with the next roles too.

        The document's own example is sent until one role succeeds.
        """
        turn = next(self.turn)
        is_example = case.meta is not None and case.meta.phase.name == TestPhase.EXAMPLES
        self._of_the_world(case, self.sets[turn % len(self.sets)], likely=is_example or turn % 3 > 0)
        if is_example and isinstance(case.body, dict) and "client_id" in case.body:
            # An earlier request may have archived it.
            client = case.body["client_id"]
            self.world.server.sql(f"UPDATE clients SET archived_at = NULL WHERE id = {client}")  # noqa: S608
        for role in (*ROLES[turn % len(ROLES) :], *ROLES)[: len(ROLES)]:
            response = self._answer(case, {} if role is None else self.world.header(role))
            self.statuses[case.operation.label, response.status_code] += 1
            yield response
            if response.status_code < requests.codes.bad_request or (
                response.status_code not in ASK_THE_NEXT_ROLE and not is_example
            ):
                break

    def _answer(self, case: schemathesis.Case[Any], headers: dict[str, str]) -> Any:
        """Waits as told by the edge after a 429."""
        while (
            response := case.call(self.url, self.session, headers, verify=self.ca, timeout=30)
        ).status_code == requests.codes.too_many_requests:
            time.sleep(float(response.headers["retry-after"][0]))
        return response

    def _of_the_world(self, case: schemathesis.Case[Any], ids: Ids, *, likely: bool) -> None:
        """Ids are those of the world: an admin could change what other tests use."""
        topic = case.path.removeprefix("/api/").split("/")[0]
        for name, value in case.path_parameters.items():
            if _is_id(value):
                case.path_parameters[name] = self.world.users["member"] if name == "user" else ids[topic]
            elif name == "token" and likely:
                case.path_parameters[name] = ids["tokens"]
        for part in (case.query, case.body):
            if isinstance(part, dict):
                self._refers(part, ids)
                if case.path.endswith("/members") and "user_id" in part:
                    part["user_id"] = self.world.users["newcomer"]
        if likely:
            for name in UNLIKELY:
                case.query.pop(name, None)
                case.headers.pop(name, None)

    def _refers(self, part: dict[str, Any], ids: Ids) -> None:
        for name, value in part.items():
            if name in TOPICS and _is_id(value):
                part[name] = ids[TOPICS[name]]
            elif name in PEOPLE and _is_id(value):
                part[name] = self.world.users[PEOPLE[name]]
            elif name == "email" and isinstance(value, str) and "@" in value:
                part[name] = f"{next(self.turn)}@{self.world.mark}.example"
            elif name == "time_zone" and isinstance(value, str) and value:
                part[name] = "Europe/Berlin"
            elif name == "participant_ids" and isinstance(value, list):
                part[name] = [self.world.users["member"] if _is_id(each) else each for each in value]


def _is_id(value: object) -> bool:
    return not isinstance(value, bool) and str(value).isdigit() and 0 < int(str(value)) < BEYOND_EVERY_ID
