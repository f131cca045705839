# One command each. The first call of any target builds the virtual environment; later calls start at once.
# The stamp files below depend on the lock file and the project file, so a changed lock installs itself.

VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
CLIENT := clients/python/pyproject.toml
NODE_INSTALLED := tests/node/node_modules/.package-lock.json
VERCEL_INSTALLED := tests/node/vercel/node_modules/.package-lock.json
EMULATE_INSTALLED := tests/node/emulate/node_modules/.package-lock.json
LOCALSTRIPE_INSTALLED := build/localstripe/.installed
PRISMA_INSTALLED := tests/node/prisma/node_modules/.package-lock.json
APP_INSTALLED := tests/apps/next/node_modules/.package-lock.json
APP7_INSTALLED := build/next7/node_modules/.package-lock.json
DASHBOARD := harness/dashboard
ASSETS_COPIED := $(DASHBOARD)/static/vendor/.copied
SCRIPTS_FETCHED := build/clerk/.fetched
NPM := $(shell command -v npm 2>/dev/null)
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
# Words passed on to the program behind a target: make demo ARGS=--keep, make test ARGS="tests/house -n0"
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help install node apps assets independents demo test test-external test-machines test-webhooks test-sync fuzz lint types imports check bench engine up format lock env-example surfaces clips screenshots pacts matrix mutations verify wheel clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | sort | expand -t 14

demo: $(INSTALLED) assets ## play the whole journey on Greenroom and the integration layer (ARGS=--keep leaves it running)
	@$(BIN)/python -m demo $(ARGS)

test: $(INSTALLED) node assets ## run all tests (ARGS="tests/house -k size" runs some)
	@$(BIN)/python -m pytest -n logical --maxprocesses 8 --dist loadgroup $(ARGS)

test-external: $(INSTALLED) ## the integration layer against the mocks (EXTERNAL=live: against live sandboxes)
	@$(BIN)/python -m pytest -n0 tests/external $(ARGS)

test-machines: $(INSTALLED) ## the state machines of target groups, accounts and deletions, 500 random runs each (RUNS=…)
	@MACHINE_RUNS=$(or $(RUNS),500) $(BIN)/python -m pytest -n logical --timeout 7200 \
		tests/mocks/cint/test_fielding_machine.py tests/mocks/insightiq/test_account_machine.py \
		tests/mocks/stripe/test_deletion_machine.py $(ARGS)

test-webhooks: $(INSTALLED) ## the webhook receivers: signatures, replays, duplicates, disorder, gaps, floods
	@$(BIN)/python -m pytest -n0 tests/integrations/test_webhooks.py tests/integrations/test_inbox.py \
		tests/integrations/test_event_order.py tests/integrations/test_catch_up.py \
		tests/integrations/test_delivery_limits.py tests/integrations/test_flood.py \
		tests/external/test_webhooks.py tests/external/test_gaps.py $(ARGS)

test-sync: $(INSTALLED) ## mirrors, outbox and profiles: what keeps our data equal to the providers'
	@$(BIN)/python -m pytest -n0 tests/integrations/test_mirror.py tests/integrations/test_directory.py \
		tests/integrations/test_search_outbox.py tests/integrations/test_videos.py \
		tests/integrations/test_creators.py tests/integrations/test_studies.py tests/external $(ARGS)

up: $(INSTALLED) ## start Greenroom on 127.0.0.1:4400
	@$(BIN)/greenroom up $(ARGS)

engine: $(INSTALLED) ## hold Algolia's engine against the plain reference, on 2,000 small indexes and queries
	@ENGINE_EXAMPLES=2000 $(BIN)/python -m pytest -n0 --timeout=3600 tests/mocks/algolia/test_reference.py $(ARGS)

lint: $(INSTALLED) ## check style and formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(INSTALLED) ## check types
	@$(BIN)/mypy

imports: $(INSTALLED) ## check which room imports which
	@PYTHONPATH=. $(BIN)/lint-imports

check: lint types imports test ## all of the above: what must pass before a commit

bench: $(INSTALLED) ## measure speed and memory (never part of the tests)
	@$(BIN)/python -m benchmarks $(ARGS)

format: $(INSTALLED) ## rewrite the code in the project's format
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

env-example: $(INSTALLED) ## write .env.example from the world `default`
	@$(BIN)/python .ci/env_example.py > .env.example.new && mv .env.example.new .env.example

surfaces: $(INSTALLED) ## write contracts/<provider>/surface.yaml: what is served, from the code
	@$(BIN)/python .ci/surfaces.py contracts

clips: $(INSTALLED) ## make the neutral clips anew that rooms play (FFmpeg's encoders by PyAV)
	@PYTHONPATH=. $(BIN)/python .ci/neutral_clips.py

screenshots: $(INSTALLED) assets ## take the dashboard's pictures in docs/ anew, after the demo's journey (Chromium)
	@PYTHONPATH=. $(BIN)/python .ci/screenshots.py

