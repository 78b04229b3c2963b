#!/bin/sh
# Debian starts a service on installation and restarts it on upgrade. The database services should start
# once configured and restart when planned: the deploy calls systemctl itself.
case "$1" in
    postgresql* | pgbouncer* | redis*) exit 101 ;;
    *) exit 0 ;;
esac
