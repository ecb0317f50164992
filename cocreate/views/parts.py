"""What people are in a project, in words."""

from collections.abc import Iterable

from flask_babel import gettext as _

from cocreate import words
from cocreate.web import pages
from workflows.facts import Facts


def part_words() -> dict[str, str]:
    return {"champion": _("champion"), "signatory": _("signatory"), "contributor": _("contributor"),
            "observer": _("observer"), "facilitator": _("neutral person"), "manager": _("account manager")}


def listed(parts: Iterable[str]) -> str:
    named = part_words()
    return words.listed((named[part] for part in named if part in parts), pages.reader())


def stands(facts: Facts) -> str:
    """What the reader is in a project, by the strongest of their parts, as a sentence; "" where they are none."""
    if facts.actor is None:
        return ""
    party = facts.party(facts.actor.party).name if facts.actor.party else ""
    said = {"champion": _("You lead for %(party)s.", party=party),
            "signatory": _("You decide and sign for %(party)s.", party=party),
            "contributor": _("You contribute for %(party)s.", party=party),
            "observer": _("You read along for %(party)s.", party=party),
            "facilitator": _("You help as the neutral person.")}
    return next((text for part, text in said.items() if part in facts.actor.parts), "")
