"""Forms made from a task: what is typed is kept, read, or said to be wrong at its place."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import axe_core_python
import pytest
from flask import Flask, render_template_string
from flask_babel import Babel
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from werkzeug.serving import WSGIRequestHandler, make_server

from cocreate import assets, icons
from cocreate.domain.answers import Answer, FileAnswer
from cocreate.domain.names import skeleton
from cocreate.domain.owing import Offered
from cocreate.domain.saying import compared, shown
from cocreate.domain.spelling import decode, encode
from cocreate.errors import Invalid
from cocreate.forms.contributions import ContributionForm
from cocreate.forms.reading import Unreadable, read_number, storable, typeable
from cocreate.forms.typed import typed_of
from workflows.definition import Task

ROOT = Path(__file__).parents[2]


def task(kind="form", **content):
    return Task.model_validate({"title": "Total cost today", "why": "For the offer.", "of": "customer",
                                "due": {"days": 5}, "kind": kind, **content})


YEARS = {"type": "whole", "min": 1990, "max": 2200}
TERM = {"type": "whole", "unit": "a", "min": 1, "max": 40}


def asking(**fields):
    return task(fields={key: {"label": key.title(), **field} for key, field in fields.items()})


FORM = asking(
    unit={"type": "text", "help": "What one counts to compare today with later.", "most": 40},
    note={"type": "long_text", "required": False},
    cost={"type": "money", "period": True, "grade": True, "example": {
        "text": "2,000,000 US dollars in all", "source": "Mass Transit, 2013"}},
    storage={"type": "money", "currency": "EUR", "per": "a"},
    mass={"type": "quantity", "unit": "t/a", "grade": True, "source": True},
    lamps={"type": "whole", "min": 1, "max": 100_000},
    moisture={"type": "percent", "required": False},
    start={"type": "date"}, month={"type": "month", "required": False}, visit={"type": "yes_no"},
    fate={"type": "choice", "of": {"burnt": "It is burnt", "sold": "It is sold"}},
    form={"type": "choices", "of": ["gas", "liquid", "solid"], "required": False},
    country={"type": "country", "required": False}, code={"type": "waste_code", "required": False},
    report={"type": "file", "contains": "Everything the laboratory measured."},
    items={"type": "table", "most": 4, "columns": {
        "item": {"label": "Item", "type": "choice", "of": ["energy", "upkeep"]},
        "amount": {"label": "Amount", "type": "money", "per": "a", "grade": True},
        "remark": {"label": "Remark", "type": "text", "required": False},
        "from": {"label": "From", "type": "country", "required": False}}},
    steam={"type": "schedule", "unit": "t/h", "required": False},
)
TYPED = {
    "f-unit": "garage", "f-cost": "2,000,000", "f-cost-currency": "USD", "f-cost-year": "2013", "f-cost-period": "a",
    "f-cost-grade": "estimated", "f-storage": "18 400.50", "f-storage-year": "2026", "f-mass": "43,000 t/a",
    "f-mass-grade": "measured", "f-mass-source": "weighbridge", "f-lamps": "13000", "f-start": "7.2.2026",
    "f-month": "2026-03", "f-visit": "no", "f-fate": "burnt", "f-form": ["gas", "solid"], "f-country": "AT",
    "f-code": "100105*", "f-report-na": "y", "f-report-na-why": "The laboratory is closed",
    "f-report-na-by": "2026-05-04", "f-items-currency": "EUR", "f-items-year": "2026", "f-items-0-item": "energy",
    "f-items-0-amount": "5.5", "f-items-0-_grade": "measured", "f-items-7-item": "upkeep", "f-items-7-amount": "7",
    "f-items-7-_grade": "assumed", "f-items-7-from": "Finland", "f-steam-0-from": "2008-03-01", "f-steam-0-value": "15",
}


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
        read = {entry.key: entry.read_back for entry in form(FORM, TYPED).entries}
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
        assert (year.text, term.text) == ("2025", "12 years")
        assert (rows.columns, rows.rows) == (("When", "Lasts, years"), (("2031", "3"),))
        assert typed_of(asked, answers)["f-year"] == ["2025"]
        assert [entry.read_back for entry in form(asked, typed).entries][:2] in (
            ["Read as 2025", "Read as 12 years"], ["", ""])
        gains = asking(gain={"type": "money", "currency": "EUR", "below_zero": True})
        assert form(gains, {"f-gain": "-5", "f-gain-year": "2026"}).answers()["gain"].value == -5
        wrong = form(asked, {**typed, "f-year": "1989", "f-term": "0"})
        assert not wrong.validate()
        assert errors_of(wrong) == {"f-year": "It must be between 1990 and 2200.",
                                    "f-term": "It must be between 1 year and 40 years."}
        assert wrong.entries[1].unit == "years"

    def test_assessment(self, form):
        asked = task("assessment", statements={"open": {"text": "They are open"}, "fair": {"text": "They are fair"}})
        answered = form(asked, {"f-open": "s2", "f-fair": "cannot_say"})
        assert not answered.validate()
        assert errors_of(answered) == {
            "f-open_comment": "You chose 1 or 2: say why, so that the others understand it."}
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
        ("f-mass", "-5", "It must be 0 t/a or more."), ("f-mass-source", "", "where this figure comes from"),
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


class TestNumbers:
    @pytest.mark.parametrize(("language", "text", "number"), [
        ("en", "1,234.5", "1234.5"), ("de", "1.234,5", "1234.5"), ("en", "1.234,5", "1234.5"), ("en", "1,234", "1234"),
        ("de", "1.234", "1234"), ("fr", "1 234,5", "1234.5"), ("fr", "1\u202f234\u00a0567", "1234567"),
        ("en", "1 234.567", "1234.567"), ("de-CH", "1'234.50", "1234.5"), ("en", "0.125", "0.125"), ("en", ".5", "0.5"),
        ("en", "16.2500", "16.25"), ("en", "1.234.567", "1234567"), ("en", "\u22125", "-5"), ("en", "+5", "5"),
        ("en", "١٢٣", "123"), ("en", "-0", "0"), ("en", "007", "7"), ("en", " 12 ", "12"), ("en", "12 t/a", "12"),
    ])
    def test_read(self, words, language, text, number):
        assert str(read_number(text, language, unit="t/a")) == number

    @pytest.mark.parametrize(("language", "text"), [
        ("en", "1.234"), ("de", "1,234"), ("fi", "1.234"), ("en", "1,2,3"), ("en", "1,23,456"), ("en", "1e5"),
        ("en", "12 34"), ("en", "1,234,5"), ("en", "0x10"), ("en", "NaN"), ("en", "Infinity"), ("en", "1_000"),
        ("en", "--1"), ("en", "1."), ("en", ","), ("en", "½"), ("en", "9" * 5000), ("en", "1 kg")])
    def test_refused(self, words, language, text):
        with pytest.raises(Unreadable):
            read_number(text, language, unit="t/a")

    @given(st.decimals(-10**17, 10**17, places=7, allow_nan=False), st.sampled_from(["en", "de", "fi", "fr", "de-CH"]))
    def test_written_for_a_reader_is_read(self, number, language):
        assert read_number(typeable(number, language), language) == number

    @given(st.text(max_size=30), st.sampled_from(["en", "de", "fr"]))
    def test_any_text_is_a_number_or_refused(self, language_app, text, language):
        with language_app.test_request_context():
            try:
                assert read_number(text, language) is None or read_number(text, language).is_finite()
            except Unreadable:
                pass


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


class TestHanging:
    """Fields that are asked only after some answer."""

    ASKED = asking(kind={"type": "choice", "of": {"none": "Neither", "deposit": "A deposit"}},
                   sum={"type": "money", "currency": "EUR", "only_if": {"answer": "s.t.kind", "is_not": "none"}})

    def test_nothing_is_asked_that_an_answer_made_pointless(self, form):
        typed = {"f-kind": "none", "f-sum": "much"}
        said = form(self.ASKED, typed)
        assert (said.open, said.validate(), errors_of(said), [*said.answers()]) == ((), True, {}, ["kind"])
        assert said.typed()["f-sum"] == ["much"]  # it is there again if the answer changes
        assert said.entries[1].idle and not form(self.ASKED).entries[1].idle

    def test_what_the_answer_asks_for_is_missing(self, form):
        said = form(self.ASKED, {"f-kind": "deposit"})
        assert not said.validate()
        assert said.open == ("sum",)

    def test_says_when_it_is_asked(self, form):
        entry = form(self.ASKED).entries[1]
        assert (entry.hangs_on, entry.only, entry.when) == ("f-kind", ("deposit",), "Only if “Kind” is: A deposit.")


class TestHangingOnAPage:
    def test_a_field_comes_and_goes_with_the_answer_and_keeps_what_was_typed(self, open_page):
        page = open_page("/hanging/light")
        amount = page.locator("[data-field=sum]")
        assert amount.is_visible() and page.get_by_text("Only if").is_hidden()
        page.fill("[name=f-sum]", "25")
        page.check("[name=f-kind][value=none]")
        assert amount.is_hidden()
        page.check("[name=f-kind][value=deposit]")
        assert amount.is_visible() and page.input_value("[name=f-sum]") == "25"

    def test_without_scripts_it_says_when_it_is_asked(self, open_page):
        page = open_page("/hanging/light", java_script_enabled=False)
        assert page.get_by_text("Only if “Kind” is: A deposit.").is_visible()


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


class TestGroups:
    def test_six_at_most_and_tables_alone(self, form):
        groups = form(FORM).groups
        assert [len(group.entries) for group in groups] == [6, 6, 3, 1, 1]
        assert [group.title for group in groups] == ["", "", "", "Items", "Steam"]

    def test_as_the_template_names_them(self, form):
        asked = asking(a={"type": "text", "group": "Today"}, b={"type": "text", "group": "Today"}, c={"type": "text"})
        assert [(group.title, len(group.entries)) for group in form(asked).groups] == [("Today", 2), ("", 1)]

    def test_what_was_marked_comes_first(self, form):
        first, *_others = form(FORM, marked={"mass": "For one garage only?"}).groups
        assert [entry.key for entry in first.entries] == ["mass"]
        assert first.entries[0].marked == "For one garage only?"


PAGE = """<!doctype html><html lang="en"{% if theme %} data-theme="{{ theme }}"{% endif %}><head><title>Task</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="{{ asset('mark.svg') }}"><link rel="stylesheet" href="{{ asset('theme.css') }}">
<script type="module" src="{{ asset('rows.js') }}"></script>
<script type="module" src="{{ asset('tasks.js') }}"></script>
</head><body><main id="main"><div class="frame pad stack-lg"><h1>Total cost today</h1>
{% from "room/tasks/_fields.html" import task_fields %}{% from "macros/forms.html" import error_summary %}
{% from "room/tasks/_answers.html" import answers_compared, answers_table %}
{% if form %}<form method="post" class="stack-lg" novalidate>{{ error_summary(form) }}
{{ task_fields(form, file_rule="PDF, pictures, spreadsheets, up to 25 MB") }}</form>{% endif %}
{% if shown %}{{ answers_table(shown, {"report": "/report"}) }}{{ answers_compared(pairs, "Version 1", "Version 2") }}
{% endif %}</div></main></body></html>"""
POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'"
WRONG = {**TYPED, "f-storage": "1.234", "f-mass-grade": "", "f-lamps": "0", "f-items-7-item": "", "f-cost-currency": ""}


class TestPages:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    @pytest.mark.parametrize("width", [360, 390, 1280])
    @pytest.mark.parametrize("kind", ["new", "wrong", "read"])
    def test_fit_and_can_be_read_by_everyone(self, open_page, kind, width, theme):
        page = open_page(f"/{kind}/{theme}", viewport={"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.evaluate(AXE)
        found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})")
        assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []

    def test_not_available_closes_the_field_and_loses_nothing(self, open_page):
        page = open_page("/wrong/light")
        mass = page.locator("#f-mass")
        page.check("#f-mass-na")
        page.fill("#f-mass-na-why", "The landlord knows")
        assert mass.evaluate("input => [input.readOnly, !!input.closest('[inert]'), input.value]") == [
            True, True, "43,000 t/a"]
        page.uncheck("#f-mass-na")
        assert mass.is_editable()

    def test_a_row_goes_with_its_errors_and_a_new_one_has_its_names(self, open_page):
        page = open_page("/wrong/light")
        rows = page.locator("#f-items [data-row]")
        page.locator("#f-items [data-rows-remove]").nth(1).click()
        assert (rows.count(), page.locator("#f-items [data-row-errors]").count()) == (1, 0)
        page.click("#f-items [data-rows-add]")
        assert page.locator("#f-items-8-amount").get_attribute("aria-label") == "Items, row 2, Amount, per year"

    def test_on_a_phone_what_one_presses_is_large(self, open_page):
        page = open_page("/new/light", viewport={"width": 390, "height": 900})
        small = page.evaluate("""() => [...document.querySelectorAll(
            'button, input:not([type=checkbox]):not([type=radio]), select, textarea')]
            .filter(e => e.offsetParent && e.getBoundingClientRect().height < 44).map(e => e.id)""")
        assert small == []


# fixtures


def errors_of(form):
    return {control.id: " ".join(control.errors) for control in form if control.errors}


@pytest.fixture(scope="module")
def language_app():
    app = Flask(__name__)
    Babel(app)
    return app


@pytest.fixture
def words(language_app):
    with language_app.test_request_context():
        yield


class TestWhoOwes:
    """The column of a table whose rows become duties."""

    ASKED = asking(rows={"type": "table", "columns": {
        "what": {"label": "What", "type": "text"}, "who": {"label": "By whom", "type": "organisation"},
        "due": {"label": "By when", "type": "date"}}}, lead={"type": "person", "required": False},
        owner={"type": "organisation", "required": False})
    OFFERED = Offered(frozenset({("rows", "who")}), ("Tornby Furniture", "Aurelis Hotels"),
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
        assert cell.errors == ["'Somebody Ltd' is no party of this project. Choose who owes it."]
        assert "<option selected value=\"Somebody Ltd\">" in str(cell())

    def test_a_pasted_row_finds_its_party(self, form):
        made = form(self.ASKED, {"paste-rows": "rows", "sheet-rows": "Wash\taurelis hotels\t2028-03-01"},
                    owing=self.OFFERED)
        assert made.validate() and made.answers()["rows"].value[0]["who"].value == "aurelis hotels"

    def test_other_people_and_organisations_are_suggested(self, form):
        made = self.made(form, suggested={"people": ["Claire Duval"], "sources": ["plan.pdf"]})
        assert made.suggested == {"people": ["Claire Duval"], "parties": ("Tornby Furniture", "Aurelis Hotels")}

    def test_where_no_project_is_yet_it_is_a_text(self, form):
        assert form(self.ASKED).entries[0].lines[0].cells["who"].type == "StringField"


@pytest.fixture
def form(words):
    def make(asked, typed=None, **options):
        return ContributionForm(asked, typed=typed, **options)
    return make


AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="module")
def address():
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=None)
    app.jinja_options = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    app.jinja_env.globals["csrf_token"] = str
    Babel(app)
    assets.init_app(app)
    icons.init_app(app)

    @app.get("/<kind>/<theme>")
    def page(kind, theme):
        form = ContributionForm(TestHanging.ASKED) if kind == "hanging" else ContributionForm(
            FORM, typed=TYPED if kind == "read" else WRONG if kind == "wrong" else {},
            marked={"mass": "For one garage only?"})
        if kind == "wrong":
            form.validate()
        now = form.answers()
        before = {**now, "unit": Answer("lamp"), "items": Answer(now["items"].value[:1])} if kind == "read" else {}
        return render_template_string(
            PAGE, form=None if kind == "read" else form, theme=theme,
            shown=shown(FORM, now) if kind == "read" else None, pairs=compared(FORM, before, now))

    @app.after_request
    def policy(response):
        response.headers["Content-Security-Policy"] = POLICY
        return response

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Quiet(WSGIRequestHandler):
    def log_request(self, *_args):
        pass


@pytest.fixture
def open_page(browser, address):
    contexts, complaints = [], []

    def open_(path, **options):
        context = browser.new_context(base_url=address, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text))
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
