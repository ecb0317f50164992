"""Every act: a pure function from facts and what was asked to a change, or to a refusal."""

from collections.abc import Callable
from typing import Any

from cocreate.services.acts import contracts, contributions, gates, openings, people, proposals, stages
from cocreate.services.acts.change import Change
from workflows.facts import Facts

ACTS: dict[type, tuple[str, Callable[[Facts, Any], Change]]] = {
    openings.Open: ("open", openings.open_),
    contributions.Submit: ("submit", contributions.submit),
    contributions.TakeBack: ("take_back", contributions.take_back),
    contributions.Accept: ("accept", contributions.accept),
    contributions.Return: ("return", contributions.return_),
    gates.Decide: ("decide", gates.decide),
    stages.GoOn: ("go_on", stages.go_on),
    contracts.Freeze: ("freeze", contracts.freeze),
    contracts.SendCode: ("send_code", contracts.send_code),
    contracts.Sign: ("sign", contracts.sign),
    contracts.RefuseToSign: ("refuse_to_sign", contracts.refuse_to_sign),
    contracts.Seal: ("seal", contracts.seal),
    proposals.Propose: ("propose", proposals.propose),
    proposals.Answer: ("answer", proposals.answer),
    people.Invite: ("invite", people.invite),
    people.AcceptInvitation: ("accept_invitation", people.accept_invitation),
    people.DeclineInvitation: ("decline_invitation", people.decline_invitation),
}

__all__ = ["ACTS", "Change"]
