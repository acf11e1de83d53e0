# make run    install if needed, prepare the demo data once, serve the dashboard
# make test   install if needed, check style and types, run the tests
# make venv   only the environment

PORT ?= 8501
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed

# A python3.x shim may exist and still refuse to start, so candidates are run.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	2>/dev/null && echo $$p && break; done)

export PYTHONNOUSERSITE := 1

.PHONY: run test check venv lock bench screenshots clean

run: venv
	$(PY) -m core demo --if-missing
	$(PY) -m core serve --port $(PORT)

test: check
	$(PY) -m pytest $(PYTEST_ARGS)

check: venv
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy

venv: $(STAMP)

$(STAMP): requirements.txt requirements-dev.txt
	@test -n "$(PYTHON)" || { echo "Gyre needs Python 3.11, 3.12 or 3.13" >&2; exit 1; }
	test -x $(PY) || "$(PYTHON)" -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check uv || true
	if $(PY) -m uv --version >/dev/null 2>&1; then \
		$(PY) -m uv pip install --python $(PY) -r requirements-dev.txt; \
	else \
		$(PY) -m pip install --disable-pip-version-check -r requirements-dev.txt; \
	fi
	touch $(STAMP)

# Pins for every supported Python and platform, from the bounds in pyproject.toml.
lock: venv
	$(PY) -m uv pip compile --universal --python-version 3.11 --no-header \
		--no-annotate --quiet pyproject.toml -o requirements.txt
	$(PY) -m uv pip compile --universal --python-version 3.11 --no-header \
		--no-annotate --quiet --group dev -c requirements.txt -o requirements-dev.lock
	{ echo "-r requirements.txt"; cat requirements-dev.lock; } > requirements-dev.txt
	rm requirements-dev.lock

bench: venv
	$(PY) -m benchmarks

screenshots: venv
	GYRE_SCREENSHOTS=docs/screenshots $(PY) -m pytest -m e2e tests/e2e

clean:
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis test-results
