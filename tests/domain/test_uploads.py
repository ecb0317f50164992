import io
import random
import re
import subprocess
import sys
import tempfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocreate.domain import uploads
from cocreate.domain.filetypes.pdfs import follows_action
from cocreate.errors import Invalid
from tests import corpus
from tests.support import handmade

HOSTILE, GOOD = corpus.hostile(), list(corpus.good())


def check(name, data, limit_mb=25):
    return uploads.check(name, io.BytesIO(data), len(data), limit_mb=limit_mb)


class TestCheck:
    @pytest.mark.parametrize("case", GOOD, ids=lambda case: case.label)
    def test_a_good_file_is_taken(self, case):
        accepted = check(case.name, case.data)
        assert (accepted.name, accepted.renamed) == (case.name, False)

    @pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case.label)
    def test_a_hostile_file_is_refused_for_what_it_is(self, case):
        with pytest.raises(Invalid) as refused:
            check(case.name, case.data, case.values.get("limit_mb", 25))
        error = refused.value
        assert error.code == case.code, error.values
        assert case.values.items() <= error.values.items()
        assert error.values["field"] == "file"

    def test_the_corpus_is_large_enough(self):
        assert len(HOSTILE) >= 60
        assert len(GOOD) >= 15
        assert {case.name.rpartition(".")[2].lower() for case in GOOD} == set(uploads.TYPES)

    @pytest.mark.parametrize(("name", "clean"), [
        ("../../plan.pdf", "plan.pdf"),
        ("plan\0.pdf", "plan.pdf"),
        ("p" * 300 + ".pdf", "p" * 196 + ".pdf"),
        ("pl\u202ean.pdf", "plan.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("plan.pdf...", "plan.pdf"),
        ("pl\r\nan.pdf", "plan.pdf"),
    ])
    def test_a_hostile_name_is_cleaned_and_told(self, name, clean):
        assert check(name, handmade.pdf()) == uploads.Accepted(clean, "application/pdf", renamed=True)

    def test_a_refusal_says_what_we_take_and_what_this_is(self):
        with pytest.raises(Invalid) as refused:
            check("../setup.EXE", handmade.EXE)
        assert refused.value.values == {
            "field": "file", "name": "setup.EXE", "extension": "exe", "kind": "program", "takes": tuple(uploads.TYPES)}

    def test_the_size_is_measured_not_believed(self):
        with pytest.raises(Invalid, match=r"upload\.too_large"):
            uploads.check("plan.pdf", io.BytesIO(handmade.pdf() + bytes(2 << 20)), 1, limit_mb=1)

    @pytest.mark.parametrize("make", [
        tempfile.TemporaryFile, tempfile.SpooledTemporaryFile, lambda: tempfile.SpooledTemporaryFile(10), io.BytesIO])
    def test_any_kind_of_file_is_read_and_left_at_its_beginning(self, make):
        with make() as file:
            file.write(handmade.office())
            assert uploads.check("a.docx", file, 1, limit_mb=1).name == "a.docx"
            assert file.tell() == 0

    @pytest.mark.parametrize("case", GOOD, ids=lambda case: case.label)
    def test_a_damaged_file_is_taken_or_refused_and_nothing_else(self, case):
        dice = random.Random(case.label)  # the same damage every time
        for _ in range(150):
            data = bytearray(case.data)
            for _ in range(dice.randrange(1, 4)):
                data[dice.randrange(len(data))] = dice.randrange(256)
            try:
                check(case.name, bytes(data[: dice.choice((None, dice.randrange(1, len(data))))]))
            except Invalid as error:
                assert error.code.startswith("upload.")


class TestActions:
    @given(st.lists(st.sampled_from([b"/S", b"/#53", b" ", b"\0", b"%", b"\n", b"\r", b"x", b"\x0b"]), max_size=14))
    def test_one_is_named_behind_space_and_comments(self, parts):
        before = b"".join(parts)
        said = re.search(rb"/(?:S|#53)(?:[\s\0]|%[^\r\n]*[\r\n])*\Z", before) is not None  # slow, and what is meant
        assert follows_action(before) == said


class TestCost:
    """Under 5 seconds of work and 100 MB of memory each, measured in a process that does nothing else."""

    @pytest.mark.parametrize("label", ["strings in a PDF", "a large workbook", "actions in packed objects"])
    def test_some_of_the_worst(self, label, tmp_path):
        seconds, megabytes = measured(label, tmp_path)
        assert seconds < 5
        assert megabytes < 100

    @pytest.mark.long
    def test_the_worst_we_know(self, tmp_path):
        for label in WORST:
            seconds, megabytes = measured(label, tmp_path)
            assert seconds < 5, label
            assert megabytes < 100, label


def measured(label, folder):
    name, make = WORST[label]
    (folder / name).write_bytes(make())
    ran = subprocess.run([sys.executable, "-c", MEASURE, folder / name], capture_output=True, text=True, check=True)
    return map(float, ran.stdout.split())


MEASURE = """
import resource, sys, time
from cocreate.domain import uploads
from cocreate.errors import Invalid
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)
path, memory, start = sys.argv[1], peak(), time.process_time()
with open(path, "rb") as file:
    try:
        uploads.check(path, file, 1, limit_mb=25)
    except Invalid:
        pass
print(time.process_time() - start, peak() - memory)
"""


MANY = 24_000_000


def noise(size=MANY):
    return random.Random(1).randbytes(size)


def rows():
    dice = random.Random(1)
    return b"<a>" + b"".join(b"<c><v>%d</v></c>" % dice.getrandbits(32) for _ in range(3_000_000)) + b"</a>"


WORST = {
    "strings in a PDF": ("a.pdf", lambda: handmade.pdf(b"(" * MANY)),
    "objects in a PDF": ("a.pdf", lambda: handmade.pdf(b"obj " * (MANY // 4))),
    "streams in a PDF": ("a.pdf", lambda: handmade.pdf(b"obj/ObjStm/First 1 stream\n" * (MANY // 26))),
    "names in a PDF": ("a.pdf", lambda: handmade.pdf(b"/EF                    " * (MANY // 23))),
    "actions in packed objects": ("a.pdf", lambda: handmade.pdf(
        handmade.packed((b"/S%" * 40 + b"/Launch ") * 100_000))),
    "a large PDF": ("a.pdf", lambda: handmade.pdf(handmade.stream(b"/Filter/FlateDecode", noise()))),
    "segments in a photo": ("a.jpg", lambda: handmade.jpeg()[:-2] + b"\xff\xfe\0\2" * (MANY // 4)),
    "chunks in a picture": ("a.png", lambda: handmade.png()[:33] + handmade.chunk(b"tEXt", b"") * (MANY // 12)),
    "blocks in an animation": ("a.gif", lambda: handmade.gif()[:-1] + b"!\xfe" + b"\1\1" * (MANY // 2) + b"\0;"),
    "a large workbook": ("a.xlsx", lambda: handmade.office("xlsx", {"xl/worksheets/sheet1.xml": rows()})),
    "a large text": ("a.csv", lambda: b"=" * MANY),
    "words in a letter": ("a.docx", lambda: handmade.office(more={
        "word/a.xml": (b"<a>DDE plugin" + b"<" + b"c" * 200_000 + noise(2_000).hex().encode()) * 800})),
    "lists in a letter": ("a.docx", lambda: handmade.office(more={
        f"word/_rels/{number}.rels": b"<Relationships>" + b"<r/>" * 2_500_000 + b"</Relationships>"
        for number in range(8)})),
}
