"""Where backups and WAL go: a directory of the server, an S3 bucket, or another server by SFTP."""

import base64
from dataclasses import dataclass

from deploy.secrets import Secrets
from deploy.settings import Settings

SFTP_KEY = "/etc/pgbackrest/sftp-key"
"""The private key of this server for an SFTP repository; the public one has `.pub` behind it."""


@dataclass(frozen=True, kw_only=True)
class Repository:
    """
    The repository as pgBackRest and the services that use it need it.

    `options` are pgBackRest's, by their names after `repo1-`; `directory` is empty if it is elsewhere;
    `account` is of an SFTP server.
    """

    options: dict[str, str]
    directory: str
    account: str

    @property
    def identity(self) -> str:
        """Tells this repository from others."""
        return "".join(f"{name}={value}\n" for name, value in sorted(self.options.items()))

    @property
    def is_remote(self) -> bool:
        """Whether the network leads to it."""
        return not self.directory


def repository(settings: Settings) -> Repository:
    """The repository that the settings name; refuse_contradictions has seen that none lacks."""
    path = {"path": settings.backup_path}
    if settings.backup_repository == "path":
        return Repository(options=path, directory=settings.backup_path, account="")
    host, port = settings.backup_host or "", settings.backup_port
    if settings.backup_repository == "s3":
        options = {
            "type": "s3",
            "s3-endpoint": host,
            "s3-bucket": settings.backup_bucket or "",
            "s3-region": settings.backup_region or "",
            # The one style that every provider has.
            "s3-uri-style": "path",
            **({"storage-port": str(port)} if port else {}),
        }
        return Repository(options=path | options, directory="", account="")
    options = {
        "type": "sftp",
        "sftp-host": host,
        "sftp-host-user": settings.backup_user or "",
        "sftp-private-key-file": SFTP_KEY,
        "sftp-public-key-file": f"{SFTP_KEY}.pub",
        "sftp-host-key-hash-type": "sha256",
        "sftp-host-key-check-type": "fingerprint",
        "sftp-host-fingerprint": _hexadecimal(settings.backup_host_fingerprint or ""),
        **({"sftp-host-port": str(port)} if port else {}),
    }
    return Repository(options=path | options, directory="", account=f"{settings.backup_user}@{host}")


def _hexadecimal(fingerprint: str) -> str:
    """As pgBackRest wants it, from `SHA256:...` as ssh-keygen shows it."""
    return base64.b64decode(fingerprint.removeprefix("SHA256:") + "=").hex()


def keys(secrets: Secrets) -> str:
    """What of pgBackRest's configuration nobody else may read."""
    lines = [f"repo1-cipher-pass={secrets.backup_key}"]
    if secrets.backup_s3_key:
        lines += [
            f"repo1-s3-key={secrets.backup_s3_key}",
            f"repo1-s3-key-secret={secrets.backup_s3_secret}",
        ]
    return "\n".join(["[global]", *lines, ""])
