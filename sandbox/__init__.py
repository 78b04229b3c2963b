"""A disposable Debian 13 server on this machine: systemd, sshd, its own network, a real memory limit."""
