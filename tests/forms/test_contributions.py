"""Forms made from a task: what is typed is kept, read, or said to be wrong at its place."""

import re
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from cocreate.domain.answers import Answer, FileAnswer
from cocreate.domain.saying import shown
from cocreate.domain.spelling import decode, encode
from cocreate.errors import Invalid
from cocreate.forms.contributions import ContributionForm
from cocreate.forms.reading import storable
from cocreate.forms.typed import typed_of
from tests.support.asking import FORM, TYPED, asking, errors_of, task
from tests.support.spaces import spaced

TERM = {"type": "whole", "unit": "a", "min": 1, "max": 40}

YEARS = {"type": "whole", "min": 1990, "max": 2200}


class TestReading:
    def test_everything_at_once(self, form):
        full = form(FORM, TYPED)
        assert full.validate(), errors_of(full)
        assert full.open == ()
        euros = {"currency": "EUR", "price_year": 2026}
        assert full.answers() == {
            "unit": Answer("garage"),
            "cost": Answer(Decimal(2000000), currency="USD", period="a", price_year=2013, grade="estimated"),
            "storage": Answer(Decimal("18400.5"), **euros),
            "mass": Answer(Decimal(43000), unit="t/a", source="weighbridge", grade="measured"),
            "lamps": Answer(Decimal(13000)), "start": Answer(date(2026, 2, 7)), "month": Answer(date(2026, 3, 1)),
            "visit": Answer(False), "fate": Answer("burnt"), "form": Answer(("gas", "solid")),
            "country": Answer("AT"), "code": Answer("10 01 05*"),
            "report": Answer(not_available="The laboratory is closed", by=date(2026, 5, 4)),
            "items": Answer(({"item": Answer("energy"), "amount": Answer(Decimal("5.5"), grade="measured", **euros)},
                             {"item": Answer("upkeep"), "amount": Answer(Decimal(7), grade="assumed", **euros),
                              "from": Answer("FI")})),
            "steam": Answer(({"from": Answer(date(2008, 3, 1)), "value": Answer(Decimal(15), unit="t/h")},)),
        }

    @pytest.mark.parametrize("language", ["en", "de", "fi"])
    def test_an_earlier_version_comes_back_as_typed(self, form, language):
        first = form(FORM, TYPED).answers()
        again = form(FORM, typed_of(FORM, first, language=language), language=language)
        assert again.validate(), errors_of(again)
        assert again.answers() == first

    def test_a_request_reads_like_a_draft(self, form):
        lists = {name: [texts] if isinstance(texts, str) else texts for name, texts in TYPED.items()}
        assert form(FORM, MultiDict(lists)).answers() == form(FORM, TYPED).answers()

    def test_files_are_those_of_the_draft(self, form):
        lab = {"sha256": "ab" * 32, "name": "lab.pdf", "media_type": "application/pdf", "size": 12}
        asked = asking(report={"type": "file"})
        assert form(asked, files={"report": lab}).answers()["report"].value == FileAnswer(None, None, *lab.values())
        assert form(asked, {"drop-file": "report"}, files={"report": lab}).files == {}
        upload = SimpleNamespace(filename="lab.pdf")
        assert form(asked, uploads={"f-report": upload, "f-other": upload}).uploaded == {"report": upload}

    def test_reads_back_in_words(self, form):
        read = {entry.key: spaced(entry.read_back) for entry in form(FORM, TYPED).entries}
        assert read["cost"] == "Read as 2,000,000 US dollars per year, prices of 2013, estimated"
        assert read["mass"] == "Read as 43,000 t/a, measured"
        assert read["start"] == "Read as 7 February 2026"
        assert read["unit"] == ""

    def test_a_year_is_a_name_and_a_span_of_time_has_a_word(self, form):
        asked = asking(year=YEARS, term=TERM, rows={"type": "table", "columns": {
            "when": {**YEARS, "label": "When"}, "lasts": {**TERM, "label": "Lasts"}}})
        typed = {"f-year": "2025", "f-term": "12 a", "f-rows-0-when": "2031", "f-rows-0-lasts": "3 years"}
        answers = form(asked, typed).answers()
        year, term, rows = shown(asked, answers)
        assert (year.text, spaced(term.text)) == ("2025", "12 years")
        assert (rows.columns, rows.rows) == (("When", "Lasts, years"), (("2031", "3"),))
        assert typed_of(asked, answers)["f-year"] == ["2025"]
        assert [spaced(entry.read_back) for entry in form(asked, typed).entries][:2] in (
            ["Read as 2025", "Read as 12 years"], ["", ""])
        gains = asking(gain={"type": "money", "currency": "EUR", "below_zero": True})
        assert form(gains, {"f-gain": "-5", "f-gain-year": "2026"}).answers()["gain"].value == -5
        wrong = form(asked, {**typed, "f-year": "1989", "f-term": "0"})
        assert not wrong.validate()
        assert errors_of(wrong) == {"f-year": "It must be between 1990 and 2200.",
                                    "f-term": "It must be between 1 year and 40 years."}
        assert wrong.entries[1].unit == "years"

    def test_assessment(self, form):
        asked = task("assessment", statements={"open": {"text": "They are open."}, "fair": {"text": "They are fair"}})
        answered = form(asked, {"f-open": "s2", "f-fair": "cannot_say"})
        assert not answered.validate()
        assert errors_of(answered) == {
            "f-open_comment": "You chose 1 or 2: say why, so that the others understand it."}
        assert answered.entries[1].control.render_kw["aria-label"] == "They are open, Why? Give an example"
        assert form(asked, {"f-open": "s2", "f-open_comment": "No figures", "f-fair": "s5"}).validate()


