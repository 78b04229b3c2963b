"""A deploy planned by pyinfra itself against a server that exists only as the answers it gives."""

import functools
import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from deploy.preflight import NEEDED_MB
from tests.preloaded import Preloaded

ROOT = Path(__file__).parent.parent.parent
GB = 1024 * 1024


@dataclass
class FakeServer:
    """What the server says of itself before the deploy."""

    version: str = "debian-13"
    root: bool = True
    ram_mb: int = 2048
    free_mb: dict[str, int] = field(default_factory=lambda: {"/": 30_000})
    sftp: bool = True
    container: bool = False
    key: bool = True
    listeners: list[str] = field(default_factory=list)

    def facts(self) -> list[str]:
        lines = [
            f"version={self.version}",
            "machine=x86_64",
            f"login={'root' if self.root else 'plain'}",
            "ipv6=1",
            f"ram_kb={self.ram_mb * 1024}",
            "cores=2",
            "disk_mb=40000",
        ]
        for path in ("/", *NEEDED_MB):
            mount = path if path in self.free_mb else "/"
            lines.append(f"free={path} {mount} {self.free_mb[mount]}")
        lines += [] if self.sftp else ["no_sftp=1"]
        lines += ["root=1"] if self.root else []
        lines += ["container=1"] if self.container else []
        lines += ["key=1"] if self.key else []
        return lines + [f"listen={listener}" for listener in self.listeners]


def project_copy(
    folder: Path,
    inventory: str,
    server: FakeServer,
    settings: str = "",
    responses: dict[str, list[str]] | None = None,
) -> None:
    """
    The project in `folder`, whose inventory leads to the fake server.

    `settings` are added to the inventory's; `responses` say what commands that contain a text print.
    """
    for name in ("deploy", "templates", "app", "requirements", "pyproject.toml", "README.md", "LICENSE"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "build").mkdir()
    for name in ("wheelhouse", "releases"):  # fetched and built once, for all tests
        (ROOT / "build" / name).mkdir(parents=True, exist_ok=True)
        (folder / "build" / name).symlink_to(ROOT / "build" / name)
    shutil.copytree(ROOT / "inventories", folder / "inventories", ignore=shutil.ignore_patterns("secrets"))
    _make_sandbox_state(folder)
    fake = {
        "os-release": server.facts(),
        **(responses or {}),
        "uname -s": ["Linux"],
        "command -v useradd": ["/usr/sbin/useradd"],
        "sources.list.d": ["deb http://a trixie main", "deb http://b trixie-security main"],
    }
    data = {"acme_email": "a@x.example", "fake_responses": fake, "fake_delay": 0, "fake_delay_jitter": 0}
    file = folder / "inventories" / f"{inventory}.py"
    text = file.read_text().replace("/var/lib/bantam-sandbox/servers", str(folder / "sandboxes"))
    file.write_text(
        f"{text}\n{inventory} = [('@fake/' + name, data | {data!r}) for name, data in {inventory}]\n"
    )
    (folder / "inventories/group_data/fake.py").write_text(settings)
    if settings:
        (folder / f"inventories/group_data/{inventory}.py").open("a").write(settings)


def run_pyinfra(folder: Path, inventory: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Pyinfra in the copy; results or plan as JSON on stdout, its log on stderr."""
    return _pyinfra().run(
        *(*options, f"inventories/{inventory}.py", "deploy/main.py"),
        cwd=folder,
        env={**os.environ, "NAME": "demo", "PYINFRA_PROGRESS": "off"},
        folder=folder,
    )


@functools.cache
def _pyinfra() -> Preloaded:
    return Preloaded("pyinfra", "pyinfra_cli.main", "pyinfra.operations.apt", "pyinfra.operations.server")


def _make_sandbox_state(folder: Path) -> None:
    state = folder / "sandboxes/demo"
    state.mkdir(parents=True)
    (state / "ssh_key.pub").write_text("ssh-ed25519 AAAA key\n")
    record = {
        "address": "192.0.2.1",
        "ssh_user": "root",
        "ssh_key": str(state / "ssh_key"),
        "known_hosts": "x",
    }
    (state / "server.json").write_text(json.dumps(record))
