"""The tags that a write has touched, as reported by its statement's notices."""

from dataclasses import dataclass, field

import msgspec
from psycopg.errors import Diagnostic

NOTICE = "cache touched"


class Touch(msgspec.Struct):
    """A row of cache_touches."""

    id: int
    tags: list[str]


_touch = msgspec.json.Decoder(Touch)


@dataclass(slots=True)
class Touched:
    """Rows of cache_touches that one write's triggers inserted, reported with the statement's result."""

    in_doubt: bool = False
    """Whether the connection was lost: the statement may have committed, or still commit."""

    ids: list[int] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    def on_notice(self, notice: Diagnostic) -> None:
        """Record a notice, if it is from the triggers."""
        if notice.message_primary == NOTICE and notice.message_detail is not None:
            touch = _touch.decode(notice.message_detail)
            self.ids.append(touch.id)
            self.tags.extend(touch.tags)
