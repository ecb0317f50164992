"""Office files, OOXML and ODF: of the kind they claim, without macros, programs and remote templates."""

import re
from codecs import getincrementaldecoder
from collections.abc import Callable
from urllib.parse import unquote
from xml.parsers import expat

from cocreate.domain.filetypes.archives import Member, Room, members_of, unpacked
from cocreate.domain.filetypes.contents import MEGABYTE, Content, Refusal
from cocreate.domain.filetypes.sniffing import BARRED, EICAR, found_in

OOXML, ODF = "application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument."
_MAIN = {
    OOXML + "wordprocessingml.document.main+xml": "docx",
    OOXML + "spreadsheetml.sheet.main+xml": "xlsx",
    OOXML + "presentationml.presentation.main+xml": "pptx",
    ODF + "text": "odt",
    ODF + "spreadsheet": "ods",
    ODF + "presentation": "odp",
}
_MACRO_PART = re.compile(
    r"(?:^|/)(?:vbaProject|vbaData|macrosheets/|activeX/)|^Scripts/."
    r"|^(?:Basic|Dialogs)/(?!.*(?:script|dialog)-l[bc]\.xml$|(?:[^/]+/)?$)", re.IGNORECASE)
_PROGRAM_PART = re.compile(r"\.(?:" + "|".join(
    extension for extension, kind in BARRED.items()
    if kind in ("program", "web_page", "archive", "macro") and extension != "xml") + r")$", re.IGNORECASE)
_EMBEDDED_PART = re.compile(r"(?:^|/)embeddings/[^/]+\.(docx|xlsx|pptx)$", re.IGNORECASE)
_NEVER_INSIDE = frozenset({"program", "web_page", "archive", "office", "old_office", "pdf", "rtf"})
_NESTED = 20 * MEGABYTE
_DEPTH = 8

# A word that is quick to find, and what it has to look like to count.
_IN_XML = tuple((word, re.compile(pattern), what) for word, pattern, what in (
    (b"<!DOCTYPE", rb"<!DOCTYPE", "entities"),
    (b"<!ENTITY", rb"<!ENTITY", "entities"),
    (b"DDE", rb"<(?:\w{1,40}:)?instrText[^<>]{0,200}>\s{0,200}DDE", "command"),
    (b"DDE", rb":instr=[\"']\s{0,200}DDE", "command"),
    (b"ddeLink", rb"<(?:[\w.-]{1,40}:)?ddeLink\b", "command"),
    (b"dde-source", rb"<(?:[\w.-]{1,40}:)?dde-source\b", "command"),
    (b"event-listener", rb"<(?:[\w.-]{1,40}:)?event-listener\s", "macro"),
    (b"vnd.sun.star.script:", rb"=[\"']vnd\.sun\.star\.script:", "macro"),
    (b"floating-frame", rb"<(?:[\w.-]{1,40}:)?floating-frame\b", "external"),
    (b"plugin", rb"<(?:[\w.-]{1,40}:)?plugin\s", "embedded"),
    (b"applet", rb"<(?:[\w.-]{1,40}:)?applet\s", "embedded"),
    (b"section-source", rb"<(?:[\w.-]{1,40}:)?section-source\s[^<>]{0,500}href=[\"'](?:\w{2,10}:|//|\\\\)", "external"),
))
_ENCODING = re.compile(rb"<\?xml[^>]{0,100}encoding\s*=\s*[\"']([\w.-]+)")
_ENCODINGS = frozenset(b"utf-8 utf-16 utf-16le utf-16be us-ascii ascii iso-8859-1 windows-1252".split())


def office(content: Content, extension: str, room: Room | None = None) -> None:
    """OOXML and ODF: a zip without tricks, of the kind it claims, without macros, programs and remote templates."""
    nested = room is not None
    room = room or Room()
    members = members_of(content, extension, room)
    names = {member.name for member in members}
    kept: dict[str, bytes] = {}
    for member in members:
        _harmless_name(member.name)
        part = _scan(content, member, room)
        if part or member.name == "mimetype":
            kept[member.name] = part
        if embedded := _EMBEDDED_PART.search(member.name):
            if nested or member.size > _NESTED:
                raise Refusal("upload.active", what="embedded")
            office(b"".join(unpacked(content, member)), embedded[1].lower(), room)
    found = _odf_kind(kept, names) if "mimetype" in names else _ooxml_kind(kept, names)
    if found != extension:
        raise Refusal("upload.disguised", claims=extension, found=found)


def _harmless_name(name: str) -> None:
    if _MACRO_PART.search(name):
        raise Refusal("upload.active", what="macro")
    if _PROGRAM_PART.search(name):
        raise Refusal("upload.active", what="embedded")


