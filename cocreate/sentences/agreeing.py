"""By which rule a gate is agreed; who agrees on a text that all sign, also where fewer had to agree."""

from collections.abc import Callable, Sequence

from cocreate import words
from cocreate.words import Reader
from workflows.definition import AtLeast, Gate
from workflows.facts import Facts
from workflows.gates import deciding, quorum, sides
from workflows.texts import say


def rule(facts: Facts, key: str, reader: Reader, named: Callable[[int], str], *, sides_named: bool = False) -> str:
    """Whose agreement is enough at a gate of a project, among those who decide there. named: how a party is written."""
    gate, counted = facts.definition.gates[key][1], quorum(facts, key).parties
    each = (words.listed((named(party.number) for party in side), reader, either=True)
            for side in (sides(facts, counted) if sides_named else ()))
    return rule_words(gate, reader, lambda seat: say(facts.definition.parties[seat].name, reader.language),
                      [named(party.number) for party in facts.holders(gate.veto)],
                      counted=len(counted), sides="; ".join(each))


def rule_words(gate: Gate, reader: Reader, seat_name: Callable[[str], str], veto: Sequence[str], *,
               counted: int = 0, sides: str = "") -> str:
    """Whose agreement is enough. veto: who has one; counted, sides: of those who decide, where anybody sits there."""
    _, seat, least = reader.gettext, "", 0
    if isinstance(gate.rule, AtLeast):
        seat, least = seat_name(gate.rule.of) if gate.rule.of else "", gate.rule.at_least
    match gate.rule:
        case "all":
            said = _("All parties asked must agree.")
        case "any":
            said = _("One party that agrees is enough.")
        case "one_per_side":
            said = _("One party of each side must agree: %(sides)s.", sides=sides) if sides else \
                _("One party of each side must agree.")
        case AtLeast() if seat:
            said = _("At least %(least)s of %(all)s as %(seat)s must agree.", least=least, all=counted, seat=seat) \
                if counted else _("At least %(least)s as %(seat)s must agree.", least=least, seat=seat)
        case AtLeast():
            said = _("At least %(least)s of %(all)s must agree.", least=least, all=counted) if counted else \
                _("At least %(least)s must agree.", least=least)
    if not veto:
        return said
    return f"{said} " + reader.ngettext("%(names)s has a veto.", "%(names)s have a veto.", len(veto),
                                        names=words.listed(veto, reader))


def contract_gate(facts: Facts) -> str | None:
    """The gate at which the parties agree to the contract."""
    return next((key for key, (_stage, gate) in facts.definition.gates.items() if gate.about == "contract"), None)


def on_the_text(facts: Facts, reader: Reader, named: Callable[[int], str]) -> str:
    """Who agrees on the contract, for who is to sign it; "" where nobody is asked. named: how a party is written."""
    agree, others, signing = _split(facts)
    if not agree:
        return ""
    reserved = words.listed((named(one.party) for one in facts.reserved()), reader)
    if not others and not signing:
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
    """Where the contract is agreed without everybody: by which rule, who has not agreed, who is not asked; else ""."""
    gate, (_agree, others, signing) = contract_gate(facts), _split(facts)
    if gate is None or not (others or signing):
        return ""
    said = [rule(facts, gate, reader, named)]
    if others:
        said.append(reader.ngettext("%(names)s has not agreed to it.", "%(names)s have not agreed to it.", len(others),
                                    names=words.some(map(named, others), reader)))
    if signing:
        said.append(reader.ngettext("%(names)s is asked only to sign.", "%(names)s are asked only to sign.",
                                    len(signing), names=words.some(map(named, signing), reader)))
    return " ".join(said)


def _split(facts: Facts) -> tuple[list[int], list[int], list[int]]:
    """Of who decides on the contract: who agrees, and who does not; and who signs it without being asked to agree."""
    gate = contract_gate(facts)
    if gate is None:
        return [], [], []
    asked = [one.number for one in deciding(facts, gate)]
    agree = [number for number in asked if (said := facts.decision(gate, number)) is not None and said.agreed]
    return (agree, [number for number in asked if number not in agree],
            [one.number for one in facts.signing if one.number not in asked])
