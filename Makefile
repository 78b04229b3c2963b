# One short command each for the native tools. INVENTORY selects the server; NAME and RAM select the sandbox.
INVENTORY ?= inventories/sandbox.py
NAME ?= demo
SCALE ?= 1.0
WORK ?= 1
SCENARIO ?= mixed
ASK ?= /api/dashboards/user
WHO ?= 7
KIND ?= daily
AGAINST ?= HEAD

SANDBOX := $(filter inventories/sandbox.py,$(INVENTORY))
RUN := build/$(if $(SANDBOX),sandbox-$(NAME),$(basename $(notdir $(INVENTORY))))
PYTHON := .venv/bin/python
PIP := .venv/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement
SSH = ssh -F $(RUN)/ssh_config server
# What a person types reaches a program as data: recipes use "$$EMAIL", which the shell does not interpret.
export A B AGAINST NAME ASK COMPONENT DATA EMAIL FROM IMAGE KIND LIKE ONLY POINT RAM SCALE SCENARIO SCHEMA SECONDS TO UNPROVEN USERS WHO \
  WORK WORKERS
# Many tests start a program, and each start would compile the project again.
unexport PYTHONDONTWRITEBYTECODE

.NOTPARALLEL:
.PHONY: help demo check test up snapshot forget deploy update deploy-again release rollback restart rotate-secrets upgrade releases backup backups \
  drill restore restore-accept restore-undo restore-point migrate migrate-status migrate-plan seed verify load evidence bench bench-growth bench-cache \
  monitor alert-test connections history report cache-stats cache-on cache-off cache-proof baseline compare capacity results diff gate tune-compare rehearse warm-cache ask first-admin ssh status down lock

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

demo: up deploy deploy-again seed verify load ## everything once, on a sandbox: deploy, verify, load test, report
	@echo "Look around: make ssh NAME=$(NAME). The server stays until make down NAME=$(NAME)."

# On two cores, mypy and the tests finish soonest in parallel, and the tests in three processes: the loads among them
# wait for most of their time.
check: .venv/ready ## check format, lint and types; run every test that needs no server
	@.venv/bin/ruff format --check --quiet . && .venv/bin/ruff check --quiet .
	@.venv/bin/mypy & mypy=$$!; \
	  .venv/bin/pytest tests -m "not server" --ignore-glob "*_server.py" -q -n 3 --dist worksteal; tests=$$?; wait $$mypy && exit $$tests

# Three processes, each with its own server, then the tests that must run alone. A test that fails next to other work
# runs once more on its own, and both results are shown: if it fails again, it is a real failure. Some of those that run
# alone count what others of them have done, so all of these run again.
SUITE = .venv/bin/pytest tests -q --durations 10
AGAIN = { test $$? = 1 && echo "Retrying the failed tests on their own:" && \
  .venv/bin/pytest tests -q -m "server and not rehearsal" --last-failed --last-failed-no-failures none; }
ALONE = $(SUITE) -m "server and alone and not rehearsal"

test: check ## all of check, then every test on real servers; FRESH=1 rebuilds their snapshot
	@$(SUITE) -m "server and not alone and not rehearsal" -n 3 --dist loadfile --no-loadscope-reorder $(if $(FRESH),--fresh) || $(AGAIN)
	@$(ALONE) || { test $$? = 1 && echo "Once more, from the start:" && $(ALONE); }

# The full-length cache proofs, on their own server.
cache-proof: .venv/ready ## run the full-length cache proofs
	BANTAM_PROOF=full .venv/bin/pytest -s tests/app/cache/test_*server.py tests/app/warming/test_*server.py

rehearse: .venv/ready ## run what takes too long for make test, and the page in a browser
	@test -x /usr/bin/chromium || { echo "Installing the package chromium" && \
	  apt-get update -qq && apt-get install -qq --yes --no-install-recommends chromium; }
	.venv/bin/pytest tests -m rehearsal

