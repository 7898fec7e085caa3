# Everything is called as `.venv/bin/python -m ...`: the scripts of a venv break on blanks and on long paths.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
VENV := .venv/bin/python
# The Python of `make test-next`; pyenv's counts too.
PYTHON_NEXT ?= $(shell for name in python3.13 "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.13.*/bin/python3.13; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null && echo "$$name" && break; done)
# The type checker reads the settings, which refuse to load without these; it connects to nothing.
LINT_ENVIRONMENT := ROLLCALL_SECRET_KEY=lint DATABASE_URL=postgresql:///lint REDIS_URL=unix:///lint \
	ROLLCALL_SEALING_KEYS=lint:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
# A deployment of which `check --deploy` has nothing to say; it connects to nothing. Keys are new each time, and an existing data
# folder does not count.
RANDOM_KEY = $$($(VENV) -c 'import base64, secrets; print(base64.b64encode(secrets.token_bytes(32)).decode())')
DEPLOYMENT = ROLLCALL_HOME=/nonexistent DATABASE_URL=postgresql://rollcall:lint@127.0.0.1:1/rollcall REDIS_URL=rediss://:lint@127.0.0.1:1/0 \
	ROLLCALL_SECRET_KEY="$(RANDOM_KEY)$(RANDOM_KEY)" ROLLCALL_SEALING_KEYS="lint:$(RANDOM_KEY)" ROLLCALL_HOSTS=rollcall.example.com \
	ROLLCALL_HTTPS=1 ROLLCALL_BEHIND_PROXY=1 ROLLCALL_TRUSTED_PROXIES=1
# What bandit reads; its settings are in pyproject.toml.
CODE ?= .
# The source of advisories; empty: that of pip-audit. A mirror serves without a connection to the internet.
AUDIT_URL ?=
# Other values of the deployment's variables, for example: make deployment SETTINGS="ROLLCALL_HTTPS=0"
SETTINGS ?=
# Cases of `make fuzz` for each parser; of each state machine a two-hundredth of it.
CASES ?= 100000
# More arguments for pytest, for example: make test ARGS="-k sealing"
ARGS ?=

.PHONY: help run services password install check test test-next dates lint bench screenshots bandit deployment audit release messages figures faults fleets fuzz python local dev browser faketime proxies libreoffice

help: ## list what can be made
	@sed -n 's/^\([a-z-]*\):.*## /  make \1 - /p' Makefile

run: local ## install what is needed, start everything, print the address
	@$(VENV) -m local run

services: local ## start only PostgreSQL and Valkey
	@$(VENV) -m local services

password: local ## make and print a new password (NAME=admin) while `make run` is up
	@$(VENV) -m local password $(NAME)

install: python ## make .venv with the locked requirements, and nothing of the local stack
	@$(PYTHON) local/install.py requirements.txt

check: lint ## lint, and run the tests of the folders that changed since main
	@$(VENV) -m pytest -n 2 --dist worksteal $$($(VENV) -m tests.changed) $(ARGS)

test: dev browser ## run all tests
	@$(VENV) -m pytest -n 3 --dist worksteal $(ARGS)

test-next: browser ## run all tests on Python 3.13 with Django 6.1, in .venv-next (PYTHON_NEXT=/path/to/python3.13)
	@test -n "$(PYTHON_NEXT)" || { echo "Python 3.13 is needed and was not found: install it, or name it with make test-next PYTHON_NEXT=/path/to/python3.13." >&2; exit 1; }
	@"$(PYTHON_NEXT)" local/install.py requirements-next.txt .venv-next
	@.venv-next/bin/python -m pytest -n 3 --dist worksteal $(ARGS)

dates: dev faketime ## run the tests without browser tests under twelve dates, with faketime (DATE=2028-02-29: one)
	@$(VENV) -m tests.dates $(if $(DATE),--date "$(DATE)") $(ARGS)

lint: dev bandit deployment ## check style, types, import contracts, insecure code and the settings of a deployment
	@$(VENV) -m ruff check .
	@$(VENV) -m ruff format --check .
	@$(LINT_ENVIRONMENT) $(VENV) -m mypy --no-error-summary .
	@$(VENV) -c 'import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())'

# Low confidence is left out: that is every text that looks like SQL, also where nothing executes it. The logger would name
# each line of a statement that is excluded by its last line.
bandit: dev
	@$(VENV) -c 'import logging, sys; from bandit.cli.main import main; logging.getLogger("bandit.core.tester").setLevel("ERROR"); sys.exit(main())' \
		--quiet --configfile pyproject.toml --confidence-level medium --recursive "$(CODE)"

audit: dev ## check the locked packages for known vulnerabilities (AUDIT_URL=a source of advisories with OSV's query API)
	@$(VENV) -m release.audit $(if $(AUDIT_URL),--url "$(AUDIT_URL)") $(if $(LOCK),"$(LOCK)")

release: dev ## write the source archive and the software bill of materials of this commit to dist/
	@$(VENV) -m release $(if $(DIST),"$(DIST)")

deployment: dev
	@env -i PATH="$$PATH" $(DEPLOYMENT) $(SETTINGS) $(VENV) manage.py check --deploy --fail-level WARNING

bench: dev ## measure syncs, pages and patching of a large fleet, print tables and write JSON (ARGS=pages, SCALE=1000000; ARGS=versus or ARGS=matching with BEFORE=commit)
	@$(VENV) -m tests.bench $(ARGS)

messages: dev ## bring the catalogs of translations up to date, and name what is not translated
	@$(VENV) -m tests.translation.catalog

screenshots: dev browser ## save twelve pages of a running stack as PNG, light and dark, at 1366, 1920 and 360 px (ROLLCALL_PASSWORD=..., ROLLCALL_URL=..., OUT=screenshots)
	@$(VENV) -m tests.browser.screenshots

figures: dev ## print how the code is divided and named
	@$(VENV) -m tests.structure

faults: dev proxies faketime libreoffice ## kill processes and break vendors while syncs run, and print a line for each fault
	@$(VENV) -m pytest -n 2 --maxschedchunk 1 -m "fault or faults" $(ARGS)

fleets: dev ## judge matching on large generated fleets, and save thousands of random pages
	@$(VENV) -m pytest -m fleets $(ARGS)

fuzz: dev ## give every parser 100,000 generated cases, and the state machines 500 sequences of rules each (CASES=1000)
	@CASES="$(CASES)" $(VENV) -m pytest -n 2 --dist worksteal tests/fuzz $(ARGS)

python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed and none was found: install it, or name it with make PYTHON=/path/to/python3." >&2; exit 1; }

local: python
	@$(PYTHON) local/install.py requirements-local.txt

dev: python
	@$(PYTHON) local/install.py requirements-dev.txt

browser:
	@sh local/chromium.sh

proxies:
	@for each in nginx-light caddy haproxy; do \
		command -v "$${each%-light}" >/dev/null || sh local/debian.sh "$$each" "the tests of proxies" || true; \
	done

libreoffice:
	@command -v soffice >/dev/null || sh local/debian.sh libreoffice-calc-nogui "the tests of exports" || true

faketime:
	@command -v faketime >/dev/null || sh local/debian.sh faketime "the dates of the tests" || true
