"""What the columns of a table have to be together: shares that add up, words that come from a list."""

from decimal import Decimal

import pytest

from cocreate.domain.answers import Answer
from cocreate.domain.owing import Offered
from tests.support.asking import asking
from tests.support.spaces import spaced


class TestAddUp:
    """Shares that belong together add up, in a column and in a sum of fields."""

    GRADES = asking(grades={"type": "table", "columns": {
        "grade": {"label": "Grade", "type": "text"},
        "share": {"label": "Share of pieces", "type": "percent", "sums_to": 100},
        "loss": {"label": "Loss", "type": "percent", "required": False, "sums_to": {"at_most": 50}}}})
    TOTAL = asking(reused={"type": "percent"}, burnt={"type": "percent"}, total={
        "type": "computed", "operation": "sum", "of": ["a.b.reused", "a.b.burnt"], "sums_to": 100})

    def made(self, form, *rows):
        typed = {f"f-grades-{place}-{key}": text for place, row in enumerate(rows)
                 for key, text in zip(("grade", "share", "loss"), row, strict=False)}
        return form(self.GRADES, typed)

    def test_to_what_the_template_says(self, form):
        assert self.made(form, ("A", "60"), ("B", "39.9", "30"), ("C", "0.1", "20")).validate()

    def test_or_the_table_says_what_they_add_up_to(self, form):
        made = self.made(form, ("A", "60", "30"), ("B", "35", "25.5"))
        assert not made.validate()
        assert [spaced(one) for one in made.entries[0].control.errors] == [
            "'Share of pieces' adds up to 95 %; together it has to be 100 %. Correct a row.",
            "'Loss' adds up to 55.5 %; together it can be 50 % at most. Correct a row."]

    def test_what_is_wrong_in_a_row_is_said_alone(self, form):
        made = self.made(form, ("A", "60"), ("B", "many"))
        assert not made.validate() and made.entries[0].control.errors == []

    @pytest.mark.parametrize(("burnt", "errors"), [
        ("40", []), ("30", ["'Total' is 90 %; it has to be 100 %. Correct a share."])])
    def test_in_a_sum_of_fields(self, form, burnt, errors):
        typed = {"f-reused": "60", "f-burnt": burnt}
        total = Answer(Decimal("60") + Decimal(burnt), unit="%")
        made = form(self.TOTAL, typed, computed={"total": total})
        assert made.validate() is not bool(errors)
        assert [spaced(one) for one in made.entries[1].control.errors] == errors


class TestListed:
    """A column whose words come from a list that was given before, such as grades."""

    ASKED = asking(values={"type": "table", "columns": {
        "grade": {"label": "Grade", "type": "text", "listed_in": "design.grading.grades.grade"},
        "price": {"label": "It brings", "type": "money", "currency": "EUR"}}})
    LISTED = {("values", "grade"): ("A as new", "B used")}

    def made(self, form, grade, **more):
        return form(self.ASKED, {"f-values-0-grade": grade, "f-values-0-price": "5", "f-values-year": "2027"},
                    owing=Offered(lists=self.LISTED), **more)

    def test_offers_what_is_in_the_list(self, form):
        cell = self.made(form, "").entries[0].lines[0].cells["grade"]
        assert [value for value, *_rest in cell.iter_choices()] == ["", "A as new", "B used"]

    @pytest.mark.parametrize(("grade", "right"), [("A as new", True), ("b USED", True), ("E", False)])
    def test_what_is_in_no_list_is_said_at_its_row_and_still_shown(self, form, grade, right):
        made = self.made(form, grade)
        cell = made.entries[0].lines[0].cells["grade"]
        assert made.validate() is right and grade in str(cell())
        assert list(cell.errors) == ([] if right else ["'E' is not in the list. Choose one of: A as new, B used."])

    def test_where_no_list_was_given_it_is_a_text(self, form):
        assert form(self.ASKED).entries[0].lines[0].cells["grade"].type == "StringField"
