"""Pictures of the first pages of a PDF: they show what it holds, and a hostile one costs no more than its preview."""

import resource
import struct
import subprocess
import sys
import tempfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from cocreate.rasterising import NoPicture, draw, drawing
from cocreate.rasterising.kept import Pictures
from cocreate.storage import LocalStore
from tests.support.pictures import BLUE, HALVES, RED, page, pixels, stream

HOST = "h" * 26

class TestDraw:
    def test_the_picture_shows_what_the_page_holds(self):
        found = drawn(page(HALVES))
        width, height, at = pixels(found.pictures[0])
        assert (found.pages, len(found.pictures), width, height) == (1, 1, 999, 999)
        assert {at(x, y) for x in (10, 490) for y in (10, 990)} == {RED}
        assert {at(x, y) for x in (510, 990) for y in (10, 990)} == {BLUE}

    def test_only_the_first_pages_are_drawn_and_all_are_counted(self):
        found = drawn(page(HALVES, count=12))
        assert (found.pages, len(found.pictures)) == (12, drawing.FIRST)

    @pytest.mark.parametrize("media", [b"[0 0 10000000 10000000]", b"[0 0 1 10000000]", b"[0 0 10000000 1]",
                                       b"[0 0 -5 -5]", b"[0 0 0 0]", b"[1e38 1e38 2e38 2e38]"])
    def test_no_size_a_page_claims_makes_a_large_picture(self, media):
        try:
            width, height, _at = pixels(drawn(page(HALVES, media)).pictures[0])
        except NoPicture as none:
            assert none.why in ("broken", "heavy")
        else:
            assert width <= drawing.WIDE and height <= drawing.HIGH

    def test_a_script_is_not_run(self):
        script = b"/OpenAction<</S/JavaScript/JS(while (true) {} )>>/AA<</O<</S/JavaScript/JS(while (true) {} )>>>>"
        assert pixels(drawn(page(HALVES, root=script)).pictures[0])[2](10, 10) == RED


class TestHostile:
    @pytest.mark.parametrize(("name", "why"), [
        ("locked", "locked"), ("broken", "broken"), ("empty", "broken"), ("cut", "broken"), ("bomb", "heavy"),
        ("laughs", "heavy"), ("picture", ""), ("recursion", "")])
    def test_it_costs_a_few_seconds_no_memory_of_ours_and_only_the_preview(self, name, why):
        body = hostile(name)
        took, memory = theirs(), peak()
        try:
            assert drawn(body) and not why
        except NoPicture as none:
            assert none.why == why
        assert theirs() - took < drawing.TIME + 2 and peak() - memory < 50 * 2**20

    def test_one_that_waits_is_ended(self, tmp_path):
        sleeper = tmp_path / "sleeper.py"
        sleeper.write_text("import time; time.sleep(60)")
        with pytest.raises(NoPicture, match="busy"):
            drawn(page(HALVES), program=sleeper, seconds=0.5)
        assert drawn(page(HALVES)).pages == 1

    def test_what_draws_can_open_nothing_any_more(self):
        """Whoever takes it over by a hole in the library."""
        tries = "".join(f"""
try:
    {act}
    print("did", {act!r})
except OSError:
    pass
""" for act in ("open('/etc/passwd')", "open('/tmp/x', 'w')", "__import__('os').listdir('/')", "socket.socket()"))
        ran = subprocess.run(
            [sys.executable, "-c", f"import runpy, socket\nhere = runpy.run_path({drawing.__file__!r})\n"
             f"here['confine']()\n{tries}print('tried', dict(__import__('os').environ))"],
            env={}, capture_output=True, text=True, check=False)
        assert (ran.returncode, ran.stdout.startswith("tried")) == (0, True), ran

    def test_what_it_says_is_believed_no_more_than_a_file_that_comes(self, tmp_path):
        liar = tmp_path / "liar.py"
        for said in (b"", b"\0\0\0\1\xff\xff\xff\xff<script>", struct.pack(">II", 1, 6) + b"GIF89a",
                     struct.pack(">I", 10**9)):
            liar.write_text(f"import sys; sys.stdout.buffer.write({said!r})")
            with pytest.raises(NoPicture, match="broken"):
                drawn(b"%PDF", program=liar)


