"""Clients: create, change, archive."""

from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from app.agency import permissions
from app.agency.shapes.clients import ClientChange, NewClient, WrittenClient
from app.agency.tags import touched_by_client
from app.agency.writes.facts import caller_facts
from app.database.queries import queries
from app.http import requests
from app.http.problems import not_found
from app.http.routing import Endpoint
from app.writing.write import begin


class ClientFacts(NamedTuple):
    """A client, and the projects and managers whose pages show its name."""

    caller: int
    role: str
    id: int
    version: int
    projects: list[int]
    managers: list[int]


async def create(request: Request) -> Response:
    """Respond with a new client."""
    write = await begin(request, NewClient)

    async def attempt() -> Any:
        facts = await caller_facts(write)
        permissions.leads(facts.role)
        return await write.change((), queries.create_client, facts.caller, *write.keep, write.fields)

    return await write.respond(attempt, status=201, location="/api/clients/{id}")


async def change(request: Request) -> Response:
    """Respond with the changed client; an archived one gets no new projects."""
    number = requests.path_id(request)
    write = await begin(request, ClientChange)

    async def attempt() -> Any:
        facts = ClientFacts(*await write.facts(queries.client_for_change, number))
        if facts.id is None:
            raise not_found()
        permissions.leads(facts.role)
        version = write.expected(facts.version)
        return await write.change(
            touched_by_client(number, facts.projects, facts.managers),
            queries.change_client,
            *(facts.caller, number, version, write.fields),
        )

    return await write.respond(attempt)


ROUTES = (
    Endpoint(
        method="POST",
        path="/api/clients",
        serve=create,
        summary="Create a client",
        tag="clients",
        body=NewClient,
        response=WrittenClient,
        status=201,
        headers=("Idempotency-Key",),
        sends=("Location",),
        errors=(403, 409),
    ),
    Endpoint(
        method="PATCH",
        path="/api/clients/{id}",
        serve=change,
        summary="Change or archive a client",
        tag="clients",
        body=ClientChange,
        response=WrittenClient,
        headers=("If-Match",),
        errors=(403, 409, 412),
    ),
)
