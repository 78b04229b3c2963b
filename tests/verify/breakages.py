"""Ways to break a deployed server, how to mend each, and exactly which checks must notice."""

from dataclasses import dataclass

import pytest

_SQL = "cd / && runuser -u postgres -- psql -Xqw -p 5432 -d bantam"
_HBA = "/etc/postgresql/17/main/pg_hba.conf"
_IDENT = "/etc/postgresql/17/main/pg_ident.conf"
_ACL = "/etc/redis/users.acl"
_LIBEVENT = "$(readlink -f /usr/lib/*/libevent-2.1.so.7)"
_SSHD = "/etc/ssh/sshd_config.d/00-broken.conf"
_POOLER = "cd / && runuser -u pgbouncer -- psql -Xqw -h /run/pgbouncer -p 6432 -d pgbouncer"
_NGINX = "/etc/nginx/nginx.conf"
_RELOAD_EDGE = "systemctl reload nginx && sleep 1"
_SECRET = "/etc/bantam/credentials/cursor-key"
_BACKUPS = "/var/lib/pgbackrest"
_LAST_BACKUP = f"{_BACKUPS}/backup/bantam/$(readlink {_BACKUPS}/backup/bantam/latest)"
_DRILLS = "/var/log/bantam/drills.jsonl"
_NEXT_WAL = f"{_SQL} -c \"SELECT pg_create_restore_point('verify')\" -c 'SELECT pg_switch_wal()' && sleep 5"
_WALS = f"{_NEXT_WAL} && {_NEXT_WAL} && {_NEXT_WAL}"
_WAL = f"$(ls {_BACKUPS}/archive/bantam/17-1/*/*.zst | tail -n 2 | head -n 1)"


@dataclass(frozen=True, kw_only=True)
class Breakage:
    """Shell commands that break and mend; `noticed_by` are the checks of verify/`file` that then fail."""

    file: str
    breaks: str
    mends: str
    noticed_by: set[str]


