import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from cocreate.domain import cases
from cocreate.domain.cases import TABLES
from cocreate.domain.spelling import decode, encode
from cocreate.errors import Invalid
from tests.support.cases import CASES
from workflows import library
from workflows.fields import Table

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "cases"
GIVEN = sorted(FOLDER.glob("*.json"))


class TestRead:
    @pytest.mark.parametrize("path", GIVEN, ids=lambda path: path.stem)
    def test_every_row_of_the_file_is_there_once(self, path):
        data, case = json.loads(path.read_text()), cases.read(path.read_bytes())
        names = {"flows": "flows", "money": "economics", "results": "results", "barriers": "barriers"}
        assert {key: len(case.tables[key]) for key in names} == {key: len(data[name]) for key, name in names.items()}
        assert len(case.tables["terms_sheet"]) == 1 and len(case.parties) == len(data["parties"])

    def test_there_are_fourteen(self):
        assert len(GIVEN) == 14

    def test_keys_become_names_and_sources_are_spelled_out(self):
        case = read(parties=[{"key": "a", "name": "Acme"}], sources=[{"key": "s", "title": "Report", "year": 2015}],
                    flows=[{"name": "steam", "from": "a", "to": "b", "quantity": 1.50, "source": "s"}])
        (flow,) = case.tables["flows"]
        assert (flow["from"], flow["to"], flow["quantity"], flow["source"]) == ("Acme", "b", Decimal("1.5"),
                                                                                "Report, 2015")

    def test_nearly_everything_may_be_missing(self):
        case = cases.read('{"strategy": "open"}')
        assert (case.title, case.parties, case.tables["flows"]) == ("Untitled case", (), ())

    @pytest.mark.parametrize("body", ["", "[", "[]", '"x"', '{"strategy": null}', '{"strategy": "bartering"}'])
    def test_what_is_no_case_is_refused(self, body):
        with pytest.raises(Invalid, match=r"case\."):
            cases.read(body)

    def test_two_parties_of_one_name_are_told_apart(self):
        case = read(parties=[{"key": "a", "name": "City"}, {"key": "a", "name": "City"}])
        assert [(party.key, party.name) for party in case.parties] == [("a", "City"), ("a (2)", "City (2)")]

    def test_flows_to_oneself_do_not_count(self):
        case = read(parties=[{"key": "a"}, {"key": "b"}], flows=[{"from": "a", "to": "a"}, {"from": "a", "to": "b"}])
        assert [(party.gives, party.takes) for party in case.parties] == [(1, 0), (0, 1)]


class TestTable:
    @pytest.mark.parametrize(("quantity", "kept"), [
        (15, Decimal(15)), (None, None), ("about 15", "published as: about 15"), (True, "published as: yes"),
        (float("inf"), "published as: Infinity")])
    def test_a_number_is_never_made_of_something_else(self, quantity, kept):
        case = read(flows=[{"name": "steam", "quantity": quantity}])
        (row,) = cases.table(case.tables["flows"], flows()).value
        cell = row.get("quantity")
        assert (cell and (cell.value if cell.not_available is None else cell.not_available)) == kept

    def test_without_rows_it_is_not_available(self):
        assert cases.table((), flows()).not_available == "not published"

    def test_a_needed_cell_that_is_not_published_says_so(self):
        (row,) = cases.table(read(flows=[{"quantity": 3}]).tables["flows"], flows()).value
        assert row["name"].not_available == "not published" and "unit" not in row

    @pytest.mark.parametrize("path", GIVEN, ids=lambda path: path.stem)
    def test_units_nobody_knows_are_counted_things(self, path):
        assert not {"t", "kg", "t/h", "m3", "%"} & set(cases.counted(cases.read(path.read_bytes())))


class TestAnyFile:
    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(CASES)
    def test_is_read_and_its_rows_have_one_spelling(self, data):
        case = cases.read(json.dumps(data))
        definition = library.load(case.strategy)
        for key in TABLES:
            task = definition.tasks[key][1]
            answers = {"rows": cases.table(case.tables[key], task.fields["rows"])}
            text = encode(answers)
            assert encode(decode(text, task)) == text


def read(**data):
    return cases.read(json.dumps({"strategy": "industrial_symbiosis", **data}))


def flows():
    field = library.load("industrial_symbiosis").tasks["flows"][1].fields["rows"]
    assert isinstance(field, Table)
    return field
