"""The objects that every route uses, created once per process."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import Request

from app.cache.cache import Cache
from app.cache.popularity import Popularity
from app.database.pool import Database
from app.http.large_pages import LargePages
from app.settings import CursorKeys, HttpSettings


@dataclass(frozen=True, slots=True)
class Services:
    """The database, the cache, the request limits, the cursor keys, and what the domain configures."""

    http: HttpSettings
    database: Database
    cache: Cache
    cursor_keys: CursorKeys
    constraints: Mapping[str, tuple[int, str, str]]
    admin_key: str
    large_pages: LargePages = field(default_factory=LargePages)
    popularity: Popularity = field(default_factory=Popularity)
    users_of_tokens: dict[bytes, int] = field(default_factory=dict)
    """The user of each token seen, by its digest; it never changes, as the app may not update that column.

    This only picks the cache keys to read; whether the token is still valid is checked every time.
    """


def services_of(request: Request) -> Services:
    """Return the services of the process that serves this request."""
    services: Services = request.app.state.services
    return services
