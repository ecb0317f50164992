"""Files built in code, as programs and attackers write them: pictures, PDF, office files and archives."""

import io
import stat
import struct
import zipfile
import zlib

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST" + b"-FILE!$H+H*"
EXE = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0" + bytes(200)
CFB = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
PAGE = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


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


def ends_like_pdf() -> bytes:
    archive = zipped({"a.exe": EXE})
    comment = b"\n%%EOF\n"
    return pdf() + archive[:-2] + struct.pack("<H", len(comment)) + comment
