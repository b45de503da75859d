# `make help` lists what there is. Nothing is written outside .venv and FREEAI_HOME (var/).

PYTHON ?= python3
# Tests wait for servers and browsers much of their time. A file's tests stay together, in order.
TEST_PROCESSES ?= 2
VENV := .venv
BIN := $(VENV)/bin
UNSPOKEN := -i .venv -i var -i tests -i benchmarks -i docs -i templates/admin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help serve gpu test check lint format lock words picture clean

help: ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

serve: $(VENV)/base.done ## run FreeAI on http://127.0.0.1:8000 (PORT, HOST, FREEAI_HOME)
	@exec $(BIN)/python manage.py serve

gpu: $(VENV)/gpu.done ## install what the graphics-card models need (torch: some gigabytes)

test: $(VENV)/dev.done $(VENV)/gpu.done ## run all tests
	@$(BIN)/pytest -q -n $(TEST_PROCESSES) --dist loadfile $(ARGS)

check: lint test ## lint, types, import contracts and tests: what CI runs

lint: $(VENV)/dev.done $(VENV)/gpu.done
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
	uv pip compile pyproject.toml --extra gpu --universal --python-version 3.11 --generate-hashes --no-header -c requirements/dev.txt -o requirements/gpu.lock
	{ echo "# torch: torch==2.13.0"; echo "# Not locked by hash with the rest: its file, and so its hash, differs per machine."; cat requirements/gpu.lock; \
	  echo "# Needs torch, which stands above without a hash: locked without its dependencies, psutil is the only new one."; \
	  printf 'accelerate\npsutil\n' | uv pip compile - --no-deps --universal --python-version 3.11 --generate-hashes --no-header --no-annotate; \
	  } > requirements/gpu.txt
	rm requirements/gpu.lock

words: $(VENV)/base.done ## gather the pages' sentences into locale/ and compile translations (needs gettext)
	@$(BIN)/python manage.py makemessages --all --no-wrap --no-location $(UNSPOKEN)
	@$(BIN)/python manage.py makemessages --all --domain djangojs --no-wrap --no-location $(UNSPOKEN)
	@$(BIN)/python manage.py compilemessages --ignore .venv

picture: $(VENV)/dev.done ## take docs/screenshot.png anew from the running site
	@$(BIN)/python docs/screenshot.py

clean: ## remove the virtual environment and caches; data in var/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("FreeAI needs Python 3.11 or newer." if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)

# The lock is complete, so pip need not resolve; what it overrides (pyproject.toml, tool.uv) pip could not know.
$(VENV)/base.done: requirements/base.txt | $(VENV)/bin/python
	@echo "Installing what FreeAI needs (once) ..."
	@$(BIN)/pip install -q --no-deps --require-hashes -r requirements/base.txt
	@touch $@

$(VENV)/dev.done: requirements/dev.txt requirements/openai-2.txt requirements/litellm.txt | $(VENV)/bin/python
	@echo "Installing what the tests need (once) ..."
	@$(BIN)/pip install -q --no-deps --require-hashes -r requirements/dev.txt
	@$(BIN)/pip install -q --require-hashes --upgrade --target $(VENV)/clients/openai-2 -r requirements/openai-2.txt
	@$(if $(CI),$(BIN)/pip install -q --require-hashes --upgrade --target $(VENV)/clients/litellm -r requirements/litellm.txt)
	@touch $@ $(VENV)/base.done

# torch comes first and without a hash: which file is right depends on the machine (CPU, CUDA, Apple).
$(VENV)/gpu.done: requirements/gpu.txt | $(VENV)/bin/python
	@echo "Installing torch and what the graphics-card models need (once) ..."
	@$(BIN)/pip install -q "$$(sed -n 's/^# torch: //p' requirements/gpu.txt)"
	@$(BIN)/pip install -q --no-deps --require-hashes -r requirements/gpu.txt
	@touch $@
