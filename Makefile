# make demo    a real LangGraph agent, traced, then shown and listed from disk
# make test    every check and every test that is not slow
# make page    builds the page of `gradient ui` anew, from web/
# make bench   what tracing costs, against bare and against a peer
# make clean   remove what the others made

PYTHON ?= python3
VENV ?= .venv
WORKERS ?= auto
BIN := $(VENV)/bin

.PHONY: demo test bench page clean
.DELETE_ON_ERROR:

# What the demo records goes to .demo, not among the user's own runs.
demo: $(VENV)/.installed-demo
	@GRADIENT_HOME="$${GRADIENT_HOME:-$(CURDIR)/.demo}"; export GRADIENT_HOME; \
	echo "$(BIN)/python examples/demo.py"; $(BIN)/python examples/demo.py && \
	echo "$(BIN)/gradient show @last" && $(BIN)/gradient show @last && \
	echo "$(BIN)/gradient ls" && $(BIN)/gradient ls

test: $(VENV)/.installed-dev
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy --no-error-summary
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest -n $(WORKERS)

bench: $(VENV)/.installed-bench
	$(BIN)/python -m benchmarks

# The result is committed: who installs Gradient needs no Node. The same sources give the same files.
page:
	cd web && npm install --silent --no-save --no-audit --no-fund && npm run --silent build

clean:
	rm -rf $(VENV) web/node_modules .demo .ci/envs .mypy_cache .pytest_cache .ruff_cache .import_linter_cache build dist

# One file for each set of dependencies says that it is installed.
$(VENV)/.installed-%: pyproject.toml scripts/install
	@scripts/install "$(PYTHON)" "$(VENV)" $*
	@touch $@
