"""One deploy at a time: the server's lock, which ends with the connection of the run that holds it."""

import getpass
import os
import shlex
import socket
from datetime import UTC, datetime

from pyinfra import host
from pyinfra.api.exceptions import DeployError

FILE = "/run/bantam-deploy.lock"
HELD = "BANTAM_LOCK_HELD"
# The file says who holds it; the shell holds it until its input ends, which a lost connection also does.
_HOLD = 'exec 9>>"$1"; flock -n 9 || { cat "$1"; exit 1; }; echo "$2" > "$1"; echo held; cat'


# Open channels: one that nothing refers to is closed.
_held: list[object] = []


def operator() -> str:
    """Who runs this: "anna on laptop"."""
    return f"{getpass.getuser()} on {socket.gethostname()}"


def hold_command(file: str, what: str) -> str:
    """Shell: prints "held" and holds the lock while its input is open, or prints who holds it and fails."""
    holder = f"{operator()} has begun to {what} at {datetime.now(UTC):%H:%M} UTC"
    return shlex.join(["sh", "-c", _HOLD, "lock", file, holder])


def is_part_of_a_release() -> bool:
    """Whether a release has locked the server for all its steps, of which this run is one."""
    return HELD in os.environ


def lock_server(what: str) -> None:
    """The server is this run's until it ends; DeployError names who holds it. `what`: what the run does."""
    client = getattr(host.connector, "client", None)
    if client is None or is_part_of_a_release():
        return  # not a server behind ssh, or locked already
    channel = client.get_transport().open_session()
    channel.exec_command(f"$([ $(id -u) = 0 ] || echo sudo -n) {hold_command(FILE, what)}")
    answer = channel.makefile().readline().strip()
    if answer != "held":
        raise DeployError(f"{host.name}: {answer or 'the lock cannot be taken'}: wait for that run to end.")
    _held.append(channel)
