"""Names people give: to files, to organisations, to themselves. What cannot be seen is never kept.

Pure. A file's name is only shown and offered for download; where its bytes lie never depends on it.
"""

import re
import unicodedata
from urllib.parse import quote

FILE_NAME = 200  # characters, as wide as the columns
_EXTENSION = re.compile(r"\.[^\s.]{1,15}\Z")
_SPACES = re.compile("[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")  # macOS writes U+202F into its screenshots
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|clock\$|(com|lpt)[0-9¹²³]) *(\.|\Z)", re.IGNORECASE)

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Drawn as nothing or as a blank, though Unicode calls them letters, marks or symbols.
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_MARKS = 8  # marks on one letter; Hebrew and Vietnamese need four


# --- files -----------------------------------------------------------------------------------------------------------


def display_name(text: str) -> tuple[str, bool]:
    """The name as it is shown and downloaded, and whether anything but spaces had to go.

    A name of one part in NFC, at most 200 characters with its extension, never empty, safe on every system.
    """
    plain = _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()
    name = next((part for part in map(_bare, reversed(re.split(r"[/\\]", plain))) if part), "file")
    extension = match[0] if (match := _EXTENSION.search(name)) else ""
    stem = name.removesuffix(extension).lstrip(". ") or "file"
    if _DEVICE.match(stem + extension):
        stem = "_" + stem
    clean = _cut(stem, FILE_NAME - len(extension)) + extension
    return clean, clean != plain


def _bare(part: str) -> str:
    """One part of a path without what is not seen, and without the dots and spaces Windows drops at its end."""
    seen = "".join(char for char in part if not _hidden(char))
    return _SPACES.sub(" ", unicodedata.normalize("NFC", thinned(seen))).strip().rstrip(". ")


def _cut(text: str, most: int) -> str:
    """At most so many characters, never between a letter and its marks."""
    if len(text) <= most:
        return text
    while most > 1 and unicodedata.category(text[most])[0] == "M":
        most -= 1
    return text[:most].rstrip(". ")


def content_disposition(name: str) -> str:
    """The header of a download: always an attachment, the name in ASCII and, for those who can read it, whole."""
    name, _ = display_name(name)
    extension = match[0] if (match := _EXTENSION.search(name)) else ""
    plain = _ascii(name.removesuffix(extension)) or "file"
    whole = quote(name, safe="!#$&+-.^_`|~")  # attr-char of RFC 8187
    return f"attachment; filename=\"{plain}{_ascii(extension)}\"; filename*=UTF-8''{whole}"


def _ascii(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r'["\\%;/\x00-\x1f\x7f]', "_", letters).strip(" ")


def _hidden(char: str) -> bool:
    return char in BLANK or unicodedata.category(char) in _UNSEEN


def thinned(text: str) -> str:
    """Without the marks that are piled higher on a letter than any script needs."""
    kept, height = [], 0
    for char in text:
        height = height + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if height <= _MARKS:
            kept.append(char)
    return "".join(kept)


# --- likeness --------------------------------------------------------------------------------------------------------

# What a casefolded Cyrillic or Greek letter, small or capital, is taken for.
_LIKE = str.maketrans(
    "авекмнорстухіїјѕԁһԛԝґѵӏ" "αβεζηικμνορτυχϲϳ",
    "abekmhopctyxiijsdhqwrvl" "abezhikmnoptyxcj",
)
_SCRIPTS = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"})


def skeleton(text: str) -> str:
    """What stays when two names only look alike: equal for "Acme A/S" and "АСМЕ as" with Cyrillic letters.

    For uniqueness only, never for display. Accents count: Müller is not Muller.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    seen = "".join(char for char in folded if not _hidden(char)).translate(_LIKE)
    return "".join(char for char in seen if char == "&" or unicodedata.category(char)[0] not in "PZ") or seen.strip()


def holds_name(text: str, name: str) -> bool:
    """Whether a name stands in a text word by word: "Anne Berg" in "Dr Anne Berg, CEO", not in "Marianne Berger"."""
    said, own = ([skeleton(word) for word in re.findall(r"[^\s,;/()]+", one)] for one in (text, name))
    return bool(own) and any(said[at:at + len(own)] == own for at in range(len(said)))


def mixed_script(text: str) -> bool:
    """Whether a letter may pose as another: alphabets mixed in a word, or a word that only borrows Latin shapes."""
    words = [word for word in re.split(r"[\W\d_]+", unicodedata.normalize("NFKC", text)) if word]
    alphabets = [{script for char in word if (script := _script(char)) in _SCRIPTS} for word in words]
    if any(len(found) > 1 for found in alphabets):
        return True
    beside_latin = {"LATIN"} in alphabets
    return beside_latin and any(
        found and "LATIN" not in found and all(ord(char) in _LIKE for char in word.casefold())
        for word, found in zip(words, alphabets, strict=True)
    )


def _script(char: str) -> str:
    return unicodedata.name(char, "?").split()[0]


def name_in_address(email: str) -> str:
    """What to call somebody of whom only the address is known: "pavel.partner@..." is Pavel Partner.

    Written as it is, the dot made it look like a web address, and mails take those apart.
    """
    local = email.partition("@")[0]
    return " ".join(word[0].upper() + word[1:] for word in re.split(r"[._-]+", local) if word) or local


def initials(name: str) -> str:
    """Two letters for a badge: "Tornby Furniture" is TF, "Hyosung" is Hy, other scripts give their first two."""
    text = unicodedata.normalize("NFC", name)
    words = "".join(char if unicodedata.category(char)[0] in "LMN" else " " for char in text).split()
    if not words:
        return "?"
    if len(words) > 1 and all(word[0].isdecimal() or _script(word[0]) == "LATIN" for word in words[:2]):
        return _capital(words[0][0]) + _capital(words[1][0])
    return _first_two("".join(words))


def _capital(char: str) -> str:
    return char.upper() if len(char.upper()) == 1 else char


def _first_two(word: str) -> str:
    """Two letters, each with its marks."""
    starts = [at for at, char in enumerate(word) if unicodedata.category(char)[0] != "M" or at == 0]
    return _capital(word[0]) + word[1 : starts[2] if len(starts) > 2 else len(word)]
