"""What is true of a cached thing: its key, the tags that make it old, how long and how large it may be."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from app.cache.value import FORMAT

APP = Path(__file__).parents[1]

EPOCH = "epoch"
"""The tag of every entry: renewed after an outage of Redis, in which writes may have passed it by."""

MARK_SECONDS = 60
"""How long a write's intent stands if its writer dies: longer than a write can wait (pool_timeout_s) and run
(the role's transaction_timeout)."""

TAG_SECONDS = 24 * 3600
"""How long an unused tag keeps its token: longer than any value below, or the value would die with it."""

KB = 1024
MINUTE = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """One cached thing: where it is kept, and the tags that make it old."""

    policy: "Policy"
    key: str
    tags: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Policy:
    """
    What is true of every entry of one kind; `{name}` in key and tags stands for what the reader gives.

    An entry older than `early_s` is made anew behind the answer that it still gives. One larger than
    `max_bytes` is not kept; one from `compress_from` bytes on is kept compressed. `made_by` are the files
    (globs) that make the payload: a release that changes one of them has keys of its own.
    """

    namespace: str
    key: str
    tags: tuple[str, ...]
    seconds: int
    early_s: int | None
    max_bytes: int
    compress_from: int | None
    made_by: tuple[str, ...]

    @cached_property
    def version(self) -> str:
        """Return what the payload's shape is known by: 8 hex digits of the files that make it."""
        texts = sorted(file.read_bytes() for glob in self.made_by for file in APP.glob(glob))
        if len(texts) < len(self.made_by):
            raise LookupError(f"{self.namespace}: no file in app matches one of {self.made_by}")
        return sha256(FORMAT + b"".join(texts)).hexdigest()[:8]

    def entry(self, **names: object) -> Entry:
        """Return the entry of these names."""
        key = f"{self.namespace}.{self.version}:{self.key.format_map(names)}"
        return Entry(self, key, (EPOCH, *(tag.format_map(names) for tag in self.tags)))


# A token may be revoked behind the app's back (psql): the relay makes that known within a second.
ACCESS = Policy(
    namespace="access",
    key="{token}",
    tags=("token:{token}",),
    seconds=5 * MINUTE,
    early_s=None,
    max_bytes=200,
    compress_from=None,
    made_by=("*/queries/caller.sql",),
)
# That something does not exist or may not be seen, per token: nobody must ask the database for it twice.
ABSENT = Policy(
    namespace="absent",
    key="{token}:{entry}",
    tags=("token:{token}", "{tag}"),
    seconds=30,
    early_s=None,
    max_bytes=1,
    compress_from=None,
    made_by=("*/queries/caller.sql",),
)
