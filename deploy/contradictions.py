"""Settings that are each valid and together make no sense are refused before anything changes."""

from pyinfra.api.exceptions import DeployError

from deploy.settings import Settings
from deploy.sizing import Sizes

TRANSACTION_TIMEOUT_S = 15
"""PostgreSQL ends a transaction of the app that takes longer."""

APP_POOL_TIMEOUT_S = 5
"""The app answers 503 when a request has waited this long for a connection."""

OTHER_CLIENTS = 10
"""Clients of PgBouncer besides the app: the console, verify, jobs."""

FEWEST_MS_TO_LOG = 10
"""Faster statements are nearly all there are: logging them costs more than running them."""


_REPOSITORY_NEEDS = {
    "path": (),
    "s3": ("backup_host", "backup_bucket", "backup_region"),
    "sftp": ("backup_host", "backup_user", "backup_host_fingerprint"),
}
_OF_A_REPOSITORY = (
    "backup_port",
    *dict.fromkeys(name for names in _REPOSITORY_NEEDS.values() for name in names),
)


def _about_the_repository(settings: Settings) -> list[tuple[bool, str]]:
    """Each place for backups has settings of its own, and no others."""
    kind = settings.backup_repository
    needed = _REPOSITORY_NEEDS[kind]
    allowed = {*needed, *(["backup_port"] if needed else [])}
    return [
        *(
            (getattr(settings, name) is None, f'`{name}` is missing: `backup_repository = "{kind}"` needs it')
            for name in needed
        ),
        *(
            (
                getattr(settings, name) is not None,
                f'`{name}` is not for `backup_repository = "{kind}"`: remove it, or change that',
            )
            for name in _OF_A_REPOSITORY
            if name not in allowed
        ),
    ]


def refuse_contradictions(host_name: str, settings: Settings, sizes: Sizes) -> None:
    """DeployError with one sentence for the first two settings that contradict each other."""
    clients = sizes.pool_size + OTHER_CLIENTS
    rules = (
        (
            settings.app_statement_timeout_ms >= TRANSACTION_TIMEOUT_S * 1000,
            f"`app_statement_timeout_ms` must be below {TRANSACTION_TIMEOUT_S * 1000}, as transactions are",
        ),
        (
            settings.pool_timeout_s <= APP_POOL_TIMEOUT_S,
            f"`pool_timeout_s` must be more than {APP_POOL_TIMEOUT_S}, the seconds that the app itself waits",
        ),
        (
            settings.connect_timeout_s > settings.pool_timeout_s,
            "`connect_timeout_s` must not be more than `pool_timeout_s`: nobody waits that long",
        ),
        (
            settings.max_client_connections < clients,
            f"`max_client_connections` must be at least {clients}: the app's pool and {OTHER_CLIENTS} more",
        ),
        (
            settings.log_slow_statement_ms > settings.app_statement_timeout_ms,
            "`log_slow_statement_ms` must not be more than `app_statement_timeout_ms`: it would log nothing",
        ),
        (
            settings.log_slow_statement_ms < FEWEST_MS_TO_LOG,
            f"`log_slow_statement_ms` must be at least {FEWEST_MS_TO_LOG}: the log would fill the disk",
        ),
        (
            settings.requests_per_second_per_client > settings.requests_per_second_per_address,
            "`requests_per_second_per_client` must not be more than `requests_per_second_per_address`",
        ),
        *_about_the_repository(settings),
    )
    for contradicts, sentence in rules:
        if contradicts:
            raise DeployError(f"{host_name}: setting {sentence} (see inventories/group_data/all.py).")
