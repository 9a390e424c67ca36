# The commands of policetweets; docs/running.md says what each does.
#   make run     everything, on this machine          PORT=8080 SANDBOX_PORT=8081 choose other ports
#   make pilot   the same, with the pilot of 2013-2014; make year: with a year of 101 departments
#   make test    lint, types, every test              ARGS="tests/accounts -k seat" BROWSER=none
#   make soak    releases under faults, for minutes      make bench   beside bare tweepy
#   make checks  how well the content checks find what they should
#   make reset   empty the demo      make psql   its database

ifeq ($(origin PYTHON),undefined)
PYTHON := $(shell for needs in 'sys, ensurepip' sys; do \
  for p in python3.13 python3.12 python3.11 python3; do \
  $$p -c "import $$needs; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))" 2>/dev/null \
  && echo $$p && exit; done; done; echo python3)
else
export PYTHON_GIVEN = yes
endif
RUNNER = .venv/bin/python -m policetweets.runner

.DEFAULT_GOAL := help
.PHONY: help venv run pilot year test reset psql lock lint types format messages soak checks bench

help:
	@sed -n 's/^#   //p' Makefile

venv:
	@command -v "$(PYTHON)" >/dev/null || { echo "policetweets needs Python 3.11, 3.12 or 3.13:" \
	  "apt install python3 python3-venv." >&2; exit 1; }
	@"$(PYTHON)" policetweets/runner/bootstrap.py

# Should make itself be killed, the runner is told to stop.
run: venv
	@setpriv --pdeathsig TERM $(RUNNER) run

pilot year: venv
	@PERIOD=$@ setpriv --pdeathsig TERM $(RUNNER) run

test: venv
	@$(RUNNER) test

# Variables given on the command line (SEED=7 RELEASES=200) reach both by the environment.
soak: venv
	@.venv/bin/python -m tests.soak

checks: venv
	@.venv/bin/python -m policetweets.runner checks

bench: venv
	@.venv/bin/python -m tests.bench

reset: venv
	@$(RUNNER) reset

psql: venv
	@$(RUNNER) psql

lint: venv
	@$(RUNNER) lint

types: venv
	@$(RUNNER) types

messages: venv
	@$(RUNNER) messages

format: venv
	@.venv/bin/python -m ruff check --fix --quiet . ; .venv/bin/python -m ruff format .

lock: venv
	@.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --custom-compile-command "make lock" requirements.in -o requirements.txt
