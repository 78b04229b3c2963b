# One line a command over the native tools. INVENTORY says which server; NAME and RAM which sandbox.
INVENTORY ?= inventories/sandbox.py
NAME ?= demo
RAM ?= 2048
SCALE ?= 1.0
WORK ?= 1
SCENARIO ?= mixed
ASK ?= /api/dashboards/user
WHO ?= 1

SANDBOX := $(filter inventories/sandbox.py,$(INVENTORY))
RUN := build/$(if $(SANDBOX),sandbox-$(NAME),$(basename $(notdir $(INVENTORY))))
PYTHON := .venv/bin/python
SSH = ssh -F $(RUN)/ssh_config server
export NAME

.NOTPARALLEL:
.PHONY: demo test up deploy deploy-again seed verify load evidence bench bench-growth bench-cache cache-stats cache-proof warm-cache ask first-admin \
  ssh status down lock

demo: up deploy deploy-again seed verify load
	@echo "Look around: make ssh NAME=$(NAME). The server stays until make down NAME=$(NAME)."

test: .venv/ready
	.venv/bin/ruff format --check --quiet .
	.venv/bin/ruff check --quiet .
	.venv/bin/mypy
	.venv/bin/pytest tests

# The cache's proofs in their full length, on a server of their own.
cache-proof: .venv/ready
	BANTAM_PROOF=full .venv/bin/pytest -s tests/app/test_cache_*server.py

up: .venv/ready
	@$(if $(SANDBOX),$(PYTHON) -m sandbox up --name $(NAME) --ram $(RAM),true)

deploy: .venv/ready
	@$(PYTHON) -m deploy.record $(INVENTORY) $(RUN)

deploy-again: .venv/ready
	@$(PYTHON) -m deploy.record $(INVENTORY) $(RUN) --again

$(RUN)/target.json: .venv/ready .FORCE
	@$(PYTHON) -m inventories.target $(INVENTORY) $(RUN)

seed: $(RUN)/target.json
	@$(SSH) sudo -n test -e /etc/bantam/credentials/seed-token-key || \
	  { echo "$(INVENTORY) may not be seeded: seed_allowed is off, or it was not deployed yet." >&2; exit 1; }
	@$(SSH) "sudo -n systemd-run --quiet --pipe --wait --collect --uid=postgres --property=WorkingDirectory=/ \
	  --property=LoadCredential=seed-token-key:/etc/bantam/credentials/seed-token-key \
	  /opt/bantam/current/bin/python -m app.seed --scale $(SCALE) --work $(WORK) \
	  --token-key-file '\$${CREDENTIALS_DIRECTORY}/seed-token-key'" > $(RUN)/seed.json.draft
	@mv $(RUN)/seed.json.draft $(RUN)/seed.json

verify: .venv/ready
	@mkdir -p $(RUN) && .venv/bin/pytest verify --inventory $(INVENTORY) --summary $(RUN)/verify.json

load: $(RUN)/target.json
	@test -e loadtests/scenarios/$(SCENARIO).py || \
	  { echo "There is no scenario $(SCENARIO): loadtests/scenarios/ has them." >&2; exit 1; }
	@for step in deploy verify seed; do test -e $(RUN)/$$step.json || \
	  { echo "The evidence of this load needs $(RUN)/$$step.json: run \`make $$step\` first." >&2; exit 1; }; done
	@.venv/bin/locust -f loadtests/scenarios/$(SCENARIO).py --headless \
	  --target $(RUN)/target.json --run-dir $(RUN); test -e $(RUN)/load.json && $(MAKE) --no-print-directory evidence

evidence: .venv/ready
	@$(PYTHON) -m loadtests.evidence --run-dir $(RUN) --scenario $(SCENARIO) --out evidence

bench: $(RUN)/target.json
	@$(PYTHON) -m bench --run-dir $(RUN)

bench-cache: $(RUN)/target.json
	@$(PYTHON) -m bench.cache --run-dir $(RUN)

# Beside a second sandbox with ten times the tasks and time entries, which is gone afterwards.
bench-growth: $(RUN)/target.json
	@$(if $(SANDBOX),true,$(error Only a sandbox has a second server to compare it with: $(INVENTORY) is a real one))
	@$(MAKE) --no-print-directory up deploy seed NAME=$(NAME)-x10 WORK=10
	@$(PYTHON) -m bench.growth --run-dir $(RUN) --grown build/sandbox-$(NAME)-x10; found=$$?; \
	  $(MAKE) --no-print-directory down NAME=$(NAME)-x10; exit $$found

ask: $(RUN)/target.json
	@$(PYTHON) -m loadtests.ask --run-dir $(RUN) --user $(WHO) "$(ASK)"

first-admin: $(RUN)/target.json
	@test -n "$(EMAIL)" || { echo "Say who it is: make first-admin EMAIL=you@example.com" >&2; exit 1; }
	@$(SSH) "cd / && sudo -n runuser -u postgres -- /opt/bantam/current/bin/python -m app.first_admin \
	  --email '$(EMAIL)'"

cache-stats: $(RUN)/target.json
	@$(SSH) "cd / && sudo -n /opt/bantam/current/bin/python -m app.cache.report"

warm-cache: $(RUN)/target.json
	@$(SSH) "sudo -n systemd-run --quiet --pipe --wait --collect --uid=bantam --property=WorkingDirectory=/ \
	  --property=LoadCredential=database-password:/etc/bantam/credentials/database-password \
	  --property=LoadCredential=redis-password:/etc/bantam/credentials/redis-password \
	  --property=LoadCredential=cursor-key:/etc/bantam/credentials/cursor-key \
	  /opt/bantam/current/bin/python -m app.cache.warm"

ssh: $(RUN)/target.json
	@$(SSH) -t

status: .venv/ready
	@$(PYTHON) -m sandbox status

down: .venv/ready
	@$(if $(SANDBOX),$(PYTHON) -m sandbox down --name $(NAME),$(error Only a sandbox can be removed: $(INVENTORY) is a real server))

lock: .venv/ready
	.venv/bin/uv pip compile -q --generate-hashes --no-header --no-annotate --universal \
	  --python-version 3.13 pyproject.toml -o requirements/app.txt
	.venv/bin/uv pip compile -q --generate-hashes --no-header --no-annotate --universal \
	  --python-version 3.11 --group dev pyproject.toml -o requirements/controller.txt

# Debian's python3 comes without ensurepip; that is the only package this needs before it can begin.
.venv/ready: requirements/controller.txt
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Bantam needs Python 3.11 or newer, this is " + sys.version.split()[0] + ".")'
	@python3 -c 'import ensurepip, venv' 2>/dev/null || { echo "Installing the package python3-venv" && \
	  apt-get update -qq && apt-get install -qq --yes --no-install-recommends python3-venv; }
	@echo "Installing the tools into .venv (about 30 seconds)"
	@python3 -m venv --clear .venv
	@.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/controller.txt
	@touch .venv/ready

.FORCE:
