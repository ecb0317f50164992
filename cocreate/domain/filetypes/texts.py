"""Plain texts and lists."""

import re
from codecs import getincrementaldecoder

from cocreate.domain.filetypes.contents import CHUNK, Content, Refusal
from cocreate.domain.filetypes.sniffing import found_in

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_DDE_CELL = re.compile(r"(?:\A|[,;\t\n\"])[ \"]{0,3}[=+\-@][^,;\n|]{1,60}\|\s*'")  # =cmd|'/C calc'!A0


def plain_text(content: Content, extension: str) -> None:
    """UTF-8, or UTF-16 with its mark; nothing a terminal or a spreadsheet would act on."""
    utf16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    decoder = getincrementaldecoder("utf-16" if utf16 else "utf-8")()
    before = ""
    for at in range(0, len(content), CHUNK):
        try:
            text = decoder.decode(content[at : at + CHUNK], final=at + CHUNK >= len(content))
        except UnicodeDecodeError as error:
            raise Refusal("upload.broken", why="encoding") from error
        if _CONTROL.search(text):
            raise Refusal("upload.broken", why="binary")
        if at == 0 and (found := found_in(text[:4096].encode("utf-8", "replace"))) not in (None, "xml"):
            raise Refusal("upload.disguised", claims=extension, found=found)
        if extension == "csv" and _DDE_CELL.search(before + text):
            raise Refusal("upload.active", what="command")
        before = text[-80:]