# A copy of a snapshot is already deployed; only its name, address and key need an update.
up: .venv/ready ## start a sandbox: NAME=, RAM= (MB), FROM= (a snapshot), LIKE=hosted
	@$(if $(SANDBOX),$(PYTHON) -m sandbox up --name $(NAME) $(if $(RAM),--ram "$$RAM") $(if $(FROM),--from "$$FROM") $(if $(LIKE),--like "$$LIKE"),true)
	@$(if $(FROM),test ! -e inventories/secrets/sandbox-$(NAME).yml || \
	  $(PYTHON) -m deploy $(INVENTORY) $(RUN) $(if $(RAM),,--only "base,alerts,edge"),true)

snapshot: .venv/ready ## save sandbox NAME's disk as IMAGE=, for make up FROM=
	@$(PYTHON) -m sandbox snapshot --name $(NAME) --image "$$IMAGE"

forget: .venv/ready ## remove the snapshot IMAGE=
	@$(PYTHON) -m sandbox forget --image "$$IMAGE"

deploy: .venv/ready ## deploy to the inventory's server; ONLY=app,edge deploys just these components
	@$(PYTHON) -m deploy $(INVENTORY) $(RUN) $(if $(ONLY),--only "$$ONLY")

update: $(RUN)/target.json ## deploy only what changed in the sources since the last deploy
	@$(PYTHON) -m deploy.update $(INVENTORY) $(RUN)

deploy-again: .venv/ready ## show that a second deploy changes nothing
	@$(PYTHON) -m deploy $(INVENTORY) $(RUN) --again

$(RUN)/target.json: .venv/ready .FORCE
	@$(PYTHON) -m inventories.target $(INVENTORY) $(RUN)

release: $(RUN)/target.json ## preflight, backup, deploy, verify, a short load; if anything fails, back to what served before
	@$(PYTHON) -m deploy.release $(INVENTORY) $(RUN)

# An empty TO= is asked for by nobody; a TO that nobody set arrives here empty, too.
rollback: .venv/ready ## make the release before current again, or what make releases lists: TO=, SCHEMA=down, DATA=back
	@$(PYTHON) -m deploy $(INVENTORY) $(RUN) \
	  --back-to=$(if $(TO)$(filter command,$(origin TO)),"$$TO",previous) $(if $(SCHEMA),"--schema=$$SCHEMA") \
  $(if $(DATA),"--with-data=$$DATA")

restart: .venv/ready ## restart a component while the server serves: COMPONENT=postgresql, pgbouncer, redis, app or edge
	@$(PYTHON) -m deploy $(INVENTORY) $(RUN) "--restart=$$COMPONENT"

upgrade: .venv/ready ## install newer Debian packages, and restart in order what they replaced
	@$(PYTHON) -m deploy $(INVENTORY) $(RUN) --upgrade

rotate-secrets: .venv/ready ## replace all passwords and keys while the server serves
	@$(PYTHON) -m deploy.rotate $(INVENTORY) $(RUN)

releases: $(RUN)/target.json ## list the releases on the server, and which one is current
	@$(SSH) sudo -n bantam-switch

# systemd runs it to its end, whatever becomes of the connection.
backup: $(RUN)/target.json ## take a backup now; FULL=1 takes a full one
	@$(SSH) "cd / && sudo -n systemd-run --quiet --pipe --wait --collect --uid=postgres --nice=10 \
	  --property=IOSchedulingClass=idle --working-directory=/ bantam-backup take $(if $(FULL),--full)"

backups: $(RUN)/target.json ## list the backups, and since when any moment can be restored
	@$(SSH) "cd / && sudo -n runuser -u postgres -- bantam-backup list"

drill: $(RUN)/target.json ## restore what is in the repository, beside the database, and look at it
	@$(SSH) "sudo -n bantam-backup drill"

# What TO and POINT say goes to the server on standard input, not through its shell.
restore: $(RUN)/target.json ## go back: TO=latest, a time, an LSN or a restore point; LOOK=1 only makes a copy to look at
	@printf '%s\n' "$$TO" | $(SSH) "IFS= read -r to; sudo -n bantam-backup restore $(if $(LOOK),--look) -- \"\$$to\""

