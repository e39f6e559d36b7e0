# make demo    a real LangGraph agent, traced, then shown and listed from disk
# make test    every check and every test that is not slow
# make lint    the checks of make test that run nothing: style, types, arrows of imports
# make page    builds the page of `gradient ui` anew, from web/
# make bench   what tracing costs, against bare and against a peer
# make upstream  the tests of frameworks themselves, bare and traced; says what newly fails
# make newest  all that .ci/run does, with today's releases of everything; says what is not as in pins/
# make pins    the same, and then takes into pins/ and the README what passed
# make clean   remove what the others made

PYTHON ?= python3
VENV ?= .venv
WORKERS ?= auto
# The versions of everything that is installed here. Who installs Gradient elsewhere gets what pyproject.toml asks for.
PINS ?= pins
BIN := $(VENV)/bin

.PHONY: demo lint test bench page upstream newest pins clean
.DELETE_ON_ERROR:

# What the demo records goes to .demo, not among the user's own runs.
demo: $(VENV)/.installed-demo
	@GRADIENT_HOME="$${GRADIENT_HOME:-$(CURDIR)/.demo}"; export GRADIENT_HOME; \
	echo "$(BIN)/python examples/demo.py"; $(BIN)/python examples/demo.py && \
	echo "$(BIN)/gradient show @last" && $(BIN)/gradient show @last && \
	echo "$(BIN)/gradient ls" && $(BIN)/gradient ls

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy --no-error-summary
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports --no-logo
	$(BIN)/python scripts/vocabulary --check
	scripts/page lint

test: lint
	scripts/page test
	$(BIN)/pytest -n $(WORKERS)

bench: $(VENV)/.installed-bench
	$(BIN)/python -m benchmarks

# The result is committed: who installs Gradient needs no Node. The same sources give the same files.
page: web/node_modules/.installed
	$(PYTHON) scripts/vocabulary
	cd web && npm run --silent build

web/node_modules/.installed: web/package.json web/package-lock.json
	cd web && npm ci --silent --no-audit --no-fund --fetch-retries 1 --fetch-retry-mintimeout 1000 --fetch-timeout 30000
	@touch $@

upstream: $(VENV)/.installed-dev
	$(BIN)/python scripts/upstream

newest: $(VENV)/.installed-dev
	rm -rf .ci/newest
	-$(BIN)/python scripts/pins .ci/newest
	VENV=.ci/envs/newest PINS=.ci/newest .ci/run

pins: $(VENV)/.installed-dev
	-$(MAKE) newest
	$(BIN)/python scripts/pins --take .ci/newest
	$(BIN)/python scripts/versions

clean:
	rm -rf $(VENV) web/node_modules .demo .ci/envs .ci/newest .ci/passed .mypy_cache .pytest_cache .ruff_cache .import_linter_cache build dist

# One file for each set of dependencies says that it is installed.
$(VENV)/.installed-%: pyproject.toml scripts/install $(PINS)/%.txt $(PINS)/uv.txt $(PINS)/build.txt \
		hatch_build.py $(wildcard gradient/*/*.c gradient/*/*/*/*.c)
	@scripts/install "$(PYTHON)" "$(VENV)" $* "$(PINS)"
	@touch $@
