"""`bantam-backup list`: the backups, and the moments that one can go back to."""

import sys

from .gaps import gaps
from .repository import backups


def list_backups() -> None:
    """A line for each backup, then since when any moment can be restored, and the gaps in that."""
    found = backups()
    if not found:
        print("There is no backup: run `make backup`.", file=sys.stderr)
        return
    for backup in found:
        print(
            f"{backup.label:34} {backup.kind:13} {backup.ended:%Y-%m-%d %H:%M:%S} UTC"
            f" {backup.size / 1e6:9,.0f} MB {backup.stored / 1e6:9,.1f} MB stored"
        )
    print(f"Any moment since {found[0].ended:%Y-%m-%d %H:%M:%S} UTC can be restored.")
    for gap in gaps(found):
        until = f"{gap.ends:%Y-%m-%d %H:%M:%S} UTC" if gap.ends else "the next backup"
        print(
            f"Except from {gap.begins:%Y-%m-%d %H:%M:%S} UTC until {until}: the repository was away, and"
            f" {gap.files} files of WAL are lost."
        )
