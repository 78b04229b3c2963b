"""The hottest reads are asked again by the app itself, so that clients find their answers in the cache."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Scope

from app.cache.popularity import PopularRead, hottest
from app.http.authentication import OWN, Token
from app.services import Services

HOTTEST = 1_000
AT_ONCE = 2
PROGRESS_S = 1.0

Say = Callable[[str], None]


async def warm(services: Services, app: ASGIApp, say: Say) -> bool:
    """
    Read what is asked for most by the way of every read; return whether the cache has it. Say how far it is.

    Two go on at a time, and each rests after a fill for as long as it took: clients have the rest.
    """
    health = services.cache.health
    await health.next_beat()
    asked = await hottest(services.database, HOTTEST)
    left = iter(asked)
    came: Counter[str] = Counter()
    started = said = time.monotonic()

    async def fill() -> None:
        nonlocal said
        while health.may_be_read and (each := next(left, None)) is not None:
            began = time.monotonic()
            state = await _state(app, each)
            came[state] += 1
            ended = time.monotonic()
            if ended - said > PROGRESS_S:
                said = ended
                say(f"warmed {came.total()} of {len(asked)}, {ended - started:.1f} s")
            if state != "hit":
                await asyncio.sleep(ended - began)

    await asyncio.gather(*(fill() for _ in range(AT_ONCE)))
    if not health.may_be_read:
        say(f"The cache is off or away: warmed no more than {came.total()} of {len(asked)}.")
        return False
    if not asked:
        say("Nothing to warm: no read of a token that is still good is remembered.")
        return True
    say(
        f"warmed {came.total()} of {len(asked)}, {time.monotonic() - started:.1f} s:"
        f" {came['miss']} filled, {came['hit']} were there, {came['refused']} are not to be had"
    )
    return True


async def _state(app: ASGIApp, asked: PopularRead) -> str:
    """Return what X-Cache says, `refused` for what is no longer there or allowed."""
    digest, (path, _, query) = asked[0], asked[1].partition("?")
    scope: Scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "query_string": query.encode("latin-1"),
        "root_path": "",
        "headers": [],
        "client": None,
        "server": None,
        OWN: Token(digest, digest.hex()),
    }
    state = "refused"
    asks: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        # A server, too, has nothing more to say after the request: whoever streams waits here for its end.
        return asks.pop() if asks else await asyncio.Future()

    async def send(message: Message) -> None:
        nonlocal state
        if message["type"] == "http.response.start":
            state = dict(message["headers"]).get(b"x-cache", b"refused").decode()

    await app(scope, receive, send)
    return state
