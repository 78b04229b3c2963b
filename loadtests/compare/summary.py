"""summary.json of a comparison."""

import msgspec

from loadtests.compare.figures import Compared
from loadtests.evidence.inputs import Host
from loadtests.target import Seed


class Comparison(msgspec.Struct, frozen=True):
    """All phases, and where they were run."""

    time: str
    git_revision: str
    host: Host
    seed: Seed
    phases: list[Compared]
