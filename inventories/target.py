"""Where an inventory's server is, for tools other than pyinfra: ssh, testinfra, Locust.

`python -m inventories.target INVENTORY FOLDER` writes FOLDER/ssh_config (`ssh -F FOLDER/ssh_config
server` logs in) and FOLDER/target.json (the address to load-test, the CA to trust, where the keys are).
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from pyinfra.api import State
from pyinfra.api.exceptions import PyinfraError
from pyinfra.context import ctx_state
from pyinfra_cli.inventory import make_inventory

# Options that say where a host is and who we are there.
_OF_THE_HOST = {
    "hostname",
    "user",
    "port",
    "identityfile",
    "identitiesonly",
    "identityagent",
    "certificatefile",
    "userknownhostsfile",
    "hostkeyalias",
    "proxyjump",
    "proxycommand",
}


class TargetError(Exception):
    """The inventory does not name exactly one server; the message says why."""


def read_host(inventory: str) -> tuple[str, dict[str, Any]]:
    """The name and the data of the inventory's one host, as pyinfra resolves them."""
    if not Path(inventory).is_file():
        raise TargetError(
            f"There is no inventory {inventory}; inventories/ has sandbox, staging, production."
        )
    ctx_state.set(State())  # pyinfra loads inventory files into its current state
    try:
        hosts = list(make_inventory(inventory, cwd=str(Path.cwd())))
    except PyinfraError as error:
        raise TargetError(str(error)) from None
    if len(hosts) != 1:
        raise TargetError(f"{inventory} names {len(hosts)} hosts; this needs exactly one.")
    return hosts[0].name, hosts[0].data.dict()


def write_ssh_config(folder: Path, name: str, data: dict[str, Any]) -> Path:
    """
    FOLDER/ssh_config, where the host is called `server`.

    As for pyinfra, the inventory comes first, then what the user's own ssh configuration says of the host,
    which may be an alias there. The whole of it follows, for a jump host that may be an alias too.
    """
    own = Path(data.get("ssh_config_file", "~/.ssh/config")).expanduser()
    lines: list[tuple[str, object]] = [
        ("User", data.get("ssh_user")),
        ("Port", data.get("ssh_port")),
        ("IdentityFile", data.get("ssh_key")),
        ("UserKnownHostsFile", data.get("ssh_known_hosts_file")),
        ("IdentitiesOnly", "yes" if "ssh_key" in data else None),
        ("StrictHostKeyChecking", data.get("ssh_strict_host_key_checking", "accept-new")),
        ("ConnectTimeout", 10),
        ("ServerAliveInterval", 15),
        ("BatchMode", "yes"),
        ("LogLevel", "ERROR"),
        *_resolved(data.get("ssh_hostname", name), own),
    ]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "ssh_config"
    options = "".join(f"    {key} {value}\n" for key, value in lines if value is not None)
    path.write_text(f"Host server\n{options}Match all\n    Include {own}\n")
    return path


def _resolved(hostname: str, config: Path) -> list[tuple[str, object]]:
    """What ssh makes of the host name by this configuration: address, user, keys, the way there."""
    if not config.is_file():
        return [("HostName", hostname)]
    done = subprocess.run(
        ["ssh", "-G", "-F", str(config), hostname], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise TargetError(f"ssh does not understand {config}: {done.stderr.strip()}")
    pairs = (line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)
    return [(key, value) for key, value in pairs if key in _OF_THE_HOST]


def write_target(folder: Path, name: str, data: dict[str, Any]) -> None:
    """FOLDER/target.json for the load test."""
    if folder.name != data["environment"]:
        raise TargetError(f"{name}: set `environment` to {folder.name}, the name of its inventory.")
    ssh_config = write_ssh_config(folder, name, data)
    local_ca = data["tls_issuer"] == "local"
    target = {
        "url": f"https://{_as_host(data['server_address'] or data['server_name'])}",
        "ca": str(folder / "ca.crt") if local_ca else None,
        "seed_token_key_file": str(_write_seed_token_key(folder, data["environment"])),
        "ssh": ["ssh", "-F", str(ssh_config), "server"],
        "kind": data["environment"].partition("-")[0],
        "proven_on": data.get("proven_on"),
    }
    (folder / "target.json").write_text(json.dumps(target, indent=2) + "\n")


def _as_host(name: str) -> str:
    """An IPv6 address needs brackets in a URL (RFC 3986)."""
    return f"[{name}]" if ":" in name else name


def _write_seed_token_key(folder: Path, environment: str) -> Path:
    """FOLDER/seed_token_key, readable by the owner only: the seeded users' tokens are derived from it."""
    secrets_file = Path(f"inventories/secrets/{environment}.yml")
    if not secrets_file.exists():
        raise TargetError(f"{secrets_file} is missing: deploy first, which generates the secrets.")
    path = folder / "seed_token_key"
    path.touch(mode=0o600)
    path.write_text(yaml.safe_load(secrets_file.read_text())["seed_token_key"])
    return path


def main() -> None:
    """Write both files; exit 1 with one sentence if the inventory cannot be used."""
    os.environ.setdefault("PYINFRA_PROGRESS", "off")
    inventory, folder = sys.argv[1:]
    try:
        write_target(Path(folder), *read_host(inventory))
    except TargetError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a traceback
    main()
