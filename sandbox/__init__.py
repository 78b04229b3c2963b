"""A disposable Debian 13 server on this machine: systemd, sshd, a network of its own, a real memory limit."""
