"""What a contract lacks, put to the facts of who asks whose turn it is."""

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy.orm import Session

from cocreate.domain import lacking
from cocreate.domain.contract import ContractText
from cocreate.domain.turns import owed_here, prepares
from cocreate.services import composing
from workflows.facts import Facts
from workflows.refusals import Refusal


def known(session: Session, facts: Facts, text: ContractText | None = None) -> Facts:
    """The facts with what has to be there before a version can be made, in the stage in which one is made.

    A value of a task that is still owed is not missing yet.

    text: the contract as the actor may read it, where it is composed already.
    """
    if not prepares(facts) or facts.contract is not None or facts.on_hold:
        return facts
    owed = owed_here(facts)
    return replace(facts, missing=tuple(
        one for one in _missing(session, facts, text) if not owed or one.code == lacking.SIGNATORY))


def _missing(session: Session, facts: Facts, text: ContractText | None) -> Iterator[Refusal]:
    """As the actor may read it; where it is only in what is kept from them, that it is missing and whose it is."""
    found = tuple(lacking.missing(text or composing.compose(session, facts), facts))
    yield from found or map(lacking.untold, lacking.missing(composing.whole(session, facts), facts))
