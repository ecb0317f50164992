"""A field that hangs on an answer is asked with it, and only then."""

from tests.support.asking import HANGING, errors_of


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
        assert (entry.hangs_on, entry.only, entry.when) == ("f-kind", ("deposit",), "Only if “Kind” is: A deposit.")
