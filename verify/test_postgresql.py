"""PostgreSQL: sized for its server, durable, unix sockets only, and few privileges for every role."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from verify.expected import expected_size
from verify.probes.connection import Connection
from verify.probes.inventory import ROOT
from verify.probes.rediscli import redis
from verify.probes.secret import Secret
from verify.probes.units import Unit

UNIT = "postgresql@17-main.service"
Catalog = Callable[[str], list[dict[str, Any]]]

MEGABYTES = {"8kB": 8 / 1024, "kB": 1 / 1024, "MB": 1.0}
LOGINS = {
    "bantam_app": "none",
    "bantam_history": "none",
    "bantam_monitor": "scram",
    "pgbouncer": "none",
    "postgres": "none",
}
TIMEOUTS = {
    "bantam_app": {
        "statement_timeout",
        "lock_timeout",
        "idle_in_transaction_session_timeout",
        "transaction_timeout",
    },
    "bantam_history": {"statement_timeout", "lock_timeout"},
    "bantam_monitor": {"statement_timeout", "idle_in_transaction_session_timeout"},
    "pgbouncer": {"statement_timeout"},
}

ROLES = ["bantam_owner", "bantam_app", "bantam_history", "bantam_monitor", "bantam_statistics", "pgbouncer"]
OTHER_SETTINGS = {"bantam_app": {"pg_trgm.word_similarity_threshold"}}


@pytest.fixture(scope="module")
def running(catalog: Catalog) -> dict[str, dict[str, Any]]:
    """Every effective setting, by name."""
    return {row["name"]: row for row in catalog("settings")}


@pytest.fixture(scope="module")
def roles(catalog: Catalog) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in catalog("roles")}


def megabytes(setting: dict[str, Any]) -> float:
    return float(setting["setting"]) * MEGABYTES[setting["unit"]]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("ActiveState", {"active"}),
        ("UnitFileState", {"enabled", "enabled-runtime"}),
        ("NeedDaemonReload", {"no"}),
        ("Restart", {"on-failure"}),
        ("StartLimitIntervalUSec", {"0"}),
        ("OOMScoreAdjust", {"-900"}),
    ],
)
def test_service(unit: Callable[[str], Unit], name: str, values: set[str]) -> None:
    assert unit(UNIT).properties[name] in values


def test_kernel_spares_it_when_memory_runs_out(unit: Callable[[str], Unit]) -> None:
    assert unit(UNIT).oom_score_adj() == -900


def test_runs_as_its_own_user(unit: Callable[[str], Unit]) -> None:
    assert unit(UNIT).process("user") == "postgres"


def test_exposure(unit: Callable[[str], Unit]) -> None:
    assert unit(UNIT).exposure() <= 4.5


def test_listens_on_no_tcp_port(unit: Callable[[str], Unit]) -> None:
    assert unit(UNIT).tcp_listeners() == []


def test_data_directory_is_private(host: Any, running: dict[str, dict[str, Any]]) -> None:
    directory = host.file(running["data_directory"]["setting"])
    assert (directory.user, oct(directory.mode)) == ("postgres", "0o700")


@pytest.mark.parametrize(
    "name", ["shared_buffers", "effective_cache_size", "work_mem", "maintenance_work_mem"]
)
def test_size(
    running: dict[str, dict[str, Any]], settings: dict[str, Any], machine: dict[str, int], name: str
) -> None:
    promised = expected_size(f"{name}_mb", settings=settings, **machine)
    assert megabytes(running[name]) == promised


def test_worst_case_fits_into_the_servers_memory(
    running: dict[str, dict[str, Any]],
    machine: dict[str, int],
    connection: Connection,
    secrets: dict[str, Secret],
    pool_size: int,
) -> None:
    ([_, maxmemory],) = redis(
        connection, "monitor", secrets["redis_monitor_password"], "CONFIG GET maxmemory"
    )
    demand = {
        "shared_buffers": megabytes(running["shared_buffers"]),
        "the pool's work_mem": pool_size * megabytes(running["work_mem"]) * 1.5,
        "autovacuum": int(running["autovacuum_max_workers"]["setting"])
        * megabytes(running["autovacuum_work_mem"]),
        "maintenance": megabytes(running["maintenance_work_mem"]),
        "Redis": int(maxmemory) / 2**20,
        "the system, the app and the edge, at the very least": 250,
    }
    assert sum(demand.values()) <= machine["ram_mb"], demand


def test_connections_have_room_for_the_pool_and_people(
    running: dict[str, dict[str, Any]], settings: dict[str, Any], pool_size: int
) -> None:
    reserved = sum(
        int(running[name]["setting"]) for name in ("superuser_reserved_connections", "reserved_connections")
    )
    needed = pool_size + settings["reserve_pool_size"] + reserved
    assert int(running["max_connections"]["setting"]) > needed


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("data_checksums", "on"),
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("listen_addresses", ""),
        ("unix_socket_directories", "/run/postgresql"),
        ("unix_socket_group", "pgbouncer"),
        ("unix_socket_permissions", "0770"),
        ("password_encryption", "scram-sha-256"),
        ("jit", "off"),
        ("hash_mem_multiplier", "1"),
        ("random_page_cost", "1.1"),
        ("effective_io_concurrency", "200"),
        ("autovacuum", "on"),
        ("track_io_timing", "on"),
        ("log_lock_waits", "on"),
        ("log_connections", "on"),
        ("log_checkpoints", "on"),
        ("log_statement", "none"),
        ("log_parameter_max_length", "0"),
        ("log_parameter_max_length_on_error", "0"),
        ("auto_explain.log_parameter_max_length", "0"),
    ],
)
def test_setting(running: dict[str, dict[str, Any]], name: str, value: str) -> None:
    assert running[name]["setting"] == value


def test_version(running: dict[str, dict[str, Any]]) -> None:
    assert running["server_version_num"]["setting"].startswith("17")


def test_slow_statements_are_logged(running: dict[str, dict[str, Any]], settings: dict[str, Any]) -> None:
    assert running["log_min_duration_statement"]["setting"] == str(settings["log_slow_statement_ms"])


def test_autovacuum_has_a_limit_of_its_own(running: dict[str, dict[str, Any]]) -> None:
    assert running["autovacuum_work_mem"]["setting"] != "-1"


@pytest.mark.parametrize("library", ["pg_stat_statements", "auto_explain"])
def test_library_is_loaded(running: dict[str, dict[str, Any]], library: str) -> None:
    assert library in running["shared_preload_libraries"]["setting"].split(",")


def test_no_setting_waits_for_a_restart(running: dict[str, dict[str, Any]]) -> None:
    assert [name for name, row in running.items() if row["pending_restart"]] == []


def test_no_setting_was_changed_by_alter_system(running: dict[str, dict[str, Any]]) -> None:
    by_hand = [n for n, row in running.items() if str(row["sourcefile"]).endswith("postgresql.auto.conf")]
    assert by_hand == []


def test_no_setting_is_tied_to_a_database(catalog: Catalog) -> None:
    assert catalog("session_settings") == []


def test_configuration_files_have_no_error(catalog: Catalog) -> None:
    assert catalog("file_errors") == []


def test_configuration_files_are_loaded(catalog: Catalog) -> None:
    assert [row["name"] for row in catalog("configuration_age") if row["loaded_after"] < 0] == []


def test_hba_has_no_error(catalog: Catalog) -> None:
    assert [row for row in catalog("hba") if row["error"]] == []


def test_hba_lets_in_unix_sockets_only(catalog: Catalog) -> None:
    assert {row["type"] for row in catalog("hba")} == {"local"}


def test_hba_asks_for_the_system_user_or_scram(catalog: Catalog) -> None:
    assert [row for row in catalog("hba") if row["auth_method"] not in {"peer", "scram-sha-256"}] == []


def test_hba_has_no_rule_for_everybody(catalog: Catalog) -> None:
    assert [row for row in catalog("hba") if "all" in row["user_name"]] == []


def test_only_the_pool_logs_in_as_another_role(catalog: Catalog) -> None:
    expected = {"map_name": "pool", "sys_name": "pgbouncer", "pg_username": "bantam_app", "error": None}
    assert catalog("ident") == [expected]


@pytest.mark.parametrize(
    ("user", "role"),
    [
        ("bantam", "postgres"),
        ("bantam", "bantam_owner"),
        ("bantam", "bantam_app"),
        ("root", "bantam_app"),
        ("root", "postgres"),
    ],
)
def test_nobody_becomes_another_role(host: Any, user: str, role: str) -> None:
    refused = host.run(
        "cd / && runuser -u %s -- psql -XAtqw -p 5432 -h /run/postgresql -U %s -d bantam -c 'SELECT 1'",
        user,
        role,
    )
    assert refused.failed
    reasons = ("authentication failed", "no pg_hba.conf entry", "Permission denied")
    assert any(reason in refused.stderr for reason in reasons)


def test_wrong_password_is_refused(connection: Connection) -> None:
    client = "psql -XAtqw -p 5432 -h /run/postgresql -U bantam_monitor -d bantam -c 'SELECT 1'"
    done = connection.run(f"f=$(mktemp) && cat > $f && PGPASSFILE=$f {client}; rm $f", "*:*:*:*:wrong\n")
    assert "password authentication failed" in done.stderr


def test_who_may_log_in_and_how(roles: dict[str, dict[str, Any]]) -> None:
    assert {name: row["password"] for name, row in roles.items() if row["may_login"]} == LOGINS


def test_every_password_is_hashed_by_scram(roles: dict[str, dict[str, Any]]) -> None:
    assert {row["password"] for row in roles.values()} <= {"none", "scram"}


def test_one_superuser(roles: dict[str, dict[str, Any]]) -> None:
    assert [name for name, row in roles.items() if row["superuser"]] == ["postgres"]


@pytest.mark.parametrize("role", ROLES)
def test_role_has_no_powers(roles: dict[str, dict[str, Any]], role: str) -> None:
    assert not roles[role]["has_powers"]


@pytest.mark.parametrize(
    ("role", "groups"),
    [
        ("bantam_owner", []),
        ("bantam_app", []),
        ("bantam_history", []),
        ("bantam_monitor", ["pg_monitor"]),
        ("bantam_statistics", ["pg_monitor"]),
        ("pgbouncer", []),
    ],
)
def test_role_is_member_of(roles: dict[str, dict[str, Any]], role: str, groups: list[str]) -> None:
    assert roles[role]["member_of"] == groups


@pytest.mark.parametrize("role", ["bantam_owner", "bantam_statistics"])
def test_owner_never_logs_in(roles: dict[str, dict[str, Any]], role: str) -> None:
    assert not roles[role]["may_login"]


@pytest.mark.parametrize("role", ROLES)
def test_role_has_no_other_settings(roles: dict[str, dict[str, Any]], role: str) -> None:
    """A role may change its own settings: ALTER ROLE ... RESET takes it back, as the next deploy does."""
    names = {setting.partition("=")[0] for setting in roles[role]["settings"]}
    assert names == TIMEOUTS.get(role, set()) | OTHER_SETTINGS.get(role, set())


@pytest.mark.parametrize("role", TIMEOUTS)
def test_role_has_timeouts(roles: dict[str, dict[str, Any]], role: str) -> None:
    values = dict(setting.split("=", 1) for setting in roles[role]["settings"])
    unlimited = {name for name in TIMEOUTS[role] if values.get(name, "0").rstrip("mins") in {"", "0"}}
    assert unlimited == set()


def test_app_statement_timeout(roles: dict[str, dict[str, Any]], settings: dict[str, Any]) -> None:
    assert f"statement_timeout={settings['app_statement_timeout_ms']}ms" in roles["bantam_app"]["settings"]


@pytest.mark.parametrize("role", TIMEOUTS)
def test_role_has_a_connection_limit(roles: dict[str, dict[str, Any]], role: str) -> None:
    assert roles[role]["connection_limit"] > 0


@pytest.mark.parametrize("role", ["bantam_app", "bantam_history", "bantam_monitor", "pgbouncer"])
def test_role_owns_nothing(catalog: Catalog, role: str) -> None:
    assert [row for row in catalog("owned") if row["role"] == role] == []


@pytest.mark.parametrize("role", ["bantam_app", "bantam_history", "bantam_monitor", "pgbouncer"])
def test_role_may_not_create(catalog: Catalog, role: str) -> None:
    assert [row["place"] for row in catalog("may_create") if row["role"] == role] == []


def test_public_has_no_privilege(catalog: Catalog) -> None:
    assert catalog("public_privileges") == []


def test_owner_owns_the_application(catalog: Catalog) -> None:
    assert catalog("owners") == []


def test_app_reads_and_writes_rows_only(catalog: Catalog) -> None:
    assert catalog("app_reach") == []


def test_views_for_monitoring_are_theirs(catalog: Catalog) -> None:
    """The app's admins and the history have these functions, and read no view."""
    assert catalog("monitoring_reach") == [
        {"role": "bantam_app", "thing": "history.chart(integer)"},
        {"role": "bantam_history", "thing": "history.keep(jsonb,integer)"},
        {"role": "bantam_history", "thing": "history.now()"},
        {"role": "bantam_app", "thing": "history.outlook()"},
        {"role": "bantam_app", "thing": "monitoring.connections()"},
        {"role": "bantam_app", "thing": "monitoring.performance()"},
        {"role": "bantam_app", "thing": "monitoring.plan(text)"},
        {"role": "bantam_app", "thing": "monitoring.statement(text)"},
    ]


