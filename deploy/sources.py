"""Which sources a server was deployed from, so that unchanged sources need no new deploy."""

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
    """Shortened SHA-256 of all sources that a server's configuration is built from."""
    digest = hashlib.sha256()
    for file in sorted(file for pattern in _MADE_FROM for file in Path().glob(pattern)):
        digest.update(f"{file}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


class RecordedSources(FactBase[str]):
    """The configuration hash that the server was deployed from; empty if from more than one."""

    default = str

    def command(self) -> str:
        """Prints nothing before the first deploy."""
        return f"cat {RECORD} 2>/dev/null || true"

    def process(self, output: list[str]) -> str:
        """The one line."""
        return "".join(output)


@operation()
def sources_recorded(sources: str, whole: bool) -> Generator[str]:
    """
    The server records which sources it was deployed from, unless it is more than one version.

    + sources: the configuration hash
    + whole: every component was deployed
    """
    recorded = host.get_fact(RecordedSources)
    if recorded == sources or not (whole or recorded):
        host.noop("the record of the sources is correct")
    elif whole:
        yield f"echo {sources} > {RECORD}"
    else:
        yield f"rm -f {RECORD}"
