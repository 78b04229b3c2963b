"""A read's way: token and value from the cache by one MGET, else from the database by one statement."""

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
    What one statement says: who calls, for how many seconds more, who may see the body, and the body.

    `body` is None when it does not exist or the caller may not see it. `audience` is empty for what is the
    caller's own.
    """

    caller: str
    seconds_left: int
    audience: str | None
    body: bytes | None


Load = Callable[[], Awaitable[Loaded | None]]


class Reader(NamedTuple):
    """Who reads what: `access` is what the cache knows of the token, `load` the statement that knows all."""

    services: Services
    token: Token
    access: Lookup
    load: Load
    absence: Lookup | None = None


async def shared(services: Services, token: Token, entry: Entry, load: Load) -> Response:
    """Answer with something that many see, cached once with the keys of those who may."""
    store = services.cache.store
    access, value = await store.read(ACCESS.entry(token=token.name), entry)
    if value.kept is not None:
        return await _hit(Reader(services, token, access, load), value)
    absence = await _absence(services, token, entry)
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
    """Answer with something that is the caller's alone, cached under the user's id and `names`."""
    store = services.cache.store
    user = services.users_of_tokens.get(token.digest)
    if user is None:
        (access,) = await store.read(ACCESS.entry(token=token.name))
        user = (await _caller(Reader(services, token, access, load))).user
        services.users_of_tokens[token.digest] = user
    access, value = await store.read(ACCESS.entry(token=token.name), policy.entry(user=user, **names))
    reader = Reader(services, token, access, load)
    if value.kept is not None:
        return await _hit(reader, value)
    if may_be_absent:
        reader = reader._replace(absence=await _absence(services, token, value.entry))
    return await _miss(reader, value)


async def of_caller(
    services: Services, token: Token, entry: Callable[[Caller], Entry], load: Load
) -> Response:
    """Answer with something that is the caller's alone, cached under what only the caller's entry tells."""
    store = services.cache.store
    (access,) = await store.read(ACCESS.entry(token=token.name))
    reader = Reader(services, token, access, load)
    if access.kept is None:
        # Where to keep it is not known yet, and asking would be a second statement.
        return await _fill(reader, Lookup(access.entry))
    (value,) = await store.read(entry(await _caller(reader)))
    return await (_miss(reader, value) if value.kept is None else _hit(reader, value))


async def _absence(services: Services, token: Token, entry: Entry) -> Lookup:
    """Return where to keep that this token finds nothing there; Problem 404 if that is known already."""
    (absence,) = await services.cache.store.read(
        ABSENT.entry(token=token.name, entry=entry.key, tag=entry.tags[-1])
    )
    if absence.kept is not None:
        raise not_found()
    return absence


async def _hit(reader: Reader, value: Lookup) -> Response:
    """Answer with a value that may be believed, to those whom it is for."""
    assert value.kept is not None  # noqa: S101  (for the type checker: whoever calls has looked)
    caller = await _caller(reader)
    audience, _, body = value.kept.payload.partition(b"\n")
    if audience and not caller.opens(audience.decode()):
        raise not_found()
    fill = partial(_fill, reader)
    if value.is_due:
        reader.services.cache.fills.behind(value, fill)
    reader.services.cache.lately.looked(value, fill)
    return JsonBytes(body, "hit")


async def _miss(reader: Reader, value: Lookup) -> Response:
    """Answer with what the database says, or with what it has just told somebody else."""
    cache = reader.services.cache
    fill = partial(_fill, reader)
    made = await cache.fills.one(value, fill)
    if isinstance(made, Lookup):
        return await _hit(reader, made)
    cache.lately.looked(value, fill)
    return made


async def _caller(reader: Reader) -> Caller:
    """Return who calls, from the token's entry or else by a statement of its own."""
    services, token, access, _, _ = reader
    if access.kept is not None:
        return Caller.decode(access.kept.payload.decode())
    asked_at = time.time()
    row = await services.database.read(queries.caller, token.digest)
    if row is None:
        raise unauthorized()
    record, seconds_left = row
    await services.cache.store.keep(access, record.encode(), asked_at, at_most_s=seconds_left)
    return Caller.decode(record)


async def _fill(reader: Reader, value: Lookup) -> Response:
    """Answer with what the database says, and keep what the cache did not have."""
    services, _, access, load, absence = reader
    store = services.cache.store
    asked_at = time.time()
    loaded = await load()
    services.cache.statistics.filled(value.entry, time.time() - asked_at)
    if loaded is None:
        raise unauthorized()
    if access.kept is None:
        await store.keep(access, loaded.caller.encode(), asked_at, at_most_s=loaded.seconds_left)
    if loaded.body is None or loaded.audience is None:
        if absence is not None:
            await store.keep(absence, NOTHING, asked_at)
        raise not_found()
    await store.keep(value, b"%b\n%b" % (loaded.audience.encode(), loaded.body), asked_at)
    state: CacheState = "miss" if services.cache.health.is_wanted else "off"
    return JsonBytes(loaded.body, state)
