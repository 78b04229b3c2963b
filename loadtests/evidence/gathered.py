"""A run's evidence: a folder with its figures and its page."""

import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from loadtests.evidence.inputs import read_inputs
from loadtests.evidence.report import render
from loadtests.evidence.revision import git_revision
from loadtests.evidence.summary import Summary, as_text, summarize
from loadtests.files import read_bytes
from loadtests.results.answers import ANSWERS_FILE


class Gathered(NamedTuple):
    """The folder of a run's evidence, and what it says."""

    folder: Path
    summary: Summary


def gather(run_dir: Path, scenario: str, out: Path) -> Gathered:
    """Write a run's evidence and print its figures; what is missed goes to standard error."""
    now = datetime.now(UTC)
    inputs = read_inputs(run_dir, scenario)
    summary = summarize(inputs, git_revision(), now)
    folder = keep(
        out,
        f"{now:%Y-%m-%dT%H%M%SZ}-{scenario}",
        {
            "summary.json": as_json(summary),
            "report.html": render(summary, inputs.load).encode(),
            ANSWERS_FILE: read_bytes(run_dir / ANSWERS_FILE, "`make load` writes it"),
        },
    )
    print(f"{as_text(summary)}\n\nreport  {folder / 'report.html'}", flush=True)
    for problem in summary.problems:
        print(f"not ok: {problem}", file=sys.stderr)
    return Gathered(folder, summary)


def as_json(summary: object) -> bytes:
    """Return a summary as it is kept."""
    return msgspec.json.format(msgspec.json.encode(summary), indent=2)


def keep(out: Path, name: str, files: dict[str, bytes]) -> Path:
    """Write the files as one folder, whole or not at all, and let `latest` point at it."""
    out.mkdir(parents=True, exist_ok=True)
    unfinished, link = out / f".{name}.{os.getpid()}", out / f".latest.{os.getpid()}"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    for file, content in files.items():
        (unfinished / file).write_bytes(content)
    unfinished.rename(out / name)
    link.unlink(missing_ok=True)
    link.symlink_to(name)
    link.replace(out / "latest")
    return out / name
