"""What somebody wrote, a comment or a message: its author edits or deletes it."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from app.agency import permissions
from app.agency.shapes.bodies import Nothing, Text
from app.database.queries import queries
from app.database.sql import Sql
from app.http import requests
from app.http.problems import not_found
from app.writing.write import Write, begin


class Facts(NamedTuple):
    """The author, the project and the version of what was written."""

    caller: int
    role: str
    author: int
    project: int
    version: int


@dataclass(frozen=True, slots=True)
class OwnWords:
    """Comments or messages, by the statements that read the facts, change the text and delete."""

    facts: Sql
    change: Sql
    remove: Sql

    async def edit(self, request: Request) -> Response:
        """Respond with the caller's own words with their new text."""
        number = requests.path_id(request)
        write = await begin(request, Text)

        async def attempt() -> Any:
            facts = await self._own(write, number)
            version = write.expected(facts.version)
            return await write.change((), self.change, facts.caller, number, version, write.body.body)

        return await write.respond(attempt)

    async def delete(self, request: Request) -> Response:
        """Respond with 204; the caller's own words are deleted."""
        number = requests.path_id(request)
        write = await begin(request, Nothing)

        async def attempt() -> Any:
            facts = await self._own(write, number)
            version = write.expected(facts.version)
            return await write.change((), self.remove, facts.caller, number, version)

        return await write.respond(attempt, status=204)

    async def _own(self, write: Write[Any], number: int) -> Facts:
        facts = Facts(*await write.facts(self.facts, number))
        if facts.project is None:
            raise not_found()
        permissions.own(facts.caller, facts.author)
        return facts


COMMENTS = OwnWords(queries.comment_for_change, queries.change_comment, queries.delete_comment)
MESSAGES = OwnWords(queries.message_for_change, queries.change_message, queries.delete_message)
