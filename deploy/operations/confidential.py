"""Files with secrets: never on a command line, in a diff, or readable by others."""

import hashlib
import secrets
from collections.abc import Generator
from io import StringIO

from pyinfra import host
from pyinfra.api import FileUploadCommand, QuoteString, StringCommand, operation
from pyinfra.facts.files import File, Sha256File


def upload(text: str, path: str, user: str = "root") -> Generator[StringCommand | FileUploadCommand]:
    """
    Commands that write the text to a file with mode 0600.

    Without a root login, the upload goes through a temporary file of the ssh user: both files are created
    empty and private first.
    """
    passing = f"/tmp/.bantam-{secrets.token_hex(8)}"  # noqa: S108  a random name, made by `install`
    # A killed run may have left one.
    yield StringCommand("rm -f /tmp/.bantam-*; install -m 0600 /dev/null", passing, _sudo=False)
    yield StringCommand("install -m 0600 -o", user, "/dev/null", QuoteString(path))
    yield FileUploadCommand(StringIO(text), path, remote_temp_filename=passing)
    yield StringCommand("rm -f", passing, _sudo=False)


@operation()
def credential(path: str, value: str, user: str = "root") -> Generator[StringCommand | FileUploadCommand]:
    """
    The file has the value, readable by its user only; systemd passes root's to the service that names it.

    + path: the file
    + value: its content
    + user: its owner
    """
    file = host.get_fact(File, path=path)
    digest = hashlib.sha256(value.encode()).hexdigest()
    if (
        file
        and (file["user"], file["mode"]) == (user, 600)
        and host.get_fact(Sha256File, path=path) == digest
    ):
        host.noop(f"{path} has the secret")
        return
    yield from upload(value, path, user)
