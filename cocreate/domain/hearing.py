"""Who hears what: the one table, and what it means for the people of a project.

A template may not change it: nobody is silenced, and nobody is written to twice for one event.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from workflows.facts import ALL, MemberFact, TaskFact


class Channel(StrEnum):
    MAIL = "M"  # at once
    DIGEST = "D"
    PRODUCT = "P"  # shown there, as the other two are as well


_STRENGTH = (Channel.MAIL, Channel.DIGEST, Channel.PRODUCT)

# asked: the people named · Ch: champions of the party whose ask it is · Oc: champions of other parties · Co: other
# contributors of that party · Si: signatories · Ob: observers · Fa: facilitator · AM: account manager without a seat
COLUMNS = ("asked", "Ch", "Oc", "Co", "Si", "Ob", "Fa", "AM")

_TABLE = """
invitation            M D - - - - D P
invitation_accepted   - P D - - - D M
invitation_declined   - M P - - - P M
invitation_unanswered - M P - - - P M
ask                   M D P - - - - P
due_soon              M - - - - - - -
due_today             M - - - - - - -
overdue               M D P - - - - D
escalation            M M P - - - P D
draft_saved           - P - P - - - -
submitted             M P D P - - - D
entered               M D - - - - P P
returned              M D P P - - - P
accepted              D P D P - - - P
document_shared       - D D D - D D D
document_changed      - D D P - - P P
comment               M P P P - - P P
mention               M P P P - - P P
help                  M P P P - - P P
help_ended            M D D D - - D D
two_values            M D D D - - D P
settled               M D D D - - D P
decision_asked        M D P - M - P P
decision_agreed       - D D P D - D D
not_agreed            - M M P M - M M
taken_on              D D D P D - D D
decision_lapsed       M M D P M - D D
decision_rests        - D D P D - D D
gone_on               - M M D D D D M
gone_back             M M M M D D M M
hold                  M M M D D D M M
resumed               M M M D D D M M
waiting_outside       M D D P - - P D
nobody_can_act        - M P - - - D M
proposal              M - - - - - - -
clause_proposed       M M D P D - D D
clause_objected       M M D P D - D D
ready_to_read         M M D P M - D M
please_sign           M M D P M - D M
signed                - M M - M - D M
signing_declined      M M M P M - M M
signature_ended       M M M P M - M M
all_signed            M M M M M M M M
declined              M M M M M M M M
withdrawn             M M M M M M M M
joined                M M D P P - D M
left                  M M D P P - D M
handed_over           M M D P P - D M
concern               M - - - - - - -
concern_answered      M - - - - - - -
concern_ended         M - - - - - - -
template_corrected    - M M D D - D M
migrated              - M M D D - D M
notice_given          M M D P - - - D
notice_back           M M D P - - - D
decided               M D D P - - - D
decided_back          M D D P - - - D
duty_back             M D D P - - - D
duty_doubted          M M D P - - - D
duty_seen             D D D P - - - D
contract_ends         M M M M M M M M
duty_due              M D P - - - - D
duty_overdue          M D P - - - - D
still_you             M D P - - - - D
mail_came_back        - P - - - - - M
"""


def _parsed(table: str) -> dict[str, tuple[Channel | None, ...]]:
    lines = (line.split() for line in table.strip().splitlines())
    return {kind: tuple(None if cell == "-" else Channel(cell) for cell in cells) for kind, *cells in lines}


TABLE = _parsed(_TABLE)
KINDS = frozenset(TABLE)

# Whoever signs or ends a project gets a receipt; of any other act the actor hears nothing.
RECEIPTS = frozenset({"signed", "all_signed", "declined", "withdrawn", "contract_ends"})
# Who is asked gets this as a letter of the act itself: with a secret in it, or in the words of a proposal.
BY_LETTER = frozenset({"invitation", "clause_proposed", "clause_objected"})
# An ending concerns every person of the project, whatever their part.
_OF_EVERYBODY = frozenset({"all_signed", "declined", "withdrawn", "contract_ends"})
# "Please decide again" is for the party that decides, not for everybody who signs for somebody.
_OF_ONE_PARTY = frozenset({"decision_asked", "decision_lapsed", "decision_rests", "please_sign"})


@dataclass(frozen=True, slots=True)
class Subject:
    """What a mail or a reminder is about, as one short text.

    "task:total_cost:2", "decision:common_picture:2", "signature:7:2", "duty:3:2" (the last number is the party),
    "contract:7" (a version), "agreement:secrecy:2" (a short one), "member:12" (a person),
    "check:total_cost:2" (a contribution that waits to be accepted),
    "entries:picture@1:2" (entries of party 2 on a canvas that party 1 is asked for),
    "lacks:contract:2" (what the contract lacks of party 2),
    "after_no:common_picture:2" (what party 2 can do after a no),
    "duties:2028:2" (who looks after those of party 2, asked in 2028), "document:3", "figure:idea.need.mass".
    """

    matter: str
    key: str
    party: int | None = None

    def __str__(self) -> str:
        return f"{self.matter}:{self.key}" + ("" if self.party is None else f":{self.party}")

    @property
    def task(self) -> tuple[str, int]:
        """Key and party of the task that it is about; of a canvas the party that is asked for the whole."""
        key, _, of = self.key.partition("@")
        return key, int(of) if of else self.party or 0

    @property
    def paper(self) -> str:
        """The key of the short agreement that it is about; "" is the contract."""
        return self.key if self.matter == "agreement" else ""

    @classmethod
    def parse(cls, text: str) -> "Subject | None":
        """None where a mail is about the project as a whole."""
        matter, _, rest = text.partition(":")
        key, _, party = rest.partition(":")
        return cls(matter, key, int(party) if party else None) if key else None


@dataclass(frozen=True, slots=True)
class News:
    """One thing that happened to somebody. ``asked`` are the people it names, ``sees`` who may know of it."""

    kind: str
    subject: Subject
    party: int | None
    asked: tuple[int, ...] = ()
    sees: int = ALL
    told: tuple[int, ...] = ()  # who hears of it otherwise
    alone: bool = False  # only the people it names hear of it, also who acted


def entries(task: TaskFact, party: int) -> Subject:
    """What is asked of a party that has boxes of its own in the canvas of another."""
    return Subject("entries", f"{task.key}@{task.party}", party)


def signing(paper: str, version: int, party: int | None = None) -> Subject:
    """What a mail about signing is about: a version of the contract, or a short agreement."""
    return Subject("agreement", paper, party) if paper else Subject(
        "contract" if party is None else "signature", str(version), party)


def recipients(kind: str, *, members: tuple[MemberFact, ...], actor: int | None, party: int | None,
               asked: tuple[int, ...] = ()) -> tuple[tuple[int, Channel], ...]:
    """Who hears of an event, each by the strongest channel of the columns that name him.

    party: whose ask it is; None where it is everybody's, and every champion hears as an own one.
    """
    found = []
    for member in members:
        if member.person == actor and kind not in RECEIPTS:
            continue
        named = member.person in asked
        if member.present or (named and _hears_outside(kind, member)):
            channel = _channel(kind, member.parts, named, party is None or member.party == party,
                               member.party is not None)
            if channel is not None:
                found.append((member.person, channel))
    return tuple(found)


def _hears_outside(kind: str, member: MemberFact) -> bool:
    """Before acceptance people hear of the invitation alone, and last of all that they are out."""
    if member.left_at is None:
        return kind == "invitation"
    return kind == "left" and member.accepted_at is not None


@cache
def _channel(kind: str, parts: frozenset[str], named: bool, own: bool, seated: bool) -> Channel | None:
    """The strongest channel by which somebody with these parts hears; own: of the party whose ask it is."""
    own = own or kind in _OF_EVERYBODY
    applies = {
        "asked": named or kind in _OF_EVERYBODY,
        "Ch": "champion" in parts and own,
        "Oc": "champion" in parts and not own,
        "Co": "contributor" in parts and own,
        "Si": "signatory" in parts and (own or kind not in _OF_ONE_PARTY),
        "Ob": "observer" in parts,
        "Fa": "facilitator" in parts,
        "AM": "manager" in parts and not seated,
    }
    row = dict(zip(COLUMNS, TABLE[kind], strict=True))
    found = {row[column] for column, yes in applies.items() if yes}
    return next((channel for channel in _STRENGTH if channel in found), None)
