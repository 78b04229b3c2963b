"""How long the cache's proofs are: short in `make test`, in full by `make cache-proof`."""

import os

FULL = os.environ.get("BANTAM_PROOF") == "full"
