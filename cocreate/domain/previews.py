"""Which files may be shown beside their download, and how much of a text.

Only what browsers draw and never run: pictures of a few kinds, pictures of the first pages of a PDF that were drawn
elsewhere, and text that we put on the page as text. What else may hold a script (SVG, HTML, office files) opens after a
download only.
"""

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
PAGES = frozenset({"application/pdf"})
TEXTS = frozenset({"text/plain", "text/csv"})
MOST = 20_000  # bytes of a text that are shown
_MARKS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8"))


def kind(media_type: str) -> str:
    """"picture", "pages", "text" or "" where there is no preview."""
    kinds = (("picture", PICTURES), ("pages", PAGES), ("text", TEXTS))
    return next((name for name, types in kinds if media_type in types), "")


def beginning(body: bytes) -> tuple[str, bool]:
    """The beginning of a text file as text, and whether it is the whole. What is not readable is shown as such."""
    mark, encoding = next(((mark, name) for mark, name in _MARKS if body.startswith(mark)), (b"", ""))
    body = body[len(mark):]
    start = body[:MOST]
    if not encoding:
        encoding = "utf-8" if _is_utf8(start, whole=len(body) <= MOST) else "cp1252"
    text = start.decode(encoding, errors="replace" if len(body) <= MOST else "ignore")
    return "".join(char for char in text if char.isprintable() or char in "\n\t"), len(body) <= MOST


def _is_utf8(start: bytes, *, whole: bool) -> bool:
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        return not whole and error.start > len(start) - 4  # cut within a character
    return True
