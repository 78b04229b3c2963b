"""A read's way: token and value from the cache by one MGET, else from the database by one statement."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from starlette.responses import Response

from app.access import Caller, Token
from app.answers import CacheState, JsonBytes
from app.cache import Found
from app.cache_policy import ACCESS, Entry, Policy
from app.problems import not_found, unauthorized
from app.queries import queries
from app.services import Services


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


async def shared(services: Services, token: Token, entry: Entry, load: Load) -> Response:
    """Answer with something that many see, cached once with the keys of those who may."""
    access, value = await services.cache.read(ACCESS.entry(token=token.name), entry)
    if value.payload is None:
        return await _fill(services, access, value, await load())
    caller = await _caller(services, token, access)
    audience, _, body = value.payload.partition(b"\n")
    if not caller.opens(audience.decode()):
        raise not_found()
    return JsonBytes(body, "hit")


async def own(services: Services, token: Token, policy: Policy, load: Load) -> Response:
    """Answer with something that is the caller's alone, cached under the user's id."""
    user = services.users_of_tokens.get(token.digest)
    if user is None:
        (access,) = await services.cache.read(ACCESS.entry(token=token.name))
        user = (await _caller(services, token, access)).user
        services.users_of_tokens[token.digest] = user
    access, value = await services.cache.read(ACCESS.entry(token=token.name), policy.entry(user=user))
    if value.payload is None:
        return await _fill(services, access, value, await load())
    await _caller(services, token, access)
    _, _, body = value.payload.partition(b"\n")
    return JsonBytes(body, "hit")


async def of_caller(
    services: Services, token: Token, entry: Callable[[Caller], Entry], load: Load
) -> Response:
    """Answer with something that is the caller's alone, cached under what only the caller's entry tells."""
    (access,) = await services.cache.read(ACCESS.entry(token=token.name))
    if access.payload is None:
        # Where to keep it is not known yet, and asking would be a second statement.
        return await _fill(services, access, Found(access.entry), await load())
    caller = await _caller(services, token, access)
    (value,) = await services.cache.read(entry(caller))
    if value.payload is None:
        return await _fill(services, access, value, await load())
    _, _, body = value.payload.partition(b"\n")
    return JsonBytes(body, "hit")


async def _caller(services: Services, token: Token, access: Found) -> Caller:
    """Return who calls, from the token's entry or else by a statement of its own."""
    if access.payload is not None:
        return Caller.decode(access.payload.decode())
    row = await services.database.read(queries.caller, token.digest)
    if row is None:
        raise unauthorized()
    record, seconds_left = row
    await services.cache.store(access, record.encode(), at_most_s=seconds_left)
    return Caller.decode(record)


async def _fill(services: Services, access: Found, value: Found, loaded: Loaded | None) -> Response:
    """Answer with what the database said, and keep what the cache did not have."""
    if loaded is None:
        raise unauthorized()
    if access.payload is None:
        await services.cache.store(access, loaded.caller.encode(), at_most_s=loaded.seconds_left)
    if loaded.body is None or loaded.audience is None:
        raise not_found()
    await services.cache.store(value, b"%b\n%b" % (loaded.audience.encode(), loaded.body))
    state: CacheState = "miss" if services.cache.enabled else "off"
    return JsonBytes(loaded.body, state)
