# make demo   the environment, then the main job on a sample community, offline
# make test   all tests, with what they need
# make check  format, lint, types, import contracts, and a sample of the tests: before each commit
# make coverage  all tests once more, following every branch: 90 % must be reached
# make bench  the measurements of docs/performance.md
# make clean  the environment and everything made goes

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Tests of the terminal app, which two processes take, and of servers wait a good deal: four keep two processors busy.
JOBS ?= 4

# Tests start many processes: what they compiled once they find again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test coverage check static format lint types imports messages bench wheel clean

help:
	@sed -n 's/^# make/make/p' Makefile

# The two stamps: what runs CamFlix, and what builds and checks it.
$(VENV)/.runtime: pyproject.toml constraints.txt setup.py $(wildcard camflix/recommender/kernels/*.c camflix/recommender/kernels/*.cdef camflix/recommender/kernels/*.h)
	@sh scripts/check-machine "$(PYTHON)"
	@echo "making $(VENV) (half a minute)"
	@"$(PYTHON)" -m venv $(VENV)
	@$(PIP) install --constraint constraints.txt --editable . || { \
	  echo "CamFlix: the packages could not be installed; is the package index reachable?" >&2; exit 1; }
	@# pip compiles what it copies; an editable package starts fast from its first command on by this.
	@$(BIN)/python -m compileall -q camflix
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	@$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(VENV)/.runtime
	@$(BIN)/camflix demo

test: $(VENV)/.dev
	@sh scripts/ensure-postgres
	@sh scripts/ensure-redis
	@sh scripts/ensure-tmux
	@sh scripts/in-memory $(BIN)/python -m pytest -n $(JOBS) --dist loadgroup $(PYTEST)

# Following every branch makes Python half as slow again; CI does it in its second run.
coverage:
	@$(MAKE) test PYTEST="--cov --cov-report=term $(PYTEST)"

# What a person waits for before each commit; tests/sample.py says what the sample is, and CI runs all tests.
check: static
	@$(MAKE) test PYTEST="--sample $(PYTEST)"

# What only reads goes side by side, each with its words together.
static: $(VENV)/.dev
	@$(MAKE) --jobs=2 --output-sync format lint types imports messages

format: $(VENV)/.dev
	$(BIN)/ruff format --check .

lint: $(VENV)/.dev
	$(BIN)/ruff check .

# Its cache now and then finds errors in generic calls that are not there: then once more without it.
types: $(VENV)/.dev
	$(BIN)/mypy || { rm -rf .mypy_cache && $(BIN)/mypy; }

imports: $(VENV)/.dev
	$(BIN)/lint-imports

messages: $(VENV)/.dev
	$(BIN)/python scripts/messages.py check

bench: $(VENV)/.dev
	$(BIN)/python -m bench

wheel: $(VENV)/.dev
	$(BIN)/python -m build --outdir dist .

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
