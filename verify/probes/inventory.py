"""The inventory's one server, as the deploy sees it.

Importing pyinfra's command line patches sockets and threads of the whole process, so a separate
process reads the inventory: `python -m verify.probes.inventory INVENTORY FOLDER`.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class InventoryError(Exception):
    """The message says in one sentence why, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """One server: its name, every setting the inventory has for it, and how ssh reaches it."""

    name: str
    settings: dict[str, Any]
    ssh_config: Path


def read_target(inventory: str, folder: Path) -> Target:
    """The inventory's server; `folder` receives the ssh_config, in which it is called `server`."""
    done = subprocess.run(
        [sys.executable, "-m", "verify.probes.inventory", inventory, str(folder)],
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYINFRA_PROGRESS": "off"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise InventoryError((done.stderr.strip().splitlines() or ["no message"])[-1])
    name, settings = json.loads(done.stdout.splitlines()[-1])
    return Target(name=name, settings=settings, ssh_config=folder / "ssh_config")


def _main() -> None:
    from inventories.target import TargetError, read_host, write_ssh_config  # noqa: PLC0415  see above

    inventory, folder = sys.argv[1:]
    try:
        name, settings = read_host(inventory)
    except TargetError as error:
        sys.exit(str(error))
    write_ssh_config(Path(folder), name, settings)
    # Those for pyinfra's own connection are objects of paramiko, and ssh has no use for them.
    settings.pop("ssh_paramiko_connect_kwargs", None)
    print(json.dumps([name, settings]))


if __name__ == "__main__":
    _main()
