"""PostgreSQL on this server: the one that serves, and those that run on a copy of its data."""

from dataclasses import dataclass
from pathlib import Path

from .commands import BackupError, as_postgres, run

PROGRAMS = Path("/usr/lib/postgresql/17/bin")
_PSQL = ("psql", "-XAtqw", "-v", "ON_ERROR_STOP=1", "-p", "5432")


@dataclass(frozen=True)
class Postgres:
    """One of them: its systemd unit, its data directory and the directory of its socket."""

    unit: str
    data: Path
    socket: Path

    def value(self, sql: str, database: str = "postgres") -> str:
        """The one value of a query; BackupError if it fails."""
        done = run(*as_postgres(*_PSQL, "-h", self.socket, "-d", database, "-c", sql))
        if done.returncode:
            said = (done.stderr.strip().splitlines() or ["no answer"])[0]
            raise BackupError(f"PostgreSQL in {self.data} does not answer: {said.rstrip('.')}.")
        return done.stdout.strip()

    def is_ready(self) -> bool:
        """Whether it accepts connections."""
        ask = as_postgres(PROGRAMS / "pg_isready", "-q", "-h", self.socket, "-p", "5432")
        return run(*ask).returncode == 0

    def serves(self) -> bool:
        """Whether the database can be read: one that has lost files still accepts connections."""
        try:
            return self.value("SELECT 1", "bantam") == "1"
        except BackupError:
            return False

    def is_running(self) -> bool:
        """Whether its unit runs."""
        return run("systemctl", "is-active", "--quiet", self.unit).returncode == 0

    def control(self) -> dict[str, str]:
        """What pg_controldata says, by its labels; empty if the data cannot be read."""
        done = run(*as_postgres(PROGRAMS / "pg_controldata", self.data))
        if done.returncode:
            return {}
        pairs = (line.partition(":") for line in done.stdout.splitlines())
        return {label.strip(): value.strip() for label, _, value in pairs}


_CLUSTERS = Path("/var/lib/postgresql/17")
LIVE = Postgres("postgresql@17-main.service", _CLUSTERS / "main", Path("/run/postgresql"))
DRILLED = Postgres("bantam-drilled.service", _CLUSTERS / "drilled", Path("/run/bantam-drilled"))
RESTORED = Postgres("bantam-restored.service", _CLUSTERS / "restored", Path("/run/bantam-restored"))
