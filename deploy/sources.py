"""Which sources a server was made from: whoever tests it again need not deploy what has not changed."""

import hashlib
from collections.abc import Generator
from pathlib import Path

from pyinfra import host
from pyinfra.api import FactBase, operation

RECORD = "/etc/bantam/sources"
_MADE_FROM = (
    "deploy/**/*.py",
    "templates/*/*",
    "app/agency/migrations/*.sql",
    "requirements/app.txt",
    "inventories/**/*.py",
)


def config_hash() -> str:
    """SHA-256, shortened, of everything in the sources that a server's configuration is made from."""
    digest = hashlib.sha256()
    for file in sorted(file for pattern in _MADE_FROM for file in Path().glob(pattern)):
        digest.update(f"{file}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


class RecordedSources(FactBase[str]):
    """The configuration's hash that the server was made from; empty if it is from more than one."""

    default = str

    def command(self) -> str:
        """Nothing before the first deploy."""
        return f"cat {RECORD} 2>/dev/null || true"

    def process(self, output: list[str]) -> str:
        """The one line."""
        return "".join(output)


@operation()
def sources_recorded(sources: str, whole: bool) -> Generator[str]:
    """
    The server says which sources it was made from, unless it is from more than one.

    + sources: the configuration's hash
    + whole: every component was deployed
    """
    recorded = host.get_fact(RecordedSources)
    if recorded == sources or not (whole or recorded):
        host.noop("the record of the sources is right")
    elif whole:
        yield f"echo {sources} > {RECORD}"
    else:
        yield f"rm -f {RECORD}"
