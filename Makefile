# One line a command over the native tools. INVENTORY says which server; NAME and RAM which sandbox.
INVENTORY ?= inventories/sandbox.py
NAME ?= demo
SCALE ?= 1.0
WORK ?= 1
SCENARIO ?= mixed
ASK ?= /api/dashboards/user
WHO ?= 7

SANDBOX := $(filter inventories/sandbox.py,$(INVENTORY))
RUN := build/$(if $(SANDBOX),sandbox-$(NAME),$(basename $(notdir $(INVENTORY))))
PYTHON := .venv/bin/python
PIP := .venv/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement
SSH = ssh -F $(RUN)/ssh_config server
export NAME
# Many tests start a program: each would compile the project again.
unexport PYTHONDONTWRITEBYTECODE

.NOTPARALLEL:
.PHONY: help demo check test up snapshot forget deploy update deploy-again seed verify load evidence bench bench-growth bench-cache \
  cache-stats cache-proof warm-cache ask first-admin ssh status down lock

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

demo: up deploy deploy-again seed verify load ## everything once, on a sandbox: deploy, verify, load, report
	@echo "Look around: make ssh NAME=$(NAME). The server stays until make down NAME=$(NAME)."

# mypy and the tests share two cores best side by side.
check: .venv/ready ## format, lint, types and every test that needs no server
	@.venv/bin/ruff format --check --quiet . && .venv/bin/ruff check --quiet .
	@.venv/bin/mypy & mypy=$$!; \
	  .venv/bin/pytest tests -m "not server" --ignore-glob "*_server.py" -q -n 2; tests=$$?; wait $$mypy && exit $$tests

# Two processes, each with a server of its own; then what must be alone on the machine. What fails beside other work is
# tried once more by itself, and told twice: what fails again is a fault.
SUITE = .venv/bin/pytest tests -q --durations 10
AGAIN = { test $$? = 1 && echo "Once more, with nothing beside it:" && \
  .venv/bin/pytest tests -q -m server --last-failed --last-failed-no-failures none; }

test: check ## all of check, then every test on real servers; FRESH=1 makes their snapshot anew
	@$(SUITE) -m "server and not alone" -n 2 --dist loadfile $(if $(FRESH),--fresh) || $(AGAIN)
	@$(SUITE) -m "server and alone" || $(AGAIN)

# The cache's proofs in their full length, on a server of their own.
cache-proof: .venv/ready ## the proofs of the cache in full length
	BANTAM_PROOF=full .venv/bin/pytest -s tests/app/cache/test_*server.py tests/app/warming/test_*server.py

# What a snapshot's server was deployed with is right for its copy but for the name, address and key.
up: .venv/ready ## a running sandbox: NAME=, RAM= (MB), FROM= (a snapshot)
	@$(if $(SANDBOX),$(PYTHON) -m sandbox up --name $(NAME) $(if $(RAM),--ram $(RAM)) $(if $(FROM),--from $(FROM)),true)
	@$(if $(FROM),test ! -e inventories/secrets/sandbox-$(NAME).yml || \
	  $(PYTHON) -m deploy $(INVENTORY) $(RUN) $(if $(RAM),,--only base,edge),true)

snapshot: .venv/ready ## keep sandbox NAME's disk as IMAGE=, for make up FROM=
	@$(PYTHON) -m sandbox snapshot --name $(NAME) --image $(IMAGE)

forget: .venv/ready ## remove the snapshot IMAGE=
	@$(PYTHON) -m sandbox forget --image $(IMAGE)

deploy: .venv/ready ## make the server what the inventory says; ONLY=app,edge leaves out the rest
	@$(PYTHON) -m deploy $(INVENTORY) $(RUN) $(if $(ONLY),--only $(ONLY))

update: $(RUN)/target.json ## deploy only what the sources changed since the last deploy
	@$(PYTHON) -m deploy.update $(INVENTORY) $(RUN)

deploy-again: .venv/ready ## show that a second deploy changes nothing
	@$(PYTHON) -m deploy $(INVENTORY) $(RUN) --again

$(RUN)/target.json: .venv/ready .FORCE
	@$(PYTHON) -m inventories.target $(INVENTORY) $(RUN)

seed: $(RUN)/target.json ## fill the database with test data: SCALE=
	@$(SSH) sudo -n test -e /etc/bantam/credentials/seed-token-key || \
	  { echo "$(INVENTORY) may not be seeded: seed_allowed is off, or it was not deployed yet." >&2; exit 1; }
	@$(SSH) "sudo -n systemd-run --quiet --pipe --wait --collect --uid=postgres --property=WorkingDirectory=/ \
	  --property=LoadCredential=seed-token-key:/etc/bantam/credentials/seed-token-key \
	  /opt/bantam/current/bin/bantam-seed --scale $(SCALE) --work $(WORK) \
	  --token-key-file '\$${CREDENTIALS_DIRECTORY}/seed-token-key'" > $(RUN)/seed.json.draft
	@mv $(RUN)/seed.json.draft $(RUN)/seed.json

verify: .venv/ready ## ask the running server whether it is as promised
	@mkdir -p $(RUN) && .venv/bin/pytest verify --inventory $(INVENTORY) --summary $(RUN)/verify.json