restore-accept: $(RUN)/target.json ## delete what was kept from before a restore, and the copy that was looked at
	@$(SSH) "sudo -n bantam-backup accept"

restore-undo: $(RUN)/target.json ## bring back what was kept from before a restore
	@$(SSH) "sudo -n bantam-backup undo"

restore-point: $(RUN)/target.json ## name this moment, to go back to it: POINT=
	@printf '%s\n' "$$POINT" | $(SSH) "IFS= read -r name; cd / && sudo -n -u postgres bantam-backup point -- \"\$$name\""

# The migrations of these sources, which the server may not have yet.
PUT_MIGRATIONS = tar --mode=a+rX -cC app/agency migrations | $(SSH) "sudo -n sh -c 'rm -rf /run/bantam-migrations && \
  mkdir -p /run/bantam-migrations && tar -xC /run/bantam-migrations --no-same-owner'"
MIGRATE = cd / && sudo -n runuser -u postgres -- /opt/bantam/current/bin/bantam-migrate

migrate: $(RUN)/target.json ## apply what is pending of the release that serves; a deploy does it, too
	@$(SSH) "state=\$$($(MIGRATE) status) || exit 1; case \$$state in *' pending'*) ;; *) exit 0;; esac; \
	  sudo -n flock --nonblock --conflict-exit-code 9 /run/bantam-deploy.lock sh -c ' \
	    echo a migration is at work > /run/bantam-deploy.lock; cd / && \
	    runuser -u postgres -- bantam-backup point before-migrate-\$$(date -u +%Y%m%d-%H%M%S) && \
	    $(MIGRATE) up --beside /opt/bantam/previous'; \
	  code=\$$?; test \$$code != 9 || cat /run/bantam-deploy.lock >&2; exit \$$code"

migrate-status: $(RUN)/target.json ## list the migrations of these sources, and which are pending
	@$(PUT_MIGRATIONS) && $(SSH) "$(MIGRATE) status --files /run/bantam-migrations/migrations"

migrate-plan: $(RUN)/target.json ## try what is pending on a copy of the data: its SQL, its locks, how long
	@$(PUT_MIGRATIONS) && $(SSH) "sudo -n bantam-backup plan /run/bantam-migrations/migrations"

seed: $(RUN)/target.json ## fill the database with test data: SCALE=
	@case "$$SCALE$$WORK" in *[!0-9.]*) echo "SCALE and WORK are numbers, such as SCALE=0.1." >&2; exit 1;; esac
	@$(SSH) sudo -n test -e /etc/bantam/credentials/seed-token-key || \
	  { echo "$(INVENTORY) cannot be seeded: seed_allowed is off, or it has not been deployed yet." >&2; exit 1; }
	@$(SSH) "sudo -n systemd-run --quiet --pipe --wait --collect --uid=postgres --property=WorkingDirectory=/ \
	  --property=LoadCredential=seed-token-key:/etc/bantam/credentials/seed-token-key \
	  /opt/bantam/current/bin/bantam-seed --scale $$SCALE --work $$WORK \
	  --token-key-file '\$${CREDENTIALS_DIRECTORY}/seed-token-key'" > $(RUN)/seed.json.draft
	@mv $(RUN)/seed.json.draft $(RUN)/seed.json

verify: .venv/ready ## check that the running server is what was promised
	@mkdir -p $(RUN) && .venv/bin/pytest verify --inventory $(INVENTORY) --summary $(RUN)/verify.json

load: $(RUN)/target.json ## run a load test, judge it, write the report: SCENARIO= (or all), USERS=, SECONDS=, WORKERS=
	@$(PYTHON) -m loadtests --run-dir $(RUN) "--scenario=$$SCENARIO" $(if $(USERS),"--users=$$USERS") \
	  $(if $(SECONDS),"--seconds=$$SECONDS") $(if $(WORKERS),"--workers=$$WORKERS")

