"""The versions in the app's responses of the rows that the oracle writes."""

import json
from dataclasses import dataclass, field

Row = tuple[str, int]
"""The table and the id of a row."""


@dataclass
class Sight:
    """Versions of rows in responses; where only a title is shown, the version written with it."""

    titles: dict[str, int] = field(default_factory=dict)

    def of(self, body: bytes) -> dict[Row, int | None]:
        """Return the version of each row in a page, a project or a dashboard; None for unknown titles."""
        answer = json.loads(body)
        if "items" in answer:
            return {("tasks", item["id"]): item["version"] for item in answer["items"]}
        if "version" in answer:
            return {("projects", answer["id"]): answer["version"]}
        tasks = answer["overdue"] + answer["due"]
        return {("tasks", task["id"]): self.titles.get(task["title"]) for task in tasks}