pacts: $(INSTALLED) ## write contracts/pacts anew, from what the integration layer's own calls are
	@rm -f contracts/pacts/*.json
	@WRITE_PACTS=1 $(BIN)/python -m pytest -n0 -q tests/contracts/test_*_pact*.py

fuzz: $(INSTALLED) ## fuzz the mocks by the providers' documents, 60 s of cases each (SECONDS=…; the tests have 8)
	@FUZZ_SECONDS=$(or $(SECONDS),60) $(BIN)/python -m pytest -n0 -q --timeout 3600 tests/contracts/test_fuzzing.py $(ARGS)

matrix: $(INSTALLED) node ## run the same checks over many versions of each SDK (installed into build/matrix), write docs/sdk-matrix.md
	@$(BIN)/python -m tests.matrix.sdks
	@WRITE_MATRIX=1 $(BIN)/python -m pytest -n0 -q tests/matrix $(ARGS)

mutations: $(INSTALLED) ## break the mocks, then the integration layer, in every way that is known; the contracts must see each
	@MUTATIONS=all $(BIN)/python -m pytest -n0 -q tests/contracts/test_mutations.py tests/contracts/test_enum_mutations.py tests/contracts/test_layer_mutations.py $(ARGS)

verify: $(INSTALLED) ## verify the mocks against pacts, and documents where GREENROOM_SPECS names them
	@$(BIN)/greenroom verify $(ARGS)

wheel: $(INSTALLED) assets ## build the distributions into dist/
	@rm -rf dist
	@$(BIN)/python -m build --wheel --no-isolation --outdir dist .
	@$(BIN)/python -m build --wheel --no-isolation --outdir dist clients/python

# Hosts and paths of the machine that makes the lock stay out of it (--no-emit-options).
PIP_COMPILE = CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --upgrade --generate-hashes \
	--allow-unsafe --strip-extras --no-emit-options --no-header

lock: | $(BIN)/pip ## renew both lock files with the newest releases
	@test -x $(BIN)/pip-compile || $(BIN)/python -m pip install --quiet pip-tools
	@$(PIP_COMPILE) --output-file requirements.lock pyproject.toml
	@$(PIP_COMPILE) --extra bench --extra test --extra dev --constraint requirements.lock \
		--output-file requirements-dev.lock pyproject.toml $(CLIENT)

clean: ## remove everything that was built, the environment included
	rm -rf $(VENV) tests/node/node_modules tests/node/vercel/node_modules tests/node/prisma/node_modules tests/node/emulate/node_modules tests/apps/next/node_modules tests/apps/next/.next build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis $(DASHBOARD)/node_modules $(DASHBOARD)/static/vendor
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---------------------------------------------------------------------------------------------- set-up

install: $(INSTALLED) ## build the virtual environment

$(BIN)/pip:
	@test -n "$(PYTHON)" || { echo "Greenroom needs Python 3.11 or newer; set PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$(PYTHON) is older than Python 3.11; set PYTHON=/path/to/python" >&2; exit 1; }
	@echo "Building the virtual environment $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "Python's venv module does not work here (on Debian: apt-get install python3-venv)" >&2; exit 1; }

$(INSTALLED): requirements-dev.lock pyproject.toml $(CLIENT) | $(BIN)/pip
	@echo "Installing the locked dependencies (once; a minute or two) ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation \
		-e . -e clients/python
	@touch $@

node: $(if $(NPM),$(NODE_INSTALLED) $(VERCEL_INSTALLED) $(PRISMA_INSTALLED)) ## install the Node SDKs that the tests drive (left out where npm is missing)

$(NODE_INSTALLED): tests/node/package-lock.json
	@echo "Installing the Node SDKs ..."
	@cd tests/node && npm ci --silent
	@touch $@

$(VERCEL_INSTALLED): tests/node/vercel/package-lock.json
	@echo "Installing Vercel's command line ..."
	@cd tests/node/vercel && npm ci --silent

$(PRISMA_INSTALLED): tests/node/prisma/package-lock.json
	@echo "Installing Prisma's reader of schemas ..."
	@cd tests/node/prisma && npm ci --silent

apps: $(if $(NPM),$(APP_INSTALLED) $(APP7_INSTALLED) $(SCRIPTS_FETCHED)) ## install the Next.js application and Clerk's scripts that the browser tests use

independents: $(LOCALSTRIPE_INSTALLED) $(if $(NPM),$(EMULATE_INSTALLED)) ## install localstripe and emulate, which parity is proved against

$(LOCALSTRIPE_INSTALLED): tests/contracts/independents/localstripe.txt | $(BIN)/pip
	@echo "Installing localstripe in an environment of its own ..."
	@$(BIN)/python -m venv build/localstripe
	@build/localstripe/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(EMULATE_INSTALLED): tests/node/emulate/package-lock.json
	@echo "Installing emulate ..."
	@cd tests/node/emulate && npm ci --silent

assets: $(if $(NPM),$(ASSETS_COPIED)) ## fetch what the dashboard's pages load (left out where npm is missing: they then do without)

$(ASSETS_COPIED): $(DASHBOARD)/package-lock.json $(DASHBOARD)/vendor.mjs
	@echo "Fetching the dashboard's libraries ..."
	@cd $(DASHBOARD) && npm ci --silent --ignore-scripts && npm run --silent vendor
	@touch $@

$(APP_INSTALLED): tests/apps/next/package-lock.json
	@echo "Installing the Next.js application ..."
	@cd tests/apps/next && npm ci --silent --ignore-scripts
	@touch $@

$(APP7_INSTALLED): tests/apps/next7/package-lock.json
	@echo "Installing it once more, with the next major of @clerk/nextjs ..."
	@mkdir -p build/next7 && cp tests/apps/next7/package.json tests/apps/next7/package-lock.json build/next7/
	@cd build/next7 && npm ci --silent --ignore-scripts
	@touch $@

$(SCRIPTS_FETCHED): tests/apps/scripts.txt
	@echo "Fetching Clerk's scripts ..."
	@mkdir -p build/clerk && npm pack --silent --pack-destination build/clerk $$(cat $<) > /dev/null
	@touch $@
