from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SHAPE = """
users: 8
users_per_second: 40
seconds: 4
warm_up_seconds: 1
rest_seconds: 0.5
think_seconds: [0.1, 0.3]
warm_up_think_seconds: [0.1, 0.3]
"""


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