class TestKept:
    def test_drawn_once_and_gone_with_its_file(self, tmp_path):
        store, kept = LocalStore(tmp_path / "files"), Pictures(tmp_path / "previews")
        sha256 = store.put(HOST, page(HALVES, count=12)).sha256
        first = kept.picture(store, HOST, sha256, 1)
        assert pixels(first)[2](10, 10) == RED
        Path(store.folder, HOST, sha256[:2], sha256).unlink()
        assert kept.picture(store, HOST, sha256, 1) == first
        assert (kept.pages(store, HOST, sha256).all, kept.pages(store, HOST, sha256).shown) == (12, 3)
        assert kept.picture(store, HOST, sha256, 4) is None and kept.picture(store, HOST, sha256, 0) is None
        kept.sweep({(HOST, sha256)})
        assert kept.picture(store, HOST, sha256, 1) == first
        kept.sweep(set())
        assert list(kept.folder.glob("*/*")) == []

    def test_what_cannot_be_drawn_is_tried_once(self, tmp_path):
        store, kept = LocalStore(tmp_path / "files"), Pictures(tmp_path / "previews")
        sha256 = store.put(HOST, b"%PDF-1.7 nothing").sha256
        for _ in range(2):
            with pytest.raises(NoPicture, match="broken"):
                kept.pages(store, HOST, sha256)
            Path(store.folder, HOST, sha256[:2], sha256).unlink(missing_ok=True)

    def test_without_room_the_page_has_no_preview_and_nothing_is_left(self, tmp_path, monkeypatch):
        store, kept = LocalStore(tmp_path / "files"), Pictures(tmp_path / "previews")
        sha256 = store.put(HOST, page(HALVES)).sha256
        (tmp_path / "previews" / HOST).mkdir(parents=True)

        def full(*_given):
            raise OSError(28, "No space left on device")
        with monkeypatch.context() as patch:
            patch.setattr("os.rename", full)
            with pytest.raises(NoPicture, match="busy"):
                kept.pages(store, HOST, sha256)
        assert list(kept.folder.glob("*/*")) == []
        assert kept.pages(store, HOST, sha256).all == 1


def form(content, resources=b""):
    return stream(content, b"/Type/XObject/Subtype/Form/BBox[0 0 200 200]/Resources<<%s>>" % resources)


def hostile(name):
    match name:
        case "locked":
            writer, out = PdfWriter(clone_from=PdfReader(BytesIO(page(HALVES)))), BytesIO()
            writer.encrypt("secret", algorithm="AES-256")
            writer.write(out)
            return out.getvalue()
        case "broken":
            return b"%PDF-1.7 nothing at all"
        case "empty":
            return b""
        case "cut":
            return page(HALVES)[:120]
        case "bomb":
            return page(zeros(500), filtered=b"/Filter/FlateDecode")
        case "picture":
            picture = b"/Type/XObject/Subtype/Image/Width 60000/Height 60000/ColorSpace/DeviceRGB/BitsPerComponent 8"
            return page(b"200 0 0 200 0 0 cm /I Do", resources=b"/XObject<</I 5 0 R>>",
                        further=[stream(zeros(100), picture + b"/Filter/FlateDecode")])
        case "recursion":
            return page(b"/F Do", resources=b"/XObject<</F 5 0 R>>", further=[form(b"/F Do", b"/XObject<</F 5 0 R>>")])
    laughs = [form(b"/F Do " * 20, b"/XObject<</F %d 0 R>>" % number) for number in range(6, 18)]
    return page(b"/F Do", resources=b"/XObject<</F 5 0 R>>", further=[*laughs, form(b"0 0 200 200 re f")])


def zeros(megabytes):
    packer = zlib.compressobj(1)
    return b"".join(packer.compress(bytes(2**20)) for _ in range(megabytes)) + packer.flush()


def drawn(body, *, seconds=60.0, **program):
    """With time enough for a machine that does much else."""
    with tempfile.TemporaryFile() as file:
        file.write(body)
        file.seek(0)
        return draw(file, seconds=seconds, **program)


def theirs():
    """Seconds of the processor that processes of ours took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
