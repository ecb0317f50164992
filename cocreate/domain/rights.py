"""Who may do what: the one table. Services ask it, the Rules page shows it, a test compares both with it.

A template may narrow the acts in ``NARROWED``, never widen a cell.
"""

from enum import StrEnum

from workflows.facts import Facts, MemberFact


class Right(StrEnum):
    """What a cell of the table allows."""

    NO = "no"
    YES = "yes"
    OWN = "own"  # for the own party only
    OTHER = "other"  # for any party but the own
    ASKED = "asked"  # for the own party, if the person is the one asked
    PROPOSE = "propose"  # others must agree
    FIRST = "first"  # about the first champion of a party only
    HELPS = "helps"  # answers others, asks for nothing
    CHOSEN = "chosen"  # where a person was chosen for it
    THEIRS = "theirs"  # where a person began it or was chosen for it
    CHARTER = "charter"  # if the charter says so
    HOST = "host"  # for the host's people, outside the room


class Act(StrEnum):
    """Everything a person can do in or around a project."""

    OPEN = "open_project"
    SUGGEST = "suggest_project"
    READ = "read_room"
    DRAFT = "draft"
    SUBMIT = "submit"
    ENTER_FOR = "enter_for"
    CONFIRM = "confirm"
    ACCEPT = "accept"
    PASS_ON = "pass_on"  # noqa: S105 - passes a task, not a password
    COMMENT = "comment"
    UPLOAD = "upload"
    WIDEN = "widen"
    DECIDE = "decide"
    DECIDE_OUTSIDE = "decide_outside"
    GO_ON = "go_on"
    GO_BACK = "go_back"
    HOLD = "hold"
    DECLINE = "decline"
    LEAVE = "leave"
    WITHDRAW_EARLY = "withdraw_early"
    WITHDRAW = "withdraw"
    CHARTER = "charter"
    HELP = "help"
    WAIVE = "waive"
    UNSIGNED = "unsigned"
    TAKE_ON = "take_on"
    DUTY_DONE = "duty_done"
    DUTY_BACK = "duty_back"
    DOUBT = "doubt_duty"
    END_CONTRACT = "end_contract"
    ANSWER_SUGGESTION = "answer_suggestion"
    PEOPLE = "people"
    SHARE = "share_project"
    WORDS_BY_MAIL = "words_by_mail"
    ADD_PARTY = "add_party"
    SUBSTITUTE = "substitute"
    NUDGE = "nudge"
    CLAUSES = "clauses"
    SIGN = "sign"
    SETTLE = "settle"
    CONCERN = "concern"
    READ_CONCERNS = "read_concerns"
    END_CONCERN = "end_concern"
    RECORD = "record"
    CORRECT_ADDRESS = "correct_address"
    TEMPLATES = "templates"
    HOST = "host"
    HOST_RECORD = "host_record"


PARTS = ("champion", "signatory", "contributor", "observer", "facilitator", "manager", "administrator")

_N, _Y, _O, _X, _A, _P = Right.NO, Right.YES, Right.OWN, Right.OTHER, Right.ASKED, Right.PROPOSE
_F, _E, _C, _H, _S = Right.FIRST, Right.HELPS, Right.CHOSEN, Right.HOST, Right.CHARTER
_T = Right.THEIRS

