"""The commands of a contributor and their documentation do not drift apart."""

import re
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from cocreate.settings import DEVELOPMENT_SECRET, Misconfigured, Settings

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


class TestSettings:
    def test_each_is_documented_with_its_default(self):
        rows = (ROOT / "docs/operating.md").read_text().splitlines()
        settings = [field.metadata["name"] for field in fields(Settings)]
        assert [name for name in settings if not any(row.startswith(f"| `{name}` |") for row in rows)] == []

    def test_none_is_documented_that_does_not_exist(self):
        named = re.findall(r"\bCOCREATE_[A-Z_]+\b", (ROOT / "docs/operating.md").read_text())
        assert set(named) <= {field.metadata["name"] for field in fields(Settings)}


class TestProduction:
    SOUND = {"mode": "production", "secret": "x" * 40, "base_url": "https://cocreate.example", "proxies": "0",
             "smtp": "smtp://127.0.0.1"}

    def test_starts_when_everything_is_said(self):
        Settings(**self.SOUND).check()

    @pytest.mark.parametrize(("change", "said"), [
        ({"secret": DEVELOPMENT_SECRET}, "COCREATE_SECRET"), ({"secret": "short"}, "COCREATE_SECRET"),
        ({"base_url": ""}, "COCREATE_BASE_URL"), ({"base_url": "http://cocreate.example"}, "COCREATE_BASE_URL"),
        ({"proxies": ""}, "COCREATE_PROXIES"), ({"smtp": ""}, "COCREATE_SMTP"), ({"mode": "prod"}, "COCREATE_MODE")])
    def test_refuses_to_start_with_the_setting_at_fault(self, change, said):
        with pytest.raises(Misconfigured, match=said):
            Settings(**self.SOUND | change).check()

    def test_refuses_debug_mode(self):
        with pytest.raises(Misconfigured, match="Debug mode is on"):
            Settings(**self.SOUND).check(debug=True)

    def test_says_everything_at_once(self):
        with pytest.raises(Misconfigured) as refused:
            Settings(mode="production").check(debug=True)
        assert all(name in str(refused.value) for name in (
            "COCREATE_SECRET", "COCREATE_BASE_URL", "COCREATE_PROXIES", "COCREATE_SMTP", "Debug"))


def pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[.*?\])?==(\S+)", (ROOT / lock).read_text(), re.M))
