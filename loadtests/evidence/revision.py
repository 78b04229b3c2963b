"""Which source a run was made from."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def git_revision(root: Path = ROOT) -> str:
    """Return the commit, with "-dirty" if the tree differs from it, or "unknown" without git."""
    head, changes = _git(root, "rev-parse", "HEAD"), _git(root, "status", "--porcelain")
    if not head or changes is None:
        return "unknown"
    return head + ("-dirty" if changes else "")


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
