"""What people are in a project, in words."""

from collections.abc import Iterable

from flask_babel import gettext as _

from cocreate import words
from cocreate.web import pages


def part_words() -> dict[str, str]:
    return {"champion": _("champion"), "signatory": _("signatory"), "contributor": _("contributor"),
            "observer": _("observer"), "facilitator": _("neutral person"), "manager": _("account manager")}


def listed(parts: Iterable[str]) -> str:
    named = part_words()
    return words.listed((named[part] for part in named if part in parts), pages.reader())
