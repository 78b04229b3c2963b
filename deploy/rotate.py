"""
Replace the passwords and keys while the server serves: `python -m deploy.rotate INVENTORY FOLDER`.

First every service accepts the new secrets beside the former ones, then only the new ones. A run that was
cut off is continued by running it again: the file has both until everything has succeeded.
"""

import sys
from pathlib import Path

from deploy import __main__ as deploy
from deploy.secrets import end_rotation

COMPONENTS = "postgresql,redis,app"


def main() -> None:
    """Exit with the deploy's exit code."""
    inventory, folder = sys.argv[1:]
    deploy.main(inventory, folder, "--only", COMPONENTS, "--rotation", "begin")
    print("The server accepts the new secrets; now the former ones end.", file=sys.stderr, flush=True)
    deploy.main(inventory, folder, "--only", COMPONENTS, "--rotation", "finish")
    end_rotation(Path(folder).name)
    print(
        "The secrets are new: give inventories/secrets/ to everybody else who deploys, and to your backup.",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
