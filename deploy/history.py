"""History: a sample of everything once a minute, kept in PostgreSQL for some days."""

from pyinfra.api import deploy
from pyinfra.operations import files, server

from deploy.operations.units import loaded, unit

TIMER = "/etc/systemd/system/bantam-history.timer"


@deploy("History")
def history(*, days: int) -> None:
    """A timer takes the samples; PostgreSQL's setup has made the place for them."""
    server.user(
        name="Create the history's user",
        user="bantam_history",
        system=True,
        home="/nonexistent",
        shell="/usr/sbin/nologin",
        ensure_home=False,
    )
    files.sync(
        name="Install bantam-history",
        src="deploy/remote/bantam_history",
        dest="/usr/local/lib/bantam_history",
        exclude_dir=["__pycache__"],
        delete=True,
        mode="644",
        dir_mode="755",
    )
    files.put(
        name="Install its command",
        src="templates/history/bantam-history",
        dest="/usr/local/sbin/bantam-history",
        mode="755",
    )
    files.template(
        name="Install the service that takes a sample",
        src="templates/history/bantam-history.service.j2",
        dest="/etc/systemd/system/bantam-history.service",
        mode="644",
        days=days,
    )
    files.put(name="Install its timer", src="templates/history/bantam-history.timer", dest=TIMER, mode="644")
    loaded(name="Load bantam-history", unit="bantam-history.service")
    unit(name="Run the timer bantam-history", unit="bantam-history.timer", restart_after=(TIMER,))
