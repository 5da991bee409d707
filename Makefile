# 首问 Shouwen. `make` alone lists what there is. Everything lands in .venv, frontend/node_modules, var/ and .make/.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON := .venv/bin/python
UV := .venv/bin/uv
export PORT ?= 8000
export SHOUWEN_DATA ?= var

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'
	@echo
	@echo "  PORT=8001 make run   another port        DEMO=0 make run   without the demo"
	@echo "  SHOUWEN_DATA=folder  where data lie      NO_SYSTEM=1       install no system packages"

setup: .make/python ## install everything that is missing: Python packages, system packages, Node if there is none
	@$(PYTHON) scripts/system.py all --again
	@$(MAKE) assets messages

run: .make/python .make/assets .make/messages ## start web and worker with the demo on PORT (8000); Ctrl-C stops
	@$(PYTHON) scripts/system.py run
	@exec .venv/bin/shouwen serve $(if $(filter 0,$(DEMO)),,--demo)

test: .make/python .make/assets .make/messages ## everything: checks, unit, contract, stories, both databases, browser, docs
	@$(PYTHON) scripts/system.py test
	@exec $(PYTHON) scripts/suite.py

check: .make/python .make/messages ## format, lint, types, import contracts, migrations, messages, locks, docs
	@exec $(PYTHON) scripts/check.py --docs

assets: .make/assets ## fetch and bundle what the screens load

messages: .make/messages ## compile the catalogue

bench: .make/python .make/assets ## measure our figures beside the promised ones and write docs/performance.md
	@exec $(PYTHON) benchmarks/run.py --write docs/performance.md $(ARGS)

pictures: .make/python .make/assets .make/messages ## take pictures of the screens into pictures/
	@exec $(PYTHON) scripts/pictures.py $(ARGS)

mutants: .make/python .make/messages ## switch off each rule of the handbook in turn; a test beside it must fail
	@exec $(PYTHON) scripts/mutants.py $(ARGS)

wheel: .make/python .make/assets .make/messages ## build the wheel into dist/
	@$(UV) build --quiet --wheel --no-build-isolation && ls -1 dist/*.whl

locks: .make/python ## make the lock files anew from requirements/*.in
	@for name in uv assets base dev; do $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/$$name.in -o requirements/$$name.lock; done

# --- stamps: each is made again only when what it depends on has changed ---

.make/venv: requirements/uv.lock scripts/venv.sh
	@bash scripts/venv.sh
	@mkdir -p .make && touch $@

.make/python: .make/venv requirements/dev.lock pyproject.toml scripts/build_hook.py
	@echo "Python packages …"
	@$(UV) pip sync --quiet --compile-bytecode --require-hashes requirements/dev.lock
	@$(UV) pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

.make/assets: .make/venv requirements/assets.lock $(addprefix frontend/,package.json package-lock.json .npmrc build.mjs charts.js marks.svg mit.txt) scripts/assets.py
	@$(PYTHON) scripts/assets.py
	@touch $@

.make/messages: .make/python $(wildcard src/shouwen/locale/*/LC_MESSAGES/*.po)
	@$(PYTHON) scripts/messages.py compile
	@touch $@

.PHONY: help setup run test check assets messages bench pictures mutants wheel locks
