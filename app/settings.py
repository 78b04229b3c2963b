"""The settings of this process: one TOML file, decoded strictly, and secrets in separate files."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

CONFIG_VARIABLE = "BANTAM_CONFIG"
DEFAULT_CONFIG = "/etc/bantam/app.toml"
CREDENTIALS_VARIABLE = "CREDENTIALS_DIRECTORY"

Text = Annotated[str, Meta(min_length=1)]
Port = Annotated[int, Meta(ge=1, le=65535)]
Connections = Annotated[int, Meta(ge=1, le=100)]
Seconds = Annotated[float, Meta(gt=0, le=60)]


class SettingsError(Exception):
    """One sentence that says what is wrong, where, and what to do."""


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file; unknown keys are rejected."""


class DatabaseSettings(Section, frozen=True):
    """Where PgBouncer listens, and how many of its connections this process may use."""

    host: Text
    port: Port
    name: Text
    user: Text
    pool_min: Connections
    pool_max: Connections
    pool_timeout_s: Seconds


class RedisSettings(Section, frozen=True):
    """
    Where Redis is; with `enabled = false` every read goes to the database.

    Of the hits, `inspected_share` are read again and compared, as far as a hundredth of the time allows.
    """

    enabled: bool
    socket: Text
    username: Text
    key_prefix: Text
    timeout_ms: Annotated[int, Meta(ge=1, le=1000)]
    inspected_share: Annotated[float, Meta(ge=0, le=1)]


class HttpSettings(Section, frozen=True):
    """Request limits, and how long a stopping process waits for requests to finish."""

    max_page: Annotated[int, Meta(ge=1, le=1000)]
    body_limit_bytes: Annotated[int, Meta(ge=1024, le=16 * 1024 * 1024)]
    stop_timeout_s: Annotated[int, Meta(ge=1, le=60)]
    loop: Literal["uvloop", "asyncio"]


class Settings(Section, frozen=True):
    """The whole file."""

    http: HttpSettings
    database: DatabaseSettings
    redis: RedisSettings


CursorKeys = tuple[bytes, ...]
"""The first one signs; each one verifies, so that cursors outlive a change of the key."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets, kept out of reprs and logs."""

    redis_password: str
    cursor_keys: CursorKeys

    def __repr__(self) -> str:
        return "Secrets(...)"


def decode(text: bytes, source: str) -> Settings:
    """Return the settings in `text`; SettingsError names `source` and the invalid key."""
    try:
        settings = msgspec.toml.decode(text, type=Settings)
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError) as error:
        reason = str(error).replace("`$.", "`").rstrip(".")
        raise SettingsError(f"{source}: {reason}; fix it and start again.") from None
    pool = settings.database
    if pool.pool_min > pool.pool_max:
        raise SettingsError(
            f"{source}: database.pool_min {pool.pool_min} is larger than database.pool_max {pool.pool_max};"
            " fix one of them and start again."
        )
    return settings


def load() -> Settings:
    """Return the settings of the file that BANTAM_CONFIG names."""
    path = os.environ.get(CONFIG_VARIABLE, DEFAULT_CONFIG)
    try:
        text = Path(path).read_bytes()
    except OSError as error:
        raise SettingsError(
            f"The settings file {path} cannot be read ({error.strerror}); deploy it or set {CONFIG_VARIABLE}."
        ) from None
    return decode(text, path)


def load_secrets() -> Secrets:
    """Return the secrets that systemd's LoadCredential provides to this process."""
    directory = os.environ.get(CREDENTIALS_VARIABLE)
    if not directory:
        raise SettingsError(f"{CREDENTIALS_VARIABLE} is not set; start the app with its systemd unit.")
    return Secrets(
        redis_password=_secret(directory, "redis-password"),
        cursor_keys=tuple(_secret(directory, "cursor-key").encode().split()),
    )


def _secret(directory: str, name: str) -> str:
    path = Path(directory) / name
    try:
        text = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(
            f"The secret {path} cannot be read; add it to the unit's LoadCredential."
        ) from None
    if not text:
        raise SettingsError(f"The secret {path} is empty; deploy again to write it.")
    return text
