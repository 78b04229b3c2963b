"""`bantam-warm-cache`: fill the cache with the most requested reads, with the app's rights and secrets."""

import asyncio
import sys

from psycopg import OperationalError

from app.__main__ import opened
from app.application import application
from app.settings import SettingsError, load, load_secrets
from app.warming.warming import warm


async def _run() -> None:
    async with opened(load(), load_secrets()) as services:
        await warm(services, application(services), _say)


def _say(line: str) -> None:
    print(line, flush=True)


def main() -> int:
    """Warm once; a failed start prints one sentence and returns 1."""
    try:
        asyncio.run(_run())
    except (SettingsError, OperationalError) as error:
        print(str(error).strip().splitlines()[0], file=sys.stderr)
        return 1
    return 0