# Copies of this sandbox, on which a typical app serves: on Debian's own PostgreSQL configuration, and on ours.
SIDES = before tuned
gone = for side in $(SIDES); do $(PYTHON) -m sandbox down --name $(NAME)-$$side >/dev/null; done
baseline: $(RUN)/target.json ## copies of this sandbox with a typical app: NAME-before, NAME-tuned
	@$(if $(SANDBOX),true,$(error Only sandboxes can be compared: $(INVENTORY) is a real server))
	@trap '$(PYTHON) -m sandbox forget --image $(NAME)-compare >/dev/null' EXIT; trap 'exit 130' INT TERM; \
	  $(gone) && $(MAKE) --no-print-directory snapshot IMAGE=$(NAME)-compare && \
	  for side in $(SIDES); do \
	    $(MAKE) --no-print-directory up NAME=$(NAME)-$$side FROM=$(NAME)-compare RAM= && \
	    $(MAKE) --no-print-directory build/sandbox-$(NAME)-$$side/target.json NAME=$(NAME)-$$side && \
	    $(PYTHON) -m loadtests.baseline.install --run-dir $(RUN)-$$side $$side || exit 1; \
	  done || { $(gone); exit 1; }

# Removes the copies afterwards, as the next one does.
compare: baseline ## compare with a typical app on Debian's own configuration: before and after
	@trap '$(gone)' EXIT; trap 'exit 130' INT TERM; \
	  $(PYTHON) -m loadtests.compare --after $(RUN) --before $(RUN)-before --tuned $(RUN)-tuned

capacity: $(RUN)/target.json ## find how many users are carried, and what gives out first: COMPARE=1
	@$(PYTHON) -m loadtests.capacity --run-dir $(RUN) $(if $(COMPARE),--scenario compare)
	@$(if $(COMPARE),$(MAKE) --no-print-directory baseline SIDES=before && trap '$(gone)' EXIT && \
	  $(PYTHON) -m loadtests.capacity --run-dir $(RUN)-before --scenario compare --baseline)

tune-compare: $(RUN)/target.json ## the same load under Debian's, pgtune's, timescaledb-tune's and our settings, in turns
	@$(PYTHON) -m loadtests.tuning --run-dir $(RUN)

results: .venv/ready ## write docs/results.md from the newest evidence of make compare and make load SCENARIO=all
	@$(PYTHON) -m loadtests.compare.results

diff: .venv/ready ## what differs between two loads beyond noise: A=, B= (folders of evidence/)
	@$(PYTHON) -m loadtests.regressions diff -- "$$A" "$$B"

# The revision before is deployed and seeded by a checkout of its own; a copy of its server gets these sources.
CHECKOUT := build/gate
IN_SANDBOXES := --no-print-directory INVENTORY=inventories/sandbox.py LIKE= ONLY=
no_gate = git worktree remove --force $(CHECKOUT) 2>/dev/null; rm -rf $(CHECKOUT); git worktree prune; \
  for side in before after; do $(PYTHON) -m sandbox down --name gate-$$side >/dev/null; done; \
  $(PYTHON) -m sandbox forget --image gate >/dev/null
