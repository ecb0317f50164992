"""What the contract prints of each party that signs it: asked of every one, in words, before the contract is made."""

from collections.abc import Iterator

from workflows.definition import Definition
from workflows.fields import Choice, LongText, Person, Place, ShortText, TypedField
from workflows.verification.findings import Finding, error, listed, warning
from workflows.verification.names import field_at
from workflows.verification.tasks import hides

_KINDS = {"signatory": (ShortText, LongText, Person), "authority": (ShortText, LongText, Choice),
          "address": (ShortText, LongText, Place), "number": (ShortText,)}


def details(d: Definition) -> Iterator[Finding]:
    signing = [seat for seat, one in d.parties.items() if one.signs]
    for name, path in d.party_details.named():
        field = field_at(d, path)
        if field is not None:
            yield from _asked(d, name, path, field, signing)
    if signing and d.party_details.address is None:
        yield warning("details.no_address", "party_details.address",
                      "The contract will not say where its parties are registered. Ask them, and name the field here.")


def _asked(d: Definition, name: str, path: str, field: TypedField, signing: list[str]) -> Iterator[Finding]:
    where, (stage, key, *_) = f"party_details.{name}", path.split(".")
    task = d.tasks[key][1]
    if not isinstance(field, _KINDS[name]):
        yield error("details.kind", where, f"'{path}' cannot be the {name} of a party: it is no text.")
    if without := [seat for seat in signing if seat not in task.of]:
        yield error("details.not_asked", where, f"{listed(without)} will sign and is not asked for '{key}'.")
    if d.prepares and d.order[stage] > d.order[d.prepares]:
        yield error("details.too_late", where, f"This comes only in {d.stage_name(stage)}.")
    if name == "address" and not (field.required and field.certain and task.required):
        yield error("details.may_be_blank", where,
                    "An address may not be missing. Make task and field required, and the field certain.")
    if hidden := [seat for seat in signing if hides(task.seen_by(field), seat)]:
        yield error("details.narrow", where, f"{listed(hidden)} will sign this and may not see it.")
