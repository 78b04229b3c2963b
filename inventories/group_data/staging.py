"""Staging is production with test data: see all.py for what each setting means."""

seed_allowed = True
requests_per_second_per_address = 100_000  # the load test is one address with a hundred users behind it