def _scan(content: Content, member: Member, room: Room) -> bytes:
    """Read a member once; the whole of it if it is one of the few that say how the others belong together."""
    small = member.name == "mimetype" or member.name.endswith((".rels", "[Content_Types].xml", "META-INF/manifest.xml"))
    if small:
        room.kept -= member.size
        if room.kept < 0:
            raise Refusal("upload.bomb", what="size")
    kept, before, to_utf8 = [], b"", None
    for number, piece in enumerate(unpacked(content, member)):
        if number == 0:
            _harmless_head(piece[:4096], member.name)
            to_utf8 = _xml(piece[:4096], member.name)
        if to_utf8:
            text = to_utf8(piece)
            _harmless_xml(before + text)
            before = text[-1024:]
        if small:
            kept.append(piece)
    return b"".join(kept)


def _harmless_head(head: bytes, name: str) -> None:
    if EICAR in head[:128]:
        raise Refusal("upload.active", what="virus")
    fine = {"office": _EMBEDDED_PART.search(name), "archive": name.lower().endswith((".emz", ".wmz"))}
    if (found := found_in(head)) in _NEVER_INSIDE and not fine.get(found):
        raise Refusal("upload.active", what="embedded")


def _xml(head: bytes, name: str) -> Callable[[bytes], bytes] | None:
    """How to bring a member into UTF-8 if it is XML, whatever it is called."""
    wide = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}.get(head[:2])
    if wide:
        decode = getincrementaldecoder(wide)("replace").decode
        return lambda piece: decode(piece).encode("utf-8", "replace")
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        told = _ENCODING.search(head)
        if told and told[1].lower() not in _ENCODINGS:
            raise Refusal("upload.broken", why="encoding")
        return bytes
    if name.lower().endswith((".xml", ".rels")) and head:
        raise Refusal("upload.broken", why="encoding")
    return None


def _harmless_xml(text: bytes) -> None:
    for word, pattern, what in _IN_XML:
        if word in text and pattern.search(text):
            raise Refusal("upload.active", what=what)


def _ooxml_kind(kept: dict[str, bytes], names: set[str]) -> str:
    if not {"[Content_Types].xml", "_rels/.rels"} <= names:
        return "archive"
    kinds = list[str]()

    def seen(_name: str, about: dict[str, str]) -> None:
        media_type = about.get("ContentType", "")
        if re.search("macroEnabled|vbaProject|activeX|macrosheet", media_type, re.IGNORECASE):
            raise Refusal("upload.active", what="macro")
        if media_type in _MAIN:
            kinds.append(_MAIN[media_type])

    _elements(kept["[Content_Types].xml"], seen)
    for name, part in kept.items():
        if name.endswith(".rels"):
            _elements(part, _harmless_relation)
    return kinds[0] if len(kinds) == 1 else "archive"


def _odf_kind(kept: dict[str, bytes], names: set[str]) -> str:
    if b":encryption-data" in kept.get("META-INF/manifest.xml", b""):
        raise Refusal("upload.locked")
    if not {"content.xml", "META-INF/manifest.xml"} <= names:
        return "archive"
    return _MAIN.get(kept["mimetype"].decode("ascii", "replace").strip(), "archive")


_INSIDE_REFUSED = {
    "vbaproject": "macro", "wordvbadata": "macro", "xlmacrosheet": "macro", "xlintlmacrosheet": "macro",
    "attachedtoolbars": "macro", "activexcontrolbinary": "macro", "control": "macro", "oleobject": "embedded",
    "afchunk": "embedded",
}
_LOCAL_TARGET = re.compile(r"(?:file:/{3}(?![/\\]))|(?:[A-Za-z]:[/\\])|(?![/\\]{2})(?![A-Za-z][\w+.-]*:)")
_WEB_TARGET = re.compile(r"https?://", re.IGNORECASE)
_LINK_REFUSED = re.compile(r"\s*(?:javascript|vbscript|data|ms-[\w-]+|search-ms|mhtml):", re.IGNORECASE)


def _harmless_relation(_name: str, about: dict[str, str]) -> None:
    """A relationship of a part: into the file to something quiet, or out of it as a link a person follows."""
    kind, target = about.get("Type", "").rpartition("/")[2].lower(), unquote(about.get("Target", ""))
    outside = about.get("TargetMode", "").lower() == "external"
    if kind in _INSIDE_REFUSED:
        raise Refusal("upload.active", what=_INSIDE_REFUSED[kind])
    if not outside:
        return
    local, web = _LOCAL_TARGET.match(target) is not None, _WEB_TARGET.match(target) is not None
    match kind:
        case "hyperlink":
            fine = not _LINK_REFUSED.match(target)
        case "externallinkpath" | "xlpathmissing" | "xlstartup" | "xlexternallinkpath":
            fine = True  # another workbook; the spreadsheet asks before it looks there
        case "image" | "video" | "audio" | "media":
            fine = local or web
        case "attachedtemplate":
            fine = local  # Word writes the author's own Normal.dotm here
        case _:
            fine = False
    if not fine:
        raise Refusal("upload.active", what="external")


def _elements(part: bytes, seen: Callable[[str, dict[str, str]], None]) -> None:
    """Read a small XML without entities; its declared types of document were refused before."""
    depth = 0

    def start(name: str, about: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEPTH:
            raise Refusal("upload.broken", why="structure")
        seen(name, about)

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(part, True)
    except expat.ExpatError as error:
        raise Refusal("upload.broken", why="structure") from error
