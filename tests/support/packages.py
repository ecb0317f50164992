"""Programs that are no Python packages; nothing that needs one is ever skipped for want of it."""

import os
import shutil
import subprocess


def apt_install(package: str) -> bool:
    """Install it where we may: as root on Debian and its kin."""
    apt = shutil.which("apt-get")
    if not apt or os.geteuid() != 0:
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", package]):
        subprocess.run([apt, *command], env=environment, capture_output=True, check=False)
    return True


def program(name: str, package: str) -> str:
    """The path of a program such as ``pdftotext``, of the package ``poppler-utils``."""
    found = shutil.which(name) or (apt_install(package) and shutil.which(name))
    if not found:
        raise RuntimeError(f"No {name}: install {package} (apt install {package}, brew install {package})")
    return found