BREAKAGES = {
    "alerts that nobody judges": Breakage(
        file="test_alerts.py",
        breaks="systemctl disable --now --quiet bantam-alerts.timer",
        mends="systemctl enable --now --quiet bantam-alerts.timer",
        noticed_by={"test_timer[ActiveState-active]", "test_timer[UnitFileState-enabled]"},
    ),
    "channels that everybody can read": Breakage(
        file="test_alerts.py",
        breaks="chmod 644 /etc/bantam/credentials/alerts",
        mends="chmod 600 /etc/bantam/credentials/alerts",
        noticed_by={"test_channels_are_roots_alone"},
    ),
    "a history that nobody takes": Breakage(
        file="test_history.py",
        breaks="systemctl stop bantam-history.timer",
        mends="systemctl start bantam-history.timer",
        noticed_by={"test_timer[bantam-history-ActiveState-active]"},
    ),
    "a history that grows": Breakage(
        file="test_history.py",
        breaks=f"{_SQL} -c 'SELECT history.partition(20)' -c \"INSERT INTO history.samples"  # noqa: S608  ours
        " VALUES (now() - interval '18 days', '{}')\"",
        mends=f"{_SQL} -c 'SELECT history.partition(14)'",
        noticed_by={"test_no_sample_is_older_than_the_inventory_says"},
    ),
    "WAL that cannot be archived": Breakage(
        file="test_backup.py",
        breaks=f"chmod -R u-w {_BACKUPS}/archive && {_NEXT_WAL}",
        mends=f"chmod -R u+w {_BACKUPS}/archive && {_NEXT_WAL}",
        noticed_by={"test_the_last_wal_was_archived"},
    ),
    "WAL that was given up": Breakage(
        file="test_backup.py",
        breaks="echo 2026-01-01T00:00:00+00:00 0000000100000000000000AB > /var/lib/postgresql/archive-gaps",
        mends="rm /var/lib/postgresql/archive-gaps",
        noticed_by={"test_no_wal_was_given_up_since_the_last_backup"},
    ),
    "an archive that lacks a file": Breakage(
        file="test_backup.py",
        breaks=f"{_WALS} && file={_WAL} && mv $file /root/ && echo $file > /root/wal",
        mends="file=$(cat /root/wal) && mv /root/$(basename $file) $file && rm /root/wal",
        noticed_by={
            "test_all_wal_since_the_oldest_backup_is_there",
            "test_no_wal_of_todays_timeline_lacks",
        },
    ),
    "a backup that was moved away": Breakage(
        file="test_backup.py",
        breaks=f"mv {_LAST_BACKUP} /root/moved",
        mends=f"mv /root/moved {_LAST_BACKUP}",
        noticed_by={"test_every_backup_is_there_in_full"},
    ),
    "a backup that was cut short": Breakage(
        file="test_backup.py",
        breaks=f"cd {_LAST_BACKUP}/bundle && cp -a 1 /root/bundle && truncate -s -1 1",
        mends=f"mv /root/bundle {_LAST_BACKUP}/bundle/1",
        noticed_by={"test_every_backup_is_there_in_full"},
    ),
    "a repository for everybody": Breakage(
        file="test_backup.py",
        breaks=f"chmod 755 {_BACKUPS} && chmod 644 /etc/pgbackrest/conf.d/key.conf",
        mends=f"chmod 750 {_BACKUPS} && chmod 600 /etc/pgbackrest/conf.d/key.conf",
        noticed_by={"test_repository_is_private", "test_key_is_postgresqls_alone"},
    ),
    "data from before a restore": Breakage(
        file="test_backup.py",
        breaks="mkdir /var/lib/postgresql/17/before-restore",
        mends="rmdir /var/lib/postgresql/17/before-restore",
        noticed_by={"test_no_restore_waits_to_be_accepted"},
    ),
    "no timer for backups": Breakage(
        file="test_backup.py",
        breaks="systemctl disable --now bantam-backup.timer",
        mends="systemctl enable --now bantam-backup.timer",
        noticed_by={
            "test_timer[bantam-backup-ActiveState-active]",
            "test_timer[bantam-backup-UnitFileState-enabled]",
        },
    ),
    "a drill that failed": Breakage(
        file="test_backup.py",
        breaks=f'echo \'{{"at": "2026-01-01T00:00:00+00:00", "failed": "x"}}\' >> {_DRILLS}',
        mends=f"sed -i '$d' {_DRILLS}",
        noticed_by={"test_last_drill_succeeded"},
    ),
    "a setting by ALTER SYSTEM": Breakage(
        file="test_postgresql.py",
        breaks=f"{_SQL} -c \"ALTER SYSTEM SET work_mem = '17MB'\" -c 'SELECT pg_reload_conf()'",
        mends=f"{_SQL} -c 'ALTER SYSTEM RESET work_mem' -c 'SELECT pg_reload_conf()'",
        noticed_by={"test_size[work_mem]", "test_no_setting_was_changed_by_alter_system"},
    ),
    "a setting that waits for a restart": Breakage(
        file="test_postgresql.py",
        breaks=f"{_SQL} -c 'ALTER SYSTEM SET max_connections = 99' -c 'SELECT pg_reload_conf()'",
        mends=f"{_SQL} -c 'ALTER SYSTEM RESET max_connections' -c 'SELECT pg_reload_conf()'",
        noticed_by={"test_no_setting_waits_for_a_restart", "test_configuration_files_have_no_error"},
    ),
    "a trust rule": Breakage(
        file="test_postgresql.py",
        breaks=f"echo 'local bantam bantam_owner trust' >> {_HBA} && systemctl reload postgresql@17-main",
        mends=f"sed -i '/ trust$/d' {_HBA} && systemctl reload postgresql@17-main",
        # The socket's group keeps everybody out even so.
        noticed_by={"test_hba_asks_for_the_system_user_or_scram"},
    ),
    "the app may bypass the pool": Breakage(
        file="test_postgresql.py",
        breaks=f"echo 'pool bantam bantam_app' >> {_IDENT} && systemctl reload postgresql@17-main",
        mends=f"sed -i '$d' {_IDENT} && systemctl reload postgresql@17-main",
        # The socket's group keeps the app out even so.
        noticed_by={"test_only_the_pool_logs_in_as_another_role"},
    ),
    "the app has given itself a setting": Breakage(
        file="test_postgresql.py",
        breaks=f"{_SQL} -c 'ALTER ROLE bantam_app SET enable_indexscan = off'",
        mends=f"{_SQL} -c 'ALTER ROLE bantam_app RESET enable_indexscan'",
        noticed_by={"test_role_has_no_other_settings[bantam_app]"},
    ),
    "the app may create tables": Breakage(
        file="test_postgresql.py",
        breaks=f"{_SQL} -c 'GRANT CREATE ON SCHEMA public TO bantam_app'",
        mends=f"{_SQL} -c 'REVOKE CREATE ON SCHEMA public FROM bantam_app'",
        noticed_by={"test_role_may_not_create[bantam_app]"},
    ),
    "everybody may connect": Breakage(
        file="test_postgresql.py",
        breaks=f"{_SQL} -c 'GRANT CONNECT ON DATABASE bantam TO PUBLIC'",
        mends=f"{_SQL} -c 'REVOKE CONNECT ON DATABASE bantam FROM PUBLIC'",
        noticed_by={"test_public_has_no_privilege"},
    ),
    "a migration that is not in the sources": Breakage(
        file="test_postgresql.py",
        breaks=_SQL + " -c \"UPDATE schema_migrations SET sha256 = 'x' || sha256\"",  # noqa: S608  no input
        mends=_SQL + " -c 'UPDATE schema_migrations SET sha256 = substr(sha256, 2)'",  # noqa: S608
        noticed_by={"test_migrations_are_those_of_the_sources"},
    ),
    "an index by another name": Breakage(
        file="test_indexes.py",
        breaks=f"{_SQL} -c 'ALTER INDEX payments_paid_on RENAME TO payments_stray'",
        mends=f"{_SQL} -c 'ALTER INDEX payments_stray RENAME TO payments_paid_on'",
        noticed_by={
            "test_no_index_is_outside_the_catalogue",
            "test_index_is_valid[payments_paid_on]",
            "test_queries_use_index[payments_paid_on]",
            "test_a_query_needs_index[payments_paid_on]",
        },
    ),
    "a pool with other limits": Breakage(
        file="test_pgbouncer.py",
        breaks=f"{_POOLER} -c 'SET default_pool_size = 19' -c 'SET query_wait_timeout = 120'",
        mends=f"{_POOLER} -c RELOAD",
        noticed_by={
            "test_pool_size",
            "test_configuration_follows_the_inventory[query_wait_timeout-pool_timeout_s]",
        },
    ),
    "the app may run scripts in Redis": Breakage(
        file="test_redis.py",
        breaks=f"sed -i '/^user bantam /s/$/ +eval/' {_ACL} && systemctl restart redis-server",
        mends=f"sed -i 's/ +eval$//' {_ACL} && systemctl restart redis-server",
        noticed_by={"test_app_may_not[EVAL 'return 1' 0]"},
    ),
    "a rotation of the secrets that was cut off": Breakage(
        file="test_redis.py",
        breaks=f"sed -i '/^user bantam /s/$/ #{'0' * 64}/' {_ACL} && systemctl restart redis-server",
        mends=f"sed -i 's/ #{'0' * 64}$//' {_ACL} && systemctl restart redis-server",
        noticed_by={"test_user_has_one_password[bantam]"},
    ),
    "a socket that everybody may use": Breakage(
        file="test_redis.py",
        breaks="chmod 777 /run/redis/redis.sock",
        mends="chmod 770 /run/redis/redis.sock",
        noticed_by={"test_socket_is_for_the_app_only"},
    ),
    "a service runs the library before the upgrade": Breakage(
        file="test_base.py",
        breaks=f"cp -a {_LIBEVENT} {_LIBEVENT}.new && mv {_LIBEVENT}.new {_LIBEVENT}",
        mends="systemctl restart pgbouncer",
        noticed_by={"test_service_runs_what_is_installed[pgbouncer.service]"},
    ),
    "a security update waits": Breakage(
        file="test_base.py",
        breaks="cp /var/lib/dpkg/status /root/status &&"
        " sed -i '/^Package: libevent-2.1-7t64$/,/^$/ s/^Version: .*/&~0/' /var/lib/dpkg/status",
        mends="mv /root/status /var/lib/dpkg/status",
        noticed_by={"test_no_security_update_waits"},
    ),
    "a stranger listens": Breakage(
        file="test_base.py",
        breaks="systemd-run --quiet --collect --unit=verify-stranger python3 -m http.server 6379; sleep 1",
        mends="systemctl stop verify-stranger",
        noticed_by={"test_only_ssh_and_the_edge_listen"},
    ),
    "a stranger listens behind an open port": Breakage(
        file="test_base.py",
        breaks="systemd-run --quiet --collect --unit=verify-stranger python3 -m http.server 6379; sleep 1;"
        " nft add rule inet bantam input tcp dport 6379 accept",
        mends="systemctl stop verify-stranger; systemctl reload nftables",
        noticed_by={
            "test_only_ssh_and_the_edge_listen",
            "test_port_is_closed_from_outside[6379]",
            "test_firewall_lets_in_what_it_should",
        },
    ),
    "ssh with passwords and an old cipher": Breakage(
        file="test_base.py",
        breaks=f"printf 'PasswordAuthentication yes\\nCiphers aes128-cbc,aes256-ctr\\n' > {_SSHD};"
        " systemctl reload ssh; sleep 1",
        mends=f"rm {_SSHD}; systemctl reload ssh",
        noticed_by={
            "test_sshd[passwordauthentication-values0]",
            "test_ssh_offers_nothing_weak[-cbc-cipher in]",
            "test_ssh_offers_nothing_weak[-cbc-cipher out]",
        },
    ),
    "a secret that others may read": Breakage(
        file="test_app.py",
        breaks=f"chmod 644 {_SECRET}",
        mends=f"chmod 600 {_SECRET}",
        noticed_by={"test_secrets_are_roots_alone"},
    ),
    "a secret in a process's environment": Breakage(
        file="test_app.py",
        breaks="systemd-run --quiet --collect --unit=verify-leak"
        f" sh -c 'export LEAK=$(cat {_SECRET}); exec sleep 120'; sleep 1",
        mends="systemctl stop verify-leak",
        noticed_by={"test_no_secret_is_in[environ]"},
    ),
    "a worker that is down": Breakage(
        file="test_app.py",
        breaks="systemctl stop bantam-app@2",
        mends="systemctl start bantam-app@2",
        noticed_by={
            "test_worker[2-ActiveState-active]",
            "test_no_other_worker_runs",
            "test_kernel_prefers_the_worker_when_memory_runs_out[2]",
            "test_worker_has_its_own_user[2]",
            "test_worker_listens_on_no_tcp_port[2]",
            "test_worker_holds_the_shared_socket[2]",
            "test_worker_runs_the_current_release[2]",
        },
    ),
    "an edge that tells its version": Breakage(
        file="test_edge.py",
        breaks=f"sed -i 's/server_tokens off/server_tokens on/' {_NGINX} && {_RELOAD_EDGE}",
        mends=f"sed -i 's/server_tokens on/server_tokens off/' {_NGINX} && {_RELOAD_EDGE}",
        noticed_by={"test_does_not_tell_its_version"},
    ),
}


def each_breakage() -> list[object]:
    """One parameter a breakage, named after it."""
    return [pytest.param(breakage, id=name) for name, breakage in BREAKAGES.items()]
