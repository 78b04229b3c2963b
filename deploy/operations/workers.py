"""Which of the app's workers are there."""

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import FactBase, operation


class Workers(FactBase[list[str]]):
    """The app's loaded worker units: ["bantam-app@1.service", ...]."""

    default = list

    def command(self) -> str:
        """Plain names, one per line."""
        return "systemctl list-units --all --plain --no-legend 'bantam-app@*.service' | awk '{print $1}'"

    def process(self, output: list[str]) -> list[str]:
        """As printed."""
        return output


@operation()
def surplus_workers_stopped(workers: int) -> Generator[str]:
    """
    No worker above this number is running or enabled.

    + workers: the number of workers
    """
    wanted = {f"bantam-app@{worker}.service" for worker in range(1, workers + 1)}
    loaded: list[str] = host.get_fact(Workers)
    surplus = sorted(set(loaded) - wanted)
    if not surplus:
        host.noop(f"{workers} workers, none surplus")
    for name in surplus:
        yield f"systemctl disable --now --quiet {name}"
