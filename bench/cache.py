"""`python -m bench.cache --run-dir build/NAME`: what the cache saves with a hundred active users."""

import argparse
import signal
import sys
from pathlib import Path

import msgspec

from bench import on_server
from bench.verdict import as_text, verdicts
from loadtests.errors import RefusedError
from loadtests.target import Seed, read_seed, read_target


def main(arguments: list[str] | None = None) -> int:
    """Write cache.json and print its figures; exit code 1 if a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.cache", description=main.__doc__)
    parser.add_argument("--run-dir", type=Path, required=True, help="where target.json and seed.json are")
    options = parser.parse_args(arguments)
    try:
        target, seed = read_target(options.run_dir / "target.json"), read_seed(options.run_dir)
        _refuse(seed)
        found = on_server.measure(target, [], "cache")
    except RefusedError as error:
        print(error, file=sys.stderr)
        return 1
    judged = verdicts(found)
    told = {"seed": seed, "targets": judged, **found}
    (options.run_dir / "cache.json").write_bytes(msgspec.json.format(msgspec.json.encode(told), indent=2))
    print(as_text(judged))
    return 0 if all(verdict.ok for verdict in judged) else 1


def _refuse(seed: Seed) -> None:
    if seed.scale < 1:
        raise RefusedError(
            f"The targets are for scale 1.0, but the server has {seed.scale}: run `make seed`."
        )


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a traceback
    sys.exit(main())
