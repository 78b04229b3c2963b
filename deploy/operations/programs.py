"""Programs of our own that run on the server, and the users that they run as."""

from pyinfra.operations import files, server


def program(name: str) -> None:
    """`bantam-NAME` is a command; its package of deploy/remote is on the server, and nothing else of it."""
    files.sync(
        name=f"Install bantam-{name}",
        src=f"deploy/remote/bantam_{name}",
        dest=f"/usr/local/lib/bantam_{name}",
        exclude_dir=["__pycache__"],
        delete=True,
        mode="644",
        dir_mode="755",
    )
    files.put(
        name="Install its command",
        src=f"templates/{name}/bantam-{name}",
        dest=f"/usr/local/sbin/bantam-{name}",
        mode="755",
    )


def program_user(name: str) -> None:
    """`bantam_NAME` is a user with a group of its own, and cannot log in."""
    # On some images useradd makes no group of the same name.
    server.group(name="Create its group", group=f"bantam_{name}", system=True)
    server.user(
        name="Create its user",
        user=f"bantam_{name}",
        group=f"bantam_{name}",
        system=True,
        home="/nonexistent",
        shell="/usr/sbin/nologin",
        ensure_home=False,
    )
