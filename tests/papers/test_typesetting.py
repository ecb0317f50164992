"""The PDFs: what stands in them, that nothing vanishes, that nothing people wrote is run."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
import segno
from pypdf import PdfReader

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
    text_sha256,
)
from cocreate.domain.prose import escape
from cocreate.papers import paper_words
from cocreate.papers.typesetting import (
    SHEETS,
    Evidence,
    ReservationRow,
    SignatureRow,
    _columns,
    contract_pdf,
    evidence_pdf,
)

NOW = datetime(2026, 3, 18, 16, 20, 5, tzinfo=UTC)
SHA = "3f9a77c21b0c55d4" + "0" * 48
HOSTILE = [
    '#import "@preview/cetz:0.3.0"', "#panic()", '#read("/etc/passwd")', "#sys.inputs", "#{while true {}}", "]#",
    "*/ // /*", "\\ back\\slash \\u{41}", "$name $$ $x^2$ ${y}", "\"quoted\" 'single' `raw`", "= head",
    "@label <label>", "*bold* _it_", "{{ 7*7 }} {% raw %}", "<script>alert(1)</script>", "</w:t>&amp;", "-- --- ...",
    "%PDF-1.7 %%EOF endobj", "~ no break",
]


class TestContract:
    def test_the_same_text_gives_the_same_bytes(self, text):
        assert contract_pdf(text, text_sha256=SHA) == contract_pdf(text, text_sha256=SHA)

    def test_where_a_clause_comes_from_is_never_alone_on_a_page(self, text):
        sources = (Source("What was measured on the ramp in the first year", "tasks/flows/3", 3, "Hyosung"),) * 2
        body = "The Supplier delivers what was measured on the ramp in the first year. " * 3 + "So it is."
        for many in range(8, 16):
            clause = replace(text.clauses[0], body="It delivers.\n\n" * many + body, sources=sources)
            pages = by_page(contract_pdf(replace(text, clauses=(clause,)), text_sha256=SHA))
            told, = (page for page in pages if "Comes from" in page)
            assert "So it is." in told, many

    def test_the_date_inside_is_that_of_the_text(self, text):
        assert PdfReader(BytesIO(contract_pdf(text, text_sha256=SHA))).metadata.creation_date == NOW

    def test_shows_the_logo_of_the_host_on_the_cover_alone(self, text):
        logo = BytesIO()
        segno.make("cocreate").save(logo, kind="png", scale=3)
        pages = PdfReader(BytesIO(contract_pdf(text, text_sha256=SHA, logo=logo.getvalue()))).pages
        assert [len(page.images) for page in pages] == [1] + [0] * (len(pages) - 1)

    def test_everything_agreed_stands_in_it(self, text):
        said = words(contract_pdf(text, text_sha256=SHA))
        for party in text.parties:
            assert party.organisation in said
            assert all(each.name in said and each.basis in said for each in party.signatories)
        for clause in text.clauses:
            assert f"{clause.number} {clause.title}" in said
        for annex in text.annexes:
            assert f"Annex {annex.number} {annex.title}" in said
            assert all(cell in said for row in annex.rows for cell in row)
        for figure in text.figures:
            assert figure.label in said
            assert f"{figure.value} {figure.unit}" in said
            assert figure.source in said
        assert all(group in said for group in text.affected)

    def test_the_fingerprint_stands_whole_on_the_cover_and_short_on_every_page(self, text):
        pages = by_page(contract_pdf(text, text_sha256=SHA))
        assert SHA in pages[0]
        assert all("3f9a 77c2 1b0c 55d4" in page for page in pages)
        assert all(f"Page {number} of {len(pages)}" in page for number, page in enumerate(pages, 1))

    def test_it_says_what_the_signatures_are(self, text):
        said = words(contract_pdf(text, text_sha256=SHA))
        assert "This is a simple electronic signature with strong evidence." in said
        assert f"The seal of {text.host} shows that the file has not changed; it signs for nobody." in said
        assert "The parties sign this text electronically." in said

    def test_one_row_for_each_who_signs_and_none_for_who_does_not(self, text):
        said = words(contract_pdf(text, text_sha256=SHA))
        page = said[said.index("The parties sign this text"):]
        rows = re.findall(r"(\w+ [\w-]+) signs for (\w+)", page)
        assert rows == [("Park Maeng-woo", "Ulsan"), ("Kim Jae-hak", "Hyosung")]
        assert "Kyongnam Bank" not in page

    def test_sources_reservations_and_what_is_settled_later_stand_with_their_clause(self, text):
        said = words(contract_pdf(text, text_sha256=SHA))
        assert "Comes from: Flows v3 (Ulsan)." in said
        assert "Reservation. Hyosung notes 13 t/h." in said
        assert "Settled later." in said

    def test_values_still_open_are_one_list_after_the_clauses(self, text):
        assert "Values still open" not in words(contract_pdf(text, text_sha256=SHA))
        rule = "the mean of three invoices"
        listed = replace(text, open_values=(OpenValue("2a", "Price per tonne", "Hyosung", "1 October 2026", rule),
                                            OpenValue("2b", "W" * 90, "Ulsan", "1 May 2027", "*as* $agreed_")))
        said = words(contract_pdf(listed, text_sha256=SHA))
        at = said.index("2a Price per tonne Hyosung 1 October 2026 the mean of three invoices")
        assert said.index("The User pays.") < at < said.rindex("Annex 1 Quantities")
        assert "*as* $agreed_" in said and said.count("W") > 90

    def test_paragraphs_and_lists_keep_their_numbers(self, text):
        said = words(contract_pdf(text, text_sha256=SHA))
        assert "1.1 The Supplier delivers steam" in said
        assert "1.2 Then:" in said
        assert "3. third" in said

    def test_the_sample_notice_goes_with_the_last_sample_clause(self, text):
        notice = "This is a sample text and needs your lawyer."
        sample = replace(text, clauses=(replace(text.clauses[0], sample=True), *text.clauses[1:]))
        assert notice in words(contract_pdf(sample, text_sha256=SHA))
        assert notice not in words(contract_pdf(text, text_sha256=SHA))

    def test_a_gap_is_said_on_the_cover(self, text):
        gap = replace(text, clauses=(replace(text.clauses[0], gaps=(Gap("fee", "a.b.c", "Fee"),)),))
        assert "With it the agreement cannot be signed." in spaced(by_page(contract_pdf(gap, text_sha256=SHA))[0])

    @pytest.mark.parametrize(("specimen", "mark", "expected"), [
        (True, "", {"Specimen"}), (False, "not signed", {"not signed"}),
        (True, "not signed", {"Specimen", "not signed"}), (False, "", set()),
    ])
    def test_marks_stand_on_every_page(self, text, specimen, mark, expected):
        pages = by_page(contract_pdf(replace(text, specimen=specimen), text_sha256=SHA, mark=mark))
        assert len(pages) > 5
        for page in pages:
            assert {word for word in ("Specimen", "not signed") if word in spaced(page)[:120]} == expected

    def test_a_long_annex_repeats_its_head_and_loses_no_row(self, text):
        rows = tuple((f"row-{number}", "word " * (number % 40), str(number)) for number in range(300))
        annex = AnnexText("long", 1, "Long", ("Key", "Text", "Number"), rows)
        pages = by_page(contract_pdf(replace(text, annexes=(annex,)), text_sha256=SHA))
        with_rows = [page for page in pages if "row-" in page]
        assert len(with_rows) > 10
        assert all(re.search(r"Key\s+Text\s+Number", page) for page in with_rows)
        assert re.findall(r"row-\d+", "".join(with_rows)) == [row[0] for row in rows]

    def test_a_short_head_is_not_cut_by_its_long_neighbours(self):
        long = "Stored in the second cellar of the house by the harbour"
        made = _columns(["Model", "Serial numbers", "Year", "Site", "Number", "Use so far"],
                        [[long, long, "2012", long, "1,200", long]])
        assert made["columns"][2] == "Year" and made["columns"][4] == "Number"

    def test_an_amount_stays_whole_where_its_column_has_room(self):
        long = ["Steam from the boiler house of the first site"] * 6
        made = _columns([*"ABCDEFG"], [["1,200 t/a", *long], ["1,234,567,890 EUR/MWh", *long]])
        assert [row[0].replace("\u200b", "") for row in made["rows"]] == ["1,200\xa0t/a", "1,234,567,890 EUR/MWh"]

    def test_no_line_ends_in_the_middle_of_a_day_or_an_amount_and_the_hash_is_of_the_plain_words(self, text):
        long = "\n\n".join("Steam " * number + "of 1,200 t/a from 23 November 2026 on." for number in range(14))
        made = replace(text, clauses=(ClauseText("quantity", 1, "Quantity", long),))
        lines = poppler("pdftotext", "-layout", "-", "-", body=contract_pdf(made, text_sha256=SHA)).splitlines()
        said = [line.strip() for line in lines if "Steam" in line or "November" in line]
        assert said and not [line for line in said if line.endswith((" 1,200", " 23", "November"))]
        assert "1,200 t/a from 23 November 2026" in made.clauses[0].body

    def test_a_wide_annex_lies_flat(self, text):
        columns = tuple(f"Column {number}" for number in range(12))
        annex = AnnexText("wide", 1, "Wide", columns, ((*(f"cell-{number}" for number in range(12)),),))
        body = contract_pdf(replace(text, annexes=(annex,)), text_sha256=SHA)
        assert all(f"cell-{number}" in words(body) for number in range(12))
        assert sum(page.mediabox.width > page.mediabox.height for page in PdfReader(BytesIO(body)).pages) == 1

    def test_it_is_tagged_and_says_its_language_and_standard(self, text):
        body = contract_pdf(replace(text, language="de-CH"), text_sha256=SHA)
        reader = PdfReader(BytesIO(body))
        assert reader.trailer["/Root"]["/Lang"] == "de-CH"
        assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
        assert b"<pdfaid:part>2</pdfaid:part>" in body
        assert b"<pdfuaid:part>1</pdfuaid:part>" in body
        assert [entry.title for entry in flat(reader.outline)][3:5] == ["What is agreed", "1 Quantity"]

    def test_every_font_is_inside(self, text):
        rows = poppler("pdffonts", "-", body=contract_pdf(text, text_sha256=SHA)).splitlines()[2:]
        assert rows
        assert all(re.search(r" yes yes yes +\d+ +0$", row) for row in rows)


class TestHostileTexts:
    @pytest.mark.parametrize("payload", HOSTILE)
    def test_code_prints_as_text(self, text, payload):
        said = words(contract_pdf(everywhere(text, payload), text_sha256=SHA))
        assert said.count(spaced(payload)) >= 12

    @pytest.mark.parametrize(("payload", "shown"), [
        ("a\x00b", "a[U+0000]b"), ("\u202e001", "[U+202E]001"), ("\ud800", "[U+D800]"), ("\ue000", "[U+E000]"),
        ("\ufffe", "[U+FFFE]"), ("a\r\nb", "a b"),
    ])
    def test_what_cannot_be_seen_prints_as_its_number(self, text, payload, shown):
        assert shown in words(contract_pdf(everywhere(text, payload), text_sha256=SHA))

    @pytest.mark.parametrize("payload", ["Ελλάδα", "Москва", "Łódź", "שלום", "عرب", "CO₂ 5 °C ≥ ½ ₩ € →"])
    def test_other_alphabets_print(self, text, payload):
        body = contract_pdf(everywhere(text, payload), text_sha256=SHA)
        assert re.sub("[\u202a-\u202e]", "", words(body)).count(payload) >= 12

    @pytest.mark.parametrize("letter", ["W", "i", "\u00c4"])
    def test_a_word_of_5000_characters_stays_whole_and_on_the_paper(self, text, letter):
        word = letter * 5000
        long = replace(
            text, title=word, clauses=(replace(text.clauses[0], title=word, body=word),),
            parties=(replace(text.parties[0], organisation=word),),
            annexes=(AnnexText("a", 1, "Wide", ("c",) * 12, ((word,) * 12,)),),
        )
        boxes = poppler("pdftotext", "-bbox", "-", "-", body=contract_pdf(long, text_sha256=SHA))
        for page in boxes.split("<page ")[1:]:
            width, height = map(float, re.findall(r'(?:width|height)="([\d.]+)"', page)[:2])
            for box in re.findall(r'xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)"', page):
                x0, y0, x1, y1 = map(float, box)
                assert 0 <= x0 <= x1 <= width
                assert 0 <= y0 <= y1 <= height
        assert boxes.count(letter) >= 5000 * 18  # cover, two in contents, heading, body, two for the party, 12 cells

    def test_what_no_font_has_prints_as_numbers_and_the_cover_says_so(self, text):
        letters = "\U0001e290\U0001e291"  # of Toto, a script that a machine has a font for only where somebody put it
        toto = everywhere(text, letters)
        said = by_page(contract_pdf(toto, text_sha256=SHA))
        if letters in said[0]:
            pytest.skip("this system can print it")
        assert "[U+1E290][U+1E291]" in re.sub(r"[\s\u200b]", "", said[0])
        assert "no shape in the fonts of the server" in spaced(said[0])
        assert "no shape in the fonts of the server" not in spaced(by_page(contract_pdf(text, text_sha256=SHA))[0])

    def test_the_sheets_cannot_reach_out(self):
        for sheet in SHEETS.glob("*.typ"):
            source = re.sub(r"//.*", "", sheet.read_text())
            assert not re.search(r"@|\b(?:eval|read|plugin|csv|yaml|toml|xml|cbor|include)\b", source), sheet
            assert all("bytes(" in call for call in re.findall(r"\bimage\(.*", source)), sheet  # given, never looked up
            assert set(re.findall(r'import "(.+?)"', source)) <= {"sheet.typ"}

    def test_no_address_is_looked_up(self, text, tmp_path):
        if subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode:
            pytest.skip("this system has no namespaces for us")
        code = (f"import sys; sys.path[:0] = {[str(SHEETS.parent.parent), os.path.dirname(__file__)]!r}\n"
                "import test_typesetting as t; sys.stdout.buffer.write(t.contract_pdf(t.a_text(), text_sha256=t.SHA))")
        alone = subprocess.run(["unshare", "-rn", sys.executable, "-c", code], check=True, cwd=tmp_path, timeout=60,
                               capture_output=True)
        assert alone.stdout == contract_pdf(a_text(), text_sha256=SHA)


class TestEvidence:
    def test_the_same_evidence_gives_the_same_bytes(self, evidence):
        assert evidence_pdf(evidence) == evidence_pdf(evidence)

    def test_it_says_who_signed_when_and_how(self, evidence):
        said = words(evidence_pdf(evidence))
        assert "Grace Lee signed for WMATA" in said
        assert "Wed 18 Mar 2026, 16:20:05 UTC" in said
        assert "Wed 18 Mar 2026, 12:20:05 in America/New York" in said
        assert "password and a code mailed to r***@wmata.example; the code proves control of the mailbox" in said
        assert "it is not an independent second factor" in said
        assert "Jan Vos signed for Philips" in said
        assert "password and code from an app" in said
        assert "I agree to sign electronically." in said
        assert "203.0.113.9" in said
        assert "line 409" in said

    def test_it_says_with_what_reservation_a_party_agreed_and_nothing_where_none_did(self, evidence):
        assert "reservation" not in words(evidence_pdf(evidence))
        board = "the board", date(2026, 3, 17)
        rows = (ReservationRow(1, "WMATA", "Grace Lee", NOW, "Subject to the approval of our board."),
                ReservationRow(2, "Philips", "Jan Vos", NOW, "Our works council first.", *board))
        said = words(evidence_pdf(replace(evidence, reservations=rows)))
        assert "WMATA agreed with a reservation Grace Lee, Wed 18 Mar 2026, 16:20:05 UTC" in said
        assert "Subject to the approval of our board." in said
        assert "Philips agreed with a reservation Jan Vos, Wed 18 Mar 2026, 16:20:05 UTC" in said
        assert "Decided by the board on Tue 17 Mar 2026" in said and "Our works council first." in said
        assert said.count("It stands in the record and not in the text that was signed") == 1

    def test_every_hash_stands_whole(self, evidence):
        said = words(evidence_pdf(evidence))
        for value in (evidence.text_sha256, evidence.pdf_sha256, evidence.sealed_sha256, evidence.certificate_sha256,
                      evidence.head_hash, *(row.hash for row in evidence.signatures)):
            assert value in said

    def test_it_tells_how_to_check_without_us(self, evidence):
        said = words(evidence_pdf(evidence))
        assert "head -c 175069 contract.pdf | sha256sum" in said
        assert "Expect “Signature is Valid” and “Total document signed”" in said

    def test_what_is_typed_stands_on_the_page_of_what_it_is_for(self, evidence):
        first, second = evidence.signatures
        for many in range(6):
            longer = replace(first, statements=first.statements + ("I agree.",) * many)
            pages = by_page(evidence_pdf(replace(evidence, signatures=(longer, second))))
            assert all(("python3 -I check.py" in page) is ("All of it at once" in page) for page in pages), many

    def test_where_it_was_signed_is_left_out_where_nobody_knows(self, evidence):
        rows = tuple(replace(row, address="", agent="") for row in evidence.signatures)
        assert len(re.findall(r"^ *From\b", "".join(by_page(evidence_pdf(evidence))), re.M)) == 2
        assert not re.search(r"^ *From\b", "".join(by_page(evidence_pdf(replace(evidence, signatures=rows)))), re.M)

    def test_it_says_what_the_signatures_are_not(self, evidence):
        said = words(evidence_pdf(evidence))
        assert "This is a simple electronic signature with strong evidence." in said
        assert "it signs for nobody" in said

    def test_a_specimen_is_marked_on_every_page(self, evidence):
        pages = by_page(evidence_pdf(replace(evidence, specimen=True)))
        assert len(pages) > 1
        assert all("Specimen" in page for page in pages)

    @pytest.mark.parametrize("payload", HOSTILE)
    def test_code_prints_as_text(self, evidence, payload):
        rows = tuple(replace(row, who=payload, agent=payload, basis=payload, statements=(payload,))
                     for row in evidence.signatures)
        reserved = ReservationRow(1, payload, payload, NOW, payload, payload, date(2026, 3, 17))
        hostile = replace(evidence, contract_title=payload, signatures=rows, reservations=(reserved,))
        assert words(evidence_pdf(hostile)).count(spaced(payload)) >= 12


# --- what the tests need ---------------------------------------------------------------------------------------------


def poppler(*command, body):
    return subprocess.run(command, input=body, capture_output=True, check=True).stdout.decode()


def by_page(body):
    return poppler("pdftotext", "-layout", "-", "-", body=body).split("\f")[:-1]


def words(body):
    """The text in reading order with single spaces, without the room for breaks."""
    return spaced(poppler("pdftotext", "-", "-", body=body).replace("\u200b", ""))


def spaced(text):
    return " ".join(text.split())


def flat(outline):
    for entry in outline:
        yield from flat(entry) if isinstance(entry, list) else (entry,)


def everywhere(text, payload):
    """The contract with the payload in every place that people write."""
    return replace(
        text, title=payload, project_title=payload, purpose=payload, host=payload, template_name=payload,
        affected=(payload,),
        parties=tuple(replace(party, organisation=payload, role=payload, country=payload,
                              signatories=(Signatory(payload, payload),)) for party in text.parties),
        clauses=tuple(replace(clause, title=payload, body=escape(payload), reservations=(payload,),
                              sources=(Source(payload, "", 1, payload),)) for clause in text.clauses),
        annexes=(AnnexText("a", 1, payload, (payload,), ((payload,),), payload),),
        figures=(FigureRow(*[payload] * 8),),
    )


@pytest.fixture
def text():
    return a_text()


def a_text():
    return ContractText(
        project_ref="k3vq8m2t", title="Steam supply agreement", project_title="Steam for Yongyeon",
        purpose="Surplus steam replaces heavy fuel oil.", language="en", host="Eco-park Center",
        template_name="Industrial symbiosis, version 3", template_sha256="5e" * 32, version=7, frozen_at=NOW,
        parties=(
            ContractParty(1, "supplier", "Supplier", "Ulsan Metropolitan City", "public body", "South Korea", True,
                          (Signatory("Park Maeng-woo", "Mayor"),)),
            ContractParty(2, "user", "User", "Hyosung", "company", "South Korea", True,
                          (Signatory("Kim Jae-hak", "Plant director"),)),
            ContractParty(5, "bank", "Guarantor", "Kyongnam Bank", "bank", "South Korea", False),
        ),
        affected=("Households of Ulsan", "Neighbours of the pipeline"),
        clauses=(
            ClauseText("quantity", 1, "Quantity", "The Supplier delivers **steam**.\n\nThen:\n\n3. third\n4. fourth",
                       (Source("Flows", "tasks/flows/3", 3, "Ulsan"),), reservations=("Hyosung notes 13 t/h.",)),
            ClauseText("price", 2, "Price", "The *User* pays.", state="settle_later"),
            ClauseText("guarantee", 3, "Guarantee", escape("[struck: a letter of its own]"), state="struck"),
        ),
        annexes=(
            AnnexText("quantities", 1, "Quantities", ("Year", "t/h"), (("2008", "15"), ("2009", "34")), "A note."),
            AnnexText("none", 2, "Empty", ("Year",), ()),
        ),
        figures=(
            FigureRow("Fuel oil avoided", "54,672", "L/day", "per day", "2007", "calculated", "Newsis", "Hyosung"),
        ),
        head_seq=412, head_hash="51c7" * 16,
    )


@pytest.fixture
def evidence():
    text = a_text()
    row = SignatureRow(
        1, "Grace Lee", "WMATA", "chief procurement officer", NOW, "America/New_York",
        (paper_words.by_mail("en", "r***@wmata.example"),),
        ("I have read version 7.", "I agree to sign electronically."),
        "English", "203.0.113.9", "Firefox 128 on Windows", 409, "a1" * 32,
    )
    other = replace(row, number=2, who="Jan Vos", party="Philips", methods=(paper_words.by_app("en"),), seq=410)
    return Evidence(
        text.title, text.project_title, text.project_ref, 7, text.host, text_sha256(text), "ab" * 32, 175_069,
        "cd" * 32, "ef" * 32, text.parties, (row, other), 410, "b3" * 32, NOW,
    )
