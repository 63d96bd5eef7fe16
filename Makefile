# Two commands do all the set-up: `make run` and `make test`. They need Python 3.11 and nothing else.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TOOLED := $(VENV)/.tooled
WORKERS ?= 2

.PHONY: help run ui test test-long fuzz check lint types pages peers bench drills mutation coverage flakes supply-chain clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

# What runs is compiled when it is first imported: compiling everything takes longer than installing it.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --constraint constraints.txt

$(READY): pyproject.toml constraints.txt
	@echo "Making the environment in $(VENV): about a minute, once"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(INSTALL) --editable .
	@touch $(READY)

$(TOOLED): pyproject.toml constraints.txt
	@echo "Making the environment in $(VENV), with what tests and checks need: about two minutes, once"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(INSTALL) --editable '.[dev]'
# Tests take warnings for errors, and some libraries' own text warns when it is compiled: that happens here, on all cores.
	@$(BIN)/python -W ignore -m compileall -qq -j 0 $(VENV)/lib || true
	@touch $(READY) $(TOOLED)

run: $(READY)  ## run the main job on the embedded default; UI=1 leaves the Dagster UI up
	@$(BIN)/market-platform run
	@if [ -n "$(UI)" ]; then $(BIN)/market-platform ui; fi

ui: $(READY)  ## start the Dagster UI
	@$(BIN)/market-platform ui

# Numeric libraries start as many threads as there are cores in each worker, and those wait for each other: six times the time.
test test-long fuzz mutation coverage flakes: export OPENBLAS_NUM_THREADS := 1

test: $(TOOLED)  ## run the tests
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not long"

test-long: $(TOOLED)  ## run the long ones: whole runs, servers, browsers, builds of the marts
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m long

fuzz: $(TOOLED)  ## put generated requests to every operation of the API's document
	@$(INSTALL) schemathesis
	@$(BIN)/python -m pytest market_platform_tests/api/test_contract.py

check: lint types  ## lint and types

lint: $(TOOLED)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(TOOLED)
	@$(BIN)/mypy

pages: $(TOOLED)  ## write the generated pages and the reviewed graph
	@$(BIN)/market-platform docs && $(BIN)/python -m market_platform_tests.defs.graph

peers: $(TOOLED)  ## make the environment of gridstatus, which long tests and benchmarks compare with
	@cd benchmarks && ../$(BIN)/python -c "import peers; print(peers.python_of('gridstatus==0.37.0'))"

bench: $(TOOLED)  ## run every benchmark with its peers in three rounds and write docs/benchmarks.md
	@$(BIN)/python benchmarks/run.py --page

TOOLS := $(VENV)/tools
$(TOOLS)/bin/pip-compile:
	@$(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check pip-tools pip-audit cyclonedx-bom pip-licenses detect-secrets

drills: $(TOOLED)  ## kill, starve and corrupt a scratch platform on purpose, and write docs/drills.md
	@$(BIN)/market-platform drills --page docs/drills.md

mutation: $(TOOLED)  ## put small faults into time, settlement, ledger and risk, and see whether the tests notice
	@$(BIN)/python -m market_platform_tests.mutation --page docs/quality.md

# Tests of what numba compiles: machine code leaves no trace of its lines, so they run a second time as Python.
COMPILED := $(addprefix market_platform_tests/,sources/test_compiled.py trading/dispatch analysis/test_chp.py \
  forecasting/test_models.py settlement/test_fleet_grid.py)

coverage: $(TOOLED)  ## measure which lines all tests run, child processes and all, and write it to docs/quality.md
	@$(INSTALL) coverage
	@rm -rf build/coverage
	@$(BIN)/python -m coverage run -m pytest -n $(WORKERS) --dist worksteal
	@NUMBA_DISABLE_JIT=1 $(BIN)/python -m coverage run -m pytest -p market_platform_tests.interpreted.plugin \
	  -m "not long" -k "not make_room" $(COMPILED)
	@$(BIN)/python -m coverage combine --quiet && $(BIN)/python -m coverage json --quiet -o build/coverage.json
	@$(BIN)/python -m market_platform_tests.mutation --coverage build/coverage.json --page docs/quality.md

RUNS ?= 20
flakes: $(TOOLED)  ## run the fast tests RUNS times more, each time in another order, and write what failed to docs/quality.md
	@$(BIN)/python -m market_platform_tests.mutation --repeats $(RUNS) --page docs/quality.md

supply-chain: $(TOOLED) $(TOOLS)/bin/pip-compile  ## write hashes, licences and bill of materials; look for known holes and secrets
	@$(TOOLS)/bin/pip-compile --quiet --generate-hashes --strip-extras --no-header --no-emit-index-url --no-emit-trusted-host \
	  --no-emit-find-links --no-emit-options --constraint constraints.txt --extra server --output-file deploy/requirements.txt pyproject.toml
	@mkdir -p docs/supply_chain
	@$(TOOLS)/bin/pip-licenses --python $(BIN)/python --format markdown --order license > docs/supply_chain/licences.md
	@$(TOOLS)/bin/cyclonedx-py environment --output-reproducible --short-PURLs --output-format JSON $(BIN)/python \
	  | $(BIN)/python -c 'import json, sys; bom = json.load(sys.stdin); [part.pop("externalReferences", 0) for part in bom["components"]]; bom["metadata"].pop("tools", 0); json.dump(bom, sys.stdout, indent=1)' \
	  > docs/supply_chain/sbom.json
	@git ls-files -z | xargs -0 $(TOOLS)/bin/detect-secrets-hook --exclude-lines 'simulated|SecretName' --exclude-files '_tests/'
	@$(TOOLS)/bin/pip-audit --requirement deploy/requirements.txt --require-hashes --disable-pip

clean:  ## remove the environment; the data stay
	@rm -rf $(VENV)
