"""Who sees a thing, as bits: compared, joined and cut without a table of readers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocreate.domain.audience import (
    FACILITATOR,
    MANAGER,
    audience,
    bit,
    everybody,
    of_parties,
    parties_in,
    reader,
)
from tests.support.facts import begin
from workflows.facts import ALL, MemberFact

numbers = st.sets(st.integers(1, 60))


class TestBits:
    @given(numbers)
    def test_everybody_in_the_world_has_a_bit_of_his_own(self, parties):
        everyone = [FACILITATOR, MANAGER, *map(bit, parties)]
        assert len({one for one in everyone if one.bit_count() == 1}) == len(everyone)
        assert all(one & ALL for one in everyone)

    @given(numbers, numbers)
    def test_what_two_audiences_share_is_their_intersection(self, one, other):
        assert of_parties(one) & of_parties(other) == of_parties(one & other)
        assert of_parties(one) | of_parties(other) == of_parties(one | other)

    @given(numbers, st.lists(st.integers(1, 60), unique=True))
    def test_parties_in_an_audience_come_in_the_order_asked(self, inside, asked):
        assert parties_in(of_parties(inside), asked) == tuple(number for number in asked if number in inside)

    def test_the_same_party_twice_is_there_once(self):
        assert of_parties([2, 2]) == bit(2)


class TestReader:
    @pytest.mark.parametrize(("party", "parts", "mask"), [
        (2, {"champion"}, bit(2)), (2, {"observer"}, bit(2)), (None, {"facilitator"}, FACILITATOR),
        (None, {"manager"}, MANAGER), (None, {"manager", "facilitator"}, MANAGER | FACILITATOR),
        (None, {"administrator"}, 0), (None, set(), 0),
        (1, {"champion", "manager"}, bit(1))])  # with a seat he reads as his party and no more
    def test_reads_as_party_or_part(self, party, parts, mask):
        assert reader(MemberFact(1, "Ola", party, frozenset(parts), None)) == mask


class TestAudience:
    FACTS = begin(carrier=1).facts
    GIVER, TAKER, CARRIER = bit(1), bit(2), bit(3)
    ALL_THERE = FACILITATOR | MANAGER | GIVER | TAKER | CARRIER

    @pytest.mark.parametrize(("said", "mask"), [
        ("all", ALL_THERE), (None, ALL_THERE), ("own", GIVER), ("facilitator", GIVER | FACILITATOR),
        (["taker"], GIVER | TAKER), ([], GIVER)])
    def test_of_what_the_giver_gives(self, said, mask):
        assert audience(said, self.FACTS, giver=1) == mask

    def test_who_left_or_comes_later_is_not_everybody(self):
        story = begin(carrier=1)
        before = everybody(story.facts)
        assert everybody(story.leave("carrier").facts) == before & ~self.CARRIER
        joined = story.seat("carrier").facts
        assert before & bit(4) == 0
        assert everybody(joined) & bit(4)

    @given(st.sampled_from(["all", "own", "facilitator", ["taker"], ["carrier", "taker"]]), st.integers(1, 3))
    def test_who_gives_always_sees_it(self, said, giver):
        assert audience(said, self.FACTS, giver=giver) & bit(giver)
