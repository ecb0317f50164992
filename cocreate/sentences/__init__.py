"""The one place where a code becomes a sentence: refusals of the rules, and acts refused for other reasons.

Each sentence is spoken for its reader, in his language: what he may not see is not in it.
"""

from cocreate.domain import invited
from cocreate.errors import CocreateError, Refused
from cocreate.sentences import refusals, uploads, values  # noqa: F401 - they register their sentences
from cocreate.sentences.errors import other
from cocreate.sentences.invitations import unanswered
from cocreate.sentences.registry import ERRORS, REFUSALS
from cocreate.sentences.speaker import Act, NoFacts, Sentence, Speaker
from cocreate.words import Reader
from workflows.facts import Facts
from workflows.refusals import Refusal


def refusal(refusal: Refusal, facts: Facts, reader: Reader, *, party: int | None, mask: int) -> Sentence:
    """Why something may not happen, for a reader of ``party`` (None: of none) whose audience bits are ``mask``."""
    if (member := invited.awaited(facts, refusal, party)) is not None:
        return Sentence(unanswered(facts, member, reader), refusal.party,
                        Act(f"people#person-{member.person}", reader.gettext("See the invitation")))
    text, act = REFUSALS[refusal.code](Speaker(refusal, facts, reader, party, mask))
    return Sentence(text, refusal.party, act)


def error(error: CocreateError, reader: Reader, facts: Facts | None = None) -> str:
    """An act that did not happen, in one sentence; of a ``Refused`` each reason is a sentence of its own."""
    speaker = Speaker(Refusal(error.code, values=error.values), facts, reader, None, 0)
    if isinstance(error, Refused):
        return reader.gettext("This is not possible yet.")
    try:
        return ERRORS.get(error.code, other)(speaker)
    except NoFacts:
        return other(speaker)


__all__ = ["ERRORS", "REFUSALS", "Act", "Sentence", "error", "refusal"]
