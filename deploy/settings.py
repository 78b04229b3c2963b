"""The settings of one server, validated as a whole before anything on it changes."""

from ipaddress import ip_address
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from pyinfra.api.exceptions import DeployError

Megabytes = Annotated[int, Meta(ge=1)]
Count = Annotated[int, Meta(ge=1)]
Milliseconds = Annotated[int, Meta(ge=1)]
PublicKey = Annotated[str, Meta(pattern=r"^(ssh|ecdsa|sk)-\S+ \S+")]
Hour = Annotated[int, Meta(ge=0, le=23)]
Seconds = Annotated[int, Meta(ge=1)]

COMPONENTS = frozenset(
    {"base", "postgresql", "backup", "pgbouncer", "redis", "app", "history", "alerts", "edge"}
)

# What belongs to pyinfra's connection or to one run, not to the server's configuration.
_OTHER_KEYS = ("ssh_", "fake_", "_", "only", "rotation", "component", "proven_on")


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One server's settings; inventories/group_data/all.py documents each with its default."""

    environment: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]*$")]
    server_name: Annotated[str, Meta(pattern=r"^[a-z0-9.-]+$")]
    server_address: Annotated[str, Meta(pattern=r"^[0-9a-f.:]+$")] | None
    admins: dict[Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]*$")], PublicKey]
    swap_mb: Annotated[int, Meta(ge=0)]

    shared_buffers_mb: Megabytes | None
    effective_cache_size_mb: Megabytes | None
    work_mem_mb: Megabytes | None
    maintenance_work_mem_mb: Megabytes | None
    app_statement_timeout_ms: Milliseconds
    log_slow_statement_ms: Milliseconds

    backup_repository: Literal["path", "s3", "sftp"]
    backup_path: Annotated[str, Meta(pattern=r"^(/[A-Za-z0-9._-]+)+$")]
    backup_host: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.-]+$")] | None
    backup_port: Annotated[int, Meta(ge=1, le=65535)] | None
    backup_bucket: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.-]{2,62}$")] | None
    backup_region: Annotated[str, Meta(pattern=r"^[a-z0-9-]+$")] | None
    backup_user: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]+$")] | None
    backup_host_fingerprint: Annotated[str, Meta(pattern=r"^SHA256:[A-Za-z0-9+/]{43}$")] | None
    backup_hour: Annotated[int, Meta(ge=0, le=23)]
    backup_fulls_kept: Count

    pool_size: Count | None
    reserve_pool_size: Count
    pool_timeout_s: Seconds
    connect_timeout_s: Seconds
    max_client_connections: Count
    max_prepared_statements: Count

    redis_maxmemory_mb: Megabytes | None

    app_workers: Annotated[int, Meta(ge=1, le=8)]
    app_event_loop: Literal["uvloop", "asyncio"]
    releases_kept: Count
    seed_allowed: bool

    history_days: Count
    alert_quiet_hours: tuple[Hour, Hour] | None

    tls_issuer: Literal["local", "acme"]
    acme_email: Annotated[str, Meta(pattern=r"^\S+@\S+$")] | None
    max_body_kb: Count
    requests_per_second_per_client: Count
    requests_per_second_per_address: Count
    connections_per_address: Count

    other_firewall: Literal["refuse", "replace", "keep"]


def read_settings(host_name: str, data: dict[str, Any]) -> Settings:
    """
    The host's data as settings.

    Raises DeployError, naming the host and the setting, if one is unknown, missing or of the wrong
    type, or if two contradict each other.
    """
    own = {key: value for key, value in data.items() if not key.startswith(_OTHER_KEYS)}
    unknown = sorted(own.keys() - {field.name for field in msgspec.structs.fields(Settings)})
    if unknown:
        raise DeployError(
            f"{host_name}: unknown setting `{unknown[0]}`; inventories/group_data/all.py lists them all."
        )
    try:
        settings = msgspec.convert(own, Settings)
    except msgspec.ValidationError as error:
        raise DeployError(
            f"{host_name}: wrong setting: {error} (see inventories/group_data/all.py)."
        ) from None
    if settings.tls_issuer == "acme" and not settings.acme_email:
        raise DeployError(
            f"{host_name}: setting `acme_email` is missing; the certificate authority needs an address."
        )
    if settings.tls_issuer == "acme" and settings.server_address:
        raise DeployError(
            f'{host_name}: setting `server_address` is for `tls_issuer = "local"` only: remove it.'
        )
    if settings.server_address and (wanted := _shortest(settings.server_address)) != settings.server_address:
        raise DeployError(
            f"{host_name}: setting `server_address` is not an IP address in its shortest form"
            + (f": {wanted}." if wanted else ".")
        )
    return settings


def _shortest(address: str) -> str:
    """The address as certificates and URLs are compared with it; empty if it is none."""
    try:
        return str(ip_address(address))
    except ValueError:
        return ""


def read_components(host_name: str, only: str | None) -> frozenset[str]:
    """The components that `only` names, separated by commas; all without it. DeployError for others."""
    if only is None:
        return COMPONENTS
    named = frozenset(only.split(","))
    if unknown := sorted(named - COMPONENTS):
        raise DeployError(
            f"{host_name}: there is no component `{unknown[0]}`: only= takes {', '.join(sorted(COMPONENTS))}."
        )
    return named
