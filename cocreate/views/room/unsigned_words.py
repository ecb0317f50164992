"""What the page of a short agreement offers where a party cannot sign it, and what it says once all agreed to that."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from cocreate import words
from cocreate.db import db
from cocreate.domain.rights import Act, can
from cocreate.services import signing
from cocreate.services.acts import unsigned
from cocreate.services.acts.proposals import can_be_answered
from cocreate.views.proposals_words import unsigned_words
from cocreate.web import pages
from workflows.facts import Facts


@dataclass(frozen=True, slots=True)
class WayOn:
    """A sentence for everybody who reads the page, and a button for who can do something."""

    sentence: str
    label: str = ""
    url: str = ""


def way_on(facts: Facts, paper: str) -> WayOn | None:
    """What can be done where somebody did not sign the last version."""
    newest = max(facts.versions(paper), key=lambda one: one.number, default=None)
    refused = signing.unwilling(db.session(), facts, paper).get(newest.number) if newest else None
    number = refused.party if refused else None
    if number is None or not possible(facts, paper, number):
        return None
    party = facts.party(number).name
    sentence = _("Talk about it. If %(party)s cannot sign such a text at all, who is asked to sign can agree that the "
                 "others sign without it.", party=party)
    if open_ := _open(facts, paper, number):
        return WayOn(sentence, _("Proposed: %(what)s", what=unsigned_words(facts, number)), open_)
    if can(facts, Act.UNSIGNED, party=facts.own):
        return WayOn(sentence, _("Propose: %(what)s", what=unsigned_words(facts, number)), _url(facts, paper, number))
    return WayOn(sentence)


def own_way(facts: Facts, paper: str) -> str:
    """The address at which the own party proposes that the others sign without it; "" where it cannot."""
    own = facts.own
    if own is None or not possible(facts, paper, own) or not can(facts, Act.UNSIGNED, party=own):
        return ""
    return _open(facts, paper, own) or _url(facts, paper, own)


def possible(facts: Facts, paper: str, number: int | None) -> bool:
    """Whether the others can sign without this party."""
    return number is not None and not facts.ended and not facts.on_hold and unsigned.are_left(facts, paper) \
        and unsigned.asked(facts, unsigned.about(paper, number)) is not None


def excused(facts: Facts, paper: str) -> str:
    """Without whose signature all agreed to go on."""
    names = words.listed((party.name for party in unsigned.excused(facts, paper)), pages.reader())
    return _("All who are asked to sign agreed to go on without the signature of %(names)s, whom it does not bind.",
             names=names) if names else ""


def _open(facts: Facts, paper: str, number: int) -> str:
    found = next((one for one in facts.proposals if can_be_answered(facts, one)
                  and one.is_about(unsigned.UNSIGNED, unsigned.about(paper, number))), None)
    return url_for("room.proposal", ref=facts.project.ref, number=found.number) if found else ""


def _url(facts: Facts, paper: str, number: int) -> str:
    return url_for("room.without_signature", ref=facts.project.ref, paper=paper, number=number)
