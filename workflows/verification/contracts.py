"""The contract: prepared once, agreed, signed; every value of every clause is there or accounted for."""

import re
from collections.abc import Iterator

from workflows import conditions as c
from workflows.definition import Annex, Clause, Definition
from workflows.fields import Choice, Date, Month, Organisation, Schedule, Table, TypedField, options
from workflows.texts import Text
from workflows.verification.findings import Finding, certain, contracting, error, listed, warning
from workflows.verification.names import field_at
from workflows.verification.tasks import kept_from


def contract(d: Definition) -> Iterator[Finding]:
    prepared = [key for key, stage in d.stages.items() if stage.contract == "prepared"]
    signed = [key for key, stage in d.stages.items() if stage.contract == "signed"]
    for name, stages in (("prepared", prepared), ("signed", signed)):
        if len(stages) != 1:
            yield error("contract.stage", "stages", f"Exactly one stage has contract: {name}; {len(stages)} have.")
    if len(prepared) == len(signed) == 1 and d.order[prepared[0]] >= d.order[signed[0]]:
        yield error("contract.order", f"stages.{signed[0]}.contract", "The contract is signed before it is prepared.")
    if not any(certain(d, seat) for seat in contracting(d)):
        yield error("contract.no_party", "parties", "No seat that contracts is certain to be filled.")
    gates = [stage for stage, gate in d.gates.values() if gate.about == "contract"]
    if not gates:
        yield error("contract.no_gate", "stages", "No gate is about the contract, so nobody agrees to its text.")
    elif prepared and any(stage != prepared[0] for stage in gates):
        yield error("contract.gate_elsewhere", "stages",
                     f"The gate about the contract belongs to {d.stage_name(prepared[0])}, where it is prepared.")
    if not d.clauses:
        yield error("contract.empty", "clauses", "The contract has no clauses.")
    yield from _ends(d)


def _ends(d: Definition) -> Iterator[Finding]:
    ends = [key for key, outcome in d.terminal.items() if outcome == "success"]
    if len(ends) != 1:
        yield error("terminal.success", "terminal", f"Exactly one end is a success; here {len(ends)} are.")
    for key, transition in d.transitions.items():
        if transition.to in ends and not _requires_signature(transition.when):
            yield warning("contract.end_unsigned", f"transitions.{key}.when",
                           "This ends in success without waiting for the signatures. Add {contract: signed}.")


def _requires_signature(condition: c.AnyCondition | None) -> bool:
    match condition:
        case c.ContractIs(contract="signed"):
            return True
        case c.All(all=inner):
            return any(_requires_signature(one) for one in inner)
        case c.Any_(any=inner):
            return all(_requires_signature(one) for one in inner)
    return False


# As where the contract is written: "$$" and "\$" are dollar signs, "${name}s" ends a name inside a word.
_NAME = re.compile(r"\\.|\$\$|\$(?:\{(?P<braced>\w+)\}|(?P<bare>[A-Za-z_][A-Za-z0-9_]*))", re.DOTALL)


def placeholders(text: Text) -> Iterator[tuple[str, frozenset[str]]]:
    """(language, names) of every ``$name`` in a clause; ``$$`` is a dollar sign."""
    texts = {"": text} if isinstance(text, str) else text
    for language, words in texts.items():
        found = (match["braced"] or match["bare"] for match in _NAME.finditer(words))
        yield language, frozenset(name for name in found if name)


def clauses(d: Definition) -> Iterator[Finding]:
    for key, clause in d.clauses.items():
        path = f"clauses.{key}"
        yield from _placeholders(clause, path)
        if isinstance(clause.only_if, str) and certain(d, clause.only_if):
            yield warning("clause.always", f"{path}.only_if", f"The seat '{clause.only_if}' is always filled.")
        for name, need in clause.needs.items():
            yield from _need(d, clause, need, f"{path}.needs.{name}")


def _placeholders(clause: Clause, path: str) -> Iterator[Finding]:
    used: set[str] = set()
    for language, names in placeholders(clause.text):
        used |= names
        where = f"{path}.text.{language}".rstrip(".")
        yield from (error("clause.undeclared", where, f"${name} is not declared in needs.")
                    for name in sorted(names - clause.needs.keys()))
    yield from (error("clause.unused", f"{path}.needs.{name}", f"'{name}' is declared but ${name} is not in the text.")
                for name in clause.needs if name not in used)