gate: .venv/ready ## load these sources and AGAINST= (a revision) in turns: is anything slower? SCALE=, SECONDS=
	@$(if $(SANDBOX),true,$(error The gate makes its own sandboxes: it is not for $(INVENTORY)))
	@revision=$$(git rev-parse --quiet --verify "$$AGAINST^{commit}") || \
	  { echo "AGAINST=$$AGAINST is no revision of this repository." >&2; exit 1; }; \
	git show "$$revision:Makefile" 2>/dev/null | grep -q '^snapshot:' || \
	  { echo "AGAINST=$$AGAINST is too old to be compared: it has no make snapshot." >&2; exit 1; }; \
	case "$$SCALE$(if $(SECONDS),$$SECONDS)" in \
	  *[!0-9.]*) echo "SCALE and SECONDS are numbers, such as SCALE=0.1 SECONDS=60." >&2; exit 1;; esac; \
	$(if $(SECONDS),test "$${SECONDS%%.*}" -ge 30 || \
	  { echo "SECONDS=$$SECONDS is too short a look to tell anything: 30 or more." >&2; exit 1; };) \
	exec 9>/run/lock/bantam-gate; flock --nonblock 9 || \
	  { echo "Another gate is at work on this machine: wait for its end." >&2; exit 1; }; \
	trap '$(no_gate)' EXIT; trap 'exit 130' INT TERM HUP; $(no_gate); \
	git worktree add --quiet --detach $(CHECKOUT) "$$revision" && \
	$(MAKE) $(IN_SANDBOXES) -C $(CHECKOUT) up deploy seed build/sandbox-gate-before/target.json NAME=gate-before FROM= && \
	$(MAKE) $(IN_SANDBOXES) -C $(CHECKOUT) snapshot NAME=gate-before IMAGE=gate && \
	$(MAKE) $(IN_SANDBOXES) up update build/sandbox-gate-after/target.json NAME=gate-after FROM=gate && \
	rm -rf build/sandbox-gate-before && cp -R $(CHECKOUT)/build/sandbox-gate-before build/ && \
	$(PYTHON) -m loadtests.regressions gate --before build/sandbox-gate-before --after build/sandbox-gate-after \
	  --before-name "$$revision" $(if $(SECONDS),"--seconds=$$SECONDS")

evidence: .venv/ready ## rewrite the report of the last load test
	@$(PYTHON) -m loadtests.evidence --run-dir $(RUN) --scenario "$$SCENARIO" --out evidence

bench: $(RUN)/target.json ## measure each kind of read against its limit
	@$(PYTHON) -m bench --run-dir $(RUN)

bench-cache: $(RUN)/target.json ## measure what the cache saves
	@$(PYTHON) -m bench.cache --run-dir $(RUN)

# Uses a second sandbox with ten times the tasks and time entries, and removes it afterwards.
bench-growth: $(RUN)/target.json ## compare with a server that has ten times the data
	@$(if $(SANDBOX),true,$(error Only a sandbox can be compared with a second one: $(INVENTORY) is a real server))
	@$(MAKE) --no-print-directory up deploy seed NAME=$(NAME)-x10 WORK=10
	@$(PYTHON) -m bench.growth --run-dir $(RUN) --grown build/sandbox-$(NAME)-x10; found=$$?; \
	  $(MAKE) --no-print-directory down NAME=$(NAME)-x10; exit $$found

ask: $(RUN)/target.json ## send one request as a seeded user: ASK=/api/... WHO=
	@$(PYTHON) -m loadtests.ask --run-dir $(RUN) --user "$$WHO" -- "$$ASK"

first-admin: $(RUN)/target.json ## create the first admin and print the token: EMAIL=
	@test -n "$$EMAIL" || { echo "Whose account? Run: make first-admin EMAIL=you@example.com" >&2; exit 1; }
	@printf '%s\n' "$$EMAIL" | $(SSH) "cd / && sudo -n runuser -u postgres -- /opt/bantam/current/bin/bantam-first-admin"

monitor: $(RUN)/target.json ## how the server is now, and which statements cost most
	@$(SSH) sudo -n python3 - < deploy/remote/monitor.py

POOLS = runuser -u pgbouncer -- psql -Xqw -h /run/pgbouncer -p 6432 -d pgbouncer -P footer=off -c
connections: $(RUN)/target.json ## who is connected to PostgreSQL and to the pool, and who waits for whom
	@$(SSH) "cd / && sudo -n runuser -u postgres -- psql -Xqw -p 5432 -d bantam" < deploy/remote/connections.sql
	@$(SSH) "cd / && echo Pools && sudo -n $(POOLS) 'SHOW POOLS'"

alert-test: $(RUN)/target.json ## send a test by every channel for alerts, and say what came of it
	@$(SSH) "sudo -n systemd-run --quiet --pipe --wait --collect --uid=bantam_alerts --property=WorkingDirectory=/ \
	  --property=LoadCredential=alerts:/etc/bantam/credentials/alerts /usr/local/sbin/bantam-alerts test"

