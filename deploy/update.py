"""
Deploy only what changed in the sources since the last deploy: `python -m deploy.update INVENTORY FOLDER`.

Nothing changed: nothing is done. Only the app changed: a new release. Anything else: the whole deploy.
The server in FOLDER/ssh_config has a record of its sources. To undo manual changes on the server, use
`make deploy`.
"""

import signal
import subprocess
import sys

from deploy import __main__ as deploy
from deploy.build import code_name
from deploy.operations.release import CURRENT
from deploy.sources import RECORD, config_hash


def main() -> None:
    """Exit with the deploy's exit code, if one is needed."""
    inventory, folder = sys.argv[1:]
    code = f"tail -n 1 {CURRENT}/complete 2>/dev/null || echo none"
    asked = f"uname -m; {code}; cat {RECORD} 2>/dev/null || echo none"
    answer = subprocess.run(
        ["ssh", "-F", f"{folder}/ssh_config", "server", asked], capture_output=True, text=True, check=False
    )
    if answer.returncode:
        sys.exit(
            f"Cannot read from the server of {inventory} what it was deployed from: {answer.stderr.strip()}"
        )
    machine, code, sources = (*answer.stdout.split(), "none", "none")[:3]
    if sources != config_hash():
        deploy.main(inventory, folder)
    elif code != code_name(machine):
        deploy.main(inventory, folder, "--only", "app")


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a traceback
    main()
