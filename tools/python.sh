#!/bin/sh
# Prints the Python that .venv is made from: the newest that really runs and can make one.
# A name on PATH proves nothing: pyenv leaves shims for versions that are not chosen, Debian leaves out ensurepip.
set -eu

runs() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
makes_venvs() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

without_venv=
for name in python3.14 python3.13 python3.12 python3.11 python3; do
    runs "$name" || continue
    if makes_venvs "$name"; then
        command -v "$name"
        exit
    fi
    without_venv=${without_venv:-$name}
done

if [ -z "$without_venv" ]; then
    echo 'No Python 3.11 or newer runs here: install one (https://www.python.org/downloads, apt install python3).' >&2
    exit 1
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    { apt-get update -qq && apt-get install -y -qq python3-venv; } >&2 || true
    if makes_venvs "$without_venv"; then
        command -v "$without_venv"
        exit
    fi
fi
echo "$without_venv cannot make virtual environments: apt install python3-venv, or your system's name for it." >&2
exit 1
