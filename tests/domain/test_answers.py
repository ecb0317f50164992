import hashlib
from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocreate import words
from cocreate.domain import saying
from cocreate.domain.answers import GRADES, PERIODS, Answer, FileAnswer
from cocreate.domain.asking import (
    CANNOT_SAY,
    Counts,
    answers_offered,
    changed,
    columns_of,
    counts,
    fields_of,
    may_be_absent,
    open_fields,
)
from cocreate.domain.figures import FigureValue, compute, figures
from cocreate.domain.saying import compared, rows, say, shown
from cocreate.domain.spelling import decode, encode, plain_value, spelled
from tests.support import languages
from tools.texts import messages
from workflows.definition import Task
from workflows.fields import Computed, YesNo
from workflows.figures import named
from workflows.texts import language_of
from workflows.texts import say as of

REPORT = FileAnswer(4, 2, "ab" * 32, "lab.pdf", "application/pdf", 1200)


def task(kind="form", **content):
    return Task.model_validate({"title": "Total cost today", "why": "For the offer.", "of": "customer",
                                "due": {"days": 5}, "kind": kind, **content})


FORM = task(fields={
    "unit": {"type": "text", "label": "Unit of performance"},
    "note": {"type": "long_text", "label": "Anything else", "required": False},
    "cost": {"type": "money", "label": "Total cost", "period": True, "grade": True},
    "fee": {"type": "money", "label": "Fee", "currency": "EUR", "per": "t"},
    "mass": {"type": "quantity", "label": "Mass", "unit": "t/a"},
    "moisture": {"type": "percent", "label": "Moisture", "required": False},
    "lamps": {"type": "whole", "label": "Fittings", "required": False},
    "start": {"type": "date", "label": "Start", "required": False},
    "month": {"type": "month", "label": "First month", "required": False},
    "visit": {"type": "yes_no", "label": "A visit is possible", "required": False},
    "fate": {"type": "choice", "label": "Today", "of": {"burnt": {"en": "It is burnt", "de": "Wird verbrannt"},
                                                        "sold": "It is sold"}, "required": False},
    "forms": {"type": "choices", "label": "Form", "of": ["gas", "liquid"], "required": False},
    "country": {"type": "country", "label": "Country", "required": False},
    "report": {"type": "file", "label": "Lab report", "required": False},
    "items": {"type": "table", "label": "Items", "required": False, "columns": {
        "item": {"type": "choice", "label": "Item", "of": ["energy", "staff"]},
        "amount": {"type": "money", "label": "Amount", "per": "a", "grade": True},
        "mass": {"type": "quantity", "label": "Mass", "unit": "t", "required": False}}},
    "steam": {"type": "schedule", "label": "Steam", "unit": "t/h", "required": False},
})

money = partial(Answer, currency="USD", price_year=2013)
COST = money(Decimal("2000000"), period="a", grade="estimated")
ITEMS = Answer((
    {"item": Answer("energy"), "amount": Answer(Decimal("5.5"), currency="EUR", price_year=2026, grade="measured")},
    {"item": Answer("staff"), "amount": Answer(Decimal(7), currency="EUR", price_year=2026, grade="assumed"),
     "mass": Answer(Decimal(3), unit="t")},
))
STEAM = Answer(({"from": Answer(date(2008, 3, 1)), "to": Answer(date(2009, 12, 31)),
                 "value": Answer(Decimal(15), unit="t/h")},
                {"from": Answer(date(2010, 1, 1)), "value": Answer(Decimal(34), unit="t/h")}))
FULL = {
    "unit": Answer("garage"), "cost": COST, "fee": Answer(Decimal("0.0345"), currency="EUR", price_year=2026),
    "mass": Answer(Decimal(43000), unit="t/a", source="weighbridge"), "visit": Answer(False),
    "month": Answer(date(2026, 3, 1)), "fate": Answer("burnt"), "forms": Answer(("gas", "liquid")),
    "country": Answer("AT"), "report": Answer(REPORT), "items": ITEMS, "steam": STEAM,
    "moisture": Answer(not_available="nobody measured it", by=date(2026, 5, 4)),
}

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(lambda t: plain_value(t)).filter(bool)
NUMBERS = st.decimals(-10**18, 10**18, allow_nan=False, allow_infinity=False, places=9)
DAYS = st.dates(date(1900, 1, 1), date(2200, 1, 1))


def maybe(strategy):
    return st.none() | strategy


