#!/bin/sh
# Debian starts a service as it installs it and restarts it as it upgrades it. The database services
# start when they are configured and restart when it is planned: the deploy calls systemctl itself.
case "$1" in
    postgresql* | pgbouncer* | redis*) exit 101 ;;
    *) exit 0 ;;
esac
