"""Run `python3 -m sandbox up|down|ssh|snapshot|forget|status`."""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import NoReturn

from sandbox import host, servers, snapshots, ssh, state
from sandbox.errors import SandboxError
from sandbox.snapshots import Snapshot
from sandbox.state import Server


def main() -> int:
    """Return the exit code: 0 on success, 1 with one sentence on stderr otherwise."""
    try:
        wish = arguments().parse_args()
        return int(wish.command(wish) or 0)
    except SandboxError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The sandbox cannot continue: {error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted: run the same command again to continue, or `down` to clean up.", file=sys.stderr)
        return 130


class Parser(argparse.ArgumentParser):
    """Reports errors in one sentence, like every other command."""

    def error(self, message: str) -> NoReturn:
        """Raise SandboxError."""
        raise SandboxError(f"{self.prog}: {message}.")


def arguments() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = Parser(prog="sandbox", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="up|down|ssh|snapshot|forget|status")

    up = commands.add_parser("up", help="start a server, new or with its old disk")
    up.add_argument("--name", default="demo", help="the server's name [demo]")
    up.add_argument("--ram", type=int, metavar="MB", help="its memory [2048, or the snapshot's]")
    up.add_argument("--from", dest="snapshot", default="", metavar="IMAGE", help="start from this snapshot")
    up.add_argument(
        "--like", default="", choices=["hosted"], help="not bare, but as a provider hands it over"
    )
    up.set_defaults(command=do_up)

    down = commands.add_parser("down", help="remove a server and its disk")
    which = down.add_mutually_exclusive_group()
    which.add_argument("--name", default="demo", help="the server's name [demo]")
    which.add_argument("--all", action="store_true", help="every server")
    down.set_defaults(command=do_down)

    shell = commands.add_parser("ssh", help="a shell on the server, or `ssh -- command`")
    shell.add_argument("--name", default="demo", help="the server's name [demo]")
    shell.add_argument("remote", nargs="*", metavar="-- command", help="what to run instead of a shell")
    shell.set_defaults(command=do_ssh)

    snapshot = commands.add_parser("snapshot", help="save a server's disk, to start others from it")
    snapshot.add_argument("--name", default="demo", help="the server's name [demo]")
    snapshot.add_argument("--image", required=True, help="the snapshot's name")
    snapshot.set_defaults(command=do_snapshot)

    forget = commands.add_parser("forget", help="remove a snapshot")
    forget.add_argument("--image", required=True, help="the snapshot's name")
    forget.set_defaults(command=do_forget)

    status = commands.add_parser("status", help="list servers and snapshots")
    status.add_argument("--json", action="store_true", help="for programs")
    status.set_defaults(command=do_status)
    return parser


def do_up(wish: argparse.Namespace) -> None:
    """Print the address of the running server."""
    print(servers.up(wish.name, wish.ram, wish.snapshot, wish.like).address)


def do_down(wish: argparse.Namespace) -> None:
    """Print what was removed."""
    if wish.all:
        names = servers.down_all()
        print(f"removed {', '.join(names)}" if names else "there was no server")
    else:
        print(f"removed {wish.name}" if servers.down(wish.name) else f"there was no server {wish.name}")


def do_ssh(wish: argparse.Namespace) -> None:
    """Replace this process with ssh."""
    state.check_name(wish.name)
    host.require_root()
    server = state.load(wish.name)
    state.check_checkout(server)
    if server is None or server.state == "stopped":
        raise SandboxError(
            f"No server {wish.name} is running: start it with `python3 -m sandbox up --name {wish.name}`."
        )
    line = ssh.command(server, *wish.remote)
    os.execvp(line[0], line)  # noqa: S606 - signals and the terminal belong to ssh alone


def do_snapshot(wish: argparse.Namespace) -> None:
    """Save the server's disk."""
    servers.take_snapshot(wish.name, wish.image)


def do_forget(wish: argparse.Namespace) -> None:
    """Print what was removed."""
    state.check_name(wish.image)
    host.require_root()
    with state.exclusive():
        found = snapshots.forget(wish.image)
    print(f"removed the snapshot {wish.image}" if found else f"there was no snapshot {wish.image}")


def do_status(wish: argparse.Namespace) -> None:
    """Print a table, or a JSON list of the records with their state."""
    found = state.all_servers()
    if wish.json:
        print(json.dumps([asdict(server) | {"state": server.state} for server in found], indent=2))
    elif found:
        print_table([("NAME", "STATE", "ADDRESS", "RAM", "SINCE", "SSH"), *map(row, found)])
    else:
        print("there is no server")
    kept = snapshots.all_snapshots()
    if kept and not wish.json:
        print_table([("SNAPSHOT", "OF", "RAM", "SINCE"), *map(snapshot_row, kept)])


def row(server: Server) -> tuple[str, ...]:
    """Return the cells of one server; `since` is its local creation time."""
    since = local_time(server.created)
    line = f"python3 -m sandbox ssh --name {server.name}"
    return server.name, server.state, server.address, f"{server.ram_mb} MB", since, line


def snapshot_row(snapshot: Snapshot) -> tuple[str, ...]:
    """Return the cells of one snapshot."""
    return snapshot.name, snapshot.server, f"{snapshot.ram_mb} MB", local_time(snapshot.created)


def local_time(seconds: float) -> str:
    """Return the local time of a moment in seconds since 1970."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def print_table(rows: Sequence[tuple[str, ...]]) -> None:
    """Print rows in aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for cells in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip())


if __name__ == "__main__":
    sys.exit(main())
