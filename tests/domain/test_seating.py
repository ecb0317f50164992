import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from cocreate.domain import cases, seating
from tests.support.cases import CASES
from workflows import library

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "cases"


class TestSeat:
    @pytest.mark.parametrize(("case", "seats"), [
        ("ulsan-sungam-hyosung-steam", {"giver": "ulsan_city", "taker": "hyosung"}),
        ("kalundborg-symbiosis", {"giver": "asnaes", "taker": "gyproc_co", "authority": "municipality"}),
        ("wmata-philips-garage-lighting", {"provider": "philips", "customer": "wmata"}),
        ("venlo-furniture-residual-value", {"producer": "supplier", "customer": "venlo", "custodian": "bank"}),
        ("recomed-pvc-hospitals", {"producer": "axion_co", "customer": "hospitals", "carrier": "logistics",
                                   "refurbisher": "recycler"}),
    ])
    def test_kind_flows_and_role_say_who_sits_where(self, case, seats):
        found = seated(cases.read((FOLDER / f"{case}.json").read_bytes()))
        assert {one.seat: one.party for one in found.seated} == seats

    def test_who_fits_no_seat_is_an_affected_group(self):
        found = seated(cases.read((FOLDER / "ulsan-sungam-hyosung-steam.json").read_bytes()))
        assert [party.key for party in found.affected] == ["households", "eco_center", "other_users"]

    def test_a_seat_that_nobody_fits_gets_a_stand_in_that_is_called_so(self):
        found = seated(case([{"key": "city", "name": "City", "kind": "customer", "role": "buys"}]))
        assert [(one.seat, one.name) for one in found.seated] == [("giver", "Stand-in Giver"), ("taker", "City")]

    def test_two_strangers_are_better_than_stand_ins(self):
        found = seated(case([{"key": "a", "kind": "cooperative"}, {"key": "b", "kind": None}]))
        assert found.stand_ins == () and len(found.seated) == 2

    def test_nobody_sits_twice_and_nobody_is_lost(self):
        for path in FOLDER.glob("*.json"):
            read = cases.read(path.read_bytes())
            found = seated(read)
            places = [one.party for one in found.seated if one.party] + [party.key for party in found.affected]
            assert sorted(places) == sorted(party.key for party in read.parties)

    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(CASES)
    def test_every_seat_that_must_be_held_is(self, data):
        read = cases.read(json.dumps(data))
        definition, found = library.load(read.strategy), seated(read)
        held = [one.seat for one in found.seated]
        assert all(held.count(key) >= number for key, number in seating.least(definition).items())
        assert all(held.count(key) <= (place.many.max if place.many else 1)
                   for key, place in definition.parties.items())


def seated(read):
    return seating.seat(read.parties, library.load(read.strategy))


def case(parties):
    return cases.read(json.dumps({"strategy": "industrial_symbiosis", "parties": parties}))
