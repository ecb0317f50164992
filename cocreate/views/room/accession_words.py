"""What the contract's page says of accession."""

from typing import Any

from cocreate.db import db
from cocreate.domain.rights import Act, may
from cocreate.services import accessions, contracts
from cocreate.views.room import frame
from workflows.facts import Facts


def around(facts: Facts) -> dict[str, Any]:
    """What the contract's page says of accession: who has acceded, and whether the reader can."""
    own, names = facts.actor.party if facts.actor else None, frame.party_views(facts)
    if not facts.acceding or facts.contract is None:
        return {"accessions": [], "may_accede": False}
    sealed = accessions.sealed(db.session(), facts)
    rows = [(names[party.number], facts.accession(party.number), party.number in sealed) for party in facts.acceding]
    asks = own in {party.number for party in facts.acceding} and facts.accession(own) is None
    return {"accessions": rows, "may_accede": bool(
        asks and may(Act.SIGN, facts.actor, party=own) and contracts.version(db.session(), facts).row.sealed_at)}