class TestWrong:
    @pytest.mark.parametrize(("name", "text", "message"), [
        ("f-unit", "x" * 41, "Too long: 41 of 40 characters."),
        ("f-unit", "a\x07b", "characters that nobody can see"), ("f-unit", "a\u202eb", "change the order"),
        ("f-unit", "nul\x00", "nobody can see"), ("f-unit", "lone \ud800", "nobody can see"),
        ("f-unit", "  ", "Give a value, or tick “Not available” and say why."),
        ("f-cost", "-1", "It must be 0 or more."), ("f-cost", "lots", "Write it like 1,234.5."),
        ("f-cost", "1.234", "Read as 1,234 or as 1.234? Write 1234 or 1.2340."),
        ("f-cost", "1" * 19, "Too many digits"), ("f-cost-currency", "XXX", "Choose the currency."),
        ("f-cost-currency", "", "Choose the currency."), ("f-cost-year", "", "of which year these prices are"),
        ("f-cost-year", "13", "with four digits"), ("f-cost-period", "", "for which period"),
        ("f-cost-period", "week", "Choose one of the list."), ("f-cost-grade", "", "Say how you know it."),
        ("f-mass", "-5", "It must be 0 t/a or more."),
        ("f-mass", "31 500 kWh", "Give it in t/a: 'kWh' is another unit."),
        ("f-cost", "3550 EUR", "Write the number alone: the currency is chosen beside it."),
        ("f-lamps", "12 lamps", "Write the number alone, without 'lamps'."), ("f-mass", "12 34 kg", "not a number"),
        ("f-mass-source", "", "where this figure comes from"),
        ("f-lamps", "2.5", "Give a whole number."), ("f-lamps", "0", "It must be between 1 and 100,000."),
        ("f-moisture", "101", "It must be between 0 % and 100 %."), ("f-start", "31.2.2026", "year-month-day"),
        ("f-start", "2/7/2026", "year-month-day"), ("f-month", "2026-13", "year-month"),
        ("f-visit", "perhaps", "Choose one of the list."), ("f-fate", "eaten", "Choose one of the list."),
        ("f-form", "plasma", "Choose one of the list."), ("f-country", "Atlantis", "not the name of a country"),
        ("f-code", "12345", "six digits"), ("f-report-na-why", "no", "in a few words"),
        ("f-report-na-by", "soon", "year-month-day"), ("f-items-year", "", "of which year"),
        ("f-items-0-item", "", "Item is missing. Give a value, or remove the row."),
        ("f-items-7-amount", "x", "not a number"), ("f-items-7-_grade", "", "Say how you know it."),
        ("f-items-7-from", "Atlantis", "not the name of a country"), ("f-steam-0-value", "", "Value is missing"),
        ("f-steam-0-to", "2007-01-01", "The end is before the beginning."),
    ])
    def test_one_thing_is_one_error_at_its_input(self, form, name, text, message):
        wrong = form(FORM, {**TYPED, name: text})
        assert not wrong.validate()
        assert list(errors_of(wrong)) == [name]
        assert message in errors_of(wrong)[name]
        assert wrong.typed().get(name, [""]) == [storable(text)]

    def test_all_at_once_and_only_when_asked(self, form):
        empty = form(FORM)
        assert errors_of(empty) == {}
        assert not empty.validate()
        assert set(errors_of(empty)) == {f"f-{key}" for key in empty.open} | {
            f"f-{beside}" for beside in ("cost-year", "cost-currency", "cost-period", "cost-grade", "storage-year",
                                         "mass-grade", "mass-source")}
        assert empty.open_sentence == (
            "10 fields are open: Unit, Cost, Storage and more.")

    def test_a_table_that_is_filled_but_wrong_in_a_cell_is_open_for_its_rows(self, form):
        wrong = form(FORM, {**TYPED, "f-items-7-amount": "x"})
        said = "One field is open: Items (look at its rows)."
        assert wrong.open_sentence == said
        assert not wrong.validate() and wrong.open_sentence == said

    def test_a_wrong_value_hides_nothing_that_is_missing_beside_it(self, form):
        bare = {name: text for name, text in TYPED.items() if not name.startswith(("f-mass-", "f-cost-"))}
        wrong = form(FORM, {**bare, "f-mass": "heavy", "f-cost": "", "f-items-7-amount": "x", "f-items-7-_grade": ""})
        assert not wrong.validate()
        assert list(errors_of(wrong)) == [
            "f-cost", "f-cost-currency", "f-cost-year", "f-cost-period", "f-cost-grade", "f-mass", "f-mass-grade",
            "f-mass-source", "f-items-7-amount", "f-items-7-_grade"]

    def test_what_stands_beside_an_optional_value_is_not_lost_without_it(self, form):
        asked = asking(load={"type": "percent", "required": False})
        assert form(asked, {"f-load-source": ""}).validate()
        alone = form(asked, {"f-load-source": "The ramp list"})
        assert not alone.validate()
        assert errors_of(alone) == {"f-load": "The value is missing. Give it, or clear what stands beside it."}

    def test_a_refused_file_is_said_at_its_field_beside_everything_else(self, form):
        asked = asking(report={"type": "file"}, lamps={"type": "whole"})
        wrong = form(asked)
        wrong.refuse({"report": "This is a program."})
        assert not wrong.validate()
        assert errors_of(wrong) == {"f-report": "This is a program.",
                                    "f-lamps": "Give a value, or tick “Not available” and say why."}

    def test_errors_of_a_row_name_it(self, form):
        wrong = form(FORM, {**TYPED, "f-items-7-amount": ""})
        wrong.validate()
        line = wrong.entries[15].lines[1]
        assert [message for _control, message in line.errors] == ["Amount is missing. Give a value, or remove the row."]
        assert line.cells["amount"].label.text == "Items, row 2, Amount, per year"

    def test_too_many_rows_are_kept_and_said(self, form):
        rows = {f"f-items-{n}-{key}": text for n in range(6) for key, text in (
            ("item", "energy"), ("amount", "1"), ("_grade", "assumed"))}
        many = form(FORM, {**TYPED, **rows})
        assert not many.validate()
        assert errors_of(many) == {"f-items": "At most 4 rows; there are 7."}
        assert many.typed()["f-items-5-amount"] == ["1"]


