"""What the page of a contract, or of a short agreement, says of accession."""

from typing import Any

from cocreate.db import db
from cocreate.domain.rights import Act, may
from cocreate.services import accessions, contracts
from cocreate.views.room import frame
from workflows.facts import Facts


def around(facts: Facts, paper: str = "") -> dict[str, Any]:
    """Who has acceded, and whether the reader can."""
    own, names, acceding = facts.own, frame.party_views(facts), facts.acceding(paper)
    if not acceding or facts.standing(paper) is None:
        return {"accessions": [], "may_accede": False}
    sealed = accessions.sealed(db.session(), facts, paper)
    rows = [(names[party.number], facts.accession(party.number, paper), party.number in sealed) for party in acceding]
    asks = own in {party.number for party in acceding} and facts.accession(own, paper) is None
    return {"accessions": rows, "may_accede": bool(
        asks and may(Act.SIGN, facts.actor, party=own) and (not paper or not (facts.ended or facts.on_hold))
        and contracts.version(db.session(), facts, paper=paper).row.sealed_at)}
