"""What the proofs of the cache share."""

from collections.abc import Iterator

import pytest

from tests.app.support.server import Server

# One caller of five is looked up for up to 50 ms: the snapshot is that much older than the response.
SLOW = """
CREATE OR REPLACE VIEW callers AS
SELECT c.* FROM ({definition}) AS c
CROSS JOIN LATERAL (SELECT pg_sleep((random() < 0.2)::integer * random() * 0.05 + 0 * c.user_id)) AS delayed
"""


@pytest.fixture
def slow_fills(server: Server) -> Iterator[None]:
    """Statements return late, with the rows from when they began."""
    definition = server.sql("SELECT pg_get_viewdef('callers')").rstrip(";")
    owner = "SET ROLE bantam_owner; "
    server.sql(owner + SLOW.format(definition=definition))
    yield
    server.sql(f"{owner}CREATE OR REPLACE VIEW callers AS {definition}")
