"""The rows of a table: added and removed without a script, pasted, begun with a currency, owed by a party."""

import pytest

from cocreate.domain.names import skeleton
from cocreate.domain.owing import Offered
from tests.support.asking import FORM, TYPED, asking, errors_of


class TestRows:
    def test_a_new_form_has_the_rows_that_are_needed(self, form):
        assert [line.index for line in form(FORM).entries[15].lines] == ["0"]

    def test_added_without_a_script(self, form):
        more = form(FORM, {**TYPED, "add-row": "items"})
        assert more.rearranged
        assert [line.index for line in more.entries[15].lines] == ["0", "7", "8"]
        assert [line.index for line in form(FORM, more.typed()).entries[15].lines] == ["0", "7", "8"]
        assert [line.index for line in form(FORM, {"add-row": "items"}).entries[15].lines] == ["0", "1"]

    def test_removed_without_a_script(self, form):
        less = form(FORM, {**TYPED, "remove-row": "items-0"})
        assert less.rearranged
        assert [line.index for line in less.entries[15].lines] == ["7"]
        assert "f-items-0-amount" not in less.typed()
        assert less.typed()["f-items-year"] == ["2026"]

    def test_what_is_wrong_in_one_is_told_as_its_columns_stand(self, form):
        asked = asking(rows={"type": "table", "columns": {
            "item": {"type": "text", "label": "What for"},
            "amount": {"type": "quantity", "label": "Amount", "unit": "kg", "grade": True}}})
        wrong = form(asked, {"f-rows-0-amount": "abc"})
        assert not wrong.validate()
        assert [control.label.text.rpartition("row 1, ")[2] for control, _ in wrong.entries[0].lines[0].errors] == [
            "What for", "Amount, kg", "How do you know?"]

    def test_what_is_wrong_names_its_column_and_not_that_it_may_be_left_empty(self, form):
        asked = asking(rows={"type": "table", "columns": {
            "least": {"type": "number", "label": "At least", "required": False}}})
        wrong = form(asked, {"f-rows-0-least": "abc"})
        assert not wrong.validate()
        assert [control.label.text for control, _ in wrong.entries[0].lines[0].errors] == ["Rows, row 1, At least"]

    @pytest.mark.parametrize("name", ["add-row", "remove-row"])
    @pytest.mark.parametrize("of", ["", "unit", "other", "items-", "items-x", "cost-currency", "items-0-item"])
    def test_of_nothing_changes_nothing(self, form, name, of):
        assert form(FORM, {**TYPED, name: of}).answers() == form(FORM, TYPED).answers()


class TestCurrency:
    """Rows that begin with the project's currency."""

    ASKED = asking(rows={"type": "table", "columns": {
        "item": {"type": "text", "label": "What for"},
        "amount": {"type": "number", "label": "Amount", "required": False},
        "currency": {"type": "text", "label": "Currency", "most": 3, "begins": "currency", "required": False}}})

    def test_a_new_row_has_it(self, form):
        entry = form(self.ASKED, currency="SEK").entries[0]
        assert [row.cells["currency"].data for row in (*entry.lines, entry.blank)] == ["SEK", "SEK"]
        added = form(self.ASKED, {"f-rows-0-item": "Rent", "f-rows-0-currency": "", "add-row": "rows"}, currency="SEK")
        assert [row.cells["currency"].data for row in added.entries[0].lines] == ["", "SEK"]
        assert not [name for name in added.typed() if "__index__" in name]

    def test_a_row_with_nothing_else_is_empty(self, form):
        new = form(self.ASKED, {"f-rows-0-currency": "SEK"}, currency="SEK")
        assert (new.answers(), new.open) == ({}, ("rows",))
        other = form(self.ASKED, {"f-rows-0-currency": "USD"}, currency="SEK")
        assert not other.validate()
        assert [*errors_of(other)] == ["f-rows-0-item"]

    def test_a_row_that_was_given_without_stays_without(self, form):
        given = form(self.ASKED, {"f-rows-0-item": "Rent"}, currency="SEK")
        assert [*given.answers()["rows"].value[0]] == ["item"]

    def test_pasted_rows_that_lack_it_get_it(self, form):
        sheet = "Rent\t4\nFee\t5\tUSD\nTax\t6\t\n"
        typed = {"f-rows-0-currency": "SEK", "sheet-rows": sheet, "paste-rows": "rows"}
        pasted = form(self.ASKED, typed, currency="SEK")
        assert [[cell.data for cell in row.cells.values()] for row in pasted.entries[0].lines] == [
            ["Rent", "4", "SEK"], ["Fee", "5", "USD"], ["Tax", "6", "SEK"]]


