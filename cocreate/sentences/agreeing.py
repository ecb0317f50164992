"""Who agrees on a text that is to be signed, and under which rule: all sign it, also where fewer had to agree."""

from collections.abc import Callable

from cocreate import words
from cocreate.words import Reader
from workflows.definition import AtLeast
from workflows.facts import Facts
from workflows.gates import deciding
from workflows.texts import say


def rule(facts: Facts, gate: str, reader: Reader) -> str:
    """Whose agreement is enough at a gate."""
    _ = reader.gettext
    match facts.definition.gates[gate][1].rule:
        case "all":
            return _("All parties asked must agree.")
        case "any":
            return _("One party's agreement is enough.")
        case "one_per_side":
            return _("One party of each side must agree.")
        case AtLeast(at_least=least, of=str(seat)):
            return reader.ngettext("%(num)s party as %(seat)s must agree.", "%(num)s parties as %(seat)s must agree.",
                                   least, seat=say(facts.definition.parties[seat].name, reader.language))
        case AtLeast(at_least=least):
            return reader.ngettext("%(num)s party must agree.", "%(num)s parties must agree.", least)


def contract_gate(facts: Facts) -> str | None:
    """The gate at which the parties agree to the contract."""
    return next((key for key, (_stage, gate) in facts.definition.gates.items() if gate.about == "contract"), None)


def on_the_text(facts: Facts, reader: Reader, named: Callable[[int], str]) -> str:
    """Who agrees on the contract, for who is to sign it; "" where nobody is asked. named: how a party is written."""
    agree, others = _split(facts)
    if not agree:
        return ""
    reserved = words.listed((named(one.party) for one in facts.reserved()), reader)
    if not others:
        return reader.gettext("All parties agree on the text, %(reserved)s with a reservation: it stands above the "
                              "text where you sign.", reserved=reserved) if reserved else \
            reader.gettext("All parties agree on the text.")
    values = {"names": words.some(map(named, agree), reader), "reserved": reserved}
    said = reader.ngettext(
        "%(names)s agrees on the text, %(reserved)s with a reservation: it stands above the text where you sign.",
        "%(names)s agree on the text, %(reserved)s with a reservation: it stands above the text where you sign.",
        len(agree), **values) if reserved else reader.ngettext(
        "%(names)s agrees on the text.", "%(names)s agree on the text.", len(agree), **values)
    return f"{said} {without(facts, reader, named)}"


def without(facts: Facts, reader: Reader, named: Callable[[int], str]) -> str:
    """Where the contract is agreed without everybody: by which rule, and who has not agreed; else ""."""
    gate, (_agree, others) = contract_gate(facts), _split(facts)
    if gate is None or not others:
        return ""
    return " ".join((rule(facts, gate, reader), reader.ngettext(
        "%(names)s has not agreed to it.", "%(names)s have not agreed to it.", len(others),
        names=words.some(map(named, others), reader))))


def _split(facts: Facts) -> tuple[list[int], list[int]]:
    """Of who decides on the contract or signs it: who agrees, and who does not."""
    gate = contract_gate(facts)
    if gate is None:
        return [], []
    asked = deciding(facts, gate)
    agree = [one.number for one in asked if (said := facts.decision(gate, one.number)) is not None and said.agreed]
    return agree, [number for number in dict.fromkeys(one.number for one in (*asked, *facts.signing))
                   if number not in agree]
