# amt-live: everything a person runs, from a fresh clone. `make help` lists it.
#
# One virtual environment, .venv. `make play` fills it with the plain package; `make test` makes it a
# development one (editable, with torch), which then serves `make play` as well.

VENV := .venv
BIN := $(VENV)/bin

# The first Python that runs and that python-rtmidi has wheels for: 3.11 or 3.12.
PYTHON ?= $(firstword $(foreach p,python3.11 python3.12 python3 python,$(shell $p -c \
	'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' 2>/dev/null && echo $p)))

PLAY := $(VENV)/.play
DEV := $(VENV)/.dev
SOURCES := pyproject.toml $(shell find amt_live export models -type f -not -name '*.pyc' 2>/dev/null)
PYTEST_ARGS ?=
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help play test lint check format install-train wheels screenshot cast docs clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

play: $(PLAY) ## install the player and start it; options in ARGS="--mood '...' --tempo 96"
	$(BIN)/amt-live play $(ARGS)

test: $(DEV) ## install everything and run the whole test suite, warnings as errors
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(DEV) ## format, lint, types and layers, changing nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test ## everything that has to pass before a change goes in

format: $(DEV) ## put the code into its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

install-train: $(VENV)/.train ## the offline half as well: prepare, train, export, evaluate

wheels: $(DEV) ## both distributions into dist/: amt-live and amt-live-gpu
	$(BIN)/python -m build --wheel --outdir dist .
	$(BIN)/python -m build --wheel --outdir dist gpu

screenshot: $(DEV) ## take docs/tui.png from the real program
	$(BIN)/python docs/screenshot.py

cast: $(DEV) ## film docs/cast.webp from the real program in a real terminal
	$(BIN)/python docs/cast.py

docs: $(DEV) ## build the documentation into build/site, warnings as errors
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo "build/site/index.html"

clean: ## remove the environment and what was built
	rm -rf $(VENV) build dist

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "amt-live needs Python 3.11 or 3.12, and none was found." \
		"Name one: make PYTHON=/path/to/python3.12 play" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

# A development environment already plays, from the sources as they are; replacing its editable
# install by a copy would take that away.
$(PLAY): $(SOURCES) | $(BIN)/python
	test -e $(DEV) || test -e $(VENV)/.train || $(BIN)/python -m pip install --quiet -c constraints.txt .
	@touch $@

$(VENV)/.train: pyproject.toml constraints.txt | $(BIN)/python
	test -e $(DEV) || $(BIN)/python -m pip install --quiet -c constraints.txt -e '.[train]'
	@touch $@

# tinysoundfont without what it asks for: PyAudio would have to be compiled, and is for sound cards.
$(DEV): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[audio,dev,docs,train]'
	$(BIN)/python -m pip install --quiet -c constraints.txt --no-deps tinysoundfont
	@touch $@
