"""The disposable server on this machine: `make up` starts it, NAME selects one of several."""

import json
import os
from pathlib import Path

from pyinfra.api.exceptions import InventoryError

_name = os.environ.get("NAME", "demo")
_state = Path("/var/lib/bantam-sandbox/servers") / _name / "server.json"
try:
    _server = json.loads(_state.read_text())
except FileNotFoundError:
    raise InventoryError(
        f"There is no sandbox named {_name}: start it with `make up NAME={_name}`."
    ) from None
except PermissionError:
    raise InventoryError("Sandboxes belong to root: run the same command as root.") from None

_checkout = _server.get("checkout", "")
_ours = _checkout in {"", str(Path(__file__).resolve().parents[1])} or not Path(_checkout).is_dir()
if not (_ours or os.environ.get("ANY_CHECKOUT")):
    raise InventoryError(
        f"The sandbox {_name} was created from {_checkout}: choose another NAME, or add ANY_CHECKOUT=1."
    )

sandbox = [
    (
        f"sandbox-{_name}",
        {
            "ssh_hostname": _server["address"],
            "ssh_user": _server["ssh_user"],
            "ssh_port": _server.get("ssh_port", 22),
            "ssh_key": _server["ssh_key"],
            "ssh_known_hosts_file": _server["known_hosts"],
            "ssh_strict_host_key_checking": "yes",
            "environment": f"sandbox-{_name}",
            "server_name": f"{_name}.sandbox.internal",
            "server_address": _server["address"],
            "admins": {"operator": Path(_server["ssh_key"] + ".pub").read_text().strip()},
        },
    )
]
