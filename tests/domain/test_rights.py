"""Who may do what, compared cell by cell with the table as it was agreed."""

from dataclasses import replace
from itertools import product

import pytest

from cocreate.domain.rights import NARROWED, PARTS, TABLE, Act, Right, may, right, who_may
from tests.support.facts import MONDAY, begin
from workflows.facts import MemberFact

AGREED = """
| act | Ch | Si | Co | Ob | Fa | AM | Ad |
|---|---|---|---|---|---|---|---|
| open a project | N | N | N | N | N | Y | N |
| suggest a project | Y | Y | Y | N | Y | Y | N |
| read the room (within visibility) | Y | Y | Y | Y | Y | Y, if opened by or shared with them | N* |
| save a draft, submit, take back | own | own if asked | own | N | N | N | N |
| enter for a party (to be confirmed) | other | N | N | N | Y | Y | N |
| confirm what was entered for us | own | own | own | N | N | N | N |
| accept or return another party's contribution | as the accepting party | as Ch | if named | N | N | N | N |
| pass a task to a colleague | own | own | own, asked one only | N | N | N | N |
| comment, mention, answer help | Y | Y | Y | if the charter says so | Y | Y | N |
| upload, new version | own | own | own | N | Y | Y | N |
| widen who sees an item | own items | own items | own items | N | N | N | N |
| decide at a gate | N | own* | N | N | N* | N* | N* |
| record what was decided outside | N | own | N | N | N | N | N |
| go on (all conditions hold) | if the template names the party | as Ch | N | N | N | Y if the host is named | N |
| go back with a reason | same | same | N | N | N | same | N |
| put on hold, resume | Y | N | N | N | propose | Y | N |
| decline, leave | own | own | N | N | N | N | N |
| withdraw before anybody accepted | N | N | N | N | N | Y | N |
| withdraw later | propose, all agree | N | N | N | N | propose | N |
| agree to or propose charter wording | own | own | propose | N | propose | N | N |
| ask for help, offer help, say what we wait for outside | own | own if asked | own | N | help only | help only | N |
| go on without a missing value (waiver) | propose, all agree | own | N | N | N | N | N |
| go on without a party's signature | propose, all agree | propose, all agree | N | N | N | propose | N |
| take something on at a question | own | own | N | N | N | N | N |
| report a duty as done | own | N | own if owner | N | N | N | N |
| take back a report, or a notice until its last day | own | N | own if owner | N | N | N | N |
| end the signed contract (all who signed agree) | N | own | N | N | N | N | N |
| say that a duty is not seen done | other | N | N | N | N | N | N |
| answer a suggested project | N | N | N | N | N | Y | N |
| invite, remove, change parts of people | own | N | propose | N | N | first champion of each seat | N |
| share the project with a colleague of the host | N | N | N | N | N | Y | N |
| keep the words of the own people out of mails | own | N | N | N | N | N | N |
| add a party | propose, all agree | N | N | N | propose | propose | N |
| name a substitute | own | own part | own part | N | own part | own part | for the host's people |
| nudge | Y | N | N | N | Y | Y | N |
| propose clause wording, agree a clause | own | own | propose | N | propose | N | N |
| sign | N | own* | N* | N* | N* | N* | N* |
| settle a figure (propose; the other agrees) | own | own | propose | N | propose | N | N |
| raise a concern | Y | Y | Y | Y | - | Y | N |
| read and answer concerns | if chosen | N | N | N | if chosen | N* | N* |
| end a concern, as its author or reader | if theirs | if theirs | if theirs | if theirs | if theirs | if theirs | N |
| verify and download the record, evidence | Y | Y | Y | Y | Y | Y | N |
| correct an undeliverable address | own | N | N | N | N | Y | host's people |
| edit, publish, retire templates | N | N | N | N | N | N | Y |
| people, policies, health of the host | N | N | N | N | N | N | Y |
| read what was done at the host | N | N | N | N | N | N | Y |
"""
# The acts of each row, in its order.
ACTS_OF = (
    (Act.OPEN,), (Act.SUGGEST,), (Act.READ,), (Act.DRAFT, Act.SUBMIT), (Act.ENTER_FOR,), (Act.CONFIRM,), (Act.ACCEPT,),
    (Act.PASS_ON,), (Act.COMMENT,), (Act.UPLOAD,), (Act.WIDEN,), (Act.DECIDE,), (Act.DECIDE_OUTSIDE,), (Act.GO_ON,),
    (Act.GO_BACK,), (Act.HOLD,), (Act.DECLINE, Act.LEAVE), (Act.WITHDRAW_EARLY,), (Act.WITHDRAW,), (Act.CHARTER,),
    (Act.HELP,), (Act.WAIVE,), (Act.UNSIGNED,), (Act.TAKE_ON,), (Act.DUTY_DONE,), (Act.DUTY_BACK,),
    (Act.END_CONTRACT,), (Act.DOUBT,), (Act.ANSWER_SUGGESTION,),
    (Act.PEOPLE,), (Act.SHARE,), (Act.WORDS_BY_MAIL,), (Act.ADD_PARTY,), (Act.SUBSTITUTE,), (Act.NUDGE,),
    (Act.CLAUSES,), (Act.SIGN,), (Act.SETTLE,), (Act.CONCERN,), (Act.READ_CONCERNS,), (Act.END_CONCERN,),
    (Act.RECORD,), (Act.CORRECT_ADDRESS,),
    (Act.TEMPLATES,), (Act.HOST,), (Act.HOST_RECORD,),
)
MEANS = {
    Right.NO: {"N", "-"}, Right.CHARTER: {"if the charter says so"},
    Right.YES: {"Y", "Y, if opened by or shared with them", "Y if the host is named"},
    Right.FIRST: {"first champion of each seat"}, Right.HELPS: {"help only"}, Right.CHOSEN: {"if chosen"},
    Right.THEIRS: {"if theirs"},
    Right.HOST: {"for the host's people", "host's people"},
    Right.OWN: {"own", "own items", "own part", "as the accepting party", "if the template names the party"},
    Right.OTHER: {"other"},
    Right.ASKED: {"own if asked", "own, asked one only", "own if owner", "if named"},
    Right.PROPOSE: {"propose", "propose, all agree"},
}


