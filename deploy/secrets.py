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

Secret = str
_PLAIN = re.compile(r"[A-Za-z0-9._~-]*")


class Replaced(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What services still accept beside the new secret, until each of them has it."""

    redis_app_password: Secret
    cursor_key: Secret

    def __repr__(self) -> str:
        return "Replaced(hidden)"


class Secrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    One environment's secrets, each 256 random bits in hexadecimal.

    `replaced` is there only while a rotation is under way.
    """

    database_monitor_password: Secret
    redis_app_password: Secret
    redis_monitor_password: Secret
    cursor_key: Secret
    seed_token_key: Secret
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


_NAMES = tuple(name for name in Secrets.__struct_fields__ if name != "replaced")


def load_secrets(environment: str) -> Secrets:
    """
    The secrets in inventories/secrets/ENVIRONMENT.yml, generated (mode 0600) on first use.

    Raises DeployError if the file exists but lacks one: a new secret would lock out everything that
    uses the old one.
    """
    path = _FOLDER / f"{environment}.yml"
    if not path.exists():
        _write(path, {name: secrets.token_hex(32) for name in _NAMES})
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
    empty = [name for name in _NAMES if len(getattr(values, name)) < 32]
    if empty:
        raise DeployError(
            f"{path}: secret `{empty[0]}` is missing or too short; restore it from your backup."
        )
    return values


def begin_rotation(environment: str) -> Secrets:
    """
    The secrets, new since this rotation began, beside those that they replace.

    The seed key stays: the tokens of seeded users are derived from it.
    """
    known = load_secrets(environment)
    if known.replaced:  # an earlier run was cut off
        return known
    fresh = {name: secrets.token_hex(32) for name in _NAMES if name != "seed_token_key"}
    replaced = {name: getattr(known, name) for name in Replaced.__struct_fields__}
    _write(
        _FOLDER / f"{environment}.yml",
        {**fresh, "seed_token_key": known.seed_token_key, "replaced": replaced},
    )
    return load_secrets(environment)


def ending_rotation(environment: str) -> Secrets:
    """The secrets without those that they replaced; the file keeps both until a deploy has succeeded."""
    return msgspec.structs.replace(load_secrets(environment), replaced=None)


def end_rotation(environment: str) -> None:
    """The file has only the secrets that the server has."""
    known = load_secrets(environment)
    _write(_FOLDER / f"{environment}.yml", {name: getattr(known, name) for name in _NAMES})


ROTATION = {"begin": begin_rotation, "finish": ending_rotation}


def refuse_other_secrets(host_name: str, environment: str, *, found: str | None) -> None:
    """
    Return if this checkout has the server's secrets; `found` is the SHA-256 of its password for Redis.

    Raises DeployError otherwise, before anything is generated: new passwords would lock out everything that
    uses the old ones.
    """
    path = _FOLDER / f"{environment}.yml"
    if found is None or (path.exists() and found in _fingerprints(load_secrets(environment))):
        return
    state = "has other secrets than this server" if path.exists() else "is missing"
    raise DeployError(
        f"{host_name}: {path} {state}: get the file from whoever deployed last. Only if it is lost: delete"
        f" {DEPLOYED} on the server, and the deploy replaces all passwords."
    )


def _fingerprints(secrets: Secrets) -> list[str]:
    """Of today's password for Redis, and of the one that it is about to replace."""
    return [hashlib.sha256(password.encode()).hexdigest() for password in secrets.redis_app_passwords]


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
