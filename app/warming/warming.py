"""The app requests the hottest reads itself, so that clients find them in the cache."""

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
    Request the most popular reads like any client would, and report progress; return whether it finished.

    Two run at a time, and each pauses after a fill for as long as the fill took, to leave room for clients.
    """
    health = services.cache.health
    await health.next_beat()
    reads = await hottest(services.database, HOTTEST)
    left = iter(reads)
    states: Counter[str] = Counter()
    started = said = time.monotonic()

    async def fill() -> None:
        nonlocal said
        while health.may_be_read and (each := next(left, None)) is not None:
            began = time.monotonic()
            state = await _state(app, each)
            states[state] += 1
            ended = time.monotonic()
            if ended - said > PROGRESS_S:
                said = ended
                say(f"warmed {states.total()} of {len(reads)}, {ended - started:.1f} s")
            if state != "hit":
                await asyncio.sleep(ended - began)

    await asyncio.gather(*(fill() for _ in range(AT_ONCE)))
    if not health.may_be_read:
        say(f"The cache is off or unavailable: warmed only {states.total()} of {len(reads)}.")
        return False
    if not reads:
        say("Nothing to warm: there are no popular reads of valid tokens.")
        return True
    say(
        f"warmed {states.total()} of {len(reads)}, {time.monotonic() - started:.1f} s:"
        f" {states['miss']} filled, {states['hit']} already cached, {states['refused']} no longer available"
    )
    return True


async def _state(app: ASGIApp, read: PopularRead) -> str:
    """Return the X-Cache header, `refused` if the resource is gone or not visible any more."""
    digest, (path, _, query) = read[0], read[1].partition("?")
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
    messages: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        # Like a real server, send nothing after the request: a streaming response waits here until it ends.
        return messages.pop() if messages else await asyncio.Future()

    async def send(message: Message) -> None:
        nonlocal state
        if message["type"] == "http.response.start":
            state = dict(message["headers"]).get(b"x-cache", b"refused").decode()

    await app(scope, receive, send)
    return state
