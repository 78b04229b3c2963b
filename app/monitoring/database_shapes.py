"""The API's schemas for what PostgreSQL says of itself, for admins."""

from datetime import datetime

from app.http.shapes import Shape


class Totals(Shape, frozen=True):
    """The whole database since its statistics began; sizes in bytes."""

    started_at: datetime
    bytes: int
    buffer_hit_percent: float | None
    commits: int
    rollbacks: int
    deadlocks: int
    temp_files: int
    temp_bytes: int
    connections_allowed: int
    connections: int
    wraparound_percent: float
    checkpoints_timed: int
    checkpoints_requested: int
    wal_bytes: int
    wal_archived: int
    wal_archive_failures: int
    wal_archived_at: datetime | None
    idle_replication_slots: int


class Statement(Shape, frozen=True):
    """One of the app's statements, parameters in place of values; `share_percent` is of all their time."""

    id: str
    calls: int
    total_ms: float
    share_percent: float | None
    mean_ms: float
    longest_ms: float
    rows: int
    buffer_hit_percent: float | None
    query: str


class Plan(Shape, frozen=True):
    """A statement with its plan for parameters of any value, or why PostgreSQL makes none."""

    statement: Statement
    plan: str | None
    refused: str | None


class Table(Shape, frozen=True):
    """One table with its indexes; `oldest_transaction` is an age in transactions."""

    name: str
    bytes: int
    live_rows: int
    dead_rows: int
    dead_percent: float | None
    vacuumed_at: datetime | None
    analyzed_at: datetime | None
    sequential_scans: int
    index_scans: int | None
    hot_updates_percent: float | None
    oldest_transaction: int


class Index(Shape, frozen=True):
    """One index and how often it was used."""

    name: str
    table_name: str
    bytes: int
    scans: int
    is_unique: bool
    is_valid: bool


class Performance(Shape, frozen=True):
    """The most expensive statements, the largest tables, and the indexes that nobody uses or can use."""

    totals: Totals
    statements: list[Statement]
    tables: list[Table]
    unused_indexes: list[Index]
    invalid_indexes: list[Index]


class Session(Shape, frozen=True):
    """One session; seconds since its state, and since its transaction began."""

    pid: int
    role: str | None
    application: str
    state: str | None
    waits_for: str | None
    event: str | None
    state_s: float | None
    transaction_s: float | None
    blocked_by: list[int]
    query: str


class Blocked(Shape, frozen=True):
    """A session that waits for a lock, and one that holds it."""

    pid: int
    role: str | None
    waits_s: float | None
    query: str
    holder: int
    holder_role: str | None
    holder_state: str | None
    holder_transaction_s: float | None
    holder_query: str


class Connections(Shape, frozen=True):
    """Every session of PostgreSQL, and how many there may be."""

    allowed: int
    used: int
    sessions: list[Session]
    blocked: list[Blocked]
