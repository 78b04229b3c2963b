"""The project with sources of its own, released to a sandbox as an operator does."""

import shutil
import subprocess
from pathlib import Path

from tests.servers import ROOT, SandboxServer

CHANGED = ("app", "deploy", "templates")


def copy_of_the_project(folder: Path) -> Path:
    """A folder in which app, deploy and templates may change; all else is the project's."""
    for path in ROOT.iterdir():
        if path.name not in {*CHANGED, ".git", "evidence"}:
            (folder / path.name).symlink_to(path)
    for name in CHANGED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def make(server: SandboxServer, sources: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run make in these sources for the server."""
    command = ["make", "--no-print-directory", f"NAME={server.name}", *words]
    return subprocess.run(
        command, cwd=sources, env=server.env, capture_output=True, text=True, check=False, timeout=900
    )
