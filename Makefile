# The commands of a contributor. `make` lists them. Needs only a POSIX sh and any make since GNU 3.81.
PYTHON = .venv/bin/python
LOCK = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-header --no-emit-index-url $(UPGRADE)
WORKERS = auto
ARGS =

.PHONY: help venv run test test-long check bench lock catalogue migrate clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

venv: ## make or refresh .venv with everything that tests and checks need
	@tools/venv.sh requirements-dev.lock

run: ## start the application with demo data on http://127.0.0.1:8000 (PORT=8001 elsewhere)
	@tools/venv.sh requirements.lock
	@exec $(PYTHON) -m cocreate.launcher

# Where files live in memory the tests wait for no disk; only where there are 2 GB of it.
MEMORY = $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 2000000 {print "/dev/shm"}')
# They start dozens of processes: what one has compiled the next reads, whatever the machine says of Python.
TESTS = PYTHONDONTWRITEBYTECODE= TMPDIR="$${TMPDIR:-$(MEMORY)}"

test: venv ## run the tests on SQLite and PostgreSQL and in a browser (ARGS=tests/views picks some)
	@$(TESTS) $(PYTHON) -m pytest -n $(WORKERS) $(ARGS)

test-long: venv ## run the tests that take minutes
	@$(TESTS) $(PYTHON) -m pytest -n $(WORKERS) -m long $(ARGS)

check: venv ## ruff, mypy and the test of the architecture
	@$(PYTHON) -m ruff check
	@$(PYTHON) -m mypy
	@$(PYTHON) -m pytest -q tests/test_architecture.py

bench: venv ## measure W1 and W3 beside their limits, as JSON (ARGS="--boards 1000 1000000")
	@$(PYTHON) -m benchmarks $(ARGS)

lock: venv ## write the locks anew after a change of requirements*.txt (UPGRADE=--upgrade: newest of all)
	@$(LOCK) requirements.txt -o requirements.lock
	@$(LOCK) -c requirements.lock requirements-dev.txt -o requirements-dev.lock

catalogue: venv ## gather every text for people in messages.pot, for translators
	@$(PYTHON) -m tools.texts > messages.pot

migrate: ## bring the database up to the newest revision
	@tools/venv.sh requirements.lock
	@$(PYTHON) -m flask --app wsgi db upgrade

clean: ## delete caches and .venv; instance/ with its database stays
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
