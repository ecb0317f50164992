"""The zip around an office file: one member after the other, and never more than it tells."""

import re
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from cocreate.domain.filetypes.contents import MEGABYTE, Content, Refusal, inflated, numbers, pieces
from cocreate.domain.filetypes.sniffing import ARCHIVE_END

UNPACKED = 200 * MEGABYTE  # of one office file, with what is embedded in it
MEMBERS = 5_000
RATIO = 100  # an honest spreadsheet packs 1:20


_END, _ENTRY, _LOCAL = "<L4H2LH", "<L6H3L5H2L", "<L5H3L2H"
_END_SIGN, _ENTRY_SIGN, _LOCAL_SIGN = 0x06054B50, 0x02014B50, 0x04034B50
_DEFLATED, _STORED = 8, 0
_LOCKED, _SIZES_FOLLOW = 1, 8  # flags
_FOLLOWING = 24  # bytes after a member that repeat its sizes, at most


@dataclass(frozen=True, slots=True)
class Member:
    """One file in a zip; ``start`` is where its packed bytes lie."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    start: int


@dataclass(slots=True)
class Room:
    """What may still be unpacked, embedded files included."""

    size: int = UNPACKED
    members: int = MEMBERS
    kept: int = 16 * MEGABYTE  # of what says how the members belong together; a sheet with 65,000 links has 10 MB


def members_of(content: Content, extension: str, room: Room) -> list[Member]:
    """The members of a zip that is nothing but one file after the other, then the list of them.

    Readers of zips disagree about everything else: gaps, overlaps, names told twice, what stands before or after.
    """
    sign, disk, _, here, count, length, at, comment = numbers(_END, content, len(content) - 22)
    if sign != _END_SIGN or comment:
        if content[:4] != b"PK\x03\x04" or ARCHIVE_END in content[-65_557:]:
            raise Refusal("upload.disguised", claims=extension, found="archive")
        raise Refusal("upload.broken", why="cut")
    room.members -= count
    if room.members < 0:
        raise Refusal("upload.bomb", what="members")
    if disk or here != count or at + length != len(content) - 22:
        raise Refusal("upload.broken", why="structure")
    listed_at, members = at, []
    for _ in range(count):
        member, at = _listed(content, at)
        members.append(member)
    members.sort(key=lambda member: member.offset)
    _tiled(members, listed_at)
    _modest(members, len(content), room)
    names = {member.name.lower() for member in members}
    if at != listed_at + length or len(names) != len(members):
        raise Refusal("upload.broken", why="structure")
    return members


def _listed(content: Content, at: int) -> tuple[Member, int]:
    """One line of the list, compared with what stands before the member itself; and where the next line is."""
    sign, _, _, flags, method, _, _, crc, packed, size, name_length, extra, comment, disk, _, mode, offset = numbers(
        _ENTRY, content, at)
    raw = content[at + 46 : at + 46 + name_length]
    own_sign, _, own_flags, own_method, _, _, _, _, _, own_length, own_extra = numbers(_LOCAL, content, offset)
    same = own_length == name_length and content[offset + 30 : offset + 30 + name_length] == raw
    if sign != _ENTRY_SIGN or own_sign != _LOCAL_SIGN or disk or not same or method != own_method:
        raise Refusal("upload.broken", why="structure")
    if (flags | own_flags) & _LOCKED:
        raise Refusal("upload.locked")
    if method not in (_STORED, _DEFLATED) or (method == _STORED and packed != size):
        raise Refusal("upload.broken", why="packing")
    if stat.S_ISLNK(mode >> 16):
        raise Refusal("upload.broken", why="names")
    member = Member(_safe(raw), flags, method, crc, packed, size, offset, offset + 30 + name_length + own_extra)
    return member, at + 46 + name_length + extra + comment


def _safe(raw: bytes) -> str:
    """The name of a member, if it stays inside wherever somebody unpacks it."""
    try:
        name = raw.decode()
    except UnicodeDecodeError:
        name = raw.decode("cp437")
    parts = name.removesuffix("/").split("/")
    if re.search(r"[\x00-\x1f\\:]", name) or any(part in ("", ".", "..") for part in parts):
        raise Refusal("upload.broken", why="names")
    return name


def _tiled(members: list[Member], end: int) -> None:
    at, slack = 0, 0
    for member in members:
        if member.offset < at:
            raise Refusal("upload.bomb", what="overlap")
        if member.offset > at + slack:
            raise Refusal("upload.broken", why="structure")
        at, slack = member.start + member.packed, _FOLLOWING if member.flags & _SIZES_FOLLOW else 0
    if not at <= end <= at + slack:
        raise Refusal("upload.bomb", what="overlap") if end < at else Refusal("upload.broken", why="structure")


def _modest(members: list[Member], packed: int, room: Room) -> None:
    """The sizes a zip tells, before anything is unpacked; ``unpacked`` holds it to them."""
    size = sum(member.size for member in members)
    room.size -= size
    if room.size < 0 or size > max(10 * MEGABYTE, RATIO * packed):
        raise Refusal("upload.bomb", what="size")


def unpacked(content: Content, member: Member) -> Iterator[bytes]:
    """A member in pieces, exactly as long and with the checksum as told."""
    size, crc = 0, 0
    stop = member.start + member.packed
    stored = member.method == _STORED
    found = pieces(content, member.start, stop) if stored else inflated(content, member.start, stop, -zlib.MAX_WBITS)
    for piece in found:
        size, crc = size + len(piece), zlib.crc32(piece, crc)
        if size > member.size:
            raise Refusal("upload.bomb", what="size")
        yield piece
    if size != member.size or crc != member.crc:
        raise Refusal("upload.broken", why="packing")
