"""The most requested reads: counted by every worker, added up in the database, where they survive Redis."""

from app.database.pool import Database
from app.database.queries import queries

PopularRead = tuple[bytes, str]
"""The SHA-256 of a token, and a path with its query string."""

COUNTED = 2_000
"""Different reads that a worker counts between two flushes to the database; the hot ones come early."""

LONGEST_PATH = 300
REMEMBERED = 5_000


class Popularity:
    """A worker's counts of cacheable reads since the last flush."""

    def __init__(self) -> None:
        self._counts: dict[PopularRead, int] = {}

    def count(self, digest: bytes, path: str) -> None:
        """Count one served read."""
        read = (digest, path)
        if read in self._counts:
            self._counts[read] += 1
        elif len(self._counts) < COUNTED and len(path) <= LONGEST_PATH:
            self._counts[read] = 1

    async def remember(self, database: Database) -> None:
        """Add the counts to those in the database and start over; delete all but the most popular there."""
        counts, self._counts = self._counts, {}
        if counts:
            hashes, paths = [digest for digest, _ in counts], [path for _, path in counts]
            await database.write(queries.remember_popularity, hashes, paths, list(counts.values()))
        await database.write(queries.forget_popularity, REMEMBERED)


async def hottest(database: Database, most: int) -> list[PopularRead]:
    """Return the most requested reads of valid tokens, the hottest first."""
    row = await database.fetch_row_alone(queries.popular, most)
    return [] if row is None or row[0] is None else list(zip(*row, strict=True))
