"""Faults planted into the protocol on a deployed server: the oracle catches each of them."""

import secrets
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tests.app.cache.test_oracle_server import asked
from tests.app.support.proof import FULL
from tests.app.support.server import Server
from tests.app.support.warmth import stays_warm, until

pytestmark = [
    pytest.mark.server,
    pytest.mark.usefixtures("slow_fills"),
    pytest.mark.skipif(not FULL, reason="make cache-proof: each fault restarts the workers twice"),
]

READS = 20_000
# Only what stands exactly once can be replaced.
REPLACE = """
import pathlib, sys
[file] = pathlib.Path("/opt/bantam/current/lib").glob(f"python3*/site-packages/{sys.argv[1]}")
text = file.read_text()
assert text.count(sys.argv[2]) == 1, text.count(sys.argv[2])
file.write_text(text.replace(sys.argv[2], sys.argv[3]))
"""


@dataclass(frozen=True)
class Fault:
    """Right lines of a file, and what takes their place."""

    name: str
    file: str
    right: str
    wrong: str
    right_too: str = ""
    wrong_too: str = ""


FAULTS = [
    Fault(
        "the stamp is taken after the query",
        "app/cache/store.py",
        "        policy = found.entry.policy\n",
        "        (found,) = await self.peek(found.entry)\n        policy = found.entry.policy\n",
    ),
    Fault(
        "tags are renewed before the commit",
        "app/cache/store.py",
        "        await self._replace(tags, value.mark_token, MARK_SECONDS)\n",
        "        await self._replace(tags, value.fresh_token, TAG_SECONDS)\n",
        "if not touched.in_doubt and await",
        "if False and await",
    ),
    Fault(
        "validity is not checked",
        "app/cache/value.py",
        "    if value[HEADER_BYTES:start] != stamp:\n",
        "    if False:\n",
    ),
    Fault(
        "the relay renews nothing",
        "app/cache/keeper.py",
        "await self._store.renew(",
        "bool(",
    ),
    Fault(
        "a value depends on no tag but the epoch",
        "app/cache/policy.py",
        "(EPOCH, *(tag.format_map(names) for tag in self.tags))",
        "(EPOCH,)",
    ),
]


def replaced(server: Server, file: str, text: str, by: str) -> None:
    server.run(f"python3 -c {shlex.quote(REPLACE)} {file} {shlex.quote(text)} {shlex.quote(by)}")


def begin_anew(server: Server) -> None:
    """Nothing that other code has stored is served: there is a new epoch."""
    server.run("systemctl stop 'bantam-app@*'")
    server.redis("SET", "bantam:tag:epoch", f"={secrets.token_hex(8)}", "EX", "600")
    server.run("systemctl start bantam-app@1 bantam-app@2")
    until(lambda: stays_warm(server))


@contextmanager
def planted(server: Server, fault: Fault) -> Iterator[None]:
    pairs = [(fault.right, fault.wrong), *([(fault.right_too, fault.wrong_too)] if fault.right_too else [])]
    for right, wrong in pairs:
        replaced(server, fault.file, right, wrong)
    begin_anew(server)
    try:
        yield
    finally:
        for right, wrong in pairs:
            replaced(server, fault.file, wrong, right)
        begin_anew(server)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_oracle_catches_it(server: Server, fault: Fault) -> None:
    with planted(server, fault):
        found = asked(server, "--psql", reads=READS)

    assert found["stale"] + found["differences"] > 0