ABSENT = st.builds(Answer, not_available=TEXTS, by=maybe(DAYS))
FIGURES = st.builds(
    Answer, NUMBERS, unit=maybe(TEXTS), currency=maybe(st.just("EUR")), grade=maybe(st.sampled_from(GRADES)),
    period=maybe(st.sampled_from(PERIODS)), price_year=maybe(st.integers(1900, 2099)), source=maybe(TEXTS))
ROWS = st.fixed_dictionaries({}, optional={"item": st.just(Answer("energy")), "amount": FIGURES, "mass": FIGURES})
ANSWERS = st.fixed_dictionaries({}, optional={
    "unit": st.builds(Answer, TEXTS) | ABSENT, "note": st.builds(Answer, TEXTS), "cost": FIGURES | ABSENT,
    "mass": FIGURES, "start": st.builds(Answer, DAYS), "visit": st.builds(Answer, st.booleans()),
    "forms": st.just(Answer(("gas",))), "items": st.builds(Answer, st.lists(ROWS, max_size=3).map(tuple)),
    "report": st.just(Answer(REPORT)),
})


class TestSpelling:
    @given(ANSWERS)
    def test_comes_back_as_it_was(self, answers):
        assert decode(encode(answers), FORM) == answers

    def test_every_type_comes_back(self):
        assert decode(encode(FULL), FORM) == FULL

    def test_equal_answers_have_one_hash(self):
        one = {"mass": Answer(Decimal("1.50"), unit="t/a"), "unit": Answer("Café")}
        other = {"unit": Answer("Cafe\u0301"), "mass": Answer(Decimal("1.5"), unit="t/a")}
        assert encode(one) == encode(other)
        assert hashlib.sha256(encode(FULL).encode()).hexdigest() == (
            "c2627eae2b67808096dc8f7914c3412c636fc647f21e55d6cbf14a6de1364d9a")

    @pytest.mark.parametrize("text", [
        "", "[]", '{"unit": {"value":"x"}}', '{"other":{"value":"x"}}', '{"unit":{"value":5}}', '{"unit":"x"}',
        '{"unit":{}}', '{"mass":{"value":"1.0"}}', '{"mass":{"value":"NaN"}}', '{"mass":{"value":"x"}}',
        '{"mass":{"value":1}}', '{"start":{"value":"soon"}}', '{"fate":{"value":"eaten"}}', '{"visit":{"value":"yes"}}',
        '{"forms":{"value":["ice"]}}', '{"items":{"value":[{"other":{"value":"1"}}]}}', '{"items":{"value":[1]}}',
        '{"report":{"value":{"name":"x"}}}', '{"unit":{"not_available":"no","value":"x"}}',
        '{"unit":{"value":"x","who":"me"}}', '{"unit":{"unit":1,"value":"x"}}', '{"unit":{"value":"Cafe\u0301"}}',
    ])
    def test_anything_else_is_refused(self, text):
        with pytest.raises(ValueError, match=r".+"):
            decode(text, FORM)

    @pytest.mark.parametrize(("number", "text"), [
        ("1E+3", "1000"), ("-0", "0"), ("0.10", "0.1"), ("100", "100"), ("-1.50", "-1.5"), ("0E-9", "0")])
    def test_of_numbers(self, number, text):
        assert spelled(Decimal(number)) == text

    def test_an_answer_has_a_value_or_a_reason(self):
        with pytest.raises(ValueError, match="a value, or a reason"):
            Answer()
        with pytest.raises(ValueError, match="a value, or a reason"):
            Answer("x", not_available="y")


class TestCounts:
    def test_not_available_is_missing_and_not_given(self):
        answers = {"unit": Answer("garage"), "mass": Answer(not_available="Landlord pays it")}
        assert counts(FORM, answers) == Counts(fields=4, given=1, missing=("mass",))
        assert open_fields(FORM, answers) == ("cost", "fee")

    def test_a_table_that_may_be_empty_is_not_open(self):
        empty = task(fields={"more": {"type": "table", "label": "More", "least": 0,
                                      "columns": {"what": {"type": "text", "label": "What"}}}})
        assert open_fields(empty, {}) == ()

    def test_changed_names_fields_in_order(self):
        assert changed(FORM, FULL, {**FULL, "steam": ITEMS, "unit": Answer("lamp")}) == ("unit", "steam")


