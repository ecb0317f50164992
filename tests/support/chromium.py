"""Where Chromium is, and how it starts without a screen, a network or an account of its own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

from tests.support.packages import apt_install

ARGUMENTS = [
    "--no-sandbox",  # the tests may run as root, and open only our own pages
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]


def find() -> str:
    """The first that runs; raises where there is none, so that no browser test is ever skipped silently."""
    for path in _candidates():
        if _runs(path):
            return path
    raise RuntimeError("No Chromium: install it (apt install chromium, brew install --cask chromium), "
                       "or say where it is in COCREATE_CHROMIUM")


def _candidates() -> Iterator[str]:
    if given := os.environ.get("COCREATE_CHROMIUM"):
        yield given
    # Without a window it opens a page in half the time.
    names = ("chromium-headless-shell", "chromium", "google-chrome", "chromium-browser")
    yield from filter(None, map(shutil.which, names))
    yield "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    yield "/Applications/Chromium.app/Contents/MacOS/Chromium"
    for package in ("chromium-headless-shell", "chromium"):
        if apt_install(package):
            yield f"/usr/bin/{package}"
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], capture_output=True, check=False)
    from playwright.sync_api import sync_playwright
    with sync_playwright() as playwright:
        yield playwright.chromium.executable_path


def _runs(path: str) -> bool:
    try:  # a shim or an empty transitional package is there and does not run
        return subprocess.run([path, "--version"], capture_output=True, check=False, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
