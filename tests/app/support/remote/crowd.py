"""More commands at once than a worker has connections to Redis; prints how many went unanswered."""

import asyncio
import os

from app.__main__ import opened
from app.cache.cache import CONNECTIONS
from app.settings import load, load_secrets


async def main() -> None:
    os.environ |= {
        "BANTAM_CONFIG": "/opt/bantam/current/app.toml",
        "CREDENTIALS_DIRECTORY": "/etc/bantam/credentials",
    }
    async with opened(load(), load_secrets()) as services:
        renewed = await asyncio.gather(
            *(services.cache.store.renew([f"crowd:{each}"]) for each in range(CONNECTIONS + 50))
        )
    print(renewed.count(False))


if __name__ == "__main__":
    asyncio.run(main())
