"""Records of servers, all below one directory."""

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.process import Process
from sandbox.progress import say

CHECKOUT = Path(__file__).resolve().parents[1]
HOME = Path("/var/lib/bantam-sandbox")
IMAGES = HOME / "images"
SERVERS = HOME / "servers"
SNAPSHOTS = HOME / "snapshots"
APT_ARCHIVES = HOME / "apt"
# State that a reboot of the host invalidates belongs in /run.
VOLATILE = Path("/run/bantam-sandbox")

NAME = re.compile(r"[a-z][a-z0-9-]{0,29}[a-z0-9]|[a-z]")


@dataclass
class Server:
    """
    One server as server.json has it; times are seconds since 1970.

    `pid` is 0 before the first boot, `snapshot` is empty for a server created from the bare image, `like` is
    empty or `hosted`, `checkout` is the directory of the sources that created it.
    """

    name: str
    address: str
    host_address: str
    netns: str
    ssh_key: str
    known_hosts: str
    ssh_user: str
    ram_mb: int
    vcpus: int
    pid: int
    pid_start: int
    created: float
    image: str
    ready: bool
    snapshot: str = ""
    ssh_port: int = 22
    like: str = ""
    checkout: str = ""

    @property
    def process(self) -> Process:
        """The process that is the server, dead or alive."""
        return Process(self.pid, self.pid_start)

    @property
    def state(self) -> str:
        """running: has been reached by ssh; starting: boots or its `up` was killed; stopped: no process."""
        if not (self.pid and self.process.alive()):
            return "stopped"
        return "running" if self.ready else "starting"


def check_name(name: str) -> None:
    """Refuse a name that cannot be a host name, a directory and a network namespace."""
    if not NAME.fullmatch(name):
        raise SandboxError(
            f"The server name {name!r} does not fit: use at most 31 of a-z, 0-9 and dashes, a letter first."
        )


def check_checkout(server: Server | None) -> None:
    """Refuse a server of another checkout, which has its secrets, unless ANY_CHECKOUT is set."""
    other = server.checkout if server else ""
    if other in {"", str(CHECKOUT)} or not Path(other).is_dir() or os.environ.get("ANY_CHECKOUT"):
        return
    raise SandboxError(
        f"The server {server.name if server else ''} was created from {other}: choose another name, or set"
        " ANY_CHECKOUT=1 to use it from here."
    )


def directory(name: str) -> Path:
    """Return the directory of one server."""
    return SERVERS / name


def load(name: str) -> Server | None:
    """Return the server's record, or None for none and for one from another version."""
    try:
        return Server(**json.loads((directory(name) / "server.json").read_text()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        return None


def save(server: Server) -> None:
    """Replace server.json."""
    write_json(directory(server.name) / "server.json", asdict(server))


def forget(name: str) -> None:
    """Remove the record of a server."""
    (directory(name) / "server.json").unlink(missing_ok=True)


def write_json(path: Path, value: object) -> None:
    """Replace a file: readers see the old or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(value, indent=2) + "\n")
    fresh.rename(path)


def all_servers() -> list[Server]:
    """Return every recorded server, by name."""
    found = (load(path.name) for path in sorted(SERVERS.glob("*")))
    return [server for server in found if server is not None]


@contextmanager
def exclusive() -> Iterator[None]:
    """Hold the lock on all servers; the kernel releases it whatever happens to us."""
    # The disks below belong to users of their servers, who must not be users of this host.
    HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
    HOME.chmod(0o700)
    descriptor = os.open(HOME / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another sandbox command to finish ...")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
