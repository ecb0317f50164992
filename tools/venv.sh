#!/bin/sh
# Makes .venv and installs a lock into it, unless it holds exactly that already: tools/venv.sh requirements.lock
set -eu
lock=$1

# A moved checkout or an upgraded system leaves a .venv whose Python does not run.
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=$("$(dirname "$0")/python.sh")
    rm -rf .venv
    "$python" -m venv .venv
fi

# The lock that was installed is kept beside what came from it.
if ! cmp -s "$lock" ".venv/$lock"; then
    echo "Installing $lock into .venv" >&2
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r "$lock"
    cp "$lock" ".venv/$lock"
fi