def test_lookup_role_reaches_one_function(catalog: Catalog) -> None:
    assert [row["thing"] for row in catalog("lookup_reach")] == ["pgbouncer.user_lookup(text)"]


def test_definer_functions_pin_their_search_path_and_look_at_temporary_tables_last(catalog: Catalog) -> None:
    assert [row["function"] for row in catalog("definers") if not row["pins_search_path"]] == []


def test_definer_functions_are_not_publics(catalog: Catalog) -> None:
    assert [row["function"] for row in catalog("definers") if row["is_public"]] == []


def test_extensions(catalog: Catalog) -> None:
    assert [row["name"] for row in catalog("extensions")] == [
        "hypopg",
        "pg_stat_statements",
        "pg_trgm",
        "pgstattuple",
        "plpgsql",
    ]


def test_the_planner_knows_that_comparing_trigrams_is_dear(catalog: Catalog) -> None:
    assert [row["cost"] for row in catalog("trigram_costs")] == [100, 100, 100]


def test_languages(catalog: Catalog) -> None:
    assert {row["name"] for row in catalog("languages")} == {"c", "internal", "plpgsql", "sql"}


@pytest.mark.parametrize(
    ("name", "value"), [("encoding", "UTF8"), ("provider", "b"), ("owner", "bantam_owner")]
)
def test_database(catalog: Catalog, name: str, value: str) -> None:
    [row] = [row for row in catalog("databases") if row["name"] == "bantam"]
    assert row[name] == value


def test_no_page_had_a_wrong_checksum(catalog: Catalog) -> None:
    assert {
        row["name"]: row["checksum_failures"] for row in catalog("databases") if row["checksum_failures"]
    } == {}


def test_migrations_are_those_of_the_sources(host: Any, catalog: Catalog) -> None:
    files = {
        file.name.removesuffix(".up.sql"): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in (ROOT / "app" / "agency" / "migrations").glob("*.up.sql")
    }
    applied = {row["version"]: row["sha256"] for row in catalog("migrations")}
    # A contract waits while the release that a rollback leads to does not have it.
    known = host.check_output("ls /opt/bantam/previous/lib/python3*/site-packages/app/*/migrations || true")
    missing = files.keys() - applied.keys() if known else set()
    waiting = {each for each in missing if each.endswith("_contract") and f"{each}.up.sql" not in known}
    assert applied == {version: files[version] for version in files.keys() - waiting}
