# What there is to do, from a clean checkout on: make demo, make up, make test, make bench.
# Everything is installed into .venv; nothing else on the machine is changed, except that, as
# root on Debian, missing system packages are installed with apt-get (see scripts/).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= ringfence-data
PYTEST := $(BIN)/python -m pytest
PARALLEL ?= -n auto
# These wait for calls more than they compute; each file keeps to one process and its platform.
WORLD ?= -n 3 --dist loadfile
PURE := --ignore=tests/system --ignore=tests/interop
SHELL := /bin/bash
# Every start of the platform would compile all of it anew; the tests start it some two hundred times.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help venv install program demo up stop test lint types contracts shape unit system interop fuzz \
	fuzz-long bench bench-document reference clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

venv: $(BIN)/python ## Make the virtual environment
$(BIN)/python:
	@scripts/make_venv.sh "$(PYTHON)" "$(VENV)"

SOURCES := pyproject.toml setup.py $(wildcard src/ringfence/media/engine/*.[ch])
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

install: $(VENV)/.installed ## Install the program and its tools into the virtual environment
$(VENV)/.installed: $(SOURCES) | $(BIN)/python
	@scripts/have_compiler.sh
	@echo "Installing Ringfence and its tools into $(VENV); the first time takes a minute or two."
	@$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/.program

program: $(VENV)/.program ## Install the program alone
$(VENV)/.program: $(SOURCES) | $(BIN)/python
	@scripts/have_compiler.sh
	@echo "Installing Ringfence into $(VENV); the first time takes a minute."
	@$(PIP) --editable .
	@touch $@

demo: program ## Start the platform, call it, show what happens, leave it running
	@$(BIN)/ringfence demo --data "$(DATA)"

up: program ## Start the platform
	@exec $(BIN)/ringfence up --data "$(DATA)"

stop: ## Drain calls and stop the platform; nothing is installed for that
	@if [ -x $(BIN)/ringfence ]; then $(BIN)/ringfence stop --data "$(DATA)"; \
	else echo "It was not running: nothing is installed in $(VENV)."; fi

test: lint types contracts shape unit system interop fuzz ## Everything that is checked

lint: install ## Style and form of the source
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: install ## Types, strictly
	@$(BIN)/mypy

contracts: install ## Who may import whom
	@$(BIN)/lint-imports

shape: install ## One module, one test file; no file too long
	@$(BIN)/python scripts/check_mirror.py
	@$(BIN)/python scripts/check_lengths.py

unit: install ## The pure suite: no sockets, no sleeping
	@$(PYTEST) tests $(PURE) $(PARALLEL)

system: install ## Whole processes and whole calls
	@$(PYTEST) tests/system $(WORLD)

interop: install ## Programs nobody here wrote: sipp, baresip, linphone
	@scripts/install_peers.sh
	@$(PYTEST) tests/interop $(WORLD); code=$$?; [ $$code -eq 5 ] && echo "interop: NO TEST RAN" && code=1; exit $$code

fuzz: install ## Fuzzers, a short run, the C engine under ASAN and UBSAN
	@$(BIN)/python scripts/run_fuzzers.py --short

fuzz-long: install ## Fuzzers, until stopped or a million inputs each
	@$(BIN)/python scripts/run_fuzzers.py
	@RINGFENCE_HYPOTHESIS=searching $(PYTEST) tests $(PURE) -m hypothesis $(PARALLEL)
	@RINGFENCE_EXAMPLES=50 $(PYTEST) tests/api/test_every_answer.py tests/api/twilio/test_fuzz.py \
		--timeout 0

bench: install ## Measure, write bench/results/*.json and print a table beside the targets
	@$(BIN)/python bench/run.py

bench-document: bench ## The same, and put the table into docs/benchmarks.md
	@$(BIN)/python bench/run.py --document

reference: install ## Write docs/reference from the code
	@$(BIN)/python scripts/make_reference.py

clean: ## Remove what was made (not the data folder)
	rm -rf $(VENV) build dist src/*.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis \
		.import_linter_cache bench/results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find src -name '*.so' -delete
