"""History: a sample of everything once a minute, kept in PostgreSQL for some days."""

from pyinfra.api import deploy
from pyinfra.operations import files

from deploy.operations.programs import program, program_user
from deploy.operations.units import loaded, unit


@deploy("History")
def history(*, days: int) -> None:
    """A timer takes the samples, for which PostgreSQL's setup has a place; another writes the reports."""
    program_user("history")
    program("history")
    program("report")
    files.template(
        name="Install the service that takes a sample",
        src="templates/history/bantam-history.service.j2",
        dest="/etc/systemd/system/bantam-history.service",
        mode="644",
        days=days,
    )
    files.put(
        name="Install the service that writes the reports",
        src="templates/report/bantam-report.service",
        dest="/etc/systemd/system/bantam-report.service",
        mode="644",
    )
    for name in ("history", "report"):
        job = f"bantam-{name}"
        timer = f"/etc/systemd/system/{job}.timer"
        files.put(
            name=f"Install the timer {job}", src=f"templates/{name}/{job}.timer", dest=timer, mode="644"
        )
        loaded(name=f"Load {job}", unit=f"{job}.service")
        unit(name=f"Run the timer {job}", unit=f"{job}.timer", restart_after=(timer,))
