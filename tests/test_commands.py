"""The commands of a contributor and their documentation do not drift apart."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


class TestMake:
    def test_help_lists_every_target(self):
        phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.M)
        shown = subprocess.run(["make", "--no-print-directory", "-C", ROOT], capture_output=True, text=True, check=True)
        assert phony and re.findall(r"^make (\S+)", shown.stdout, re.M) == phony[1].split()

    @pytest.mark.parametrize("script", ["tools/python.sh", "tools/venv.sh", ".ci/run"])
    def test_scripts_are_executable(self, script):
        assert (ROOT / script).stat().st_mode & 0o111


class TestLocks:
    @pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
    def test_every_package_has_hashes_and_no_address(self, lock):
        text = (ROOT / lock).read_text()
        entries = re.split(r"\n(?=\S)", text.strip())
        assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
        assert "://" not in text

    def test_development_adds_and_changes_nothing(self):
        assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()

    @pytest.mark.parametrize("stem", ["requirements", "requirements-dev"])
    def test_locks_hold_what_is_required(self, stem):
        wanted = re.findall(r"^[a-zA-Z0-9-]+", (ROOT / f"{stem}.txt").read_text(), re.M)
        assert {name.lower() for name in wanted if not name.startswith("-")} <= pins(f"{stem}.lock").keys()


def pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[.*?\])?==(\S+)", (ROOT / lock).read_text(), re.M))
