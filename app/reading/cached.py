"""A cached read: token and value from Redis with one MGET, otherwise from the database in one statement."""

import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple

from starlette.responses import Response

from app.cache.policy import ABSENT, ACCESS, Entry, Policy
from app.cache.store import Lookup
from app.database.queries import queries
from app.http.authentication import Caller, Token
from app.http.problems import not_found, unauthorized
from app.http.responses import CacheState, JsonBytes
from app.services import Services

NOTHING = b"-"


class Loaded(NamedTuple):
    """
    The row of a read: the caller, how long its token is valid, who may see the body, and the body.

    `body` is None if it does not exist or the caller may not see it. `audience` is empty if the body is for
    the caller only.
    """

    caller: str
    seconds_left: int
    audience: str | None
    body: bytes | None


Load = Callable[[], Awaitable[Loaded | None]]


class Reader(NamedTuple):
    """One read: `access` is the lookup of the token, `load` runs the statement."""

    services: Services
    token: Token
    access: Lookup
    load: Load
    absence: Lookup | None = None


async def shared(services: Services, token: Token, entry: Entry, load: Load) -> Response:
    """Respond with a value for many users, cached once together with the keys that open it."""
    store = services.cache.store
    access, value = await store.lookup(ACCESS.entry(token=token.name), entry)
    if value.cached is not None:
        return await _hit(Reader(services, token, access, load), value)
    absence = await _absence(services, token, entry, load)
    return await _miss(Reader(services, token, access, load, absence), value)


async def own(
    services: Services,
    token: Token,
    policy: Policy,
    load: Load,
    *,
    may_be_absent: bool = False,
    **names: object,
) -> Response:
    """Respond with a value for the caller only, cached under the user's id and `names`."""
    store = services.cache.store
    user = services.users_of_tokens.get(token.digest)
    if user is None:
        (access,) = await store.lookup(ACCESS.entry(token=token.name))
        user = (await _caller(Reader(services, token, access, load))).user
        services.users_of_tokens[token.digest] = user
    access, value = await store.lookup(ACCESS.entry(token=token.name), policy.entry(user=user, **names))
    reader = Reader(services, token, access, load)
    if value.cached is not None:
        return await _hit(reader, value)
    if may_be_absent:
        reader = reader._replace(absence=await _absence(services, token, value.entry, load))
    return await _miss(reader, value)


async def of_caller(
    services: Services, token: Token, entry: Callable[[Caller], Entry], load: Load
) -> Response:
    """Respond with a value for the caller only, whose cache key depends on the caller's key."""
    store = services.cache.store
    (access,) = await store.lookup(ACCESS.entry(token=token.name))
    reader = Reader(services, token, access, load)
    if access.cached is None:
        # The cache key is not known yet, and finding it would take a second statement.
        return await _fill(reader, Lookup(access.entry))
    (value,) = await store.lookup(entry(await _caller(reader)))
    return await (_miss(reader, value) if value.cached is None else _hit(reader, value))


async def _absence(services: Services, token: Token, entry: Entry, load: Load) -> Lookup:
    """Look up whether this token's "not found" is cached; Problem 404 if it is."""
    (absence,) = await services.cache.store.lookup(
        ABSENT.entry(token=token.name, entry=entry.key, tag=entry.tags[-1])
    )
    if absence.cached is not None:
        services.cache.inspector.served([absence], partial(_absent_again, load))
        raise not_found()
    return absence


async def _absent_again(load: Load) -> list[bytes | None]:
    loaded = await load()
    return [NOTHING if loaded is not None and _body(loaded) is None else None]


async def _served_again(reader: Reader) -> list[bytes | None]:
    """Return the token's access, and what the same caller gets; of another one, the value says nothing."""
    loaded = await reader.load()
    if loaded is None:
        return [None]
    access = loaded.caller.encode()
    is_same = reader.access.cached is None or reader.access.cached.payload == access
    return [access, _body(loaded)] if is_same else [access]


def _body(loaded: Loaded) -> bytes | None:
    """Return what is cached of the row, None if the caller may not see it."""
    if loaded.body is None or loaded.audience is None:
        return None
    return b"%b\n%b" % (loaded.audience.encode(), loaded.body)


async def _hit(reader: Reader, value: Lookup) -> Response:
    """Respond with a valid cached value; Problem 404 if the caller is not in its audience."""
    assert value.cached is not None  # noqa: S101  (for the type checker: every caller has checked)
    caller = await _caller(reader)
    audience, _, body = value.cached.payload.partition(b"\n")
    if audience and not caller.opens(audience.decode()):
        raise not_found()
    fill = partial(_fill, reader)
    if value.is_due:
        reader.services.cache.fills.in_background(value, fill)
    reader.services.cache.lately.served(value, fill)
    reader.services.cache.inspector.served([reader.access, value], partial(_served_again, reader))
    return JsonBytes(body, "hit")


async def _miss(reader: Reader, value: Lookup) -> Response:
    """Respond from the database, or with the value that another request has just filled."""
    cache = reader.services.cache
    fill = partial(_fill, reader)
    filled = await cache.fills.one(value, fill)
    if isinstance(filled, Lookup):
        return await _hit(reader, filled)
    cache.lately.served(value, fill)
    return filled


async def _caller(reader: Reader) -> Caller:
    """Return the caller, from the cached token or with a separate statement."""
    services, token, access, _, _ = reader
    if access.cached is not None:
        return Caller.decode(access.cached.payload.decode())
    queried_at = time.time()
    row = await services.database.fetch_row(queries.caller, token.digest)
    if row is None:
        raise unauthorized()
    record, seconds_left = row
    await services.cache.store.put(access, record.encode(), queried_at, at_most_s=seconds_left)
    return Caller.decode(record)


async def _fill(reader: Reader, value: Lookup) -> Response:
    """Respond from the database, and cache the token, the value or its absence."""
    services, _, access, load, absence = reader
    store = services.cache.store
    queried_at = time.time()
    loaded = await load()
    services.cache.statistics.filled(value.entry, time.time() - queried_at)
    if loaded is None:
        raise unauthorized()
    if access.cached is None:
        await store.put(access, loaded.caller.encode(), queried_at, at_most_s=loaded.seconds_left)
    body = _body(loaded)
    if body is None or loaded.body is None:
        if absence is not None:
            await store.put(absence, NOTHING, queried_at)
        raise not_found()
    await store.put(value, body, queried_at)
    state: CacheState = "miss" if services.cache.health.is_wanted else "off"
    return JsonBytes(loaded.body, state)
