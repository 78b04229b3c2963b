"""History: a sample of everything once a minute, kept in PostgreSQL for some days."""

from pyinfra.api import deploy
from pyinfra.operations import files, server

from deploy.operations.units import loaded, unit


@deploy("History")
def history(*, days: int) -> None:
    """A timer takes the samples, for which PostgreSQL's setup has a place; another writes the report."""
    # On some images useradd makes no group of the same name.
    server.group(name="Create its group", group="bantam_history", system=True)
    server.user(
        name="Create the history's user",
        user="bantam_history",
        group="bantam_history",
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
    files.put(
        name="Install the service that writes the report",
        src="templates/history/bantam-report.service",
        dest="/etc/systemd/system/bantam-report.service",
        mode="644",
    )
    for job in ("bantam-history", "bantam-report"):
        timer = f"/etc/systemd/system/{job}.timer"
        files.put(
            name=f"Install the timer {job}", src=f"templates/history/{job}.timer", dest=timer, mode="644"
        )
        loaded(name=f"Load {job}", unit=f"{job}.service")
        unit(name=f"Run the timer {job}", unit=f"{job}.timer", restart_after=(timer,))
