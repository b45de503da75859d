# `make help` lists what there is. Nothing is written outside .venv and FREEAI_HOME (var/).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help serve test check lint format lock picture clean

help: ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

serve: $(VENV)/base.done ## run FreeAI on http://127.0.0.1:8000 (PORT, HOST, FREEAI_HOME)
	@exec $(BIN)/python manage.py serve

test: $(VENV)/dev.done ## run all tests
	@$(BIN)/pytest -q $(ARGS)

check: lint test ## lint, types, import contracts and tests: what CI runs

lint: $(VENV)/dev.done
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy .
	@$(BIN)/lint-imports
	@$(BIN)/python manage.py makemigrations --check --dry-run

format: $(VENV)/dev.done ## put code into shape
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: ## pin all dependencies anew, with hashes (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header -o requirements/base.txt
	uv pip compile pyproject.toml --extra production --universal --python-version 3.11 --generate-hashes --no-header -c requirements/base.txt -o requirements/production.txt
	echo "openai>=2,<3" | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-header -o requirements/openai-2.txt
	echo "litellm>=1.110" | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-header -o requirements/litellm.txt
	uv pip compile pyproject.toml --extra production --group dev --universal --python-version 3.11 --generate-hashes --no-header -c requirements/production.txt -o requirements/dev.txt

picture: $(VENV)/dev.done ## take docs/screenshot.png anew from the running site
	@$(BIN)/python docs/screenshot.py

clean: ## remove the virtual environment and caches; data in var/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("FreeAI needs Python 3.11 or newer." if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/base.done: requirements/base.txt | $(VENV)/bin/python
	@echo "Installing what FreeAI needs (once) ..."
	@$(BIN)/pip install -q --require-hashes -r requirements/base.txt
	@touch $@

$(VENV)/dev.done: requirements/dev.txt requirements/openai-2.txt requirements/litellm.txt | $(VENV)/bin/python
	@echo "Installing what the tests need (once) ..."
	@$(BIN)/pip install -q --require-hashes -r requirements/dev.txt
	@$(BIN)/pip install -q --require-hashes --upgrade --target $(VENV)/clients/openai-2 -r requirements/openai-2.txt
	@$(if $(CI),$(BIN)/pip install -q --require-hashes --upgrade --target $(VENV)/clients/litellm -r requirements/litellm.txt)
	@touch $@ $(VENV)/base.done
