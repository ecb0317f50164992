"""What a template leaves to fewer people than every project does, in words: on its pages and where it refuses."""

from collections.abc import Iterable

from cocreate import words
from cocreate.words import Reader
from workflows.definition import Definition
from workflows.texts import say


def holders(definition: Definition, named: Iterable[str], reader: Reader) -> str:
    """The seats, and who of no seat: "Giver, Taker and the account manager of the host"."""
    _ = reader.gettext
    others = {"host": _("the account manager of the host"), "facilitator": _("the neutral person")}
    return words.listed((others[one] if one in others else say(definition.parties[one].name, reader.language)
                         if one in definition.parties else one for one in named), reader)
