"""`bantam-backup list`: the backups, and the moments that one can go back to."""

from datetime import datetime

from .commands import say
from .gaps import gaps
from .points import points
from .replaced import replaced
from .repository import backups
from .timelines import history


def list_backups() -> None:
    """A line for each backup and restore point, then what can be restored."""
    found = backups()
    if not found:
        say("There is no backup: run `make backup`.")
        return
    for backup in found:
        print(
            f"{backup.label:34} {backup.kind:13} {backup.ended:%Y-%m-%d %H:%M:%S} UTC"
            f" {backup.size / 1e6:9,.0f} MB {backup.stored / 1e6:9,.1f} MB stored"
        )
    for point in points():
        print(
            f"{point.name:34} restore point {datetime.fromisoformat(point.at):%Y-%m-%d %H:%M:%S} UTC"
            f" LSN {point.lsn}"
        )
    print(f"Any moment since {found[0].ended:%Y-%m-%d %H:%M:%S} UTC can be restored.")
    for gone in replaced(history()):
        begins, ends = datetime.fromisoformat(gone.begins), datetime.fromisoformat(gone.ends)
        print(
            f"Except from {begins:%Y-%m-%d %H:%M:%S} UTC until {ends:%Y-%m-%d %H:%M:%S} UTC: a restore has"
            " replaced that."
        )
    for gap in gaps(found):
        until = f"{gap.ends:%Y-%m-%d %H:%M:%S} UTC" if gap.ends else "the next backup"
        print(
            f"Except from {gap.begins:%Y-%m-%d %H:%M:%S} UTC until {until}: the repository was away, and"
            f" {gap.files} files of WAL are lost."
        )