class TestTyped:
    @given(st.dictionaries(st.sampled_from([*TYPED, "f-note", "f-items-3-remark", "evil", "csrf_token"]),
                           st.text(max_size=20) | st.lists(st.text(max_size=5), max_size=3)))
    def test_nothing_typed_crashes_and_all_of_it_is_kept(self, language_app, typed):
        with language_app.test_request_context():
            made = ContributionForm(FORM, typed=typed)
            kept = made.typed()
            assert made.validate() in (True, False)
            assert kept.keys() & {"evil", "csrf_token"} == set()
            for name, text in typed.items():
                if isinstance(text, str) and name in kept:
                    assert kept[name] == [storable(text)]
            assert decode(encode(made.answers()), FORM) == made.answers()
            assert ContributionForm(FORM, typed=kept).typed() == kept

    def test_rows_pasted_from_a_spreadsheet_follow_those_that_are_there(self, form):
        asked = asking(flows={"type": "table", "most": 40, "columns": {
            "what": {"type": "text", "label": "What"},
            "much": {"type": "quantity", "unit": "t/a", "label": "How much", "grade": True},
            "how": {"type": "choice", "label": "How", "of": {"pipe": "By pipe", "lorry": "By lorry"}}}})
        sheet = "What\tHow much\tHow\tHow do you know?\nSteam\t43,000\tby pipe\tMeasured\n" + (
            '"Ash, ""wet""\nor dry"\t12.5\tLorry\tassumed\n\nSalt\t1\ton foot\testimated\n')
        pasted = form(asked, {"f-flows-0-what": "Heat", "f-flows-0-much": "5", "f-flows-0-how": "pipe",
                              "f-flows-0-_grade": "assumed", "f-flows-3-what": "", "sheet-flows": sheet,
                              "paste-rows": "flows"})
        assert pasted.rearranged and "sheet-flows" not in pasted.typed()
        assert [line.cells["what"].data for line in pasted.entries[0].lines] == [
            "Heat", "Steam", 'Ash, "wet" or dry', "Salt"]
        assert not pasted.validate()
        assert errors_of(pasted) == {"f-flows-3-how": "'on foot' is not offered. Choose one of the list."}
        assert [cell.data for cell in pasted.entries[0].lines[2].cells.values()][1:] == ["12.5", "lorry"]

    def test_only_names_of_the_form_are_kept(self, form):
        others = {"csrf_token": "x", "f-other": "x", "f-unit-x": "x", "f-items-0-other": "x", "f-items-99999-item": "x",
                  "f-items--item": "x", "f-mass-currency": "USD", "state": "accepted", "f-report": "x"}
        assert form(FORM, {**TYPED, **others}).typed().keys() - TYPED.keys() == set()

    def test_one_input_has_one_text(self, form):
        assert form(FORM, {"f-unit": ["a", "b"], "f-form": ["gas", "solid"]}).typed() == {
            "f-unit": ["a"], "f-form": ["gas", "solid"], "f-cost-currency": [""], "f-items-currency": [""]}

    def test_more_than_a_draft_holds_is_refused(self, form):
        with pytest.raises(Invalid, match=r"contribution\.too_long"):
            form(FORM, {"f-note": "x" * 1_000_001}).typed()

    def test_the_currency_of_the_host_is_chosen_until_somebody_chooses(self, form):
        assert 'selected value="SEK"' in str(form(FORM, currency="SEK").entries[2].currency())
        assert form(FORM, {"f-cost-currency": ""}, currency="SEK").typed()["f-cost-currency"] == [""]

    def test_the_likely_currencies_stand_first(self, form):
        listed = str(form(FORM, currency="SEK", suggested={"currencies": ("EUR", "SEK")}).entries[2].currency())
        likely, rest = re.findall(r"<optgroup.*?</optgroup>", listed)
        assert re.findall(r'value="(\w+)"', likely) == ["SEK", "EUR"] and '"EUR"' not in rest and '"USD"' in rest
        assert listed.index('value=""') < listed.index("<optgroup")


class TestGroups:
    def test_six_at_most_and_tables_alone(self, form):
        groups = form(FORM).groups
        assert [len(group.entries) for group in groups] == [6, 6, 3, 1, 1]
        assert [group.title for group in groups] == ["", "", "", "Items", "Steam"]

    def test_as_the_template_names_them(self, form):
        asked = asking(a={"type": "text", "group": "Today"}, b={"type": "text", "group": "Today"}, c={"type": "text"})
        assert [(group.title, len(group.entries)) for group in form(asked).groups] == [("Today", 2), ("", 1)]

    def test_what_was_marked_comes_first(self, form):
        first, *others = form(FORM, marked={"mass"}).groups
        assert [entry.key for entry in first.entries] == ["mass"]
        assert first.entries[0].marked and not others[0].entries[0].marked
