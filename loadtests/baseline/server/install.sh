#!/bin/sh
# Runs on a copy of the project's server as root, in the directory of its files: what serves from then on is the
# typical app, with Debian's configuration and indexes ("stock") or with the project's own ("tuned").
set -eu
database=$1

systemctl disable --quiet --now bantam-app.socket 'bantam-app@*.service' pgbouncer.service redis-server.service \
  bantam-backup.timer bantam-drill.timer bantam-reports.timer bantam-report-files.timer 2>/dev/null || true
systemctl stop 'bantam-app@*.service' bantam-warm.service
id baseline >/dev/null 2>&1 || useradd --system --home-dir /opt/baseline --shell /usr/sbin/nologin baseline

etc=/etc/postgresql/17/main
if [ "$database" = stock ]; then
  rm -rf "$etc/conf.d/bantam.conf" /etc/systemd/system/postgresql@17-main.service.d
  cp pg_hba.conf "$etc/pg_hba.conf"
  # The only setting: without it nobody could count what the app asks for.
  echo "shared_preload_libraries = 'pg_stat_statements'" > "$etc/conf.d/counted.conf"
  systemctl daemon-reload
elif ! grep -q '^local *bantam *baseline' "$etc/pg_hba.conf"; then
  # The first line that fits counts, and the app goes to PostgreSQL by itself: its pool is SQLAlchemy's.
  sed -i '1i local bantam baseline peer' "$etc/pg_hba.conf"
fi
systemctl restart postgresql@17-main.service
# The project's socket is for the group of PgBouncer only.
usermod --append --groups "$(stat -c %G /run/postgresql/.s.PGSQL.5432)" baseline

psql="runuser -u postgres -- psql -XAtq -d bantam"
if [ "$database" = stock ]; then
  $psql < stock.sql
  $psql -c 'VACUUM FULL ANALYZE'
fi
$psql < role.sql

rm -rf /opt/baseline && mkdir -p /opt/baseline
cp -r packages loadtests /opt/baseline/
chmod -R a+rX /opt/baseline
cp baseline.service /etc/systemd/system/
systemctl daemon-reload
systemctl restart baseline.service