def _need(d: Definition, clause: Clause, need: str, path: str) -> Iterator[Finding]:
    """The value is certainly there when the contract is prepared, and everybody who signs may read it."""
    if need.startswith("project:"):
        return
    if need.startswith("seat:"):
        seat = need.removeprefix("seat:")
        if seat in d.parties and not certain(d, seat) and seat != clause.only_if:
            yield error("clause.seat_empty", path, f"The seat '{seat}' may stay empty. Add only_if: {seat}.")
        return
    address, _, of = need.partition("@")
    field = field_at(d, address)
    if field is None:
        return
    stage, key, _ = address.split(".")
    task = d.tasks[key][1]
    asked = [of] if of else task.of
    if of and of not in task.of:
        yield error("clause.not_asked", path, f"'{of}' is not asked for '{key}'.")
    elif len(asked) > 1:
        yield error("clause.whose", path, f"Several seats answer '{key}'. Say whose value: {address}@{asked[0]}.")
    if d.prepares and d.order[stage] > d.order[d.prepares]:
        yield error("clause.too_late", path, f"This value comes only in {d.stage_name(stage)}.")
    uncertain = [seat for seat in asked if not certain(d, seat) and seat != clause.only_if]
    if not clause.optional and (uncertain or not field.required or not task.required):
        yield warning("clause.may_be_blank", path,
                       "This value may be missing when the contract is prepared; the clause is neither optional nor "
                       "bound to the seat by only_if.")
    if hidden := kept_from(contracting(d), task, field):
        yield warning("clause.narrow", path, f"{listed(hidden)} will sign this clause but may not see its value.")


def _annexed(d: Definition, annex: Annex, path: str) -> Iterator[Finding]:
    """Somebody certain fills the annex, or it says without whom it has no object."""
    if isinstance(annex.only_if, str) and certain(d, annex.only_if):
        yield warning("annex.always", f"{path}.only_if", f"The seat '{annex.only_if}' is always filled.")
    field, task = field_at(d, annex.of), d.tasks.get(annex.of.split(".")[1], (None, None))[1]
    if field is None or task is None:
        return
    uncertain = [seat for seat in task.of if not certain(d, seat) and seat != annex.only_if]
    if len(uncertain) == len(task.of):
        yield error("annex.seat_empty", f"{path}.of",
                    f"Nobody fills this while {listed(uncertain)} is empty. Add only_if: {uncertain[0]}.")


def _owes(d: Definition, column: TypedField, name: str, path: str) -> Iterator[Finding]:
    """Who owes a duty is an organisation by name, or one of the seats."""
    if isinstance(column, Choice):
        unknown = [key for key in options(column.of) if key not in d.parties]
        if unknown:
            yield error("duty.no_seat", path, f"'{name}' offers {listed(unknown)}, and no seat has that key.")
    elif not isinstance(column, Organisation):
        yield error("duty.no_party", path, f"The column '{name}' is neither an organisation nor a choice of seats.")


def tables(d: Definition) -> Iterator[Finding]:
    for key, annex in d.annexes.items():
        field = field_at(d, annex.of)
        if field is not None and not isinstance(field, Table | Schedule):
            yield error("annex.no_table", f"annexes.{key}.of", f"'{annex.of}' is neither a table nor a schedule.")
        yield from _annexed(d, annex, f"annexes.{key}")
    for index, rule in enumerate(d.duties):
        path = f"duties.{index}"
        field = field_at(d, rule.rows)
        if field is None:
            continue
        if not isinstance(field, Table):
            yield error("duty.no_table", f"{path}.rows", f"'{rule.rows}' is not a table.")
            continue
        if all(annex.of != rule.rows for annex in d.annexes.values()):
            yield warning("duty.not_printed", f"{path}.rows",
                           "These duties are owed when the contract is signed, and it does not print them. Name the "
                           f"table in an annex: {{title: Dated duties, of: {rule.rows}}}.")
        for name, column in (("what", rule.what), ("party", rule.party), ("due", rule.due)):
            found = field.columns.get(column)
            if found is None:
                yield error("duty.no_column", f"{path}.{name}", f"'{rule.rows}' has no column '{column}'.")
            elif found.only_if:
                yield error("only_if.needed", f"{path}.{name}",
                            f"The column '{column}' is not asked after every answer, and a duty is made of it.")
            elif name == "due" and not isinstance(found, Date | Month):
                yield error("duty.no_date", f"{path}.due", f"The column '{column}' is not a date.")
            elif name == "party":
                yield from _owes(d, found, column, f"{path}.party")