history: $(RUN)/target.json ## the last day by the hour, and the last ten minutes
	@$(SSH) "cd / && sudo -n runuser -u postgres -- psql -Xqw -p 5432 -d bantam" < deploy/remote/history.sql

report: $(RUN)/target.json ## the last day beside others, what to look at, what is used up when: KIND=weekly, monthly, quarterly
	@case "$$KIND" in daily|weekly|monthly|quarterly) ;; \
	  *) echo "KIND=$$KIND is none of daily, weekly, monthly, quarterly." >&2; exit 1;; esac; \
	$(SSH) "cd / && sudo -n runuser -u postgres -- bantam-report print $$KIND"

cache-stats: $(RUN)/target.json ## print cache statistics by namespace
	@$(SSH) "cd / && sudo -n /opt/bantam/current/bin/bantam-cache-stats"

cache-on cache-off: switched = $(if $(filter cache-on,$@),true,false)
cache-on: $(RUN)/target.json ## answer reads from the cache again
cache-off: $(RUN)/target.json ## answer every read from the database, at once and until cache-on
cache-on cache-off:
	@$(SSH) "cd / && sudo -n runuser -u postgres -- psql -Xqw -p 5432 -d bantam -v ON_ERROR_STOP=1 -v switched=$(switched)" \
	  < deploy/remote/cache_switch.sql

warm-cache: $(RUN)/target.json ## fill the cache with the most requested reads
	@$(SSH) "sudo -n systemd-run --quiet --pipe --wait --collect --uid=bantam --property=WorkingDirectory=/ \
	  --property=LoadCredential=redis-password:/etc/bantam/credentials/redis-password \
	  --property=LoadCredential=cursor-key:/etc/bantam/credentials/cursor-key \
	  /opt/bantam/current/bin/bantam-warm-cache"

ssh: $(RUN)/target.json ## open a shell on the server
	@$(SSH) -t

status: .venv/ready ## list the sandboxes and snapshots on this machine
	@$(PYTHON) -m sandbox status

down: .venv/ready ## remove the sandbox NAME
	@$(if $(SANDBOX),$(PYTHON) -m sandbox down --name $(NAME),$(error Only a sandbox can be removed: $(INVENTORY) is a real server))

lock: .venv/ready ## resolve and lock the dependencies again
	.venv/bin/uv pip compile -q --generate-hashes --no-header --no-annotate --universal \
	  --python-version 3.13 pyproject.toml -o requirements/app.txt
	.venv/bin/uv pip compile -q --generate-hashes --no-header --no-annotate --universal \
	  --python-version 3.13 --group baseline --constraint requirements/app.txt -o requirements/baseline.txt
	.venv/bin/uv pip compile -q --generate-hashes --no-header --no-annotate --universal \
	  --python-version 3.11 --group dev pyproject.toml -o requirements/controller.txt
	.venv/bin/uv pip compile -q --generate-hashes --no-header --no-annotate --universal \
	  --python-version 3.11 --group installer --constraint requirements/controller.txt -o requirements/uv.txt

# Debian's python3 comes without ensurepip, the only package needed up front. uv takes seconds where pip takes minutes,
# but ignores pip's configuration: if it cannot reach an index, pip takes over.
.venv/ready: requirements/controller.txt requirements/uv.txt
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Bantam needs Python 3.11 or newer, this is " + sys.version.split()[0] + ".")'
	@python3 -c 'import ensurepip, venv' 2>/dev/null || { echo "Installing the package python3-venv" && \
	  apt-get update -qq && apt-get install -qq --yes --no-install-recommends python3-venv; }
	@echo "Installing the tools into .venv"
	@python3 -m venv --clear .venv
	@$(PIP) requirements/uv.txt
	@.venv/bin/uv pip install --quiet --compile-bytecode --python $(PYTHON) --require-hashes --requirement requirements/controller.txt 2>/dev/null || \
	  { echo "uv could not fetch them; trying pip, which takes about two minutes" && $(PIP) requirements/controller.txt; }
	@touch .venv/ready

.FORCE:
