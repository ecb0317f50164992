"""What a proposal would do, in a mail: a phrase for each kind, with the label of what it is about, never its text."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from cocreate import words
from cocreate.domain.addresses import named, plain
from cocreate.domain.ending import Ending, agreed
from cocreate.letters.speaking import Speaking
from cocreate.services.acts.proposals import KINDS
from workflows.facts import ProposalFact, ProposalState
from workflows.facts.disputes import OTHER_VALUE, SETTLE


class Proposing(Speaking):
    """The proposal that a mail is about."""

    @property
    def proposal(self) -> ProposalFact | None:
        known = self.subject.matter == "proposal"
        return next((p for p in self.facts.proposals if known and str(p.number) == self.subject.key), None)

    @property
    def proposed(self) -> str:
        """What it would do, as a part of a sentence."""
        subject, body = self.proposal.subject if self.proposal else "", self._body
        match self.proposal.kind if self.proposal else "":
            case "withdraw":
                return self._("to withdraw the project")
            case "add_party":
                seat = self.facts.definition.parties[body["seat"]]
                return self._("to let %(name)s in as %(seat)s", name=named(body["name"]), seat=self.say(seat.name))
            case "neutral":
                return self._("%(name)s as the neutral person", name=named(body["name"]))
            case "colleague":
                return self._("to invite %(name)s", name=named(body["name"]))
            case "parts":
                return self._("to give %(name)s other parts", name=named(body["name"]))
            case "hold":
                until = self.day(date.fromisoformat(body["until"]))
                return self._("to put the project on hold until %(day)s", day=until)
            case "charter":
                part = words.charter_part(subject, self._context.reader, self.party_name)
                return self._("words of the charter (%(part)s)", part=plain(part))
            case "conflict":
                return self._("to settle two goals that pull apart")
            case "end":
                return self._("to end the contract on %(day)s", day=self.day(self.ends_on))
            case "unsigned":
                party = self.party_name(int(subject.rpartition("@")[2])) if subject else ""
                return self._("to go on without the signature of %(party)s", party=party)
            case "strike" | "wording" as kind:
                return self._of_a_clause(kind, subject)
            case kind:
                return self._of_a_value(kind, subject)

    def _of_a_clause(self, kind: str, key: str) -> str:
        if kind == "strike":
            return self._("to strike the clause '%(clause)s'", clause=self.clause(key))
        return self._("other words for the clause '%(clause)s'", clause=self.clause(key))

    def _of_a_value(self, kind: str, subject: str) -> str:
        path = subject.partition("@")[0]
        if " " in path:
            figures = words.listed((f"'{self.figure(one)}'" for one in path.split()), self._context.reader)
            return self._("to go on although %(figures)s miss their limits", figures=figures)
        figure = self.figure(path)
        match kind:
            case "waive" if self.facts.values(path):
                return self._("to go on although '%(figure)s' misses its limit", figure=figure)
            case "waive":
                return self._("to go on without '%(figure)s'", figure=figure)
            case "settle":
                return self._("which value of '%(figure)s' counts", figure=figure)
            case "other_value":
                return self._("another value of '%(figure)s'", figure=figure)
            case "later":
                return self._("to settle '%(figure)s' later", figure=figure)
            case _:
                return self._("something that needs all parties")

    @property
    def ends_on(self) -> date:
        """The last day of the contract, as it is proposed or all have agreed."""
        found = Ending.read(self._body) if self._body else agreed(self.facts)
        return found.day if found else self.facts.today

    @property
    def proposal_reason(self) -> str:
        return self.written(self._body.get("reason"), self.proposal.person) if self.proposal else ""

    @property
    def invites(self) -> bool:
        """Whether it is about a colleague whom the own champions let in."""
        return self.proposal is not None and self.proposal.kind == "colleague"

    @property
    def asks_own(self) -> bool:
        """Whether the party asks itself."""
        return self.proposal is not None and KINDS[self.proposal.kind].own

    @property
    def one_is_enough(self) -> bool:
        return self.proposal is not None and KINDS[self.proposal.kind].one_is_enough

    @property
    def _body(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = json.loads(self.proposal.body) if self.proposal else {}
        return found

    def figure(self, path: str) -> str:
        """The label of the field at a path."""
        _stage, task, field, *_rest = (*path.split("."), "", "")
        known = self.facts.definition.tasks.get(task)
        return self.say(known[1].fields[field].label) if known and field in known[1].fields else plain(path)

    def clause(self, key: str) -> str:
        clause = self.facts.definition.clauses.get(key)
        return self.say(clause.title) if clause else plain(key)

    @property
    def settles(self) -> bool:
        """Whether it proposes a value of a figure: another one, or which of several counts."""
        return self.proposal is not None and self.proposal.kind in (OTHER_VALUE, SETTLE)

    @property
    def answerable(self) -> ProposalFact | None:
        """What is proposed about the value and waits for the recipient's party: to be answered before anything else."""
        path, own = self.subject.key, self.member.party
        return next((one for one in self.facts.proposals if one.state is ProposalState.OPEN and own in one.parties
                     and own not in one.agreeing and _path(one) == path), None)


def _path(proposal: ProposalFact) -> str:
    """The figure whose value is proposed; "" where something else is."""
    return proposal.subject.partition("@")[0] if proposal.kind in (OTHER_VALUE, SETTLE) else ""
