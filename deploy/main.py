"""
The whole deploy from top to bottom: `pyinfra inventories/NAME.py deploy/main.py`.

`--data only=app` (or `only=app,edge`) deploys only the named components. `--data rotation=begin` replaces the
secrets and lets the services accept the former ones too; `rotation=finish` ends that.
"""

from pyinfra import config, host
from pyinfra.api.exceptions import DeployError
from pyinfra.operations import files

from deploy.alerts import alerts
from deploy.app import app, configuration
from deploy.backup import backup, backup_repository, refuse_half_a_change
from deploy.base import base
from deploy.build import build_release
from deploy.contradictions import refuse_contradictions
from deploy.edge import edge
from deploy.history import history
from deploy.lock import is_part_of_a_release, lock_server
from deploy.neighbors import refuse_neighbors
from deploy.operations.repository import BackupKey
from deploy.pgbouncer import pgbouncer
from deploy.postgresql import postgresql
from deploy.preflight import preflight, record_host, refuse_taken_ports
from deploy.record import UNDER_WAY
from deploy.redis import redis
from deploy.repository import repository
from deploy.secrets import ROTATION, load_secrets, refuse_missing_s3_keys, refuse_other_secrets
from deploy.settings import COMPONENTS, read_components, read_settings
from deploy.shell import CLEAN_SHELL
from deploy.sizing import BudgetError, Overrides, size_server
from deploy.sources import config_hash, sources_recorded

config.SHELL = CLEAN_SHELL
settings = read_settings(host.name, host.data.dict())
components = read_components(host.name, host.data.get("only"))
server = preflight(swap_mb=settings.swap_mb)
refuse_neighbors(settings.other_firewall)
refuse_taken_ports(server)
lock_server("deploy")
config.SUDO = server.login_user != "root"  # a bare server may not have sudo yet
try:
    sizes = size_server(
        ram_mb=server.ram_mb,
        cores=server.cores,
        disk_mb=server.disk_mb,
        app_workers=settings.app_workers,
        reserve_pool_size=settings.reserve_pool_size,
        overrides=Overrides(
            shared_buffers_mb=settings.shared_buffers_mb,
            effective_cache_size_mb=settings.effective_cache_size_mb,
            work_mem_mb=settings.work_mem_mb,
            maintenance_work_mem_mb=settings.maintenance_work_mem_mb,
            pool_size=settings.pool_size,
            redis_maxmemory_mb=settings.redis_maxmemory_mb,
        ),
    )
except BudgetError as error:
    raise DeployError(f"{host.name}: {error}.") from None
refuse_contradictions(host.name, settings, sizes)
refuse_other_secrets(
    host.name,
    settings.environment,
    found=server.password_sha256,
    found_backup_key=server.backup_key_sha256,
)
secrets = load_secrets(settings.environment, backup_key=host.get_fact(BackupKey))
rotation = host.data.get("rotation")
if rotation:
    secrets = ROTATION[rotation](settings.environment)
backups_to = repository(settings)
refuse_half_a_change(backups_to, components)
if settings.backup_repository == "s3":
    refuse_missing_s3_keys(host.name, settings.environment, secrets)
if secrets.replaced and not rotation and components != COMPONENTS:
    raise DeployError(
        f"{host.name}: a rotation of its secrets was cut off: finish it by `make rotate-secrets`."
    )
record_host(server, environment=settings.environment)
release = build_release(
    server.machine,
    configuration(
        sizes=sizes,
        workers=settings.app_workers,
        event_loop=settings.app_event_loop,
        max_body_kb=settings.max_body_kb,
    ),
)

if "base" in components:
    base(
        admins=settings.admins,
        login_user=server.login_user,
        root_login=server.root_login,
        ssh_ports=server.ssh_ports,
        connections_per_address=settings.connections_per_address,
        other_firewall=settings.other_firewall,
        swap_mb=settings.swap_mb,
        container=server.container,
    )
if "backup" in components:
    backup_repository(repository=backups_to, fulls_kept=settings.backup_fulls_kept, secrets=secrets)
if "postgresql" in components:
    postgresql(
        sizes=sizes,
        secrets=secrets,
        app_statement_timeout_ms=settings.app_statement_timeout_ms,
        log_slow_statement_ms=settings.log_slow_statement_ms,
        repository=backups_to,
    )
if "backup" in components:
    backup(
        repository=backups_to,
        fulls_kept=settings.backup_fulls_kept,
        hour=settings.backup_hour,
        secrets=secrets,
    )
if "pgbouncer" in components:
    pgbouncer(
        sizes=sizes,
        pool_timeout_s=settings.pool_timeout_s,
        connect_timeout_s=settings.connect_timeout_s,
        max_client_connections=settings.max_client_connections,
        max_prepared_statements=settings.max_prepared_statements,
    )
if "redis" in components:
    redis(sizes=sizes, secrets=secrets)
if "app" in components:
    app(
        release=release,
        sizes=sizes,
        secrets=secrets,
        workers=settings.app_workers,
        releases_kept=settings.releases_kept,
        seed_allowed=settings.seed_allowed,
    )
if "history" in components:
    history(days=settings.history_days)
if "alerts" in components:
    alerts(server_name=settings.server_name, quiet_hours=settings.alert_quiet_hours, secrets=secrets)
if "edge" in components:
    edge(
        server_name=settings.server_name,
        server_address=settings.server_address,
        tls_issuer=settings.tls_issuer,
        acme_email=settings.acme_email,
        max_body_kb=settings.max_body_kb,
        requests_per_second_per_client=settings.requests_per_second_per_client,
        requests_per_second_per_address=settings.requests_per_second_per_address,
        ipv6=server.ipv6,
        ca_copy=f"build/{settings.environment}/ca.crt",
    )
if not is_part_of_a_release():
    files.file(name="Forget a release that was cut off", path=UNDER_WAY, present=False)
sources_recorded(name="Record the sources", sources=config_hash(), whole=components == COMPONENTS)