class TestKinds:
    def test_a_statement_below_three_needs_a_comment(self):
        asked = task("assessment", statements={"open": {"text": "They are open with us"}})
        assert list(fields_of(asked)) == ["open", "open_comment"]
        assert open_fields(asked, {}) == ("open",)
        assert open_fields(asked, {"open": Answer("s3")}) == ()
        assert open_fields(asked, {"open": Answer(CANNOT_SAY)}) == ()
        assert open_fields(asked, {"open": Answer("s2")}) == ("open_comment",)
        assert say(fields_of(asked)["open"], Answer("s5"), language="de") == "5, fully"  # English ships
        assert not may_be_absent(asked, "open")

    def test_canvas_boxes_are_texts(self):
        assert list(fields_of(task("canvas", boxes={"partners": {"title": "Partners"}}))) == ["partners"]

    def test_a_review_has_a_verdict(self):
        assert open_fields(task("review", reviews="offer"), {}) == ("verdict",)


class TestFigures:
    def test_every_number_is_one(self):
        found = {figure.path: figure for figure in figures("baseline", "today", FORM, FULL)}
        assert list(found) == [f"baseline.today.{name}" for name in (
            "cost", "fee", "mass", "items.1.amount", "items.2.amount", "items.2.mass", "steam.1.value",
            "steam.2.value")]
        assert found["baseline.today.cost"] == FigureValue(
            "baseline.today.cost", "cost", Decimal(2000000), "USD", "a", 2013, None, "estimated")
        assert found["baseline.today.fee"].unit == "EUR/t"
        assert found["baseline.today.mass"].source == "weighbridge"
        assert found["baseline.today.items.1.amount"][1:4] == ("items", Decimal("5.5"), "EUR/a")
        assert found["baseline.today.steam.2.value"].unit == "t/h"

    def test_paths_of_definitions_name_them(self):
        assert named("s.t.items.amount", "s.t.items.2.amount")
        assert not named("s.t.items.amount", "s.t.items.2.mass")
        assert named("s.t.mass", "s.t.mass")
        assert not named("s.t.items", "s.t.items.2.mass")


def figure(value, unit=None):
    return FigureValue("s.t.f", "f", Decimal(value), unit)


class TestComputed:
    @pytest.mark.parametrize(("operation", "given_", "unit", "expected"), [
        ("sum", [["1 t", "500 kg"], ["2 t"]], "t", "3.5 t"),
        ("sum", [["1 t", "500 kg"]], None, "1.5 t"),
        ("difference", [["5 t/h"], ["800 t/a"]], "t/a", "43000 t/a"),
        ("product", [["10 t/a"], ["3 EUR/t"]], "EUR/a", "30 EUR/a"),
        ("ratio", [["30 EUR/a"], ["10 t/a"]], None, "3 EUR/t"),
        ("share", [["1 t"], ["3 t"]], None, "25 %"),
        ("mean", [["1 kg", "2 kg"], ["3 kg"]], None, "2 kg"),
        ("least", [["1 t"], ["900 kg"]], None, "0.9 t"),
        ("greatest", [["1 t"], ["900 kg"]], "kg", "1000 kg"),
    ])
    def test_operations(self, operation, given_, unit, expected):
        found = self.compute(operation, given_, unit)
        assert f"{spelled(found.value)} {found.unit}" == expected

    @pytest.mark.parametrize(("operation", "given_", "unit"), [
        ("sum", [["1 t"], []], None), ("sum", [["1 t"], ["1 EUR"]], None), ("ratio", [["1 t"], ["0 t"]], None),
        ("sum", [["1 t"]], "EUR"), ("ratio", [["1 t"]], None),
    ])
    def test_unknown_as_long_as_something_is_missing_or_does_not_fit(self, operation, given_, unit):
        assert self.compute(operation, given_, unit) is None

    def compute(self, operation, given_, unit):
        paths = [f"s.t.f{number}" for number in range(len(given_))]
        figures = {path: [figure(*each.split()) for each in some] for path, some in zip(paths, given_, strict=True)}
        field = Computed(type="computed", label="Worked out", operation=operation, of=paths, unit=unit)
        return compute(field, figures.__getitem__)


