"""`python -m bench --run-dir build/NAME`: how fast reads are, by themselves and against their limits."""

import argparse
import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

REMOTE = Path(__file__).parent / "remote"
PLACE = "/run/bantam-bench"
PREPARE = (
    f"rm -rf {PLACE} && mkdir -m 755 {PLACE} && tar -x -C {PLACE}"
    " && { command -v wrk > /dev/null || { apt-get update -qq && "
    "DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends wrk > /dev/null; }; }"
)


def main() -> int:
    """Write bench.json and print its tables; exit code 1 if a mark or promise is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=main.__doc__)
    parser.add_argument("--run-dir", type=Path, required=True, help="where target.json and seed.json are")
    parser.add_argument("parts", nargs="*", help="ratios, figures, write_cost; without any: all of them")
    options = parser.parse_args()
    try:
        target = json.loads((options.run_dir / "target.json").read_text())
        seed = json.loads((options.run_dir / "seed.json").read_text())
    except OSError as error:
        print(f"{error.filename} is missing: deploy and seed the server first.", file=sys.stderr)
        return 1
    if seed["scale"] < 1:
        print(f"The marks are for scale 1.0, the server has {seed['scale']}: `make seed`.", file=sys.stderr)
        return 1
    _remote(target["ssh"], PREPARE, stdin=_packed())
    try:
        parts = " ".join(options.parts)
        output = _remote(
            target["ssh"], f"cd {PLACE} && /opt/bantam/current/bin/python -m bench.remote.run {parts}"
        )
    finally:
        _remote(target["ssh"], f"rm -rf {PLACE}")
    found = json.loads(output.splitlines()[-1])
    (options.run_dir / "bench.json").write_text(
        json.dumps({"scale": seed["scale"], **found}, indent=2) + "\n"
    )
    return _tell(found)


def _packed() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for file in sorted(REMOTE.glob("*.py")):
            archive.add(file, f"bench/remote/{file.name}")
    return buffer.getvalue()


def _remote(ssh: list[str], command: str, stdin: bytes = b"") -> str:
    done = subprocess.run(
        [*ssh, "sudo", "-n", "sh", "-c", f"'{command}'"], input=stdin, stdout=subprocess.PIPE, check=False
    )
    if done.returncode:
        sys.exit(f"The bench could not go on: the server ended `{command[:60]}` with {done.returncode}.")
    return done.stdout.decode()


def _tell(found: dict[str, Any]) -> int:
    missed = 0
    for name, one in found.get("ratios", {}).items():
        missed += not (ok := one["ratio"] >= one["mark"])
        print(
            f"{'ok    ' if ok else 'MISSED'}  {name:12} {one['ratio']:5.2f} of {one['against']},"
            f" mark {one['mark']:.2f}; {one['per_second']:,}/s,"
            f" p50 {one['p50_ms']} ms, p99 {one['p99_ms']} ms"
        )
    for name, one in found.get("figures", {}).items():
        missed += not one["ok"]
        print(
            f"{'ok    ' if one['ok'] else 'MISSED'}  {name:18} p95 {one['p95_ms']:7.2f} ms,"
            f" promise {one['promise_ms']} ms;"
            f" p50 {one['p50_ms']}, p99 {one['p99_ms']}; slowest {one['slowest']}"
        )
    for kind, changes in found.get("write_cost", {}).items():
        for change, one in changes.items():
            print(
                f"        tasks {kind}, {change}: {one['wal_bytes']} bytes of WAL, {one['hot_share']:.0%} HOT"
            )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
