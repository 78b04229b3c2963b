"""The app: a release directory, its migrations, and workers that share one systemd socket."""

from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, Template
from pyinfra.api import deploy
from pyinfra.operations import apt, files, server

from deploy.build import Release
from deploy.contradictions import APP_POOL_TIMEOUT_S
from deploy.operations.confidential import credential
from deploy.operations.migrations import migrated
from deploy.operations.release import CURRENT, FOLDER, SWITCH, installed, old_releases_removed, switched
from deploy.operations.units import loaded, unit
from deploy.operations.workers import surplus_workers_stopped
from deploy.secrets import Secrets
from deploy.sizing import Sizes

CONFIGURATION = "/etc/bantam/app.toml"
CREDENTIALS = "/etc/bantam/credentials"
SERVICE = "/etc/systemd/system/bantam-app@.service"
SOCKET = "/etc/systemd/system/bantam-app.socket"
WARM = "/etc/systemd/system/bantam-warm.service"
REPORTS = "/var/lib/bantam/reports"
# Timer jobs: the unit's name, its command, its description.
JOBS = (
    ("bantam-reports", "bantam-refresh-reports", "refresh the reports"),
    ("bantam-report-files", "bantam-report-files", "write last month's reports as files"),
)


# Values of worker.service.j2: what serves, and a release that must become ready before it is current.
WORKER: dict[str, Any] = {
    "role": "worker %i",
    "worker": "%i",
    "socket": "bantam-app.socket",
    "link": "current",
    "statistics": "bantam-statistics",
    "restart": "on-failure",
}
CANDIDATE: dict[str, Any] = {
    "role": "the release that is about to be current",
    "worker": "0",
    "socket": "bantam-candidate.socket",
    "link": "candidate",
    "statistics": "bantam-candidate",
    "restart": "no",
}


def configuration(*, sizes: Sizes, workers: int, event_loop: str, max_body_kb: int) -> str:
    """The text of app.toml."""
    pool_per_worker = max(1, sizes.pool_size // workers)
    text = Path("templates/app/app.toml.j2").read_text()
    template = Template(text, undefined=StrictUndefined, keep_trailing_newline=True)
    return str(
        template.render(
            pool_min=min(2, pool_per_worker),
            pool_max=pool_per_worker,
            pool_timeout_s=APP_POOL_TIMEOUT_S,
            event_loop=event_loop,
            max_body_kb=max_body_kb,
        )
    )


@deploy("App")
def app(
    *,
    release: Release,
    sizes: Sizes,
    secrets: Secrets,
    workers: int,
    releases_kept: int,
    seed_allowed: bool,
) -> None:
    """Install, configure, migrate, switch, run."""
    server.user(
        name="Create the app's user",
        user="bantam",
        group="bantam",
        system=True,
        home="/nonexistent",
        shell="/usr/sbin/nologin",
        ensure_home=False,
    )
    apt.packages(name="Install Python's virtual environments", packages=["python3-venv"], no_recommends=True)
    files.directory(name="Create the directory for releases", path=FOLDER, mode="755")
    installed(name="Install the release", release=release)

    _credentials(secrets=secrets, seed_allowed=seed_allowed)
    files.put(
        name="Install the socket unit, which stays open when workers restart",
        src="templates/app/bantam-app.socket",
        dest=SOCKET,
        mode="644",
    )
    for name, dest, values in (
        ("Install the worker's service", SERVICE, WORKER),
        ("Install the candidate's service", "/etc/systemd/system/bantam-candidate.service", CANDIDATE),
    ):
        files.template(
            name=name,
            src="templates/app/worker.service.j2",
            dest=dest,
            mode="644",
            memory_max_mb=sizes.app_memory_max_mb,
            **values,
        )
    files.put(
        name="Install the candidate's socket",
        src="templates/app/bantam-candidate.socket",
        dest="/etc/systemd/system/bantam-candidate.socket",
        mode="644",
    )
    loaded(name="Load the candidate", unit="bantam-candidate.service")
    loaded(name="Load the candidate's socket", unit="bantam-candidate.socket")
    files.put(name="Install bantam-switch", src="deploy/remote/switch.py", dest=SWITCH, mode="755")

    migrated(name="Migrate the schema", release=release)
    switched(name="Make the release current", release=release)
    files.link(name="Link its configuration", path=CONFIGURATION, target=f"{CURRENT}/app.toml")
    unit(name="Run the app's socket", unit="bantam-app.socket", restart_after=(SOCKET,))
    for worker in range(1, workers + 1):
        # One after the other: if the first is not ready, the deploy stops here while the others serve.
        unit(
            name=f"Run worker {worker}",
            unit=f"bantam-app@{worker}.service",
            restart_after=(CURRENT, SERVICE, *_credential_paths()),
        )
    surplus_workers_stopped(name="Stop surplus workers", workers=workers)
    files.put(
        name="Install the service that warms the cache",
        src="templates/app/bantam-warm.service",
        dest=WARM,
        mode="644",
    )
    unit(name="Warm the cache for the release", unit="bantam-warm.service", restart_after=(CURRENT,))
    files.directory(
        name="Create the directory for monthly reports",
        path=REPORTS,
        user="postgres",
        group="bantam",
        mode="750",
    )
    for name, command, description in JOBS:
        _job(job=name, command=command, description=description)
    old_releases_removed(name="Remove old releases", kept=releases_kept)


def _job(*, job: str, command: str, description: str) -> None:
    files.template(
        name=f"Install the service {job}",
        src="templates/app/bantam-job.service.j2",
        dest=f"/etc/systemd/system/{job}.service",
        mode="644",
        command=command,
        description=description,
    )
    timer = f"/etc/systemd/system/{job}.timer"
    files.put(name=f"Install the timer {job}", src=f"templates/app/{job}.timer", dest=timer, mode="644")
    loaded(name=f"Load {job}", unit=f"{job}.service")
    unit(name=f"Run the timer {job}", unit=f"{job}.timer", restart_after=(timer,))


def _credential_paths() -> tuple[str, ...]:
    return tuple(f"{CREDENTIALS}/{name}" for name in ("redis-password", "cursor-key"))


def _credentials(*, secrets: Secrets, seed_allowed: bool) -> None:
    files.directory(
        name="Create the directory for secrets", path=CREDENTIALS, user="root", group="root", mode="700"
    )
    values = [secrets.redis_app_password, "\n".join(secrets.cursor_keys)]
    for path, value in zip(_credential_paths(), values, strict=True):
        credential(name=f"Secret {Path(path).name}", path=path, value=value)
    seed_token_key = f"{CREDENTIALS}/seed-token-key"
    if seed_allowed:
        credential(name="Write the secret seed-token-key", path=seed_token_key, value=secrets.seed_token_key)
    else:
        files.file(name="Remove the seed key", path=seed_token_key, present=False)
