"""What a write has touched, as its statement told, and what is still to be acknowledged."""

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
    """Rows of cache_touches that one write's triggers made, heard of with the statement's answer."""

    in_doubt: bool = False
    """Whether the statement's connection was lost: it may be committed, now or later."""

    ids: list[int] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    def on_notice(self, notice: Diagnostic) -> None:
        """Remember what a notice says, if it is the triggers'."""
        if notice.message_primary == NOTICE and notice.message_detail is not None:
            touch = _touch.decode(notice.message_detail)
            self.ids.append(touch.id)
            self.tags.extend(touch.tags)