def rows():
    previous = []
    for line, acts in zip(AGREED.strip().splitlines()[2:], ACTS_OF, strict=True):
        cells = [cell.strip() for cell in line.strip("|").split("|")][1:]
        cells = [cells[0] if cell == "as Ch" else previous[n] if cell == "same" else cell
                 for n, cell in enumerate(cells)]
        previous = cells
        yield from ((act, part, cell) for act in acts for part, cell in zip(PARTS, cells, strict=True))


def meaning(cell: str) -> Right:
    return next(one for one, said in MEANS.items() if cell.rstrip("*") in said)


CELLS = list(rows())


class TestTable:
    @pytest.mark.parametrize(("act", "part", "cell"), CELLS)
    def test_every_cell_is_as_agreed(self, act, part, cell):
        assert right(act, part) is meaning(cell)

    def test_every_act_is_agreed(self):
        assert {act for act, _, _ in CELLS} == set(TABLE) == set(Act)

    def test_no_template_touches_what_is_marked(self):
        assert {act for act, _, cell in CELLS if cell.endswith("*")}.isdisjoint(NARROWED)

    def test_an_administrator_without_a_seat_has_no_part_in_a_project(self):
        inside = set(Act) - {Act.SUBSTITUTE, Act.CORRECT_ADDRESS, Act.TEMPLATES, Act.HOST, Act.HOST_RECORD}
        assert {right(act, "administrator") for act in inside} == {Right.NO}


def somebody(part: str, party: int | None, **more) -> MemberFact:
    return MemberFact(**{"person": 7, "name": "S", "party": party, "parts": frozenset({part}), "accepted_at": MONDAY,
                         **more})


PLACES = {part: 1 if part in PARTS[:4] else None for part in PARTS}


class TestMay:
    @pytest.mark.parametrize(("act", "part", "cell"), CELLS)
    def test_means_what_its_cell_says(self, act, part, cell):
        """For the own party, another one and none, asked or not."""
        member, allowed = somebody(part, PLACES[part]), meaning(cell)
        for party, asked in product((1, 2, None), (7, 8, None)):
            own = party == member.party  # who has no party is its own for what is done for nobody
            other = party is not None and not own
            assert may(act, member, party=party, asked=asked) is {
                Right.NO: False, Right.YES: True, Right.FIRST: False, Right.HELPS: other, Right.CHOSEN: True,
                Right.THEIRS: True,
                Right.HOST: False, Right.CHARTER: False, Right.OWN: own, Right.PROPOSE: own or party is None,
                Right.OTHER: other, Right.ASKED: own and asked == 7}[allowed]

    @pytest.mark.parametrize("act", Act)
    def test_nobody_outside_may_anything(self, act):
        for part in PARTS:
            invited = somebody(part, PLACES[part], accepted_at=None)
            left = somebody(part, PLACES[part], left_at=MONDAY)
            assert not any(may(act, one, party=1, asked=7) for one in (None, invited, left))
        assert not may(act, somebody("nobody", 1, parts=frozenset()), party=1, asked=7)

    def test_an_account_manager_looks_after_the_first_champion_only(self):
        manager = somebody("manager", None)
        assert may(Act.PEOPLE, manager, party=1, first=True)
        assert not may(Act.PEOPLE, manager, party=1)
        assert may(Act.PEOPLE, somebody("champion", 1), party=1)

    def test_several_parts_add_up(self):
        both = somebody("", 1, parts=frozenset({"champion", "signatory"}))
        assert may(Act.DECIDE, both, party=1)
        assert may(Act.HOLD, both)
        assert not may(Act.DECIDE, both, party=2)

    def test_who_may_names_them(self):
        facts = begin().facts
        assert [m.person for m in who_may(facts, Act.SIGN, party=2)] == [22]
        assert [m.person for m in who_may(facts, Act.OPEN)] == [1]
        gone = facts.with_member(replace(facts.member(22), left_at=facts.now))
        assert who_may(gone, Act.SIGN, party=2) == ()
