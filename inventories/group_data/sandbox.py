"""Differences for a disposable server: see all.py for what each setting means."""

tls_issuer = "local"  # no certificate authority can reach a sandbox
seed_allowed = True
requests_per_second_per_address = 100_000  # the load test is one address with a hundred users behind it
