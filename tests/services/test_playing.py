"""From a published case to the sealed contract, by command, on an empty data folder."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from cocreate.domain.spelling import encode
from cocreate.services import casebook
from tests.support.cases import CASES
from tests.support.packages import program
from workflows import library

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "cases"
SOME = ("knjaz-milos-ecolab-lubrication", "crossrail-rspb-wallasea")
ODD = {
    "strategy": "industrial_symbiosis", "title": None, "summary": "Two \u0000 strangers \u202e and nobody else",
    "parties": [{"key": "a", "name": "Åkerlund & Söner 株式会社", "kind": "cooperative"},
                {"key": None, "name": "Ａkerlund ＆ Söner 株式会社", "kind": None, "country": "Utopia"}],
    "flows": [{"name": None, "from": "a", "to": "nobody", "quantity": "some", "unit": "smoots", "source": "?"}, None],
    "economics": [{"party": "b", "amount": 1e30, "currency": "THALER", "year": 1750.5}],
    "contract": {"term_years": "forever", "kpis": None}, "results": None, "barriers": {"barrier": "distance"},
}


ALONE = [{"key": "a", "name": "Alone Ltd", "kind": "company"}]
THIRTY = [{"key": f"p{n}", "name": f"Party {n}" if n % 2 else "Same name", "kind": ("spaceship", "", "customer")[n % 3],
           "role": "supplies buys carries"[:n]} for n in range(30)]
WILD = [{"name": f"flow {n}", "from": f"p{n}", "to": f"p{(n + 1) % 30}", "quantity": 10 ** n if n < 25 else -1.5e-9,
         "unit": ("t", "smoot", None)[n % 3], "period": "per fortnight"} for n in range(30)]
ABROAD = [{"key": "甲", "name": "東京リサイクル株式会社", "kind": "recycler"}, {"key": "б", "name": "ООО «Круг»"},
          {"key": "ع", "name": "شركة الدائرة", "kind": "public_body"}, {"key": "y", "name": "  ", "kind": "ngo"},
          {"key": "x", "name": "*_#$@`<b>[bold] \\ // http://a.b", "kind": "company"}]


class TestPlay:
    def test_writes_a_sealed_specimen_its_evidence_and_its_record(self, played, tmp_path):
        result, summary = played(FOLDER / f"{SOME[0]}.json")
        assert result.exit_code == 0, result.output
        assert (summary["outcome"], summary["specimen"], summary["published_figures_as_answers"]) == (
            "agreed", True, True)
        said = subprocess.run([program("pdfsig", "poppler-utils"), tmp_path / "out" / "contract.pdf"],
                              capture_output=True, text=True, check=False).stdout
        assert "Signature is Valid" in said and "Total document signed" in said
        pages = subprocess.run([program("pdftotext", "poppler-utils"), tmp_path / "out" / "contract.pdf", "-"],
                               capture_output=True, text=True, check=True).stdout.split("\f")[:-1]
        assert all("Specimen" in page for page in pages)
        assert summary["record"]["complete"] and summary["mails"]["sent"] > 0
        assert len(list((tmp_path / "mail").glob("*.eml"))) >= summary["mails"]["sent"]
        # Every required field is answered by the case, or not available.
        assert {path.split(".")[1] for path in summary["answered"]} == {"flows", "money", "results", "barriers",
                                                                        "terms_sheet"}
        assert summary["rows"] == {"flows": 1, "money": 2, "results": 3, "barriers": 2, "terms_sheet": 1}
        counts = summary["counts"]
        assert all(counts[name] == len(summary[name]) for name in (
            "stages", "tasks", "answered", "not_available", "settled_later", "struck", "waived", "seats"))

    @pytest.mark.long
    def test_many_parties_reach_the_end_too(self, played):
        result, summary = played(FOLDER / f"{SOME[1]}.json")
        assert result.exit_code == 0, result.output
        assert len(summary["contract"]["signed_by"]) >= 3

    def test_a_case_that_says_hardly_anything_is_played(self, played):
        result, summary = played(ODD)
        assert result.exit_code == 0, result.output
        assert summary["counted_units"] == ["smoots"] and summary["stand_ins"] == []

    def test_nobody_at_all_is_played_by_stand_ins(self, played):
        result, summary = played({"strategy": "value_network"})
        assert result.exit_code == 0, result.output
        assert summary["stand_ins"] and all(one["stand_in"] for one in summary["seats"])

    @pytest.mark.parametrize(("data", "why"), [
        ("{", "no JSON"), ("[]", "should be one JSON object"), ('{"strategy": "bartering"}', "'bartering'")])
    def test_what_is_no_case_ends_with_the_reason(self, played, data, why):
        result, _ = played(data)
        assert result.exit_code == 1 and why in result.output and "Traceback" not in result.output

    @pytest.mark.long
    @pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
    def test_every_case_that_is_shipped_reaches_agreed(self, played, path):
        result, summary = played(path)
        assert result.exit_code == 0 and summary["outcome"] == "agreed", result.output

    @pytest.mark.long
    @pytest.mark.parametrize("strategy", sorted(library.names()))
    @pytest.mark.parametrize("case", [{"parties": ALONE}, {"parties": THIRTY, "flows": WILD}, {"parties": ABROAD}],
                             ids=["alone", "thirty", "abroad"])
    def test_odd_ones_of_each_strategy_reach_agreed(self, played, strategy, case):
        result, summary = played(case | {"strategy": strategy, "title": "東京の循環 — проект «Круг»"})
        assert result.exit_code == 0 and summary["outcome"] == "agreed", result.output
        assert len(summary["seats"]) - len(summary["stand_ins"]) + len(summary["affected_groups"]) == len(
            case["parties"])

    @pytest.mark.long
    @settings(max_examples=30, phases=[Phase.generate],
              suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
    @given(CASES)
    def test_any_case_of_the_schema_reaches_agreed(self, played, data):
        result, summary = played(data)
        assert result.exit_code == 0 and summary["outcome"] == "agreed", result.output


class TestList:
    def test_names_every_case_with_strategy_and_parties(self, command):
        result = command("cases", "list")
        assert len(result.output.splitlines()) == 14 and "wmata-philips-garage-lighting" in result.output


class TestPublished:
    def test_stands_beside_the_five_tables_and_nothing_else(self):
        case = casebook.by_key("ulsan-sungam-hyosung-steam")
        lines = casebook.published(case, "baseline.flows.rows")
        assert "t/h" in lines[0] and lines[-1].startswith("and 5 more in")
        assert casebook.published(case, "baseline.stream_data.mass") == ()


class TestBegun:
    def test_names_the_flows_and_takes_nobodys_figures(self):
        case, task = casebook.by_key("kalundborg-symbiosis"), library.load("industrial_symbiosis").tasks["flows"][1]
        rows = casebook.begun(case, "flows", task)["rows"].value
        assert [list(row) for row in rows] == [["name"]] * len(rows) and len(rows) >= 4

    @pytest.mark.parametrize("case", casebook.shipped(), ids=lambda case: case.key)
    def test_no_digit_of_a_case_becomes_an_answer(self, case):
        definition = library.load(case.strategy)
        for key in ("flows", "barriers", "terms_sheet", "money", "results"):
            text = encode(casebook.begun(case, key, definition.tasks[key][1]))
            assert not re.search(r"\d", text)


@pytest.fixture
def command(new_app, tmp_path):
    app = new_app(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    return lambda *args: app.test_cli_runner().invoke(args=[str(arg) for arg in args])


@pytest.fixture
def played(command, tmp_path):
    def play(case):
        path = tmp_path / "case.json"
        if isinstance(case, Path):
            path = case
        else:
            path.write_text(case if isinstance(case, str) else json.dumps(case), encoding="utf-8")
        result = command("cases", "play", path, "--out", tmp_path / "out")
        summary = tmp_path / "out" / "summary.json"
        return result, json.loads(summary.read_text()) if summary.exists() else {}
    return play
