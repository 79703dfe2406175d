# Everything here needs Python 3.11 and make, nothing else: each target sets up what it needs, once.
SHELL := /bin/sh
PYTHON ?= $(shell for candidate in python3.11 python3 python; do \
	"$$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null \
	&& echo "$$candidate" && break; done)
BIN := .venv/bin
READY := .venv/.ready
INSTALL := $(BIN)/python -m uv pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode
SUITE ?= not crash and not scale and not demo
WORKERS ?= auto

.DEFAULT_GOAL := help
.PHONY: help setup check test demo serve lock clean

help: ## Show this list
	@sed -n 's/^\([a-z]*\):[^#]*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r target words; do \
		printf '  make %-8s %s\n' "$$target" "$$words"; done

setup: $(READY) ## Make the environment: .venv with everything of requirements.lock

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { \
		echo "setup: no Python 3.11 with venv and pip found; expected python3.11 or a python3 that is 3.11;" \
			"install it (Debian, Ubuntu: python3.11 and python3.11-venv) or say: make PYTHON=/where/it/is/python3.11" >&2; \
		exit 1; }
	@test -x $(BIN)/python || { echo "setup: making .venv with $(PYTHON)" >&2; "$(PYTHON)" -m venv .venv; }
	@awk '/^[^ ]/ { wanted = /^uv==/ } wanted' requirements.lock > .venv/uv.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock \
		|| echo "setup: uv cannot be had here; going on with pip" >&2
	@echo "setup: installing requirements.lock (some minutes when nothing is cached yet)" >&2
	@$(INSTALL) -r requirements.lock \
		|| { echo "setup: once more, trusting the certificates that this system trusts" >&2; \
			$(INSTALL) --system-certs -r requirements.lock; } \
		|| { echo "setup: uv did not get through; the same with pip, slower" >&2; \
			$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation --editable .
	@touch $(READY)

check: setup ## Lint, format, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: setup ## Run the tests, side by side; SUITE= runs the slow ones too (kills, volumes, the demo), ARGS="-k words" chooses, WORKERS=0 one by one
	$(BIN)/python -m pytest -m "$(SUITE)" -n $(WORKERS) --maxprocesses 4 --dist loadfile $(ARGS)

demo: setup ## Show the whole hub working on this machine; Ctrl-C ends it
	@$(BIN)/hub demo $(ARGS)

serve: setup ## Serve the API and the pages over the local library
	@$(BIN)/hub serve $(ARGS)

lock: setup ## Compile pyproject.toml into requirements.lock again
	$(BIN)/python -m uv pip compile --quiet pyproject.toml --extra dev --output-file requirements.lock \
		--generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock"
	$(BIN)/python -m uv pip compile --quiet benchmarks/requirements-dlt.in --output-file benchmarks/requirements-dlt.txt \
		--generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock"

clean: ## Remove the environment and the caches; var/ with its data stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