TABLE: dict[Act, tuple[Right, ...]] = {
    #                        Ch  Si  Co  Ob  Fa  AM  Ad
    Act.OPEN:              (_N, _N, _N, _N, _N, _Y, _N),
    Act.SUGGEST:           (_Y, _Y, _Y, _N, _Y, _Y, _N),
    Act.READ:              (_Y, _Y, _Y, _Y, _Y, _Y, _N),
    Act.DRAFT:             (_O, _A, _O, _N, _N, _N, _N),
    Act.SUBMIT:            (_O, _A, _O, _N, _N, _N, _N),
    Act.ENTER_FOR:         (_X, _N, _N, _N, _Y, _Y, _N),
    Act.CONFIRM:           (_O, _O, _O, _N, _N, _N, _N),
    Act.ACCEPT:            (_O, _O, _A, _N, _N, _N, _N),
    Act.PASS_ON:           (_O, _O, _A, _N, _N, _N, _N),
    Act.COMMENT:           (_Y, _Y, _Y, _S, _Y, _Y, _N),
    Act.UPLOAD:            (_O, _O, _O, _N, _Y, _Y, _N),
    Act.WIDEN:             (_O, _O, _O, _N, _N, _N, _N),
    Act.DECIDE:            (_N, _O, _N, _N, _N, _N, _N),
    Act.DECIDE_OUTSIDE:    (_N, _O, _N, _N, _N, _N, _N),
    Act.GO_ON:             (_O, _O, _N, _N, _N, _Y, _N),
    Act.GO_BACK:           (_O, _O, _N, _N, _N, _Y, _N),
    Act.HOLD:              (_Y, _N, _N, _N, _P, _Y, _N),
    Act.DECLINE:           (_O, _O, _N, _N, _N, _N, _N),
    Act.LEAVE:             (_O, _O, _N, _N, _N, _N, _N),
    Act.WITHDRAW_EARLY:    (_N, _N, _N, _N, _N, _Y, _N),
    Act.WITHDRAW:          (_P, _N, _N, _N, _N, _P, _N),
    Act.CHARTER:           (_O, _O, _P, _N, _P, _N, _N),
    Act.HELP:              (_O, _A, _O, _N, _E, _E, _N),
    Act.WAIVE:             (_P, _O, _N, _N, _N, _N, _N),
    Act.UNSIGNED:          (_P, _P, _N, _N, _N, _P, _N),
    Act.TAKE_ON:           (_O, _O, _N, _N, _N, _N, _N),
    Act.DUTY_DONE:         (_O, _N, _A, _N, _N, _N, _N),
    Act.DUTY_BACK:       (_O, _N, _A, _N, _N, _N, _N),
    Act.DOUBT:             (_X, _N, _N, _N, _N, _N, _N),
    Act.END_CONTRACT:      (_N, _O, _N, _N, _N, _N, _N),
    Act.ANSWER_SUGGESTION: (_N, _N, _N, _N, _N, _Y, _N),
    Act.PEOPLE:            (_O, _N, _P, _N, _N, _F, _N),
    Act.SHARE:             (_N, _N, _N, _N, _N, _Y, _N),
    Act.WORDS_BY_MAIL:     (_O, _N, _N, _N, _N, _N, _N),
    Act.ADD_PARTY:         (_P, _N, _N, _N, _P, _P, _N),
    Act.SUBSTITUTE:        (_O, _O, _O, _N, _O, _O, _H),
    Act.NUDGE:             (_Y, _N, _N, _N, _Y, _Y, _N),
    Act.CLAUSES:           (_O, _O, _P, _N, _P, _N, _N),
    Act.SIGN:              (_N, _O, _N, _N, _N, _N, _N),
    Act.SETTLE:            (_O, _O, _P, _N, _P, _N, _N),
    Act.CONCERN:           (_Y, _Y, _Y, _Y, _N, _Y, _N),
    Act.READ_CONCERNS:     (_C, _N, _N, _N, _C, _N, _N),
    Act.END_CONCERN:       (_T, _T, _T, _T, _T, _T, _N),
    Act.RECORD:            (_Y, _Y, _Y, _Y, _Y, _Y, _N),
    Act.CORRECT_ADDRESS:   (_O, _N, _N, _N, _N, _Y, _H),
    Act.TEMPLATES:         (_N, _N, _N, _N, _N, _N, _Y),
    Act.HOST:              (_N, _N, _N, _N, _N, _N, _Y),
    Act.HOST_RECORD:       (_N, _N, _N, _N, _N, _N, _Y),
}

