"""The secrets of one environment: generated once, stored next to the inventories, never printed."""

import hashlib
import os
import secrets
from pathlib import Path

import msgspec
from pyinfra.api.exceptions import DeployError

_FOLDER = Path("inventories/secrets")
DEPLOYED = "/etc/bantam/credentials/database-password"

Secret = str


class Secrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One environment's secrets, each 256 random bits in hexadecimal."""

    database_app_password: Secret
    database_monitor_password: Secret
    redis_app_password: Secret
    redis_monitor_password: Secret
    cursor_key: Secret
    seed_token_key: Secret

    def __repr__(self) -> str:
        return "Secrets(hidden)"


def load_secrets(environment: str) -> Secrets:
    """
    The secrets in inventories/secrets/ENVIRONMENT.yml, generated (mode 0600) on first use.

    Raises DeployError if the file exists but lacks one: a new secret would lock out everything that
    uses the old one.
    """
    path = _FOLDER / f"{environment}.yml"
    if not path.exists():
        _write(path, {name: secrets.token_hex(32) for name in Secrets.__struct_fields__})
    try:
        values = msgspec.yaml.decode(path.read_bytes(), type=Secrets)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise DeployError(f"{path}: {error}; restore the file from your backup.") from None
    empty = [name for name in Secrets.__struct_fields__ if len(getattr(values, name)) < 32]
    if empty:
        raise DeployError(
            f"{path}: secret `{empty[0]}` is missing or too short; restore it from your backup."
        )
    return values


def refuse_other_secrets(host_name: str, environment: str, *, found: str | None) -> None:
    """
    Return if this checkout has the server's secrets; `found` is the SHA-256 of its database password.

    Raises DeployError otherwise, before anything is generated: new passwords would lock out everything that
    uses the old ones.
    """
    path = _FOLDER / f"{environment}.yml"
    if found is None or (path.exists() and _sha256(load_secrets(environment)) == found):
        return
    state = "has other secrets than this server" if path.exists() else "is missing"
    raise DeployError(
        f"{host_name}: {path} {state}: get the file from whoever deployed last. Only if it is lost: delete"
        f" {DEPLOYED} on the server, and the deploy replaces all passwords."
    )


def _sha256(secrets: Secrets) -> str:
    return hashlib.sha256(secrets.database_app_password.encode()).hexdigest()


def _write(path: Path, values: dict[str, str]) -> None:
    """Write all or nothing, readable only by the owner from the first byte on."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(msgspec.yaml.encode(values))
    draft.rename(path)
