"""Alerts: each minute the newest sample of the history is judged, and whoever should know is told."""

import json

from pyinfra.api import deploy
from pyinfra.operations import apt, files, server

from deploy.operations.confidential import credential
from deploy.operations.programs import program, program_user
from deploy.operations.units import loaded, unit
from deploy.secrets import Secrets

CHANNELS = "/etc/bantam/credentials/alerts"
TIMER = "/etc/systemd/system/bantam-alerts.timer"


@deploy("Alerts")
def alerts(*, server_name: str, quiet_hours: tuple[int, int] | None, secrets: Secrets) -> None:
    """A timer judges the samples; the channels are a credential, since their URLs have passwords."""
    apt.packages(name="Install apprise, which knows the channels", packages=["apprise"], no_recommends=True)
    # The history's own component may come later.
    server.group(name="Create the group that may read the samples", group="bantam_history", system=True)
    program_user("alerts")
    program("alerts")
    known = {
        "server": server_name,
        "quiet_hours": quiet_hours,
        "heartbeat": secrets.alert_heartbeat,
        "sentry": secrets.sentry_dsn,
        "channels": {
            "critical": secrets.alert_critical.split(),
            "warning": secrets.alert_warning.split(),
            "report": secrets.alert_report.split(),
        },
    }
    credential(name="Write the secret alerts", path=CHANNELS, value=json.dumps(known))
    files.template(
        name="Install the service that judges a sample",
        src="templates/alerts/bantam-alerts.service.j2",
        dest="/etc/systemd/system/bantam-alerts.service",
        mode="644",
        reads_journal=bool(secrets.sentry_dsn),
    )
    files.put(name="Install its timer", src="templates/alerts/bantam-alerts.timer", dest=TIMER, mode="644")
    loaded(name="Load bantam-alerts", unit="bantam-alerts.service")
    unit(name="Run the timer bantam-alerts", unit="bantam-alerts.timer", restart_after=(TIMER,))
