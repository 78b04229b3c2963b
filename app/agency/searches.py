"""GET /api/search and /api/search/{projects,tasks,users,clients}: full text, or similar spelling."""

import re
from collections.abc import Awaitable, Callable
from hashlib import sha256

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from app.agency.cache_policies import SEARCH, SEARCH_TASKS
from app.agency.search_sql import SEARCH_ALL, SEARCHES
from app.agency.shapes.searches import (
    AllHits,
    ClientHits,
    ProjectHits,
    SearchAllQuery,
    SearchQuery,
    TaskHits,
    UserHits,
)
from app.http import requests
from app.http.authentication import Token, bearer
from app.http.problems import Problem
from app.http.routing import Endpoint
from app.reading import cached, cursors
from app.reading.cached import Loaded
from app.reading.cursors import Position
from app.services import Services, services_of
from app.settings import CursorKeys

BEST = Position("forward", (str(2**63 - 1), str(2**63 - 1)))
"""The position before every hit: hits descend by score, then id."""

WORD = re.compile(r"\w+")
MOST_WORDS = 16
"""200 characters could contain enough words to search through every row."""


async def everything(request: Request) -> Response:
    """Respond with the best five of each kind."""
    services, token = services_of(request), bearer(request)
    asked = requests.query(request, SearchAllQuery)
    _check_word_count(asked.q)

    async def load() -> Loaded | None:
        row = await services.database.fetch_slow_row(SEARCH_ALL, token.digest, asked.q, prepared=False)
        if row is None:
            return None
        caller, seconds_left, body = row
        return Loaded(caller, seconds_left, "", body)

    return await cached.own(services, token, SEARCH_TASKS, load, asked=_digest("all", asked.q))


def _search(kind: str) -> Callable[[Request], Awaitable[Response]]:
    policy = SEARCH_TASKS if kind == "tasks" else SEARCH

    async def search(request: Request) -> Response:
        services, token = services_of(request), bearer(request)
        asked = requests.query(request, SearchQuery)
        _check_word_count(asked.q)
        scope = f"search_{kind}:{asked.q}"
        position = _position(services.cursor_keys, scope, asked.cursor)

        async def load() -> Loaded | None:
            return await _page(services, token, kind, asked, position)

        name = _digest(cursors.signer(services.cursor_keys), scope, *position.keys, asked.limit)
        return await cached.own(services, token, policy, load, asked=name)

    return search


async def _page(
    services: Services, token: Token, kind: str, asked: SearchQuery, position: Position
) -> Loaded | None:
    """Return the page of hits after `position`, None for an invalid token."""
    score, beyond = map(int, position.keys)
    row = await services.database.fetch_slow_row(
        SEARCHES[kind], token.digest, asked.q, score, beyond, asked.limit, prepared=False
    )
    if row is None:
        return None
    caller, seconds_left, items, match, ranked, bounded, last_score, last_id, more = row
    following = None
    if more:
        following = cursors.sign(
            services.cursor_keys,
            f"search_{kind}:{asked.q}",
            Position("forward", (str(last_score), str(last_id))),
        )
    body = b'{"items":%b,"match":"%b","ranked":%d,"bounded":%b,"next":%b}' % (
        items or b"[]",
        match.encode(),
        ranked,
        b"true" if bounded else b"false",
        msgspec.json.encode(following),
    )
    return Loaded(caller, seconds_left, "", body)


def _digest(*asked: object) -> str:
    """Return a search's part of the cache key; a hash, as words may be long and contain any character."""
    return sha256(msgspec.json.encode(asked)).hexdigest()[:32]


def _check_word_count(words: str) -> None:
    if len(WORD.findall(words)) > MOST_WORDS:
        raise Problem(422, f"A search has at most {MOST_WORDS} words.", field="q")


def _position(keys: CursorKeys, scope: str, cursor: str | None) -> Position:
    if cursor is None:
        return BEST
    position = cursors.verify(keys, scope, cursor)
    if position is None:
        raise Problem(422, "The cursor was not issued by this search.", field="cursor")
    return position


ROUTES = (
    Endpoint(
        method="GET",
        path="/api/search",
        serve=everything,
        summary="The best five projects, tasks, users and clients that match",
        tag="search",
        query=SearchAllQuery,
        response=AllHits,
        sends=("X-Cache",),
    ),
    Endpoint(
        method="GET",
        path="/api/search/projects",
        serve=_search("projects"),
        summary="Projects whose name or description matches, best first",
        tag="search",
        query=SearchQuery,
        response=ProjectHits,
        sends=("X-Cache",),
    ),
    Endpoint(
        method="GET",
        path="/api/search/tasks",
        serve=_search("tasks"),
        summary="Tasks whose title or description matches, best first",
        tag="search",
        query=SearchQuery,
        response=TaskHits,
        sends=("X-Cache",),
    ),
    Endpoint(
        method="GET",
        path="/api/search/users",
        serve=_search("users"),
        summary="Active users whose name or address matches, best first",
        tag="search",
        query=SearchQuery,
        response=UserHits,
        sends=("X-Cache",),
    ),
    Endpoint(
        method="GET",
        path="/api/search/clients",
        serve=_search("clients"),
        summary="Clients whose name or industry matches, best first",
        tag="search",
        query=SearchQuery,
        response=ClientHits,
        sends=("X-Cache",),
    ),
)
