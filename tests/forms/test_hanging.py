"""A field that hangs on an answer is asked with it, and only then."""

import pytest

from tests.support.asking import HANGING, asking, errors_of


class TestHanging:
    def test_nothing_is_asked_that_an_answer_made_pointless(self, form):
        typed = {"f-kind": "none", "f-sum": "much"}
        said = form(HANGING, typed)
        assert (said.open, said.validate(), errors_of(said), [*said.answers()]) == ((), True, {}, ["kind"])
        assert said.typed()["f-sum"] == ["much"]  # it is there again if the answer changes
        assert said.entries[1].idle and not form(HANGING).entries[1].idle

    def test_what_the_answer_asks_for_is_missing(self, form):
        said = form(HANGING, {"f-kind": "deposit"})
        assert not said.validate()
        assert said.open == ("sum",)

    def test_says_when_it_is_asked(self, form):
        entry = form(HANGING).entries[1]
        assert (entry.hangs_on, entry.when) == ((("f-kind", ("deposit",)),), "Only if “Kind” is: A deposit.")


class TestOnTwo:
    """A field that hangs on two answers is asked where both are so."""

    TWO = asking(kind={"type": "choice", "of": {"none": "Neither", "deposit": "A deposit"}}, sure={"type": "yes_no"},
                 sum={"type": "number", "only_if": [{"answer": "s.t.kind", "is_not": "none"},
                                                    {"answer": "s.t.sure", "is": "yes"}]})

    @pytest.mark.parametrize(("kind", "sure", "asked"), [
        ("deposit", "yes", True), ("none", "yes", False), ("deposit", "no", False), ("", "yes", True),
        ("none", "", False)])
    def test_it_is_asked_until_one_of_them_is_otherwise(self, form, kind, sure, asked):
        said = form(self.TWO, {"f-kind": kind, "f-sure": sure, "f-sum": "12"})
        assert ("sum" in said.answers(), said.entries[2].idle) == (asked, not asked)

    def test_says_both(self, form):
        entry = form(self.TWO).entries[2]
        assert entry.hangs_on == (("f-kind", ("deposit",)), ("f-sure", ("yes",)))
        assert entry.when == "Only if “Kind” is: A deposit. Only if “Sure” is: Yes."
