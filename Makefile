# Two commands do everything on a fresh machine with Python 3.11+ and make:
#   make book    sets up and builds the site
#   make test    sets up and passes the tests
#   make test-long  draws 200 papers of every exercise in place of 20 (about an hour)

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$p && break; done)

# What make starts finds the environment's own tools first (node among them, where the machine has none).
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: help setup book serve test test-long lint format clean

help:
	@sed -n 's/^#   //p' Makefile

setup: python
	@$(PYTHON) scripts/setup.py

book: setup
	@coursekit build

serve: setup
	@coursekit build --serve

test: python
	@$(PYTHON) scripts/setup.py --tests
	@scripts/lint
	@scripts/test

test-long: python
	@$(PYTHON) scripts/setup.py --tests
	@COURSEKIT_SEEDS=200 scripts/test tests/contracts/test_exercises.py

lint: setup
	@scripts/lint

format: setup
	@ruff check --fix-only --quiet src tests scripts benchmarks; ruff format --quiet src tests scripts benchmarks

clean:
	rm -rf _build .setup .venv js/node_modules src/coursekit/assets/dist

.PHONY: python
python:
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 or newer here: install one, or say make PYTHON=/path/to/python3.12"; exit 1; }
