# Two commands do all the set-up: `make run` and `make test`. They need Python 3.11 and nothing else.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WORKERS ?= 2

.PHONY: help run ui test check lint types pages bench clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(READY): pyproject.toml constraints.txt
	@echo "Making the environment in $(VENV): about two minutes, once"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $(READY)

run: $(READY)  ## run the main job on the embedded default; UI=1 leaves the Dagster UI up
	@$(BIN)/market-platform run
	@if [ -n "$(UI)" ]; then $(BIN)/market-platform ui; fi

ui: $(READY)  ## start the Dagster UI
	@$(BIN)/market-platform ui

test: $(READY)  ## run the tests
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

check: lint types  ## lint and types

lint: $(READY)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(READY)
	@$(BIN)/mypy

pages: $(READY)  ## write the generated pages and the reviewed graph
	@$(BIN)/market-platform docs && $(BIN)/python -m market_platform_tests.defs.graph

bench: $(READY)  ## run the benchmarks
	@$(BIN)/python benchmarks/run.py

clean:  ## remove the environment; the data stay
	@rm -rf $(VENV)
