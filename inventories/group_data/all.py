"""Every setting, its default and its reason. An inventory overrides what differs for its servers.

Sizes that say None come from the server's RAM, cores and disk (deploy/sizing.py). Set one to
override it: the whole server's memory budget is checked against its RAM either way.
Each inventory must also set `environment` (names the secrets and the evidence) and `server_name`
(the public DNS name, used in the certificate).
"""

from inventories.connection import without_delay as _without_delay

# --- the connection -------------------------------------------------------------------------------

# pyinfra's own settings of the connection are ssh_user, ssh_port, ssh_key and so on. This one sends small
# packets at once, as OpenSSH does: a deploy that changes nothing takes 5 s instead of 18.
ssh_paramiko_connect_kwargs = {"transport_factory": _without_delay}

# --- base -----------------------------------------------------------------------------------------

# People with a shell: user name -> ssh public key. They may sudo. After the deploy only they, root and
# the user who deployed may use ssh, and only with a key: list everyone who must keep access. Who is removed
# from here loses keys, groups and sessions at the next deploy.
admins: dict[str, str] = {}

# An address for the certificate in addition to the name, for servers without DNS (the sandbox).
server_address: str | None = None

# Swap is a cushion for short peaks, not memory: 1 GB is enough to survive one and small enough
# that a leak still ends in a restart. Ignored in a container, which cannot have swap.
swap_mb = 1024

# --- postgresql -----------------------------------------------------------------------------------

# From the server's RAM (docs/sizing.md).
shared_buffers_mb: int | None = None
effective_cache_size_mb: int | None = None
work_mem_mb: int | None = None
maintenance_work_mem_mb: int | None = None

# A statement that takes longer is broken: the app gets an error instead of a stuck worker.
app_statement_timeout_ms = 5_000

# Statements slower than this are logged, with their plan at twice the time (auto_explain).
log_slow_statement_ms = 250

# --- backup ---------------------------------------------------------------------------------------

# Where the encrypted backups and the archived WAL go (docs/backups.md): "path", a directory of the server;
# "s3", a bucket; "sftp", another server. On the server's own disk they help against mistakes, not against
# its loss.
backup_repository = "path"

# The directory there: of the server, in the bucket, or of the other server.
backup_path = "/var/lib/pgbackrest"

# For "s3", the provider's endpoint without the bucket (s3.eu-central-1.amazonaws.com); for "sftp", the other
# server.
backup_host: str | None = None

# None: 443 for "s3", 22 for "sftp".
backup_port: int | None = None

# For "s3"; its keys are `backup_s3_key` and `backup_s3_secret` in inventories/secrets/ENVIRONMENT.yml.
backup_bucket: str | None = None
backup_region: str | None = None

# For "sftp": the user there, and the other server's host key, so that no third one gets the backups:
# ssh-keyscan HOST | ssh-keygen -lf -   prints several, and which one it is depends on pgBackRest
backup_user: str | None = None
backup_host_fingerprint: str | None = None

# The hour (UTC) of the daily backup: a full one once a week, else what has changed since.
backup_hour = 2

# Full backups kept, with what is needed to go back to any moment since the oldest: two are at least a week.
backup_fulls_kept = 2

# --- pgbouncer ------------------------------------------------------------------------------------

# Server connections: the scarcest memory on a small server.
pool_size: int | None = None

# Extra connections for bursts: used once a client has waited for 3 seconds.
reserve_pool_size = 5

# How long a query may wait for a pool connection before the client gets an error (the pool timeout).
pool_timeout_s = 10

# How long connecting to PostgreSQL may take.
connect_timeout_s = 5

# Clients cost 2 kB each; this is only a safety limit.
max_client_connections = 200

# Prepared statements kept per server connection: more than the app has named queries.
max_prepared_statements = 200

# --- redis ----------------------------------------------------------------------------------------

# From the server's RAM (docs/sizing.md).
redis_maxmemory_mb: int | None = None

# --- app ------------------------------------------------------------------------------------------

# Processes. A second one gives restarts without downtime and 1.2x on cached reads.
app_workers = 2

# uvloop is 1.1-1.5x faster; "asyncio" is the fallback if it ever misbehaves.
app_event_loop = "uvloop"

# Old releases kept on the server for rollback.
releases_kept = 3

# May test data be written into this database? Never where real data lives.
seed_allowed = False

# --- history --------------------------------------------------------------------------------------

# How many days the samples are kept that are taken once a minute: one day is about 3 MB.
history_days = 14

# --- alerts ---------------------------------------------------------------------------------------

# From which to which hour (UTC) warnings wait, such as (22, 6); what is critical never does. Where alerts go
# is in inventories/secrets/ENVIRONMENT.yml (docs/alerts.md).
alert_quiet_hours: tuple[int, int] | None = None

# --- edge -----------------------------------------------------------------------------------------

# Who signs the certificate: "acme" (certbot) or "local" (a CA made on the server).
tls_issuer = "acme"

# Where the certificate authority sends expiry warnings; required for "acme".
acme_email: str | None = None

# Larger request bodies get 413.
max_body_kb = 1024

# A client (its token, or its address without one) above this rate gets 429; short bursts are fine.
requests_per_second_per_client = 50

# The same per address, whatever tokens it uses: leave room for an office behind one address.
requests_per_second_per_address = 500

# Open connections per address (IPv6: per /64); more are reset by the firewall. nginx has room for 4,000:
# without a limit, one address could take them all. A load test is one address: at most this many users.
connections_per_address = 500

# If the server has a firewall of its own: "refuse" the deploy, "replace" the rules of /etc/nftables.conf (a
# copy stays beside it), or "keep" it; then open 80, 443 and ssh in it yourself.
other_firewall = "refuse"
