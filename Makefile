# Every target needs only Python (3.11 or later), make and a package index; each makes its own .venv.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: help demo test check format schemas bench parity clean

help:                      ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 12

$(VENV)/core: pyproject.toml
	@echo "== installing einvoice into $(VENV)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/dev: pyproject.toml
	@echo "== installing einvoice and what its tests need into $(VENV)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/core

demo: $(VENV)/core         ## judge a valid and a broken invoice, build UBL and CII from a JSON draft
	@$(BIN)/python tools/demo.py

test: $(VENV)/dev          ## the tests
	@echo "== pytest, on all cores"
	$(BIN)/python -m pytest -n auto

check: $(VENV)/dev         ## everything a change must pass: style, types, generated files, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python tools/schemas.py --check
	$(BIN)/python -m pytest -n auto

format: $(VENV)/dev        ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schemas: $(VENV)/dev       ## write schemas/ anew from the models
	$(BIN)/python tools/schemas.py

clean:                     ## remove what the other targets made
	rm -rf $(VENV) build