# What a proposal of each kind is: who proposes and who answers it is the table's row.
PROPOSALS: dict[str, Act] = {
    "withdraw": Act.WITHDRAW, "add_party": Act.ADD_PARTY, "neutral": Act.ADD_PARTY, "hold": Act.HOLD,
    "waive": Act.WAIVE, "unsigned": Act.UNSIGNED, "settle": Act.SETTLE, "other_value": Act.SETTLE,
    "charter": Act.CHARTER, "end": Act.END_CONTRACT,
    "conflict": Act.CHARTER, "later": Act.CLAUSES, "strike": Act.CLAUSES, "wording": Act.CLAUSES,
    "colleague": Act.PEOPLE, "parts": Act.PEOPLE,
}

# What a template may narrow: the key of its ``may``.
NARROWED: dict[Act, str] = {Act.HOLD: "hold", Act.DECLINE: "decline", Act.LEAVE: "leave", Act.WITHDRAW: "withdraw",
                            Act.WITHDRAW_EARLY: "withdraw", Act.ADD_PARTY: "add_party"}


def right(act: Act, part: str) -> Right:
    return TABLE[act][PARTS.index(part)]


def may(act: Act, member: MemberFact | None, *, party: int | None = None, asked: int | None = None,
        directly: bool = False, first: bool = False) -> bool:
    """Whether this person may do the act for ``party``.

    party: whom the act is done for; None where it is done for nobody in particular.
    asked: the person asked for it, where the table says "if asked".
    directly: whether it happens at once; to propose it is not enough.
    first: whether it is about the first champion of the party.
    """
    if member is None or not member.present:
        return False
    allowed = (right(act, part) for part in member.parts)
    return any(_allows(one, member, party, asked) for one in allowed
               if not (directly and one is Right.PROPOSE) and (first or one is not Right.FIRST))


def left_to(facts: Facts, act: Act) -> list[str] | None:
    """Seats, ``host`` and ``facilitator`` to whom the template leaves this act; None: to whom the table says."""
    return getattr(facts.definition.may, NARROWED[act]) if act in NARROWED else None


def lets(facts: Facts, act: Act, member: MemberFact) -> bool:
    """Whether the template leaves this act to people like this one: of their seat, of the host, or neutral."""
    holders = left_to(facts, act)
    if holders is None:
        return True
    seat = {facts.party(member.party).seat} if member.party is not None else set()
    neutral = {name for name, part in (("host", "manager"), ("facilitator", "facilitator")) if part in member.parts}
    return bool((seat | neutral) & set(holders))


def can(facts: Facts, act: Act, *, party: int | None = None, directly: bool = False) -> bool:
    """Whether the actor may do the act in this very project, as its template has it."""
    actor = facts.actor
    return actor is not None and may(act, actor, party=party, directly=directly) and lets(facts, act, actor)


def invites(facts: Facts, party: int | None) -> bool:
    """Whether the actor invites people for this party: they also read why somebody declined."""
    return may(Act.PEOPLE, facts.actor, party=party, directly=True, first=True)


def may_answer(act: Act, member: MemberFact | None) -> bool:
    """Whether this person answers proposals of this act for the own party: its champions and signatories do."""
    return member is not None and member.present and any(
        right(act, part) is not Right.NO for part in member.parts & {"champion", "signatory"})


def _allows(allowed: Right, member: MemberFact, party: int | None, asked: int | None) -> bool:
    match allowed:
        case Right.YES | Right.FIRST | Right.CHOSEN | Right.THEIRS:
            return True
        case Right.OWN | Right.PROPOSE:
            return member.party == party or (party is None and allowed is Right.PROPOSE)
        case Right.OTHER | Right.HELPS:
            return party is not None and member.party != party
        case Right.ASKED:
            return member.party == party and asked in (member.person, *member.stands_for)
        case Right.NO | Right.HOST | Right.CHARTER:  # what the charter says, ``openness.talks`` knows
            return False


def who_may(facts: Facts, act: Act, *, party: int | None = None, asked: int | None = None,
            directly: bool = False, first: bool = False) -> tuple[MemberFact, ...]:
    """The people who can, to be named where somebody else cannot; where the template narrows it, of any party."""
    others = party is not None and left_to(facts, act) is not None
    return tuple(member for member in facts.members
                 if may(act, member, party=member.party if others else party, asked=asked, directly=directly,
                         first=first)
                 and lets(facts, act, member))
