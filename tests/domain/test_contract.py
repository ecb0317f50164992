"""The contract's text: filling, escaping, blocks, bytes."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocreate.domain.composing import Given, Phrases, SettledLater, Table, Value, compose, number_of
from cocreate.domain.contract import (
    AnnexText,
    ClauseText,
    ContractParty,
    ContractText,
    FigureRow,
    Gap,
    OpenValue,
    Signatory,
    Source,
    canonical,
    content_sha256,
    from_canonical,
    gaps,
    text_sha256,
)
from cocreate.domain.prose import plain
from workflows.definition import Definition, Seat

COST = "baseline.today.cost"
SAID = Phrases("[{label}: not given]", "(to be given by {who} by {by}: {rule})", "[{label}: open, see {number}]",
               "[struck: {reason}]",
               "(not applicable: nobody takes part as {seat})",
               "(not applicable: the answer to “{field}” is: {answers})",
               "(open whether this applies; not answered: {fields})", "Annex {number}", "Title of the project",
               "Purpose of the project")
SOURCE = Source("Total cost today", "tasks/today/3", 3, "WMATA")


class TestCompose:
    def test_fills_in_a_value_and_says_where_it_comes_from(self, definition):
        price = first(definition, {COST: Value("12,400 USD per year", (SOURCE,))})
        assert price.body == "The Customer pays 12,400 USD per year."
        assert price.sources == (SOURCE,)
        assert SOURCE.words == "Total cost today v3 (WMATA)"
        assert price.state == "given"

    @pytest.mark.parametrize("value", [None, Value(), Value(" \n"), Value("9", missing_reason="not measured")])
    def test_a_missing_value_is_a_gap_with_its_label(self, definition, value):
        price = first(definition, {} if value is None else {COST: value})
        assert plain(price.body) == "The Customer pays [Cost: not given]."
        assert [(gap.name, gap.path, gap.label) for gap in price.gaps] == [("fee", COST, "Cost")]

    def test_the_only_open_value_prints_its_rule_in_its_clause_and_is_no_gap(self, definition):
        price, *_rest = values_open(definition, COST).clauses
        assert plain(price.body) == (
            "The Customer pays (to be given by WMATA by 1 October 2026: the mean of three invoices)."
        )
        assert (price.state, price.gaps) == ("settle_later", ())

    def test_a_struck_clause_keeps_its_number_and_has_no_gap(self, definition):
        clauses, *_ = compose(definition, {}, Given(SEATS, struck={"price": "paid in *kind*"}), SAID, language="en")
        assert [clause.number for clause in clauses] == [1, 2, 3]
        assert plain(clauses[0].body) == "[struck: paid in *kind*]"
        assert (clauses[0].state, clauses[0].gaps) == ("struck", ())

    def test_a_clause_of_an_empty_seat_does_not_apply(self, definition):
        clauses, *_ = compose(definition, {}, Given(SEATS), SAID, language="en")
        assert plain(clauses[2].body) == "(not applicable: nobody takes part as Bank)"
        assert clauses[2].state == "struck"

    def test_the_clause_of_a_seat_that_is_held_stands(self, definition):
        clauses, *_ = compose(definition, {"seat:bank": Value("KfW")}, Given(SEATS | {"bank"}), SAID, language="en")
        assert clauses[2].body == "KfW guarantees."

    @pytest.mark.parametrize(("chosen", "state", "body"), [
        ({}, "given", "(open whether this applies; not answered: “Secured”)\n\nKfW guarantees."),
        ({"yes"}, "given", "KfW guarantees."),
        ({"no"}, "struck", "(not applicable: the answer to “Secured” is: No)")])
    def test_a_clause_that_hangs_on_an_answer(self, definition, chosen, state, body):
        path = "baseline.today.secured"
        data = definition.model_dump(by_alias=True, exclude_defaults=True)
        data["stages"]["baseline"]["tasks"]["today"]["fields"]["secured"] = {"type": "yes_no", "label": "Secured"}
        data["clauses"]["guarantee"]["only_if"] = {"answer": path, "is": "yes"}
        changed = type(definition).model_validate(data)
        given = Given(SEATS, chosen={path: frozenset(chosen)})
        clauses, *_ = compose(changed, {"seat:bank": Value("KfW")}, given, SAID, language="en")
        assert (clauses[2].state, plain(clauses[2].body)) == (state, body)

    @pytest.mark.parametrize(("chosen", "reason"), [
        ({"secured": "yes", "kind": "bank"}, None), ({"secured": "no", "kind": "bank"}, "“Secured” is: No"),
        ({"secured": "yes", "kind": "cash"}, "“Kind” is: cash"), ({"kind": "cash"}, "“Kind” is: cash"), ({}, "open"),
        ({"secured": "yes"}, "open")])
    def test_a_clause_that_hangs_on_two_answers_stands_where_both_are_so(self, definition, chosen, reason):
        data = definition.model_dump(by_alias=True, exclude_defaults=True)
        data["stages"]["baseline"]["tasks"]["today"]["fields"] |= {
            "secured": {"type": "yes_no", "label": "Secured"},
            "kind": {"type": "choice", "label": "Kind", "of": ["bank", "cash"]}}
        data["clauses"]["guarantee"]["only_if"] = [{"answer": "baseline.today.secured", "is": "yes"},
                                                   {"answer": "baseline.today.kind", "is": "bank"}]
        changed = type(definition).model_validate(data)
        given = Given(SEATS, chosen={f"baseline.today.{name}": frozenset({said}) for name, said in chosen.items()})
        clauses, *_ = compose(changed, {"seat:bank": Value("KfW")}, given, SAID, language="en")
        label = "Kind" if chosen else "Secured”, “Kind"
        open_ = f"(open whether this applies; not answered: “{label}”)\n\nKfW guarantees."
        assert plain(clauses[2].body) == (
            open_ if reason == "open" else f"(not applicable: the answer to {reason})" if reason else "KfW guarantees.")

    def test_agreed_wording_replaces_the_template_and_is_no_sample(self, definition):
        wording = Given(SEATS, wording={"price": "It costs $fee, once."})
        clauses, *_ = compose(definition, {COST: Value("9 EUR")}, wording, SAID, language="en")
        assert clauses[0].body == "It costs 9 EUR, once."
        assert (clauses[0].sample, clauses[1].sample) == (False, True)

    def test_a_name_that_is_not_declared_is_refused_by_clause_and_name(self, definition):
        with pytest.raises(ValueError, match=r"clause price: \$total is not declared"):
            compose(definition, {}, Given(SEATS, wording={"price": "$fee of $total"}), SAID, language="en")

    def test_a_clause_that_does_not_exist_is_refused(self, definition):
        with pytest.raises(ValueError, match="no such clause: prise"):
            compose(definition, {}, Given(SEATS, struck={"prise": "misspelt"}), SAID, language="en")

    def test_texts_are_taken_in_the_contract_language(self, definition):
        clauses, *_ = compose(definition, {COST: Value("9 EUR")}, Given(SEATS), SAID, language="de")
        assert (clauses[0].title, clauses[0].body) == ("Preis", "Der Kunde zahlt 9 EUR.")

    def test_the_need_of_one_seat_is_labelled_with_the_seat(self, definition):
        clauses, *_ = compose(definition, {}, Given(SEATS), SAID, language="en")
        assert [gap.label for gap in clauses[1].gaps] == ["Cost (Customer)", "Company", "Title of the project"]

    def test_an_annex_takes_its_table(self, definition):
        table = Table(("Flow", "t"), (("steam", "15"),))
        _, annexes, _ = compose(definition, {}, Given(SEATS, tables={COST: table}), SAID, language="en")
        assert (annexes[0].number, annexes[0].title, annexes[0].rows) == (1, "Costs", (("steam", "15"),))

    def test_an_annex_of_an_empty_seat_says_so(self, definition):
        annexes = {"costs": definition.annexes["costs"].model_copy(update={"only_if": "guest"})}
        parties = definition.parties | {"guest": Seat(name="Guest", required=False)}
        changed = definition.model_copy(update={"annexes": annexes, "parties": parties})
        _, (annex,), _ = compose(changed, {}, Given(SEATS), SAID, language="en")
        assert (annex.note, annex.gaps) == ("(not applicable: nobody takes part as Guest)", ())
        _, (annex,), _ = compose(changed, {}, Given(SEATS | {"guest"}), SAID, language="en")
        assert annex.gaps

    def test_an_annex_that_hangs_on_an_answer_not_given_says_that_it_is_open(self, definition):
        data = definition.model_dump(by_alias=True, exclude_defaults=True)
        data["stages"]["baseline"]["tasks"]["today"]["fields"]["secured"] = {"type": "yes_no", "label": "Secured"}
        data["annexes"]["costs"]["only_if"] = {"answer": "baseline.today.secured", "is": "yes"}
        given = Given(SEATS, tables={COST: Table(("Flow", "t"), (("steam", "15"),))})
        _, (annex,), _ = compose(type(definition).model_validate(data), {}, given, SAID, language="en")
        assert (annex.note, annex.rows) == (
            "(open whether this applies; not answered: “Secured”)", (("steam", "15"),))

    def test_an_annex_without_a_table_is_a_gap(self, definition):
        _, annexes, _ = compose(definition, {}, Given(SEATS), SAID, language="en")
        assert annexes[0].gaps == (Gap("costs", COST, "Costs"),)


class TestOpenValues:
    """What is settled later: a mark in the clause, and one list of who gives it by when."""

    SEAT = f"{COST}@customer"

    def test_several_are_marked_with_their_names_and_stand_in_one_list(self, definition):
        found = values_open(definition, COST, self.SEAT)
        assert [plain(clause.body) for clause in found.clauses[:2]] == [
            "The Customer pays [Cost: open, see 1a].",
            "[Cost (Customer): open, see 2a] [Company: not given] [Title of the project: not given]"]
        assert [clause.state for clause in found.clauses[:2]] == ["settle_later", "settle_later"]
        assert found.open_values == (OpenValue("1a", "Cost", *LATER), OpenValue("2a", "Cost (Customer)", *LATER))

    def test_one_has_no_list_but_the_words_of_it_in_its_clause(self, definition):
        assert values_open(definition, COST).open_values == ()

    def test_one_in_several_places_has_one_number_that_of_its_first_place(self, definition):
        found = values_open(changed_words(definition, "$cost $again", again=COST), COST, self.SEAT)
        assert plain(found.clauses[1].body) == "[Cost (Customer): open, see 2a] [Cost: open, see 1a]"
        assert [one.number for one in found.open_values] == ["1a", "2a"]

    def test_several_of_a_clause_count_in_letters_and_no_other_clause_counts_on(self, definition):
        words = changed_words(definition, "$again $cost", again=COST)
        found = values_open(words, COST, self.SEAT, struck={"price": "no price"})
        assert plain(found.clauses[1].body) == "[Cost: open, see 2a] [Cost (Customer): open, see 2b]"
        assert found.clauses[1] == values_open(words, COST, self.SEAT, struck={"price": "other"}).clauses[1]

    def test_an_annex_has_the_number_of_the_clause_that_names_it(self, definition):
        later = Table((), (), later=SettledLater(*LATER))
        found = values_open(definition, COST, tables={COST: later})
        assert found.annexes[0].note == "[Cost: open, see 1a]" and plain(found.clauses[0].body).endswith("see 1a].")
        assert [one.number for one in found.open_values] == ["1a"]
        found = values_open(definition, self.SEAT, tables={COST: later})
        assert found.annexes[0].note == "[Cost: open, see A1]"
        assert [one.number for one in found.open_values] == ["2a", "A1"]
        alone = values_open(definition, tables={COST: later})
        assert alone.annexes[0].note == "(to be given by WMATA by 1 October 2026: the mean of three invoices)"

    def test_what_a_clause_left_out_would_print_is_in_no_list(self, definition):
        found = values_open(definition, COST, self.SEAT, struck={"price": "no price"})
        assert found.open_values == () and "(to be given by WMATA" in plain(found.clauses[1].body)

    def test_letters_do_not_end(self):
        assert [number_of(place) for place in (0, 25, 26, 701, 702)] == ["a", "z", "aa", "zz", "aaa"]

    def test_a_text_without_them_keeps_its_bytes(self, text):
        assert b"open_values" not in canonical(text)
        listed = replace(text, open_values=(OpenValue("1a", "Cost", *LATER),))
        assert content_sha256(listed) != content_sha256(text) and from_canonical(canonical(listed)) == listed


class TestGaps:
    def test_a_text_with_a_gap_cannot_be_signed(self, text):
        open_ = replace(text.clauses[0], gaps=(Gap("fee", COST, "Cost"),))
        assert not gaps(text)
        assert gaps(replace(text, clauses=(open_, *text.clauses[1:])))

    def test_a_gap_of_a_struck_clause_does_not_count(self, text):
        struck = replace(text.clauses[0], gaps=(Gap("fee", COST, "Cost"),), state="struck")
        assert not gaps(replace(text, clauses=(struck,)))

    def test_a_gap_of_an_annex_counts(self, text):
        annex = replace(text.annexes[0], gaps=(Gap("costs", COST, "Costs"),))
        assert gaps(replace(text, annexes=(annex,))) == annex.gaps


class TestCanonical:
    def test_the_bytes_are_sorted_utf8_json_without_room(self, text):
        body = canonical(text)
        assert body == json.dumps(json.loads(body), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    def test_the_hash_of_a_known_text_does_not_change(self, text):
        assert text_sha256(text) == KNOWN_SHA256  # if this fails, every stored contract lost its name

    def test_composed_and_decomposed_letters_are_one_text(self, text):
        assert canonical(replace(text, title="Se\u0301ance")) == canonical(replace(text, title="S\u00e9ance"))

    def test_the_same_moment_in_another_zone_is_the_same_text(self, text):
        there = text.frozen_at.astimezone(timezone(timedelta(hours=9)))
        assert text_sha256(replace(text, frozen_at=there)) == text_sha256(text)

    def test_content_is_the_same_in_another_version(self, text):
        later = replace(text, version=8, head_seq=500, head_hash="f" * 64, frozen_at=text.frozen_at + timedelta(1))
        assert content_sha256(later) == content_sha256(text)
        assert text_sha256(later) != text_sha256(text)

    @pytest.mark.parametrize("change", [
        {"title": "Another"}, {"language": "de"}, {"host": "X"}, {"affected": ()}, {"clauses": ()}, {"figures": ()},
        {"parties": ()}, {"annexes": ()}, {"specimen": True},
    ])
    def test_content_changes_with_whatever_is_read(self, text, change):
        assert content_sha256(replace(text, **change)) != content_sha256(text)

    @pytest.mark.parametrize(("old", "new"), [
        (b'{"affected"', b'{ "affected"'), (b'"version":7', b'"version":7.0'), (b'"version":7', b'"version":"7"'),
        (b'"version":7', b'"version":7,"version":7'), (b'"format":1', b'"format":2'), (b'"format":1,', b""),
        (b'"specimen":false', b'"specimen":0'), (b"Steam supply", b"Steam\\u0020supply"),
        (b"Steam supply", b"Se\xcc\x81"),
    ])
    def test_other_bytes_are_refused(self, text, old, new):
        assert old in canonical(text)
        with pytest.raises(ValueError):
            from_canonical(canonical(text).replace(old, new, 1))

    @given(st.data())
    def test_a_text_comes_back_from_its_bytes(self, data):
        text = data.draw(TEXTS)
        assert from_canonical(canonical(text)) == text

    def test_a_row_of_another_length_is_refused(self):
        with pytest.raises(ValueError, match="2 cells"):
            AnnexText("a", 1, "A", ("x", "y"), (("1",),))

    def test_a_time_without_zone_is_refused(self, text):
        with pytest.raises(ValueError, match="zone"):
            replace(text, frozen_at=datetime(2026, 1, 1))  # noqa: DTZ001 - what is refused


# --- what the tests need ---------------------------------------------------------------------------------------------

SEATS = frozenset({"company", "customer"})
KNOWN_SHA256 = "0ed6908fe9c1a33a4bf548a4a4cd4b457abdd813f33a1d040d78923f6676ceba"


LATER = ("WMATA", "1 October 2026", "the mean of three invoices")


def values_open(definition, *needs, tables=None, struck=None):
    """The contract in which all agreed that these come later."""
    later = Value(missing_reason="not bought yet", later=SettledLater(*LATER))
    return compose(definition, dict.fromkeys(needs, later), Given(SEATS, tables=tables or {}, struck=struck or {}),
                   SAID, language="en")


def changed_words(definition, words, **needs):
    """The clause about the parties in other words."""
    clause = definition.clauses["parties"]
    other = clause.model_copy(update={"text": words, "needs": {**clause.needs, **needs}})
    return definition.model_copy(update={"clauses": {**definition.clauses, "parties": other}})


def first(definition, values):
    clauses, *_ = compose(definition, values, Given(SEATS), SAID, language="en")
    return clauses[0]


@pytest.fixture(scope="module")
def definition():
    task = {"title": "Total cost today", "why": "w", "of": "customer", "due": {"days": 5},
            "fields": {"cost": {"type": "money", "label": "Cost"}}}
    return Definition.model_validate({
        "format": 1, "key": "demo", "name": "Demo", "strategy": "open", "summary": "s", "ends_in": "an agreement",
        "parties": {"company": {"name": "Company", "contracting": True}, "customer": {"name": "Customer"},
                    "bank": {"name": "Bank", "required": False}},
        "stages": {"baseline": {"name": "Baseline", "purpose": "p", "target": 5, "tasks": {"today": task}},
                   "contract": {"name": "Contract", "purpose": "p", "target": 5, "contract": "prepared"}},
        "transitions": {"on": {"from": "baseline", "to": "contract"}, "end": {"from": "contract", "to": "agreed"}},
        "contract_title": "Agreement",
        "clauses": {
            "price": {"title": {"en": "Price", "de": "Preis"}, "needs": {"fee": COST},
                      "text": {"en": "The Customer pays $fee.", "de": "Der Kunde zahlt $fee."}},
            "parties": {"title": "Parties", "text": "$cost $who $title",
                        "needs": {"cost": COST + "@customer", "who": "seat:company", "title": "project:title"}},
            "guarantee": {"title": "Guarantee", "text": "$bank guarantees.", "needs": {"bank": "seat:bank"},
                          "only_if": "bank"},
        },
        "annexes": {"costs": {"title": "Costs", "of": COST}},
        "terminal": {"agreed": "success"},
    })


@pytest.fixture
def text():
    return ContractText(
        project_ref="k3vq8m2t", title="Steam supply", project_title="Steam for Yongyeon", purpose="Less oil.",
        language="en", host="Eco-park Center", template_name="Industrial symbiosis", template_sha256="5e" * 32,
        version=7, frozen_at=datetime(2008, 6, 20, 7, 12, tzinfo=UTC),
        parties=(ContractParty(1, "supplier", "Supplier", "Ulsan", "public body", "South Korea", True,
                               (Signatory("Park Maeng-woo", "Mayor"),)),),
        affected=("Households",), clauses=(ClauseText("price", 1, "Price", "**9** EUR", (SOURCE,)),),
        annexes=(AnnexText("q", 1, "Quantities", ("Year", "t/h"), (("2008", "15"),)),),
        figures=(FigureRow("Steam", "15", "t/h", "2008", "", "estimated", "LE News", "Ulsan"),),
        head_seq=412, head_hash="51c7" * 16,
    )


WORDS = st.text(max_size=12)
NUMBERS = st.integers(min_value=0, max_value=10**9)
SOURCES = st.builds(Source, WORDS, WORDS, NUMBERS, WORDS)
STATES = st.sampled_from(["given", "settle_later", "struck"])
GAPS = st.builds(Gap, WORDS, WORDS, WORDS, WORDS)


def some(strategy):
    return st.lists(strategy, max_size=2).map(tuple)


ANNEXES = st.integers(0, 3).flatmap(lambda columns: st.builds(
    AnnexText, WORDS, NUMBERS, WORDS, st.tuples(*[WORDS] * columns), some(st.tuples(*[WORDS] * columns)), WORDS,
    some(GAPS),
))
TEXTS = st.builds(
    ContractText,
    project_ref=WORDS, title=WORDS, project_title=WORDS, purpose=WORDS, language=WORDS, host=WORDS, template_name=WORDS,
    template_sha256=WORDS, version=NUMBERS, frozen_at=st.datetimes(timezones=st.just(UTC)),
    parties=some(st.builds(ContractParty, NUMBERS, WORDS, WORDS, WORDS, WORDS, WORDS, st.booleans(),
                           some(st.builds(Signatory, WORDS, WORDS)), WORDS, WORDS, some(GAPS))),
    affected=some(WORDS),
    clauses=some(st.builds(ClauseText, WORDS, NUMBERS, WORDS, WORDS, some(SOURCES), some(GAPS), STATES, some(WORDS),
                           st.booleans())),
    annexes=some(ANNEXES),
    figures=some(st.builds(FigureRow, *[WORDS] * 8)),
    head_seq=NUMBERS, head_hash=WORDS, specimen=st.booleans(), format=st.just(1),
    open_values=some(st.builds(OpenValue, *[WORDS] * 5)),
)
