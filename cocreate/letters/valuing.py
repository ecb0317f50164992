"""The values of a figure that parties give differently, in a mail: for who may see them, and never in its subject."""

from decimal import Decimal

from cocreate.domain import audience
from cocreate.domain.saying import figure_words
from cocreate.letters.proposing import Proposing
from workflows.facts import FigureFact, ProposalFact, ProposalState
from workflows.facts.disputes import OTHER_VALUE, SETTLE


class Valuing(Proposing):
    """The figure that a mail is about, or the one whose value is proposed."""

    @property
    def values_said(self) -> tuple[str, ...]:
        """Each value that stands, as far as its reader may see it, with its giver and source; kept words stay away."""
        return tuple(self._value(figure) for figure in self.facts.said(self._path_of_values) if self._sees(figure.sees))

    @property
    def value_proposed(self) -> str:
        """What a settlement would make it; "" for who may not see all that it is about."""
        proposal, body = self.proposal, self._body
        said = self.facts.said(self._path_of_values)
        seen = bool(said) and all(self._sees(figure.sees) for figure in said)
        if not seen or proposal is None or proposal.kind != SETTLE or self.keeps(proposal.party):
            return ""
        figure = FigureFact("", 0, 0, Decimal(body["value"]), body.get("unit"), settled=False,
                            period=body.get("period"), price_year=body.get("price_year"))
        return figure_words(figure, self._context.reader.language)

    @property
    def settles(self) -> bool:
        """Whether it proposes a value of a figure: another one, or which of several counts."""
        return self.proposal is not None and self.proposal.kind in (OTHER_VALUE, SETTLE)

    @property
    def answerable(self) -> ProposalFact | None:
        """What is proposed about the value and waits for the recipient's party: to be answered before anything else."""
        path, own = self._path_of_values, self.member.party
        return next((one for one in self.facts.proposals if one.state is ProposalState.OPEN and own in one.parties
                     and own not in one.agreeing and _path(one) == path), None)

    @property
    def _path_of_values(self) -> str:
        if self.subject.matter == "figure":
            return self.subject.key
        return _path(self.proposal) if self.proposal else ""

    def _sees(self, sees: int) -> bool:
        return bool(sees & audience.reader(party=self.member.party, parts=self.member.parts))

    def _value(self, figure: FigureFact) -> str:
        party = self.shaped(figure.party)
        if self.keeps(figure.party):
            return self._("%(party)s keeps its value out of mails; it is there to read in the project.", party=party)
        value = figure_words(figure, self._context.reader.language)
        if not figure.source:
            return self._("%(party)s: %(value)s", party=party, value=value)
        return self._("%(party)s: %(value)s. Source: %(source)s", party=party, value=value,
                      source=self.quote(figure.source))


def _path(proposal: ProposalFact) -> str:
    """The figure whose value is proposed; "" where something else is."""
    return proposal.subject.partition("@")[0] if proposal.kind in (OTHER_VALUE, SETTLE) else ""
