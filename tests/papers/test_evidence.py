"""The PDF of the evidence: who signed when and how, and how to check that without us."""

import re
from dataclasses import replace
from datetime import date

import pytest

from cocreate.domain.contract import text_sha256
from cocreate.papers import paper_words
from cocreate.papers.typesetting import Evidence, ReservationRow, SignatureRow, evidence_pdf
from tests.support.printing import HOSTILE, NOW, a_text, by_page, spaced, words


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
