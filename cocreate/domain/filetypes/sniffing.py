"""What a file is by its bytes, whatever its name says, and whether it is something else as well."""

import re
from codecs import getincrementaldecoder
from contextlib import suppress

import puremagic

from cocreate.domain.filetypes.contents import CHUNK, Content, Refusal

EICAR = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # a docx with a password is an old office file around one
_SIGNATURES = tuple((found, re.compile(pattern, re.DOTALL)) for found, pattern in (
    ("program", rb"MZ.{0,62}\0|\x7fELF|[\xce\xcf]\xfa\xed\xfe|\xfe\xed\xfa[\xce\xcf]|\xca\xfe\xba\xbe|#!|<\?php"
                rb"|L\0\0\0\x01\x14\x02\0"),
    ("pdf", rb"(?:\xef\xbb\xbf)?\s{0,16}%PDF-[12]\.\d"),
    ("png", rb"\x89PNG\r\n\x1a\n"),
    ("jpeg", rb"\xff\xd8\xff"),
    ("gif", rb"GIF8[79]a"),
    ("webp", rb"RIFF.{4}WEBP"),
    ("heic", rb".{4}ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)"),
    ("office", rb"PK\x03\x04.{26}(?:\[Content_Types\]\.xml|_rels/|docProps/|word/|xl/|ppt/|mimetypeapplication)"),
    ("archive", rb"PK(?:\x03\x04|\x05\x06|\x07\x08)|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|\x1f\x8b\x08|BZh[1-9]|\xfd7zXZ\0"
                rb"|MSCF\0|.{257}ustar"),
    ("old_office", rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ("rtf", rb"\{\\rtf"),
))
_MARKUP = re.compile(
    rb"\s*(?:<\?xml.{0,200}?\?>\s*)?(?:<!--.{0,2000}?-->\s*)*"
    rb"<(?:(?P<drawing>svg[\s>]|!doctype\s+svg)|(?P<web_page>(?:!doctype\s+html|html|head|body|script|iframe)[\s>/])"
    rb"|(?P<xml>[a-z!?]))",
    re.DOTALL | re.IGNORECASE,
)
BARRED = {
    extension: kind
    for kind, extensions in {
        "program": "exe com bat cmd msi scr pif lnk dll js jse mjs vbs vbe wsf hta ps1 sh py pl rb php jar apk app dmg"
                   " deb rpm reg cpl msc chm swf class iso img vhd",
        "web_page": "html htm xhtml mht mhtml xml xsl url",
        "drawing": "svg svgz",
        "archive": "zip rar 7z gz tgz bz2 xz tar cab",
        "macro": "docm dotm xlsm xltm xlam xlsb pptm potm ppsm ppam",
        "old_office": "doc dot xls xlt ppt pps rtf",
        "picture": "bmp tif tiff psd avif raw dng",
        "video": "mp4 mov avi mkv mp3 wav m4a webm",
    }.items()
    for extension in extensions.split()
}


def found_in(head: bytes) -> str | None:
    """A kind we take ("office" for any of six), "text"'s None, or what people disguise: program, web_page, archive."""
    for found, pattern in _SIGNATURES:
        if pattern.match(head):
            return found
    markup = _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf"))
    return markup.lastgroup if markup else None


def guess(head: bytes) -> str:
    """A word for what is none of ours."""
    if b"\0" not in head:
        with suppress(UnicodeDecodeError):
            getincrementaldecoder("utf-8")().decode(head)
            return "text"
    with suppress(puremagic.PureError):
        return BARRED.get(puremagic.from_string(head).lstrip("."), "unknown")
    return "unknown"


# The end of a zip's list of contents lies in the last 64 KB; other archives are found anywhere in a file.
ARCHIVE_END, _ARCHIVES = b"PK\x05\x06", (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_PAGE = re.compile(rb"<(?:script|\?php|html|iframe|!doctype\s+html)[\s>/]", re.IGNORECASE)


def nothing_else(content: Content, claims: str) -> None:
    """Refuse what is two kinds at once."""
    if ARCHIVE_END in content[-65_557:] or any(content.find(archive) >= 0 for archive in _ARCHIVES):
        raise Refusal("upload.disguised", claims=claims, found="archive")
    if _PAGE.search(content, 0, 1024 if claims == "pdf" else len(content)):
        raise Refusal("upload.disguised", claims=claims, found="web_page")
    if claims != "pdf" and b"%PDF-" in content[:1024]:
        raise Refusal("upload.disguised", claims=claims, found="pdf")


def nothing_after(content: Content, end: int, claims: str) -> None:
    """Refuse what follows the end of a file, unless it is padding."""
    for at in range(end, len(content), CHUNK):
        if rest := content[at : at + CHUNK].strip(b"\0\t\n\f\r "):
            raise Refusal("upload.disguised", claims=claims, found=found_in(rest) or guess(rest[:4096]))
