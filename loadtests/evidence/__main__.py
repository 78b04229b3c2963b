"""python -m loadtests.evidence --run-dir build/NAME --scenario mixed --out evidence."""

import argparse
import os
import shutil
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from loadtests.errors import RefusedError
from loadtests.evidence.inputs import read_inputs
from loadtests.evidence.report import render
from loadtests.evidence.revision import git_revision
from loadtests.evidence.summary import as_text, summarize


def main(arguments: list[str] | None = None) -> int:
    """Write a run's evidence and print its figures; exit code 1 if anything is missed."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.evidence", description=main.__doc__)
    parser.add_argument("--run-dir", type=Path, required=True, help="where the steps left their JSON files")
    parser.add_argument("--scenario", required=True, help="the scenario of the load, for example mixed")
    parser.add_argument("--out", type=Path, required=True, help="the folder that collects evidence")
    options = parser.parse_args(arguments)
    now = datetime.now(UTC)
    try:
        inputs = read_inputs(options.run_dir, options.scenario)
    except RefusedError as error:
        print(error, file=sys.stderr)
        return 1
    summary = summarize(inputs, git_revision(), now)
    folder = keep(
        options.out,
        f"{now:%Y-%m-%dT%H%M%SZ}-{options.scenario}",
        {
            "summary.json": msgspec.json.format(msgspec.json.encode(summary), indent=2),
            "report.html": render(summary, inputs.load).encode(),
        },
    )
    print(f"{as_text(summary)}\n\nreport  {folder / 'report.html'}", flush=True)
    for problem in summary.problems:
        print(f"not ok: {problem}", file=sys.stderr)
    return 0 if summary.ok else 1


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


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a traceback
    sys.exit(main())
