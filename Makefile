# `make run` and `make test` set up whatever they need first.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PORT ?= 8000
SANDBOX_PORT ?= 8001
BIN := .venv/bin
PYTHON := $(BIN)/python
export PATH := $(CURDIR)/$(BIN):$(PATH)
export UV_PYTHON_DOWNLOADS := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help
help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /\1|/' | awk -F'|' '{printf "make %-12s %s\n", $$1, $$2}'

.PHONY: run
run: ports setup ## Set up and start everything: web, worker, scheduler, sandbox cluster server (PORT, SANDBOX_PORT)
	@$(PYTHON) manage.py prepare
	@$(PYTHON) manage.py load_demonstration --sandbox-url http://127.0.0.1:$(SANDBOX_PORT)
	@printf '\n  Portal                  http://localhost:%s\n  Sandbox cluster server  http://localhost:%s\n  Ctrl-C stops all of it.\n\n' \
		$(PORT) $(SANDBOX_PORT)
	@WEB_PORT=$(PORT) SANDBOX_PORT=$(SANDBOX_PORT) PUBLIC_URL=http://localhost:$(PORT) SWEEP_SECONDS=3 WATCH_SECONDS=5 \
		LOG_LEVEL=WARNING PYTHONWARNINGS="ignore:You're running the worker" exec honcho start

.PHONY: ports
ports:
	@if [ "$(PORT)" = "$(SANDBOX_PORT)" ]; then \
		echo "The portal and the sandbox cluster server need two ports: make run PORT=8080 SANDBOX_PORT=8081" >&2; exit 1; fi
	@if (exec 3<>/dev/tcp/127.0.0.1/$(PORT)) 2>/dev/null; then \
		echo "Port $(PORT) is taken. Choose another one for the portal: make run PORT=8080" >&2; exit 1; fi
	@if (exec 3<>/dev/tcp/127.0.0.1/$(SANDBOX_PORT)) 2>/dev/null; then \
		echo "Port $(SANDBOX_PORT) is taken. Choose another one for the sandbox cluster server: make run SANDBOX_PORT=8081" >&2; exit 1; fi

.PHONY: demo
demo: setup-test ## Play the main job, from a poster to a warning, without a browser
	@$(PYTHON) -m tests.demo

.PHONY: test
test: setup-test ## Set up and run every check and test
	@$(PYTHON) -m tests.run

.PHONY: check
check: setup-test ## Format, lint, types, templates, migrations, deployment, translations
	@.ci/check

.PHONY: bench
bench: setup-test ## Run the benchmarks; they print ratios
	@for file in tests/benchmarks/[a-z]*.py; do name=$${file##*/}; echo "== $${name%.py}"; $(PYTHON) -m tests.benchmarks.$${name%.py}; done

.PHONY: messages
messages: setup-test ## Collect the sentences to translate
	@django-admin makemessages --locale fr --locale en --no-location --no-wrap --ignore node_modules --ignore .venv --ignore tests
	@xgettext --language=Python --from-code=UTF-8 --keyword --keyword=say --keyword=say_number:1,2 --no-location --no-wrap \
		--output=- clea_portal/posters/*.py | sed 's/CHARSET/UTF-8/' > .venv/posters.pot
	@for file in clea_portal/posters/words/*.po; do msgmerge --quiet --update --backup=none --no-location --no-wrap $$file .venv/posters.pot; done

.PHONY: screenshots
screenshots: setup-test ## Make the README's pictures again
	@$(PYTHON) -m tests.screenshots

.PHONY: lock
lock: setup-test ## Compile the hashed requirements
	@for name in requirements requirements-test requirements-node; do \
		uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header $$name.in -o $$name.txt; done

.PHONY: clean
clean: ## Remove everything that was made here, the demonstration's data too
	rm -rf .venv node_modules var demo .env .mypy_cache .ruff_cache .pytest_cache .hypothesis

# --- Setting up -------------------------------------------------------------------------------------------------------------

.PHONY: setup
setup: packages .venv/.installed node_modules/.installed .venv/.messages .env

.PHONY: setup-test
setup-test: packages-test .venv/.installed-test node_modules/.installed .venv/.messages .env

.PHONY: packages packages-test
packages:
	@.ci/packages run
packages-test:
	@.ci/packages test

.venv/.installed: requirements.txt
	@test -x $(PYTHON) || python3 -m venv .venv
	@echo "Installing Python packages …"
	@$(PYTHON) -m pip install --quiet --require-hashes --no-deps -r requirements.txt
	@touch $@

.venv/.installed-test: .venv/.installed requirements-test.txt
	@echo "Installing packages for tests …"
	@$(PYTHON) -m pip install --quiet --require-hashes --no-deps -r requirements-test.txt
	@touch $@

node_modules/.installed: package.json package-lock.json .venv/.installed
	@command -v npm > /dev/null || $(PYTHON) -m pip install --quiet --require-hashes --no-deps -r requirements-node.txt
	@echo "Installing web assets …"
	@npm ci --ignore-scripts --silent
	@touch $@

.venv/.messages: .venv/.installed $(wildcard locale/*/LC_MESSAGES/*.po clea_portal/posters/words/*.po)
	@for file in locale/*/LC_MESSAGES/*.po clea_portal/posters/words/*.po; do test ! -e $$file || msgfmt --check-format -o $${file%.po}.mo $$file; done
	@touch $@

.env: .venv/.installed
	@$(PYTHON) -m clea_portal.first_start
