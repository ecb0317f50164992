"""The record as a chain of hashes: whatever is altered is found, and where (P-21)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocreate.domain.chain import START, Break, Link, Opened, canonical, commitment, event_hash, verify

AT = datetime(2027, 3, 1, 12, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@cache
def chain(length: int, ref: str = "p1") -> tuple[list[Link], dict[int, Opened]]:
    links, details, prev = [], {}, START
    for seq in range(1, length + 1):
        personal = canonical({"actor": f"Person {seq}"})
        salt, personal_salt = (sha256(f"{kind}{seq}".encode()).hexdigest()[:32] for kind in ("salt", "personal"))
        text = canonical({"act": "submit", "n": seq, "personal_sha256": commitment(personal_salt, personal)})
        link = {"ref": ref, "seq": seq, "prev_hash": prev, "at": AT + timedelta(seconds=seq),
                "details_sha256": commitment(salt, text)}
        prev = event_hash(**link)
        links.append(Link(**link, hash=prev))
        details[seq] = Opened(salt, text, personal_salt, personal)
    return links, details


def head_of(links: list[Link]) -> tuple[int, str]:
    return links[-1].seq, links[-1].hash


def rebuilt(links: list[Link], start: int) -> list[Link]:
    """The chain written anew from a line on, as somebody with the database could."""
    found = links[:start]
    for link in links[start:]:
        link = replace(link, prev_hash=found[-1].hash if found else START, at=link.at + timedelta(microseconds=1))
        found.append(replace(link, hash=event_hash(
            ref=link.ref, seq=link.seq, prev_hash=link.prev_hash, at=link.at, details_sha256=link.details_sha256)))
    return found


# Another value for every cell, and what is said of it.
CELLS = {
    "ref": (lambda link: f"{link.ref}2", "hash"), "prev_hash": (lambda link: flipped(link.prev_hash), "prev"),
    "at": (lambda link: link.at + timedelta(microseconds=1), "hash"),
    "details_sha256": (lambda link: flipped(link.details_sha256), "hash"),
    "hash": (lambda link: flipped(link.hash), "hash"), "format": (lambda link: link.format + 1, "hash"),
}
OPENED = {
    "salt": (lambda one: flipped(one.salt), "details"), "details": (lambda one: one.details.replace("submit", "accept"),
                                                                     "details"),
    "personal_salt": (lambda one: flipped(one.personal_salt), "personal"),
    "personal": (lambda one: one.personal.replace("Person", "Nobody"), "personal"),
}


def flipped(digest: str) -> str:
    return f"{int(digest[0], 16) ^ 1:x}{digest[1:]}"


class Tampering:
    LENGTH: int

    @pytest.fixture
    def whole(self):
        return chain(self.LENGTH)

    def lines(self, whole):
        return range(len(whole[0]))

    @pytest.mark.parametrize("cell", CELLS)
    def test_an_altered_cell_of_an_event(self, whole, cell):
        links, details = whole
        other, why = CELLS[cell]
        for at in self.lines(whole):
            altered = replace(links[at], **{cell: other(links[at])})
            assert verify([*links[:at], altered, *links[at + 1:]], details) == Break(at + 1, why)

    def test_another_number(self, whole):
        links, details = whole
        for at in self.lines(whole):
            altered = replace(links[at], seq=links[at].seq + 1)
            assert verify([*links[:at], altered, *links[at + 1:]], details) == Break(at + 1, "gap")

    @pytest.mark.parametrize("cell", OPENED)
    def test_an_altered_cell_of_its_details(self, whole, cell):
        links, details = whole
        other, why = OPENED[cell]
        for at in self.lines(whole):
            altered = replace(details[at + 1], **{cell: other(details[at + 1])})
            assert verify(links, details | {at + 1: altered}) == Break(at + 1, why)

    def test_a_line_taken_out(self, whole):
        links, details = whole
        for at in self.lines(whole):
            assert verify([*links[:at], *links[at + 1:]], details, head=head_of(links)) == Break(
                at + 1, "head" if at + 1 == len(links) else "gap")

    def test_a_line_put_in(self, whole):
        links, details = whole
        for at in self.lines(whole):
            strange = replace(links[at], details_sha256=START)
            strange = replace(strange, hash=event_hash(ref="p1", seq=strange.seq, prev_hash=strange.prev_hash,
                                                       at=strange.at, details_sha256=START))
            assert verify([*links[:at], strange, *links[at:]], {}) == Break(at + 2, "gap")

    def test_two_lines_in_each_others_place(self, whole):
        links, details = whole
        for at in self.lines(whole):
            other = (at * 7 + 3) % len(links)
            if at != other:
                swapped = list(links)
                swapped[at], swapped[other] = swapped[other], swapped[at]
                assert verify(swapped, details) == Break(min(at, other) + 1, "gap")
                # numbered as if they belonged there
                a, b = sorted((at, other))
                swapped[a], swapped[b] = replace(links[b], seq=a + 1), replace(links[a], seq=b + 1)
                assert verify(swapped, details) == Break(a + 1, "prev")

    def test_a_line_twice(self, whole):
        links, details = whole
        for at in self.lines(whole):
            assert verify([*links[:at + 1], *links[at:]], details) == Break(at + 2, "gap")

    def test_a_cut_tail_is_found_by_the_head(self, whole):
        links, details = whole
        for cut in range(1, min(50, len(links)) + 1):
            assert verify(links[:-cut], details) is None
            assert verify(links[:-cut], details, head=head_of(links)) == Break(len(links) - cut + 1, "head")

    def test_a_chain_rebuilt_from_any_line_is_found_by_the_head(self, whole):
        links, details = whole
        for start in range(0, len(links), max(1, len(links) // 40)):
            forged = rebuilt(links, start)
            assert verify(forged, details) is None
            assert verify(forged, details, head=head_of(links)) == Break(len(links), "head")
            kept = links[start].seq, links[start].hash  # an older head, in a contract or a mail
            assert verify(forged, details, head=kept) == Break(start + 1, "head")

    def test_erasing_breaks_nothing(self, whole):
        links, details = whole
        erased = {seq: replace(one, personal=None, personal_salt=None) for seq, one in details.items()}
        assert verify(links, erased, head=head_of(links)) is None
        assert verify(links, {}, head=head_of(links)) is None
        half = {seq: one for seq, one in details.items() if seq % 2}
        assert verify(links, half, head=head_of(links)) is None


class TestTampering(Tampering):
    LENGTH = 200


@pytest.mark.long
class TestTamperingWithALongChain(Tampering):
    LENGTH = 1000


class TestVerify:
    def test_nothing_yet(self):
        assert verify([], {}) is None
        assert verify([], {}, head=(0, START)) is None
        assert verify([], {}, head=(1, "a" * 64)) == Break(1, "head")

    def test_lines_after_the_head_are_fine(self):
        links, details = chain(9)
        assert verify(links, details, head=head_of(links[:5])) is None

    def test_a_salt_gives_no_letter_to_the_text_and_takes_none(self):
        links, details = chain(2)
        one = details[1]
        for moved in (Opened(one.salt + one.details[0], one.details[1:]), Opened(one.salt[:-1],
                                                                                one.salt[-1] + one.details)):
            assert commitment(moved.salt, moved.details) == links[0].details_sha256
            assert verify(links, {1: moved}) == Break(1, "details")

    def test_personal_words_where_none_were_promised(self):
        salt = "0" * 32
        link = {"ref": "p1", "seq": 1, "prev_hash": START, "at": AT, "details_sha256": commitment(salt, "{}")}
        links = [Link(**link, hash=event_hash(**link))]
        assert verify(links, {1: Opened(salt, "{}")}) is None
        assert verify(links, {1: Opened(salt, "{}", salt, "{}")}) == Break(1, "personal")
        assert verify(links, {1: Opened(salt, "{}", None, "{}")}) == Break(1, "personal")

    def test_a_chain_of_another_project_has_another_head(self):
        links, details = chain(5)
        other, _ = chain(5, "p2")
        assert verify(other, details) is None
        assert verify(other, details, head=head_of(links)) == Break(5, "head")


class TestEventHash:
    def test_is_what_the_documents_say(self):
        parts = ["1", "p1", "1", START, str(int(AT.timestamp()) * 10**6), "d" * 64]
        plain = "".join(f"{len(part)}:{part}" for part in parts)
        assert event_hash(ref="p1", seq=1, prev_hash=START, at=AT, details_sha256="d" * 64) == sha256(
            plain.encode()).hexdigest()

    @given(TEXT, st.integers(1), TEXT, TEXT, st.integers(1), TEXT)
    def test_no_two_events_share_one(self, ref, seq, details, other_ref, other_seq, other_details):
        one = event_hash(ref=ref, seq=seq, prev_hash=START, at=AT, details_sha256=details)
        other = event_hash(ref=other_ref, seq=other_seq, prev_hash=START, at=AT, details_sha256=other_details)
        assert (one == other) is ((ref, seq, details) == (other_ref, other_seq, other_details))


class TestCanonical:
    def test_one_text_for_one_value(self):
        assert canonical({"b": 1, "a": [True, None, {"d": 2, "c": "é"}]}) == '{"a":[true,null,{"c":"é","d":2}],"b":1}'
        assert canonical({"e\u0301": "e\u0301"}) == canonical({"é": "é"})
        assert canonical({"a": {3, 1, 2}, "b": (1,)}) == '{"a":[1,2,3],"b":[1]}'
        assert canonical({"a": date(2027, 3, 1), "b": AT, "c": Decimal("1.50")}) == (
            '{"a":"2027-03-01","b":"2027-03-01T12:00:00+00:00","c":"1.50"}')

    def test_a_float_has_none(self):
        with pytest.raises(TypeError, match="no canonical form"):
            canonical({"a": [1.0]})

    @given(st.dictionaries(TEXT, st.one_of(st.none(), st.booleans(), st.integers(), TEXT)))
    def test_the_order_of_keys_does_not_count(self, value):
        assert canonical(value) == canonical(dict(reversed(value.items())))
