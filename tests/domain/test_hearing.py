"""Who hears what, compared row by row with the table as it was agreed."""

import pytest

from cocreate.domain.hearing import COLUMNS, KINDS, Channel, Subject, recipients
from tests.support.clock import NOON
from workflows.facts import MemberFact

AGREED = """
| event | asked | Ch | Oc | Co | Si | Ob | Fa | AM |
|---|---|---|---|---|---|---|---|---|
| invited (asked = the invited person) | M | D | - | - | - | - | D | P |
| invitation accepted | - | P | D | - | - | - | D | M |
| invitation declined or unanswered after 7 days | - | M | P | - | - | - | P | M |
| task asked | M | D | P | - | - | - | - | P |
| due soon, due today | M | - | - | - | - | - | - | - |
| overdue, first and repeated (cap 3) | M | D | P | - | - | - | - | D |
| escalation | M | M | P | - | - | - | P | D |
| draft saved, file added to a draft | - | P | - | P | - | - | - | - |
| submitted (asked = who accepts) | M | P | D | P | - | - | - | D |
| entered for a party, to confirm | M | D | - | - | - | - | P | P |
| returned | M | D | P | P | - | - | - | P |
| accepted | D | P | D | P | - | - | - | P |
| document or new version shared | - | D | D | D | - | D | D | D |
| document narrowed, widened or withdrawn | - | D | D | P | - | - | P | P |
| comment; mention or help request (asked = named) | M | P | P | P | - | - | P | P |
| call for help ended with its task (asked = who answered) | M | D | D | D | - | - | D | D |
| two values for one figure; settled | M | D | D | D | - | - | D | P |
| decision asked | M | D | P | - | M | - | P | P |
| decision given: agree / not agree | - | D / M | D / M | P | D / M | - | D / M | D / M |
| taken on at a question (asked = who looks after it) | D | D | D | P | D | - | D | D |
| decision or agreed clause lapsed | M | M | D | P | M | - | D | D |
| decision lapsed while it cannot be decided again | - | D | D | P | D | - | D | D |
| gone on to the next stage | - | M | M | D | D | D | D | M |
| gone back | M | M | M | M | D | D | M | M |
| put on hold, resumed | M | M | M | D | D | D | M | M |
| waiting for someone outside: set, date passed | M | D | D | P | - | - | P | D |
| nobody can act (seat, signatory or person missing) | - | M | P | - | - | - | D | M |
| something proposed before somebody got the part to answer it (asked = that person) | M | - | - | - | - | - | - | - |
| clause proposed or objected to | M | M | D | P | D | - | D | D |
| contract ready to read; please sign | M | M | D | P | M | - | D | M |
| one signed | - | M | M | - | M | - | D | M |
| declined to sign; signatures ended by a change | M | M | M | P | M | - | M | M |
| agreed, declined, withdrawn (every person of the project) | M | M | M | M | M | M | M | M |
| party or person joined, left, handed over | M | M | D | P | P | - | D | M |
| concern raised (only the chosen reader) | M | - | - | - | - | - | - | - |
| concern answered (only its author), ended (only its author and readers) | M | - | - | - | - | - | - | - |
| template text corrected, project migrated | - | M | M | D | D | - | D | M |
| notice given, taken back | M | M | D | P | - | - | - | D |
| decided that it goes on or ends, taken back (asked = the other parties) | M | D | D | P | - | - | - | D |
| what was reported as done taken back (asked = who looks after it, who doubted it) | M | D | D | P | - | - | - | D |
| reported as done, and another party does not see it done | M | M | D | P | - | - | - | D |
| another party sees it done after all | D | D | D | P | - | - | - | D |
| the contract ends, as all who signed have agreed (every person of the project) | M | M | M | M | M | M | M | M |
| duty due, overdue (as task) ; yearly "still you?" | M | D | P | - | - | - | - | D |
| mail came back | - | P | - | - | - | - | - | M |
"""

# The kinds of each row above, in its order.
KINDS_OF = (
    "invitation", "invitation_accepted", "invitation_declined invitation_unanswered", "ask", "due_soon due_today",
    "overdue", "escalation", "draft_saved", "submitted", "entered", "returned", "accepted", "document_shared",
    "document_changed", "comment mention help", "help_ended", "two_values settled", "decision_asked",
    "decision_agreed not_agreed", "taken_on", "decision_lapsed", "decision_rests", "gone_on", "gone_back",
    "hold resumed", "waiting_outside", "nobody_can_act", "proposal", "clause_proposed clause_objected",
    "ready_to_read please_sign", "signed", "signing_declined signature_ended",
    "all_signed declined withdrawn", "joined left handed_over", "concern",
    "concern_answered concern_ended", "template_corrected migrated",
    "notice_given notice_back", "decided decided_back",
    "duty_back", "duty_doubted", "duty_seen", "contract_ends", "duty_due duty_overdue still_you", "mail_came_back",
)


