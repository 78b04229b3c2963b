"""The secrets of one environment: generated once, stored next to the inventories, never printed."""

import hashlib
import os
import re
import secrets
from pathlib import Path
from typing import Any

import msgspec
from pyinfra.api.exceptions import DeployError

_FOLDER = Path("inventories/secrets")
DEPLOYED = "/etc/bantam/credentials/redis-password"
BACKUP_KEY = "/etc/pgbackrest/conf.d/key.conf"
"""pgBackRest's own file; `repo1-cipher-pass=` is before the key."""

Secret = str
_PLAIN = re.compile(r"[A-Za-z0-9._~-]*")
_URL = re.compile(r"[a-z0-9]+://[!-~]+")
_WEB_URL = re.compile(r"https?://[!-~]+")
_DSN = re.compile(r"https?://[0-9A-Za-z]+@[^\s/@]+(/[^\s/]+)*/[0-9]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/=._~-]*")


class Replaced(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What services still accept beside the new secret, until each of them has it."""

    redis_app_password: Secret
    cursor_key: Secret

    def __repr__(self) -> str:
        return "Replaced(hidden)"


class Secrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    One environment's secrets, each 256 random bits in hexadecimal, but for what a provider gave.

    `replaced` is there only while a rotation is under way.
    """

    database_monitor_password: Secret
    redis_app_password: Secret
    redis_monitor_password: Secret
    cursor_key: Secret
    seed_token_key: Secret
    backup_key: Secret = ""
    backup_s3_key: Secret = ""
    backup_s3_secret: Secret = ""
    alert_critical: Secret = ""
    alert_warning: Secret = ""
    alert_report: Secret = ""
    alert_heartbeat: Secret = ""
    sentry_dsn: Secret = ""
    replaced: Replaced | None = None

    @property
    def redis_app_passwords(self) -> list[Secret]:
        """Each password that Redis accepts from the app, today's first."""
        return [self.redis_app_password, *([self.replaced.redis_app_password] if self.replaced else [])]

    @property
    def cursor_keys(self) -> list[Secret]:
        """Each key whose cursors are valid; the first one signs."""
        return [self.cursor_key, *([self.replaced.cursor_key] if self.replaced else [])]

    def __repr__(self) -> str:
        return "Secrets(hidden)"


# Others give them: they are in the file if they are needed.
_S3_KEYS = ("backup_s3_key", "backup_s3_secret")
# Where alerts go: URLs of apprise, with blanks in between.
_CHANNELS = ("alert_critical", "alert_warning", "alert_report")
_GIVEN = (*_S3_KEYS, *_CHANNELS, "alert_heartbeat", "sentry_dsn")
_NAMES = tuple(name for name in Secrets.__struct_fields__ if name not in {"replaced", *_GIVEN})
# The tokens of seeded users are derived from the one, and the other opens every backup there is.
_NEVER_REPLACED = ("seed_token_key", "backup_key")


def load_secrets(environment: str, *, backup_key: str | None = None) -> Secrets:
    """
    The secrets in inventories/secrets/ENVIRONMENT.yml, generated (mode 0600) on first use.

    `backup_key` is the server's, if it has one: a file without that key gets it, or a new one.
    Raises DeployError if the file exists but lacks another one: a new secret would lock out everything that
    uses the old one.
    """
    path = _FOLDER / f"{environment}.yml"
    key = backup_key or secrets.token_hex(32)
    if not path.exists():
        _write(path, {**{name: secrets.token_hex(32) for name in _NAMES}, "backup_key": key})
    values = _decode(path)
    if not values.backup_key:  # a file from before there were backups
        kept = {name: value for name, value in msgspec.to_builtins(values).items() if value}
        _write(path, {**kept, "backup_key": key})
        values = _decode(path)
    empty = [name for name in _NAMES if len(getattr(values, name)) < 32]
    if empty:
        raise DeployError(
            f"{path}: secret `{empty[0]}` is missing or too short; restore it from your backup."
        )
    return values


def _decode(path: Path) -> Secrets:
    """The file's secrets; DeployError if it is not one of ours."""
    try:
        found = msgspec.yaml.decode(path.read_bytes())
        if isinstance(found, dict):
            found.pop("database_app_password", None)  # the app has had none since PgBouncer asks the system
        values = msgspec.convert(found, Secrets)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise DeployError(f"{path}: {error}; restore the file from your backup.") from None
    unfit = [name for name in _NAMES if not _PLAIN.fullmatch(getattr(values, name))]
    if unfit:
        raise DeployError(
            f"{path}: secret `{unfit[0]}` may only have ASCII letters, digits and any of . _ ~ -: not every"
            " service reads others the same way."
        )
    unfit = [name for name in _S3_KEYS if not _BASE64.fullmatch(getattr(values, name))]
    if unfit:
        raise DeployError(
            f"{path}: secret `{unfit[0]}` may only have ASCII letters, digits and any of + / = . _ ~ -."
        )
    unfit = [name for name in _CHANNELS if not all(map(_URL.fullmatch, getattr(values, name).split()))]
    if unfit:
        raise DeployError(
            f"{path}: secret `{unfit[0]}` may only have URLs of apprise, such as mailto://..., with blanks"
            " between them."
        )
    if values.alert_heartbeat and not _WEB_URL.fullmatch(values.alert_heartbeat):
        raise DeployError(f"{path}: secret `alert_heartbeat` is one URL, such as https://hc-ping.com/...")
    if values.sentry_dsn and not _DSN.fullmatch(values.sentry_dsn):
        raise DeployError(f"{path}: secret `sentry_dsn` is one DSN, such as https://KEY@HOST/PROJECT.")
    return values


def begin_rotation(environment: str) -> Secrets:
    """
    The secrets, new since this rotation began, beside those that they replace.

    The seed key and the key of the backups stay.
    """
    known = load_secrets(environment)
    if known.replaced:  # an earlier run was cut off
        return known
    fresh = {name: secrets.token_hex(32) for name in _NAMES if name not in _NEVER_REPLACED}
    kept = {name: getattr(known, name) for name in _NEVER_REPLACED} | _given(known)
    replaced = {name: getattr(known, name) for name in Replaced.__struct_fields__}
    _write(
        _FOLDER / f"{environment}.yml",
        {**fresh, **kept, "replaced": replaced},
    )
    return load_secrets(environment)


def ending_rotation(environment: str) -> Secrets:
    """The secrets without those that they replaced; the file keeps both until a deploy has succeeded."""
    return msgspec.structs.replace(load_secrets(environment), replaced=None)


def end_rotation(environment: str) -> None:
    """The file has only the secrets that the server has."""
    known = load_secrets(environment)
    _write(_FOLDER / f"{environment}.yml", {name: getattr(known, name) for name in _NAMES} | _given(known))


def _given(known: Secrets) -> dict[str, Secret]:
    return {name: getattr(known, name) for name in _GIVEN if getattr(known, name)}


def refuse_missing_s3_keys(host_name: str, environment: str, known: Secrets) -> None:
    """DeployError if the keys of an S3 repository are not in the file."""
    missing = [f"`{name}`" for name in _S3_KEYS if not getattr(known, name)]
    if missing:
        raise DeployError(
            f"{host_name}: {_FOLDER / f'{environment}.yml'} lacks {' and '.join(missing)} for the S3"
            " repository of the backups: add what the storage's provider gave you."
        )


ROTATION = {"begin": begin_rotation, "finish": ending_rotation}


def refuse_other_secrets(
    host_name: str, environment: str, *, found: str | None, found_backup_key: str | None
) -> None:
    """
    Return if this checkout has the server's secrets.

    `found` and `found_backup_key` are the SHA-256 of its password for Redis and of its key for the backups.

    Raises DeployError otherwise, before anything is generated: new passwords would lock out everything that
    uses the old ones.
    """
    path = _FOLDER / f"{environment}.yml"
    known = _decode(path) if path.exists() else None
    if found_backup_key and known and known.backup_key and _sha256(known.backup_key) != found_backup_key:
        raise DeployError(
            f"{host_name}: {path} has another `backup_key` than this server's {BACKUP_KEY}: no backup could"
            " be read with it; get the file from whoever deployed last."
        )
    if found is None or (known and found in map(_sha256, known.redis_app_passwords)):
        return
    state = "has other secrets than this server" if path.exists() else "is missing"
    raise DeployError(
        f"{host_name}: {path} {state}: get the file from whoever deployed last. Only if it is lost: delete"
        f" {DEPLOYED} on the server, and the deploy replaces all passwords."
    )


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _write(path: Path, values: dict[str, Any]) -> None:
    """Write all or nothing, readable only by the owner from the first byte on; DeployError if not."""
    try:
        _replace(path, msgspec.yaml.encode(values))
    except OSError as error:
        raise DeployError(f"{path} cannot be written: {error.strerror}.") from None


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