class TestHeads:
    """A table is copied with its heads, in the words of the spreadsheet that it comes from."""

    ASKED = asking(rows={"type": "table", "columns": {
        "what": {"label": "Component", "type": "text"}, "share": {"label": "Share by mass", "type": "percent"}}})

    @pytest.mark.parametrize(("head", "found"), [
        ("Component\tShare by mass", 1), ("COMPONENT\tShare (%)", 1), ("Component:\tShare, % by mass", 1),
        ("Component A\t12", 2), ("Protein\tShare", 2), ("Component\t", 2)])
    def test_the_heads_again_are_no_row(self, form, head, found):
        pasted = form(self.ASKED, {"paste-rows": "rows", "sheet-rows": f"{head}\nFibre\t56"})
        assert len(pasted.entries[0].lines) == found


class TestDays:
    ASKED = asking(rows={"type": "table", "columns": {
        "what": {"label": "Component", "type": "text"}, "sampled": {"label": "Sampled on", "type": "date"}}})

    @pytest.mark.parametrize(("typed", "shown"), [
        ("2026-04-30", "date"), ("2026-04-31", "text"), ("20260430", "text"), ("3/4/2026", "text")])
    def test_what_no_calendar_shows_stays_to_be_corrected(self, form, typed, shown):
        pasted = form(self.ASKED, {"paste-rows": "rows", "sheet-rows": f"Fat\t{typed}"})
        cell = str(pasted.entries[0].lines[0].cells["sampled"]())
        assert f'type="{shown}"' in cell and f'value="{typed}"' in cell


class TestWhoOwes:
    """The column of a table whose rows become duties."""

    ASKED = asking(rows={"type": "table", "columns": {
        "what": {"label": "What", "type": "text"}, "who": {"label": "By whom", "type": "organisation"},
        "due": {"label": "By when", "type": "date"}}}, lead={"type": "person", "required": False},
        owner={"type": "organisation", "required": False})
    OFFERED = Offered(frozenset({("rows", "who")}), ("Tornby Furniture", "Aurelis Hotels", "Spedition Nord"),
                      ("Tornby Furniture", "Aurelis Hotels"),
                      frozenset(map(skeleton, ("Tornby Furniture", "Aurelis Hotels", "shop"))))

    def made(self, form, who="", **more):
        typed = {"f-rows-0-what": "Wash", "f-rows-0-who": who, "f-rows-0-due": "2028-03-01"}
        return form(self.ASKED, typed, owing=self.OFFERED, **more)

    def test_is_chosen_of_the_parties_in_the_order_of_the_contract(self, form):
        cell = self.made(form).entries[0].lines[0].cells["who"]
        assert [value for value, *_rest in cell.iter_choices()] == ["", "Tornby Furniture", "Aurelis Hotels"]
        assert cell.render_kw["aria-label"] == "Rows, row 1, By whom"
        assert "__index__" in self.made(form).entries[0].blank.cells["who"].name

    @pytest.mark.parametrize("older", ["shop", "AURELIS HOTELS"])
    def test_of_older_answers_stays_as_it_was_typed(self, form, older):
        made = self.made(form, older)
        assert older in str(made.entries[0].lines[0].cells["who"]())
        assert made.validate() and made.answers()["rows"].value[0]["who"].value == older

    def test_who_is_no_party_is_said_at_the_row_and_still_shown(self, form):
        made = self.made(form, "Somebody Ltd")
        cell = made.entries[0].lines[0].cells["who"]
        assert not made.validate()
        assert cell.errors == ["'Somebody Ltd' is no party that the contract binds. Choose who owes it."]
        assert "<option selected value=\"Somebody Ltd\">" in str(cell())

    def test_a_pasted_row_finds_its_party(self, form):
        made = form(self.ASKED, {"paste-rows": "rows", "sheet-rows": "Wash\taurelis hotels\t2028-03-01"},
                    owing=self.OFFERED)
        assert made.validate() and made.answers()["rows"].value[0]["who"].value == "aurelis hotels"

    def test_other_people_and_organisations_are_suggested(self, form):
        made = self.made(form, suggested={"people": ["Claire Duval"], "sources": ["plan.pdf"]})
        assert made.suggested == {"people": ["Claire Duval"],
                                  "parties": ("Tornby Furniture", "Aurelis Hotels", "Spedition Nord")}

    def test_where_no_project_is_yet_it_is_a_text(self, form):
        assert form(self.ASKED).entries[0].lines[0].cells["who"].type == "StringField"
