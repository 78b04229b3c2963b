"""How relations are loaded: when somebody looks at them, or (LOADING=joined) with the rows."""

import os
from typing import Any

from sqlalchemy.orm import joinedload
from sqlalchemy.orm.interfaces import ORMOption

JOINED = os.environ.get("LOADING") == "joined"


def related(*relations: Any) -> list[ORMOption]:
    """Return the options of a query whose rows' relations will be needed."""
    return [joinedload(relation) for relation in relations] if JOINED else []
