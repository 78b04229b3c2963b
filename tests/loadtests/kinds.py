from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificates:
    ca: Path
    other_ca: Path
    server: Path
    other_server: Path


@dataclass(frozen=True)
class Finished:
    code: int
    out: str
    err: str
    run_dir: Path


Load = Callable[..., Finished]