class TestWords:
    @pytest.mark.parametrize(("key", "answer", "en", "de"), [
        ("cost", COST, "2,000,000 US dollars per year, prices of 2013, estimated",
         "2.000.000 US-Dollar per year, prices of 2013, estimated"),
        ("fee", FULL["fee"], "0.0345 euros per tonne, prices of 2026", "0,0345 Euro per tonne, prices of 2026"),
        ("fee", Answer(Decimal("18.5")), "18.50 euros per tonne", "18,50 Euro per tonne"),
        ("mass", FULL["mass"], "43,000 t/a", "43.000 t/a"),
        ("moisture", Answer(Decimal("12.5"), unit="%"), "12.5 %", "12,5 %"),
        ("moisture", FULL["moisture"], "Not available: nobody measured it; comes by 4 May 2026",
         "Not available: nobody measured it; comes by 4. Mai 2026"),
        ("start", Answer(date(2026, 2, 7)), "7 February 2026", "7. Februar 2026"),
        ("month", FULL["month"], "March 2026", "März 2026"),
        ("visit", FULL["visit"], "No", "No"), ("fate", FULL["fate"], "It is burnt", "Wird verbrannt"),
        ("forms", FULL["forms"], "gas, liquid", "gas, liquid"), ("country", FULL["country"], "Austria", "Österreich"),
        ("report", FULL["report"], "lab.pdf", "lab.pdf"), ("items", ITEMS, "", ""),
    ])
    def test_say(self, key, answer, en, de):
        assert say(FORM.fields[key], answer, language="en") == en
        assert say(FORM.fields[key], answer, language="de") == de

    @given(ANSWERS, st.sampled_from(["en", "de", "fi", "ar"]))
    def test_every_answer_can_be_said(self, answers, language):
        for each in shown(FORM, answers, language=language):
            assert each.empty == (each.key not in answers or answers[each.key].value == ())

    def test_a_language_nobody_has_is_english(self):
        assert say(FORM.fields["mass"], FULL["mass"], language="xx") == "43,000 t/a"

    def test_rows_have_what_is_common_in_the_head(self):
        assert rows(FORM.fields["items"], ITEMS) == (
            ("Item", "Amount, EUR per year, prices of 2026", "Mass, t", "How do you know?"),
            (("energy", "5.50", "", "measured"), ("staff", "7", "3", "assumed")))
        assert rows(FORM.fields["steam"], STEAM, language="de") == (
            ("From", "To", "Value, t/h"),
            (("1. März 2008", "31. Dezember 2009", "15"), ("1. Januar 2010", "", "34")))

    def test_rows_of_two_currencies_name_theirs(self):
        two = Answer(({"amount": money(Decimal(1))}, {"amount": Answer(Decimal(2), currency="EUR", price_year=2020)}))
        heads, lines = rows(FORM.fields["items"], two)
        assert heads[1] == "Amount, per year"
        assert [line[1] for line in lines] == ["1 USD, prices of 2013", "2 EUR, prices of 2020"]

    def test_two_versions_field_by_field(self):
        pairs = {pair.after.key: pair for pair in compared(FORM, FULL, {**FULL, "unit": Answer("lamp")})}
        assert [key for key, pair in pairs.items() if pair.changed] == ["unit"]
        assert (pairs["unit"].before.text, pairs["unit"].after.text) == ("garage", "lamp")
        assert pairs["note"].after.empty
        assert pairs["moisture"].after.absent
        assert pairs["items"].after.numbers == (False, True, True, False)


class TestOurs:
    """What we ask ourselves beside a template's questions is in the catalogue, like every other text."""

    def test_is_said_in_every_language_that_has_a_catalogue(self, accented):
        fields = [*fields_of(task("assessment", statements={"open": {"text": {"eo": "Malferme"}}})).values(),
                  *fields_of(task("review", reviews="given")).values(),
                  *columns_of(FORM.fields["steam"]).values()]
        texts = [text for field in fields for text in (
            field.label, field.help, *answers_offered(field).values()) if text is not None]
        texts += answers_offered(YesNo(type="yes_no", label={"eo": "Jes aŭ ne"})).values()
        marked = {one if isinstance(one, str) else one[0] for one in messages()}
        ours_ = {of(text, "en") for text in texts} - {"Malferme", "2", "3", "4"}
        assert {"Cannot say", "Remarks", "Value", "Yes"} < ours_ <= marked
        assert {of(text, "eo") for text in texts} == {languages.translate(one) for one in ours_} | {
            "Malferme", "2", "3", "4"}
        assert {language_of(text, "eo", "eo") for text in texts} == {"eo"}

    def test_what_stands_around_a_value_too(self, accented):
        said = say(FORM.fields["cost"], COST, language="eo")
        assert languages.translate("per year") in said and languages.translate("estimated") in said


@pytest.fixture
def accented():
    """As in an installation that has a catalogue of Esperanto."""
    saying.translate_by(lambda language, text: languages.translate(text) if language == "eo" else text)
    yield
    saying.translate_by(words.translated)
