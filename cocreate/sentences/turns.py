"""What somebody is asked to do, as verb and object: the same words on a page and in a mail."""

from collections.abc import Callable
from typing import Protocol

from cocreate.domain import lacking
from cocreate.domain.after_no import DECIDE
from cocreate.domain.turns import Turn
from workflows.facts import Facts


class Names(Protocol):
    """How what a turn is about is called before one reader."""

    facts: Facts
    gettext: Callable[..., str]

    def party(self, number: int | None) -> str: ...

    def task(self, key: str) -> str: ...

    def question(self, key: str) -> str: ...

    def stage(self, key: str) -> str: ...

    def duty(self, key: str) -> str: ...

    def person(self, key: str) -> str: ...

    def day(self, turn: Turn) -> str:
        """Since when it is asked."""

    def figure(self, path: str) -> str: ...

    def wanted(self, turn: Turn) -> str:
        """Who is to be let in, in words: "Maria Rossi", "a colleague"."""

    def proposal(self, key: str) -> str:
        """The whole line of a proposal to be answered."""


def label(turn: Turn, names: Names) -> str:
    """Verb and object of a turn: "Fill in: Total cost today"."""
    _, key = names.gettext, turn.key
    definition = names.facts.definition
    said: dict[str, Callable[[], str]] = {
        "fill_in": lambda: _fill_in(turn, names),
        "again": lambda: _("Change and submit: %(title)s", title=names.task(key)),
        "check": lambda: _("Check: %(title)s from %(party)s", title=names.task(key), party=names.party(turn.party)),
        "write": lambda: _("Write on: %(title)s", title=names.task(key.partition("@")[0])),
        "confirm": lambda: _("Is this right? %(title)s was entered for you", title=names.task(key)),
        "let_in": lambda: _("Invite %(name)s for: %(title)s", name=names.wanted(turn), title=names.task(key)),
        "limit": lambda: (_("Choose how to go on: %(number)d limits are missed", number=len(key.split()))
                          if " " in key else
                          _("Choose how to go on: '%(figure)s' misses its limit", figure=names.figure(key))),
        "invite_again": lambda: _("Invite %(name)s again: the invitation expired", name=names.person(key)),
        "help": lambda: _("%(party)s asks for help: %(title)s", party=names.party(turn.party), title=names.task(key)),
        "helped": lambda: _("Did it help? %(title)s", title=names.task(key)),
        "concern": lambda: _("Answer the concern of %(day)s", day=names.day(turn)),
        "decide": lambda: _("Decide: %(question)s", question=names.question(key)),
        "decide_again": lambda: _("Decide again: %(question)s", question=names.question(key)),
        "after_no": lambda: _after_no(turn, names),
        "doubted": lambda: _("%(party)s says that something has to change: %(title)s",
                             party=names.party(turn.party), title=names.task(key)),
        "complete": lambda: _complete(turn, names),
        "freeze": lambda: (_("Change the wording of the contract, then make it ready to read")
                           if _is_reworded(names.facts) else _("Make the contract ready to read")),
        "sign": lambda: _("Read and sign the contract"),
        "accede": lambda: _("Read and accede to the contract"),
        "answer": lambda: names.proposal(key),
        "charter": lambda: _("Answer: How we work together"),
        "go_on": lambda: _("Go on to %(stage)s", stage=names.stage(definition.transitions[key].to)),
        "unseen": lambda: _unseen(turn, names),
        "duty": lambda: _("Decide: %(question)s", question=names.duty(key)) if next(
            one.decide for one in names.facts.duties if str(one.number) == key) else names.duty(key),
    }
    return said[turn.act]()


def _fill_in(turn: Turn, names: Names) -> str:
    _, title = names.gettext, names.task(turn.key)
    if names.facts.definition.tasks[turn.key][1].kind != "sign":
        return _("Fill in: %(title)s", title=title)
    if turn.party in {party.number for party in names.facts.acceding(turn.key)}:
        return _("Read and accede: %(title)s", title=title)
    return _("Read and sign: %(title)s", title=title)


def _unseen(turn: Turn, names: Names) -> str:
    doubts = next(one.doubts for one in names.facts.duties if str(one.number) == turn.key)
    return names.gettext("Not seen done by %(parties)s: %(what)s", what=names.duty(turn.key),
                         parties=", ".join(names.party(number) for number in doubts))


def _after_no(turn: Turn, names: Names) -> str:
    _, question = names.gettext, names.question(turn.key)
    if turn.ways == {DECIDE}:
        return _("Talk, or decide otherwise: %(question)s", question=question)
    if DECIDE in turn.ways:
        return _("Change what was not agreed, talk, or decide otherwise: %(question)s", question=question)
    return _("Change what was not agreed, or talk: %(question)s", question=question)


def _is_reworded(facts: Facts) -> bool:
    """Whether somebody went back from the signature, or did not sign, because of the wording."""
    last = max(facts.contracts, key=lambda one: one.number, default=None)
    return last is not None and last.ended_because in ("wording", "refused:wording")


def _complete(turn: Turn, names: Names) -> str:
    """What the contract lacks, by name where it is one thing; the first of several."""
    _, found = names.gettext, lacking.of_party(names.facts, turn.party)
    first, more = next(iter(found), None), len(found) - 1
    path, _at, _seat = str(first.values.get("path", "") if first else "").partition("@")
    if first is not None and first.code == lacking.SIGNATORY:
        what = _("who signs for %(party)s", party=names.party(first.party))
    elif "." in path:
        what = f"'{names.figure(path)}'"
    else:
        return _("Settle what the contract lacks")
    if not more:
        return _("Settle what the contract lacks: %(what)s", what=what)
    return _("Settle what the contract lacks: %(what)s and %(more)s more", what=what, more=more)