def rows():
    lines = AGREED.strip().splitlines()[2:]
    for line, kinds in zip(lines, KINDS_OF, strict=True):
        event, *cells = [cell.strip() for cell in line.strip("|").split("|")]
        for place, kind in enumerate(kinds.split()):
            # "D / M": the first kind of the row, and its second
            yield pytest.param(kind, [cell.split(" / ")[place if "/" in cell else 0] for cell in cells], id=kind)


@pytest.mark.parametrize(("kind", "cells"), list(rows()))
def test_everybody_hears_what_the_table_says(kind, cells):
    heard = dict(hear(kind, party=1, asked=(people["asked"].person,)))
    if kind == "invitation":
        heard |= hear(kind, members=(invited,), party=1, asked=(invited.person,))
        heard[people["asked"].person] = heard.pop(invited.person)
    one_of_each = {column: heard.get(member.person) for column, member in people.items()}
    assert one_of_each == {column: None if cell == "-" else Channel(cell)
                           for column, cell in zip(COLUMNS, cells, strict=True)}


def test_the_table_has_no_other_kinds():
    assert set(" ".join(KINDS_OF).split()) == KINDS


class TestRecipients:
    def test_strongest_of_several_columns_counts(self):
        several = member(20, 1, "champion", "signatory", "contributor")
        assert hear("decision_agreed", members=(several,), party=1) == {20: Channel.DIGEST}
        assert hear("decision_lapsed", members=(several,), party=1) == {20: Channel.MAIL}

    def test_who_did_it_hears_nothing(self):
        champion = people["Ch"]
        assert champion.person not in hear("gone_on", actor=champion.person, party=1)

    @pytest.mark.parametrize("kind", ["signed", "all_signed", "declined", "withdrawn"])
    def test_who_signs_or_ends_it_gets_a_receipt(self, kind):
        signatory = people["Si"]
        assert hear(kind, actor=signatory.person, party=1)[signatory.person] == Channel.MAIL

    def test_nobody_hears_before_acceptance_but_the_invitation(self):
        assert hear("ask", members=(invited,), party=1, asked=(invited.person,)) == {}
        assert hear("gone_on", members=(invited,), party=1) == {}
        assert hear("invitation", members=(invited,), party=1, asked=(invited.person,)) == {40: Channel.MAIL}

    def test_nobody_hears_who_has_left_but_that_they_have(self):
        gone = MemberFact(41, "Gone", 1, frozenset({"champion"}), NOON, left_at=NOON)
        assert hear("gone_on", members=(gone,), party=1, asked=(41,)) == {}
        assert hear("left", members=(gone,), party=1) == {}
        assert hear("left", members=(gone,), party=1, asked=(41,)) == {41: Channel.MAIL}

    def test_who_had_not_come_in_hears_nothing_of_leaving(self):
        uninvited = MemberFact(42, "Gone", 1, frozenset({"champion"}), None, left_at=NOON)
        assert hear("left", members=(uninvited,), party=1, asked=(42,)) == {}

    def test_what_concerns_all_parties_reaches_each_champion_as_an_own_one(self):
        assert hear("ready_to_read", party=None)[people["Oc"].person] == Channel.MAIL

    def test_another_partys_signatory_is_not_asked_to_decide(self):
        other = member(21, 2, "signatory")
        assert hear("decision_asked", members=(other,), party=1) == {}
        assert hear("signed", members=(other,), party=1) == {21: Channel.MAIL}

    def test_an_account_manager_with_a_seat_is_a_champion(self):
        seated = member(22, 1, "champion", "manager")
        assert hear("ask", members=(seated,), party=1) == {22: Channel.DIGEST}

    def test_an_ending_reaches_everybody(self):
        everybody = (*people.values(), member(23, 2, "contributor"), member(24, 3, "observer"))
        assert set(hear("declined", members=everybody, party=1).values()) == {Channel.MAIL}
        assert len(hear("declined", members=everybody, party=1)) == 10


class TestSubject:
    @pytest.mark.parametrize("subject", [
        Subject("task", "total_cost", 2), Subject("contract", "7"), Subject("member", "12")])
    def test_comes_back_from_its_text(self, subject):
        assert Subject.parse(str(subject)) == subject

    def test_a_mail_about_the_whole_project_has_none(self):
        assert Subject.parse("") is None


def member(person, party, *parts):
    return MemberFact(person, f"Person {person}", party, frozenset(parts), accepted_at=NOON)


# One person for each column and for no other.
people = {
    "asked": member(10, 3), "Ch": member(11, 1, "champion"), "Oc": member(12, 2, "champion"),
    "Co": member(13, 1, "contributor"), "Si": member(14, 1, "signatory"), "Ob": member(15, 1, "observer"),
    "Fa": member(16, None, "facilitator"), "AM": member(17, None, "manager"),
}
invited = MemberFact(40, "Invited", 1, frozenset({"champion"}), accepted_at=None)


def hear(kind, *, members=None, actor=None, party=None, asked=()):
    return dict(recipients(kind, members=members or tuple(people.values()), actor=actor, party=party, asked=asked))
