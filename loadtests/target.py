"""The server under load, as target.json describes it, and the seeded users of the load test."""

import hashlib
import hmac
import ssl
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from typing import Annotated

import msgspec

from loadtests.errors import RefusedError
from loadtests.files import read_bytes, read_json
from loadtests.randomness import CHANCE

SCREENS = 4
DRAWS = 20
HINT = "`make load` writes it from the inventory"


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    The server to load.

    `ssh` is a complete argument list to which a remote command can be appended; `proven_on` is for releases,
    and `baseline` says that the typical app serves there (loadtests/baseline).
    """

    url: Annotated[str, msgspec.Meta(pattern=r"^https://[^/]+$")]
    ca: str | None
    seed_token_key_file: str
    ssh: Annotated[list[str], msgspec.Meta(min_length=1)]
    kind: str
    proven_on: str | None = None
    baseline: bool = False


class Seed(msgspec.Struct, frozen=True):
    """seed.json: what the database was filled with; `users` have the ids from 1 on, `work` None is 1."""

    scale: float
    users: Annotated[int, msgspec.Meta(ge=1)]
    seconds: float
    rows: int | None = None
    work: int | None = None


class SeededUsers:
    """The seeded users: ids 1 to `count`, each with one token derived from the key; user 1 is an admin."""

    def __init__(self, key: bytes, count: int) -> None:
        self._key = key
        self.count = count
        self._of_role: dict[str, list[int]] = {}
        self._at_work: Counter[int] = Counter()
        self._weights: dict[str, list[float]] = {}

    def know(self, role: str, users: list[int]) -> None:
        """Let `draw` return one of the users for the role."""
        self._of_role[role] = sorted(users)
        # Zipf with exponent 1: the nth user has weight 1/n, so a few users make most of the traffic.
        self._weights[role] = list(accumulate(1 / rank for rank in range(1, len(users) + 1)))

    def draw(self, role: str, instead_of: int | None = None) -> int:
        """Return the id of a user of the role, the first ones far more often than the last ones."""
        if instead_of is not None:
            self._at_work[instead_of] -= 1
        drawn = [self._any(role) for _ in range(DRAWS)]
        # Who sits at a few screens already gets no more: the edge limits what one person may ask for.
        user = next((each for each in drawn if self._at_work[each] < SCREENS), None)
        user = min(drawn, key=lambda each: self._at_work[each]) if user is None else user
        self._at_work[user] += 1
        return user

    def _any(self, role: str) -> int:
        users, weights = self._of_role[role], self._weights[role]
        point = CHANCE.uniform(0, weights[-1])
        return users[min(bisect_left(weights, point), len(users) - 1)]

    def token(self, user_id: int) -> str:
        """Return the bearer token of the user."""
        return "bt_" + hmac.new(self._key, f"user:{user_id}".encode(), hashlib.sha256).hexdigest()


def read_target(path: Path) -> Target:
    """Return the server that the file describes."""
    return read_json(path, Target, HINT)


def read_seed(run_dir: Path) -> Seed:
    """Return the output of seeding the run's server."""
    return read_json(run_dir / "seed.json", Seed, "`make seed` writes it")


def read_users(target: Target, seed: Seed) -> SeededUsers:
    """Return the seeded users; their key is the text of a file, without surrounding white space."""
    key = read_bytes(Path(target.seed_token_key_file), "it holds the inventory's `seed_token_key`").strip()
    if not key:
        raise RefusedError(
            f"{target.seed_token_key_file}: the file is empty; it must contain the `seed_token_key`."
        )
    return SeededUsers(key, seed.users)


def trust(ca: str | None) -> Callable[..., ssl.SSLContext]:
    """
    Return a factory of TLS contexts that trust only the CA file, or the system's CAs without one.

    FastHttpUser verifies nothing by default. It calls the factory with its own CA bundle and, if the
    factory takes no argument, adds that bundle to the context: hence the unused argument.
    """
    try:
        context = ssl.create_default_context(cafile=ca)
    except OSError as error:
        raise RefusedError(
            f"{ca}: no certificate authority could be read from the file ({error.strerror})."
        ) from None

    def context_for(cafile: str | None = None) -> ssl.SSLContext:  # noqa: ARG001
        return context

    return context_for
