import errno
import hashlib
import io
import os
import shutil
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from cocreate import storage
from cocreate.storage import LocalStore, Missing, Stored, StoreFull, TooLarge
from tests.support.stores import age

HOST, OTHER = "h" * 26, "k" * 26
HELLO = hashlib.sha256(b"hello").hexdigest()


def files(store):
    """Everything in the store: path below its folder, for files only."""
    return sorted(str(path.relative_to(store.folder)) for path in store.folder.rglob("*") if not path.is_dir())


class TestPut:
    def test_an_object_lies_under_host_and_hash_for_its_owner_only(self, store):
        assert store.put(HOST, b"hello") == Stored(HELLO, 5)
        assert files(store) == [f"{HOST}/{HELLO[:2]}/{HELLO}"]
        object_ = store.folder / HOST / HELLO[:2] / HELLO
        assert stat.S_IMODE(object_.stat().st_mode) == 0o600
        assert {stat.S_IMODE(parent.stat().st_mode) for parent in list(object_.parents)[:3]} == {0o700}

    def test_it_reads_from_where_the_stream_stands(self, store):
        stream = io.BytesIO(b"xxhello")
        stream.seek(2)
        assert store.put(HOST, stream).sha256 == HELLO

    def test_hosts_share_nothing(self, store):
        store.put(HOST, b"hello")
        assert not store.exists(OTHER, HELLO)
        store.put(OTHER, b"hello")
        assert len(files(store)) == 2

    def test_the_same_bytes_again_leave_the_object_alone(self, store):
        store.put(HOST, b"hello")
        first = (store.folder / HOST / HELLO[:2] / HELLO).stat().st_ino
        assert store.put(HOST, b"hello") == Stored(HELLO, 5)
        assert (store.folder / HOST / HELLO[:2] / HELLO).stat().st_ino == first
        assert len(files(store)) == 1

    def test_a_torn_object_is_replaced(self, store):
        store.put(HOST, b"hello")
        (store.folder / HOST / HELLO[:2] / HELLO).write_bytes(b"he")
        store.put(HOST, b"hello")
        assert store.read(HOST, HELLO) == b"hello"

    def test_too_much_is_refused_while_it_comes(self, store):
        endless = Endless()
        with pytest.raises(TooLarge) as refused:
            store.put(HOST, endless, limit=3 << 20)
        assert refused.value.values == {"limit_mb": 3}
        assert endless.given < 4 << 20
        assert files(store) == []

    def test_exactly_the_limit_is_taken(self, store):
        assert store.put(HOST, bytes(1000), limit=1000).size == 1000

    def test_many_at_once(self, store):
        with ThreadPoolExecutor(8) as pool:
            stored = list(pool.map(lambda number: store.put(HOST, b"%d" % (number % 4)), range(64)))
        assert len(set(stored)) == len(files(store)) == 4

    @pytest.mark.parametrize("host", ["", "..", "../" + "h" * 23, "H" * 26, "h" * 25, "h" * 27, HOST + "\n", ".new"])
    def test_a_host_is_an_id_or_nothing(self, store, host):
        with pytest.raises(ValueError, match="not the id"):
            store.put(host, b"hello")
        with pytest.raises(ValueError, match="not the id"):
            store.open(host, HELLO)

    def test_a_link_on_the_way_is_refused(self, store, tmp_path):
        outside = tmp_path / "outside"
        outside.mkdir()
        (store.folder / HOST).symlink_to(outside)
        with pytest.raises(OSError, match=HOST):
            store.put(HOST, b"hello")
        assert list(outside.iterdir()) == []


class TestRead:
    def test_open_gives_a_stream_that_can_go_back(self, store):
        store.put(HOST, b"hello")
        with store.open(HOST, HELLO) as file:
            assert (file.read(2), file.seek(0), file.read()) == (b"he", 0, b"hello")
        assert (store.read(HOST, HELLO), store.size(HOST, HELLO), store.exists(HOST, HELLO)) == (b"hello", 5, True)

    def test_what_is_not_there_is_missing(self, store):
        with pytest.raises(Missing, match=r"store\.missing"):
            store.read(HOST, HELLO)
        assert not store.exists(HOST, HELLO)

    @pytest.mark.parametrize("sha256", ["", "..", "../../etc/passwd", HELLO.upper(), HELLO[:-1], HELLO + "\n"])
    def test_a_hash_is_a_hash_or_nothing(self, store, sha256):
        with pytest.raises(ValueError, match="not the id"):
            store.read(HOST, sha256)

    def test_a_link_or_a_pipe_in_its_place_is_missing(self, store, tmp_path):
        (tmp_path / "secret").write_text("secret")
        store.put(HOST, b"hello")
        object_ = store.folder / HOST / HELLO[:2] / HELLO
        object_.unlink()
        object_.symlink_to(tmp_path / "secret")
        assert not store.exists(HOST, HELLO)
        object_.unlink()
        os.mkfifo(object_)
        assert not store.exists(HOST, HELLO)
        store.put(HOST, b"hello")
        assert store.read(HOST, HELLO) == b"hello"


