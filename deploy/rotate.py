"""
Replace the passwords and keys while the server serves: `python -m deploy.rotate INVENTORY FOLDER`.

First every service accepts the new secrets beside the former ones, then only the new ones. A run that was
cut off is continued by running it again.
"""

import sys

from deploy import __main__ as deploy

COMPONENTS = "postgresql,pgbouncer,redis,app"
STEPS = {
    "begin": "1 of 2: new secrets, the former ones still accepted",
    "finish": "2 of 2: the former secrets are refused",
}


def main() -> None:
    """Exit with the deploy's exit code."""
    inventory, folder = sys.argv[1:]
    for step, text in STEPS.items():
        print(text, file=sys.stderr, flush=True)
        deploy.main(inventory, folder, "--only", COMPONENTS, "--rotation", step)
    print(
        "The secrets are new: give inventories/secrets/ to everybody else who deploys, and to your backup.",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
