"""
Deploy only what the sources changed since the last deploy: `python -m deploy.update INVENTORY FOLDER`.

Nothing changed: nothing is done. Only the app changed: a new release. Anything else: the whole deploy.
The server, which FOLDER/ssh_config leads to, says what it was made from; what somebody changed on it by
hand is for `make deploy`.
"""

import subprocess
import sys

from deploy import __main__ as deploy
from deploy.build import build_release
from deploy.operations.release import CURRENT
from deploy.sources import RECORD, config_hash


def main() -> None:
    """Exit as the deploy does, if one is needed."""
    inventory, folder = sys.argv[1:]
    asked = f"uname -m; basename $(readlink {CURRENT} || echo none); cat {RECORD} 2>/dev/null || echo none"
    answer = subprocess.run(
        ["ssh", "-F", f"{folder}/ssh_config", "server", asked], capture_output=True, text=True, check=False
    )
    if answer.returncode:
        sys.exit(f"The server of {inventory} cannot be asked what it was made from: {answer.stderr.strip()}")
    machine, release, sources = answer.stdout.split()
    if sources != config_hash():
        deploy.main(inventory, folder)
    elif release != build_release(machine).name:
        deploy.main(inventory, folder, "--only", "app")


if __name__ == "__main__":
    main()
