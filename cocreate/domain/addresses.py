"""Addresses and names as they may stand in a mail's head: exactly one address, and no character that hides another.

What people typed reaches a mail only through here, so that no name becomes a header, a recipient or a link.
"""

import re
import unicodedata

# Exactly one addr-spec: dot-atoms, no comments, no quoted parts, no literals. Stricter than RFC 5321 on purpose:
# what parsers read in two ways (CVE-2023-27043) is refused.
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")

_LINK = re.compile(r"(?i)\b(?:[a-z][a-z0-9+.-]*://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)+/\S*")
_STOPS = ".,;:!?)]'\"\N{RIGHT DOUBLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"
_DOT = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2,})")


def address(text: str) -> str | None:
    """The address in small letters, its domain in ASCII; None where ``text`` is not exactly one address."""
    text = text.strip().lower()
    local, at, domain = text.rpartition("@")
    if not at:
        return None
    try:
        domain = domain.encode("idna").decode() if not domain.isascii() else domain
    except UnicodeError:
        return None
    found = f"{local}@{domain}"
    return found if len(local) <= 64 and len(found) <= 254 and _ADDRESS.fullmatch(found) else None


def plain(text: str, most: int = 120) -> str:
    """One line in NFC without controls, hidden or reordering characters, cut at ``most`` characters."""
    seen = "".join(" " if _hidden(char) else char for char in unicodedata.normalize("NFC", text))
    line = " ".join(seen.split()).replace("=?", "= ?")  # "=?utf-8?q?..." would be decoded where it arrives
    return line if len(line) <= most else f"{line[:most - 1].rstrip()}…"


def unlinked(text: str, instead: str) -> str:
    """Words of people for a mail: an address in them is replaced by ``instead``, the only links there are ours."""
    return _LINK.sub(lambda found: instead + _after(found[0]), text)


def _after(link: str) -> str:
    """What ends the sentence or its part, and not the address."""
    return link[len(link.rstrip(_STOPS)):]


def named(text: str, most: int = 80) -> str:
    """A name for a mail, of which no mail program makes a link."""
    return gapped(unlinked(plain(text, most), "…"))


def gapped(text: str) -> str:
    """In "evil.example" the dot gets a gap: a mail program would make a link of it."""
    return _DOT.sub(". ", text)


def _hidden(char: str) -> bool:
    # Cf holds the reordering and zero-width characters; the joiners are needed by some scripts and hide nothing.
    category = unicodedata.category(char)
    return category in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp") or (category == "Cf" and char not in "\u200c\u200d")
