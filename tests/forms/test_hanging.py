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
        assert (entry.hangs.on, entry.hangs.when) == ((("f-kind", ("deposit",)),), "Only if “Kind” is: A deposit.")


class TestColumns:
    """A column of a table hangs on an answer above the table."""

    GRADES = asking(
        kind={"type": "choice", "of": {"none": "Neither", "deposit": "A deposit"}},
        grades={"type": "table", "columns": {
            "grade": {"label": "Grade", "type": "text"},
            "deposit": {"label": "Deposit", "type": "money", "currency": "EUR",
                        "only_if": {"answer": "s.t.kind", "is": "deposit"}},
            "share": {"label": "Share", "type": "percent"}}})

    def test_nothing_is_asked_in_a_column_that_an_answer_made_pointless(self, form):
        typed = {"f-kind": "none", "f-grades-0-grade": "A", "f-grades-0-deposit": "much", "f-grades-0-share": "40",
                 "f-grades-1-deposit": "12"}
        said = form(self.GRADES, typed)
        assert said.validate(), errors_of(said)
        assert [[*row] for row in said.answers()["grades"].value] == [["grade", "share"]]  # the second row says nothing
        assert said.typed()["f-grades-0-deposit"] == ["much"]  # it is there again if the answer changes
        assert said.entries[1].idle_columns == {"deposit"}

    @pytest.mark.parametrize("kind", ["deposit", ""])
    def test_it_is_asked_until_the_answer_is_otherwise(self, form, kind):
        said = form(self.GRADES, {"f-kind": kind, "f-grades-0-grade": "A", "f-grades-0-share": "40"})
        assert not said.validate()
        assert "Deposit is missing" in errors_of(said)["f-grades-0-deposit"]
        assert not said.entries[1].idle_columns

    def test_rows_are_pasted_in_the_columns_that_are_asked(self, form):
        def pasted(kind, sheet):
            return form(self.GRADES, {"f-kind": kind, "paste-rows": "grades", "sheet-grades": sheet,
                                      "f-grades-year": "2026"}).answers()["grades"]
        assert [{key: str(cell.value) for key, cell in row.items()} for row in pasted(
            "none", "Grade\tShare\nA\t40\nB\t60").value] == [
                {"grade": "A", "share": "40"}, {"grade": "B", "share": "60"}]
        assert {key: str(cell.value) for key, cell in pasted("deposit", "A\t5\t40").value[0].items()} == {
            "grade": "A", "deposit": "5", "share": "40"}

    def test_says_when_it_is_asked(self, form):
        entry = form(self.GRADES).entries[1]
        assert entry.hanging["deposit"].on == (("f-kind", ("deposit",)),)
        assert entry.column_words == ["“Deposit” only if “Kind” is: A deposit."]


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
        assert entry.hangs.on == (("f-kind", ("deposit",)), ("f-sure", ("yes",)))
        assert entry.hangs.when == "Only if “Kind” is: A deposit. Only if “Sure” is: Yes."
