"""`python -m loadtests.ask --run-dir build/NAME PATH`: one request as a seeded user, for a first look."""

import argparse
import json
import signal
import sys
import urllib.error
import urllib.request
from pathlib import Path

from loadtests.errors import RefusedError
from loadtests.target import read_seed, read_target, read_users, trust


def main() -> int:
    """Print status, headers and body; exit code 1 unless it is 2xx."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.ask", description=main.__doc__)
    parser.add_argument("--run-dir", type=Path, required=True, help="where target.json and seed.json are")
    parser.add_argument("--user", type=int, default=1, help="1 is an admin, 2 a project manager, 11 a member")
    parser.add_argument("path", help="/api/...; /docs lists them")
    options = parser.parse_args()
    try:
        return ask(options.run_dir, options.user, options.path)
    except (RefusedError, OSError) as error:
        print(error, file=sys.stderr)
        return 1


def ask(run_dir: Path, user: int, path: str) -> int:
    """Send one GET and print the response."""
    target = read_target(run_dir / "target.json")
    token = read_users(target, read_seed(run_dir)).token(user)
    request = urllib.request.Request(  # noqa: S310  (the target's address is https by its type)
        target.url + path, headers={"authorization": f"Bearer {token}"}
    )
    try:
        answer = urllib.request.urlopen(request, context=trust(target.ca)(), timeout=30)  # noqa: S310
    except urllib.error.HTTPError as refusal:
        answer = refusal
    with answer:
        print(answer.status, *(f"{name}: {value}" for name, value in answer.headers.items()), sep="\n")
        body = answer.read()
    is_json = "json" in answer.headers.get("content-type", "")
    print(json.dumps(json.loads(body), indent=2, ensure_ascii=False) if is_json else body.decode())
    return 0 if answer.status < 300 else 1


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a traceback
    sys.exit(main())
