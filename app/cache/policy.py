"""Cache policies: key, tags, TTL and maximum size of each kind of cached value."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Literal

from app.cache.value import FORMAT

APP = Path(__file__).parents[1]

EPOCH = "epoch"
"""The tag of every entry; renewed after an outage of Redis, during which writes could not renew tags."""

MARK_SECONDS = 60
"""How long a mark lasts if its writer dies: longer than a write can wait (pool_timeout_s) and run (the role's
transaction_timeout)."""

TAG_SECONDS = 24 * 3600
"""TTL of a tag's token; longer than that of any value, which would be invalid without it."""

KB = 1024
MINUTE = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """One cached value: its key, and the tags that invalidate it."""

    policy: "Policy"
    key: str
    tags: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Policy:
    """
    The rules for every entry of one kind; `{name}` in key and tags is replaced by the reader's value.

    An entry older than `early_s` is still served, and refreshed in the background. One larger than
    `max_bytes` is not stored; from `compress_from` bytes on it is compressed. `made_by` are the files (globs)
    behind the payload: a release that changes one of them uses different keys. What is not
    `outdated_by` age is what the database would say, for as long as it is valid.
    """

    namespace: str
    key: str
    tags: tuple[str, ...]
    seconds: int
    early_s: int | None
    max_bytes: int
    compress_from: int | None
    made_by: tuple[str, ...]
    outdated_by: Literal["changes", "changes and midnight", "age"] = "changes"

    @cached_property
    def version(self) -> str:
        """Return 8 hex digits of the hash of the files behind the payload."""
        texts = sorted(file.read_bytes() for glob in self.made_by for file in APP.glob(glob))
        if len(texts) < len(self.made_by):
            raise LookupError(f"{self.namespace}: no file in app matches one of {self.made_by}")
        return sha256(FORMAT + b"".join(texts)).hexdigest()[:8]

    def entry(self, **names: object) -> Entry:
        """Return the entry for these values."""
        key = f"{self.namespace}.{self.version}:{self.key.format_map(names)}"
        return Entry(self, key, (EPOCH, *(tag.format_map(names) for tag in self.tags)))


# A token may be revoked without the app (psql): the relay renews its tag within a second.
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
# "Not found", per token, so that repeated requests do not query the database.
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
