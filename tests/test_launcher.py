"""What `make run` starts ends together, and says so only where nobody asked for it."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.support.run import ROOT

# Two children that end when asked, and print their numbers once they can be.
CHILD = "import os, time; os.write(1, b'%d\\n' % os.getpid()); time.sleep(60)"
LAUNCHER = f"""
import sys
from cocreate import launcher
sys.exit(launcher.run([[sys.executable, "-c", {CHILD!r}]] * 2, lambda _goes_on: None))
"""


class TestStop:
    def test_that_reaches_a_child_first_is_quiet(self, started):
        os.kill(started.children[0], signal.SIGTERM)
        time.sleep(0.5)
        started.launcher.terminate()
        assert started.ended() == (0, "")

    def test_of_the_whole_group_is_quiet_and_so_is_a_second_one(self, started):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP) * 5:
            os.killpg(started.launcher.pid, number)
            time.sleep(0.01)
        assert started.ended() == (0, "")

    def test_of_a_child_alone_ends_both_and_is_said(self, started):
        os.kill(started.children[1], signal.SIGKILL)
        code, said = started.ended()
        assert code == 1 and "ended unasked, so both have" in said
        assert not os.path.exists(f"/proc/{started.children[0]}")


class Started:
    def __init__(self):
        self.launcher = subprocess.Popen([sys.executable, "-c", LAUNCHER], cwd=ROOT, text=True, start_new_session=True,
                                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.children = [int(self.launcher.stdout.readline()) for _ in range(2)]

    def ended(self):
        _out, said = self.launcher.communicate(timeout=20)
        return self.launcher.returncode, said


@pytest.fixture
def started():
    started = Started()
    yield started
    if started.launcher.poll() is None:
        os.killpg(started.launcher.pid, signal.SIGKILL)
        started.launcher.communicate()
