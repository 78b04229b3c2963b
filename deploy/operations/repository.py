"""What pgBackRest says about its repository."""

import json
import re

from pyinfra.api import FactBase
from pyinfra.api.exceptions import DeployError

from deploy.secrets import BACKUP_KEY

# Of `pgbackrest info`: 0 is a stanza with a backup; 1 and 3 are a missing stanza, 2 is one without a backup.
HAS_BACKUPS = 0
HAS_NO_STANZA = {1, 3}
HAS_NO_BACKUP = {1, 2, 3}
_UNKNOWN = 99

READ_BACKUP_KEY = f"sed -n 's/^repo1-cipher-pass=//p' {BACKUP_KEY}"


class BackupKey(FactBase[str | None]):
    """The key that opens the server's backups; None if it has none."""

    def command(self) -> str:
        """The key alone."""
        return f"test ! -s {BACKUP_KEY} || {READ_BACKUP_KEY}"

    def process(self, output: list[str]) -> str | None:
        """As printed."""
        return output[0] if output else None


class RepositoryState(FactBase[int]):
    """The status code of `pgbackrest info` for the stanza `bantam`; 1 before pgBackRest is installed."""

    def command(self) -> str:
        """Its answer in JSON, in one line."""
        return (
            "test ! -x /usr/bin/pgbackrest || { cd / &&"
            " runuser -u postgres -- pgbackrest --stanza=bantam --output=json info; }"
        )

    def process(self, output: list[str]) -> int:
        """0 if all is well; DeployError if the repository cannot be read."""
        text = "".join(output).strip()
        try:
            # With another key, the answer has what it deciphered, control characters and all.
            stanzas = json.loads(text, strict=False) if text else []
        except json.JSONDecodeError:
            raise DeployError(
                "The repository of the backups cannot be read: is its key another one?"
            ) from None
        code = int(stanzas[0]["status"]["code"]) if stanzas else 1
        if code == _UNKNOWN:
            said = re.sub(r"^\[\w+\] ", "", stanzas[0]["repo"][0]["status"]["message"].splitlines()[0])
            raise DeployError(f"The repository of the backups cannot be read: {said.rstrip(':')}.")
        return code
