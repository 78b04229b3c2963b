"""`python -m loadtests.baseline.install --run-dir build/NAME before`: the typical app serves from then on."""

import argparse
import hashlib
import io
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import msgspec

from loadtests.errors import RefusedError
from loadtests.target import Target, read_target, trust

FOLDER = Path(__file__).parent
LOCK = Path("requirements/baseline.txt")
PYTHON = "3.13"  # Debian 13's
PLATFORMS = ("manylinux_2_28", "manylinux_2_17", "manylinux2014", "manylinux_2_5", "manylinux1")
READY_SECONDS = 60
SIDES = {"before": "stock", "tuned": "tuned"}


def main() -> int:
    """Install it on the run's sandbox, a copy of the project's server; exit code 1 if it does not serve."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.baseline.install", description=main.__doc__)
    parser.add_argument("--run-dir", type=Path, required=True, help="where target.json is")
    parser.add_argument("side", choices=SIDES, help="before: Debian's configuration; tuned: the project's")
    options = parser.parse_args()
    try:
        target = msgspec.structs.replace(read_target(options.run_dir / "target.json"), baseline=True)
        install(target, SIDES[options.side])
        (options.run_dir / "target.json").write_bytes(msgspec.json.encode(target))
    except RefusedError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def install(target: Target, database: str) -> None:
    """The typical app serves at the target's address, which must be a sandbox."""
    if target.kind != "sandbox":
        raise RefusedError(f"{target.url} is a {target.kind}: the typical app only goes to a sandbox.")
    machine = _on(target, "uname -m").decode().strip()
    archive = _archive(_packages(machine))
    directory = "/root/baseline"
    _on(target, f"rm -rf {directory} && mkdir {directory} && tar -xC {directory}", archive)
    _on(target, f"cd {directory} && sh install.sh {database}")
    _wait(target)


def switch_loading(target: Target, loading: str) -> None:
    """The typical app loads relations lazily, or joined."""
    _on(target, f"echo LOADING={loading} > /opt/baseline/environment && systemctl restart baseline.service")
    _wait(target)


def _packages(machine: str) -> Path:
    """Return the folder with the locked packages for the server, fetched once."""
    digest = hashlib.sha256(LOCK.read_bytes() + f"{PYTHON} {machine}".encode()).hexdigest()[:12]
    folder = Path(f"build/baseline/{digest}")
    if not folder.exists():
        draft = folder.with_suffix(".draft")
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
        ]
        command += ["--only-binary=:all:", "--require-hashes", f"--python-version={PYTHON}", "--upgrade"]
        command += [f"--platform={platform}_{machine}" for platform in PLATFORMS]
        done = subprocess.run(
            [*command, f"--target={draft}", f"--requirement={LOCK}"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RefusedError(f"Could not fetch the typical app's packages: {_last_line(done.stderr)}")
        draft.rename(folder)
    return folder


def _archive(packages: Path) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as tar:
        for file in (FOLDER / "server").iterdir():
            tar.add(file, arcname=file.name)
        tar.add(packages, arcname="packages")
        for file in (FOLDER / "app").glob("*.py"):
            tar.add(file, arcname=f"loadtests/baseline/app/{file.name}")
    return written.getvalue()


def _on(target: Target, command: str, stdin: bytes = b"") -> bytes:
    """Return what the command says on the server, which it runs on as root."""
    done = subprocess.run(
        [*target.ssh, f"sudo -n sh -c '{command}'"], input=stdin, capture_output=True, check=False
    )
    if done.returncode:
        raise RefusedError(f"{target.url} cannot become the baseline: {_last_line(done.stderr.decode())}")
    return done.stdout


def _wait(target: Target) -> None:
    context = trust(target.ca)()
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{target.url}/healthz", context=context, timeout=5) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise RefusedError(f"The typical app does not answer at {target.url} within {READY_SECONDS} s.")


def _last_line(text: str) -> str:
    return next(iter(text.strip().splitlines()[-1:]), "it did not say why")


if __name__ == "__main__":
    sys.exit(main())
