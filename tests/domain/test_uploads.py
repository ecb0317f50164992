import io
import resource
import subprocess
import sys
import tempfile
import time

import pytest

from cocreate.domain import uploads
from cocreate.errors import Invalid
from tests import corpus

HOSTILE, GOOD = list(corpus.hostile()), list(corpus.good())


def check(case: corpus.Case) -> uploads.Accepted:
    limit_mb = case.values.get("limit_mb", 25)
    return uploads.check(case.name, io.BytesIO(case.data), len(case.data), limit_mb=limit_mb)


class TestCheck:
    @pytest.mark.parametrize("case", GOOD, ids=lambda case: case.label)
    def test_a_good_file_is_taken(self, case):
        accepted = check(case)
        assert (accepted.name, accepted.renamed) == (case.name, False)

    @pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case.label)
    def test_a_hostile_file_is_refused_for_what_it_is(self, case):
        with pytest.raises(Invalid) as refused:
            check(case)
        error = refused.value
        assert error.code == case.code, error.values
        assert case.values.items() <= error.values.items()
        assert error.values["field"] == "file"

    def test_the_corpus_is_large_enough(self):
        assert len(HOSTILE) >= 60
        assert len(GOOD) >= 15
        assert {case.name.rpartition(".")[2].lower() for case in GOOD} >= set(uploads.TYPES) - {"jpeg"}
