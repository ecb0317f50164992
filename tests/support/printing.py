"""Texts to print as PDFs, and the words that stand in what was printed."""

import subprocess
from datetime import UTC, datetime

from cocreate.domain.contract import AnnexText, ClauseText, ContractParty, ContractText, FigureRow, Signatory, Source
from cocreate.domain.prose import escape

NOW = datetime(2026, 3, 18, 16, 20, 5, tzinfo=UTC)
SHA = "3f9a77c21b0c55d4" + "0" * 48
HOSTILE = [
    '#import "@preview/cetz:0.3.0"', "#panic()", '#read("/etc/passwd")', "#sys.inputs", "#{while true {}}", "]#",
    "*/ // /*", "\\ back\\slash \\u{41}", "$name $$ $x^2$ ${y}", "\"quoted\" 'single' `raw`", "= head",
    "@label <label>", "*bold* _it_", "{{ 7*7 }} {% raw %}", "<script>alert(1)</script>", "</w:t>&amp;", "-- --- ...",
    "%PDF-1.7 %%EOF endobj", "~ no break",
]


def poppler(*command, body):
    return subprocess.run(command, input=body, capture_output=True, check=True).stdout.decode()


def by_page(body):
    return poppler("pdftotext", "-layout", "-", "-", body=body).split("\f")[:-1]


def words(body):
    """The text in reading order with single spaces, without the room for breaks."""
    return spaced(poppler("pdftotext", "-", "-", body=body).replace("\u200b", ""))


def spaced(text):
    return " ".join(text.split())


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
