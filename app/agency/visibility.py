"""Who sees which project, as SQL for lists and searches: `queries/visibility`."""

from pathlib import Path

from app.database.queries import HEADER
from app.reading.list_sql import Visibility

FOLDER = Path(__file__).parent / "queries" / "visibility"


def _read(name: str) -> str:
    text = HEADER.sub("", (FOLDER / f"{name}.sql").read_text("utf-8"), count=1)
    return "\n".join(line for line in text.splitlines() if not line.startswith("--")).strip()


SEEN = _read("seen")
VISIBILITY = Visibility(
    sees=_read("sees"),
    audience=_read("audience"),
    rows=_read("rows").replace("$seen", SEEN),
    count=_read("count").replace("$seen", SEEN),
    everything="caller.role = 'admin'",
)
