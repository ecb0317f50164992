"""What `make run` starts ends together, and says so only where nobody asked for it."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.support.postgres import free_port
from tests.support.run import ROOT

# Two children that end when asked, and print their numbers once they can be.
LAUNCHER = """
import os, sys, time
from cocreate import launcher

def child():
    os.write(1, b"%d\\n" % os.getpid())
    time.sleep(60)

sys.exit(launcher.run([child] * 2, lambda _goes_on: None))
"""


class TestMakeRun:
    def test_says_where_it_is_once_that_answers_and_ends_at_ctrl_c(self, tmp_path):
        port = free_port()
        running = subprocess.Popen(
            [sys.executable, "-m", "cocreate.launcher"], cwd=ROOT, text=True, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=os.environ | {"COCREATE_DATA": str(tmp_path), "PORT": str(port), "COCREATE_LOG_LEVEL": "INFO"})
        try:
            said = ""
            while "Ctrl-C ends it" not in said and (line := running.stdout.readline()):
                said += line
            assert f"runs on http://127.0.0.1:{port}" in said
            until = time.monotonic() + 60
            while not list(tmp_path.glob("mail/*.eml")) and time.monotonic() < until:
                time.sleep(0.1)
            assert list(tmp_path.glob("mail/*.eml")), "the scheduler came to nothing after the demo was loaded"
            page = HTTPConnection("127.0.0.1", port)
            page.request("GET", "/sign-in")
            assert page.getresponse().status == 200
            page.close()
        finally:
            running.send_signal(signal.SIGINT)
            _out, logged = running.communicate(timeout=20)
        assert running.returncode == 0
        assert re.search(r"scheduler \S+ runs", logged)
        for kind in ("administrator", "account manager", "customer champion", "customer contributor"):
            assert kind in said


    def test_on_a_database_of_another_state_says_so_and_ends(self, tmp_path, databases):
        made = tmp_path / "cocreate.sqlite"
        made.write_bytes(Path(databases.migrated("sqlite").removeprefix("sqlite:///")).read_bytes())
        with closing(sqlite3.connect(made)) as there, there:
            there.execute("DROP TABLE figure")
        ran = subprocess.run([sys.executable, "-m", "cocreate.launcher"], cwd=ROOT, text=True, capture_output=True,
                             timeout=60, check=False,
                             env=os.environ | {"COCREATE_DATA": str(tmp_path), "PORT": str(free_port())})
        assert ran.returncode == 1 and "was made by another state of cocreate" in ran.stderr
        assert "Traceback" not in ran.stderr


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