class TestFailures:
    @pytest.mark.parametrize("call", ["write", "fsync", "rename", "mkdir"])
    @pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
    def test_a_full_disk_leaves_nothing(self, store, monkeypatch, call, code):
        def full(*_args, **_kwargs):
            raise OSError(code, "full")

        with monkeypatch.context() as patch:
            patch.setattr(storage.os, call, full)
            with pytest.raises(StoreFull, match=r"store\.full"):
                store.put(HOST, b"hello")
        assert files(store) == []
        store.put(HOST, b"hello")

    def test_a_really_full_disk_leaves_nothing_and_goes_on_reading(self, tmp_path):
        script = """
import os, sys
from pathlib import Path
from cocreate.storage import LocalStore, StoreFull
store = LocalStore(Path(sys.argv[1]))
kept = store.put("h" * 26, b"hello")
try:
    store.put("h" * 26, os.urandom(4 << 20))
except StoreFull:
    left = [name for *_, names in os.walk(sys.argv[1]) for name in names]
    assert left == [kept.sha256], left
    assert store.read("h" * 26, kept.sha256) == b"hello"
    print("full")
"""
        if shutil.which("unshare") is None:
            pytest.skip("this machine, such as a Mac, has no unshare")
        mount = 'mount -t tmpfs -o size=2m tmpfs "$1" && exec "$2" -c "$3" "$1"'
        ran = subprocess.run(
            ["unshare", "--user", "--mount", "--map-root-user", "sh", "-c", mount, "sh", tmp_path, sys.executable,
             script], capture_output=True, text=True, check=False)
        if "unshare" in ran.stderr or "mount" in ran.stderr:
            pytest.skip("this machine lets nobody mount")
        assert ran.stdout == "full\n", ran.stderr

    def test_an_upload_that_breaks_off_leaves_nothing(self, store):
        class Broken(io.RawIOBase):
            def read(self, _size=-1):
                raise ConnectionResetError

        with pytest.raises(ConnectionResetError):
            store.put(HOST, Broken())
        assert files(store) == []

    def test_a_kill_in_the_middle_leaves_no_object_and_the_rest_is_cleared_later(self, store):
        script = """
import sys
from pathlib import Path
from cocreate.storage import LocalStore
LocalStore(Path(sys.argv[1])).put("h" * 26, sys.stdin.buffer)
"""
        with subprocess.Popen([sys.executable, "-c", script, store.folder], stdin=subprocess.PIPE) as child:
            child.stdin.write(bytes(2 << 20))
            child.stdin.flush()  # it has read all but what fits into a pipe, and waits for more
            child.send_signal(signal.SIGKILL)
        assert not (store.folder / HOST).exists()
        left = files(store)
        assert len(left) == 1
        assert LocalStore(store.folder).clean() == 0  # it may still be somebody's
        age(store.folder / left[0])
        LocalStore(store.folder)
        assert files(store) == []


class TestSweep:
    def test_old_orphans_go_and_the_rest_stays(self, store):
        kept, orphan, young = (store.put(HOST, body).sha256 for body in (b"kept", b"orphan", b"young"))
        foreign = store.put(OTHER, b"kept").sha256
        for host, sha256 in ((HOST, kept), (HOST, orphan), (OTHER, foreign)):
            age(store.folder / host / sha256[:2] / sha256)
        assert store.sweep({(HOST, kept)}) == 2
        assert [store.exists(HOST, each) for each in (kept, orphan, young)] == [True, False, True]
        assert not store.exists(OTHER, foreign)

    def test_an_orphan_that_is_put_again_is_young(self, store):
        store.put(HOST, b"hello")
        age(store.folder / HOST / HELLO[:2] / HELLO)
        store.put(HOST, b"hello")
        assert store.sweep(set()) == 0
        assert store.exists(HOST, HELLO)

    def test_an_orphan_that_is_put_again_during_the_sweep_stays(self, store, monkeypatch):
        store.put(HOST, b"hello")
        age(store.folder / HOST / HELLO[:2] / HELLO)
        rename = os.rename

        def put_first(*args, **kwargs):
            monkeypatch.setattr(storage.os, "rename", rename)
            store.put(HOST, b"hello")
            rename(*args, **kwargs)

        monkeypatch.setattr(storage.os, "rename", put_first)
        assert store.sweep(set()) == 0
        assert store.read(HOST, HELLO) == b"hello"

    def test_foreign_files_in_the_folder_are_left_alone(self, store):
        (store.folder / "README").write_text("mine")
        age(store.folder / "README")
        assert store.sweep(set()) == 0
        assert files(store) == ["README"]


class Endless(io.RawIOBase):
    given = 0

    def read(self, size=-1):
        self.given += size
        return bytes(size)


@pytest.fixture
def store(tmp_path):
    return LocalStore(tmp_path / "files")
