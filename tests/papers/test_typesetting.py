"""The PDF of a text: what stands in it, that nothing vanishes, that nothing people wrote is run."""

import re
import subprocess
import sys
from dataclasses import replace
from io import BytesIO

import pytest
import segno
from pypdf import PdfReader

from cocreate.domain.contract import AnnexText, ClauseText, FigureRow, Gap, OpenValue, Signatory, Source
from cocreate.domain.prose import escape
from cocreate.papers.typesetting import SHEETS, contract_pdf, in_columns
from tests.support.printing import HOSTILE, NOW, SHA, a_text, by_page, poppler, spaced, words


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
        made = in_columns(["Model", "Serial numbers", "Year", "Site", "Number", "Use so far"],
                        [[long, long, "2012", long, "1,200", long]])
        assert made["columns"][2] == "Year" and made["columns"][4] == "Number"

    def test_an_amount_stays_whole_where_its_column_has_room(self):
        long = ["Steam from the boiler house of the first site"] * 6
        made = in_columns([*"ABCDEFG"], [["1,200 t/a", *long], ["1,234,567,890 EUR/MWh", *long]])
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
        code = (f"import sys; sys.path.insert(0, {str(SHEETS.parent.parent)!r})\n"
                "from cocreate.papers.typesetting import contract_pdf\nfrom tests.support.printing import SHA, a_text\n"
                "sys.stdout.buffer.write(contract_pdf(a_text(), text_sha256=SHA))")
        alone = subprocess.run(["unshare", "-rn", sys.executable, "-c", code], check=True, cwd=tmp_path, timeout=60,
                               capture_output=True)
        assert alone.stdout == contract_pdf(a_text(), text_sha256=SHA)


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