load: $(RUN)/target.json ## load it with Locust, judge the figures, write the report: SCENARIO=
	@test -e loadtests/scenarios/$(SCENARIO).py || \
	  { echo "There is no scenario $(SCENARIO): loadtests/scenarios/ has them." >&2; exit 1; }
	@for step in deploy verify seed; do test -e $(RUN)/$$step.json || \
	  { echo "The evidence of this load needs $(RUN)/$$step.json: run \`make $$step\` first." >&2; exit 1; }; done
	@.venv/bin/locust -f loadtests/scenarios/$(SCENARIO).py --headless \
	  --target $(RUN)/target.json --run-dir $(RUN); test -e $(RUN)/load.json && $(MAKE) --no-print-directory evidence

evidence: .venv/ready ## write the report of the last load again
	@$(PYTHON) -m loadtests.evidence --run-dir $(RUN) --scenario $(SCENARIO) --out evidence

bench: $(RUN)/target.json ## measure each kind of read against its limit
	@$(PYTHON) -m bench --run-dir $(RUN)

bench-cache: $(RUN)/target.json ## measure what the cache is worth
	@$(PYTHON) -m bench.cache --run-dir $(RUN)

# Beside a second sandbox with ten times the tasks and time entries, which is gone afterwards.
bench-growth: $(RUN)/target.json ## measure beside a server with ten times the work
	@$(if $(SANDBOX),true,$(error Only a sandbox has a second server to compare it with: $(INVENTORY) is a real one))
	@$(MAKE) --no-print-directory up deploy seed NAME=$(NAME)-x10 WORK=10
	@$(PYTHON) -m bench.growth --run-dir $(RUN) --grown build/sandbox-$(NAME)-x10; found=$$?; \
	  $(MAKE) --no-print-directory down NAME=$(NAME)-x10; exit $$found

ask: $(RUN)/target.json ## one request as a seeded user: ASK=/api/... WHO=
	@$(PYTHON) -m loadtests.ask --run-dir $(RUN) --user $(WHO) "$(ASK)"

first-admin: $(RUN)/target.json ## make the first admin, and print the token: EMAIL=
	@test -n "$(EMAIL)" || { echo "Say who it is: make first-admin EMAIL=you@example.com" >&2; exit 1; }
	@$(SSH) "cd / && sudo -n runuser -u postgres -- /opt/bantam/current/bin/bantam-first-admin \
	  --email '$(EMAIL)'"

cache-stats: $(RUN)/target.json ## what the cache did, by namespace
	@$(SSH) "cd / && sudo -n /opt/bantam/current/bin/bantam-cache-stats"

warm-cache: $(RUN)/target.json ## fill the cache with what is asked for most
	@$(SSH) "sudo -n systemd-run --quiet --pipe --wait --collect --uid=bantam --property=WorkingDirectory=/ \
	  --property=LoadCredential=database-password:/etc/bantam/credentials/database-password \
	  --property=LoadCredential=redis-password:/etc/bantam/credentials/redis-password \
	  --property=LoadCredential=cursor-key:/etc/bantam/credentials/cursor-key \
	  /opt/bantam/current/bin/bantam-warm-cache"

ssh: $(RUN)/target.json ## a shell on the server
	@$(SSH) -t

status: .venv/ready ## the sandboxes and snapshots of this machine
	@$(PYTHON) -m sandbox status

down: .venv/ready ## remove the sandbox NAME
	@$(if $(SANDBOX),$(PYTHON) -m sandbox down --name $(NAME),$(error Only a sandbox can be removed: $(INVENTORY) is a real server))

lock: .venv/ready ## resolve the dependencies anew
	.venv/bin/uv pip compile -q --generate-hashes --no-header --no-annotate --universal \
	  --python-version 3.13 pyproject.toml -o requirements/app.txt
	.venv/bin/uv pip compile -q --generate-hashes --no-header --no-annotate --universal \
	  --python-version 3.11 --group dev pyproject.toml -o requirements/controller.txt
	.venv/bin/uv pip compile -q --generate-hashes --no-header --no-annotate --universal \
	  --python-version 3.11 --group installer --constraint requirements/controller.txt -o requirements/uv.txt

# Debian's python3 comes without ensurepip; that is the only package this needs before it can begin. uv takes
# seconds where pip takes minutes, but knows nothing of pip's configuration: where it reaches no index, pip goes on.
.venv/ready: requirements/controller.txt requirements/uv.txt
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Bantam needs Python 3.11 or newer, this is " + sys.version.split()[0] + ".")'
	@python3 -c 'import ensurepip, venv' 2>/dev/null || { echo "Installing the package python3-venv" && \
	  apt-get update -qq && apt-get install -qq --yes --no-install-recommends python3-venv; }
	@echo "Installing the tools into .venv"
	@python3 -m venv --clear .venv
	@$(PIP) requirements/uv.txt
	@.venv/bin/uv pip install --quiet --compile-bytecode --python $(PYTHON) --require-hashes --requirement requirements/controller.txt 2>/dev/null || \
	  { echo "uv could not fetch them: pip tries, in about two minutes" && $(PIP) requirements/controller.txt; }
	@touch .venv/ready

.FORCE:
