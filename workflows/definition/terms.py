"""Its terms: clauses and annexes of the contract, what that prints of the parties, and what is owed after it."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, StringConstraints, field_validator

from workflows.fields import Hangs, Key, Path, Strict
from workflows.texts import Text

Need = Annotated[
    str,
    StringConstraints(pattern=r"^([a-z0-9_]+(\.[a-z0-9_]+){2}(@[a-z0-9_]+)?|seat:[a-z0-9_]+|project:(title|purpose))$"),
]


class Clause(Strict):
    """A numbered part of the contract; every ``$name`` of its text is declared in ``needs``."""

    title: Text
    text: Text
    needs: dict[Key, Need] = {}
    only_if: Key | Hangs | None = None  # the optional seat, or the answers, without which the clause has no object
    optional: bool = False  # may be struck when a value is missing
    sample: bool = True


class Annex(Strict):
    """A table or schedule printed after the clauses."""

    title: Text
    of: Path
    only_if: Key | Hangs | None = None  # the optional seat, or the answers, without which the annex has no object


class DutyRule(Strict):
    """Rows of a table that become duties with party and date when the contract is agreed.

    party: who owes a row stands in this column, as a choice whose keys are seats or as the name of an organisation.
    """

    rows: Path
    what: Key
    party: Key
    due: Key


class DecideRule(Strict):
    """A day before which parties decide how the contract goes on: so long before the end of its term.

    start: a date or month; left out: the day of the last signature. only: a number; where it is 0 nothing is decided.
    goes_on_by: months by which it goes on where nobody decides, again and again; 0: then it has ended.
    """

    what: Text
    of: Annotated[list[Key], Field(min_length=1)]
    start: Path | None = None
    term: Path
    notice: Path
    only: Path | None = None
    goes_on_by: Annotated[int, Field(ge=0, le=1200)] = 0

    @field_validator("of", mode="before")
    @classmethod
    def _one_seat_is_a_list(cls, of: Any) -> Any:
        return [of] if isinstance(of, str) else of

    def named(self) -> Iterator[tuple[str, str]]:
        """(what, path) of everything it is worked out from."""
        for name in ("start", "term", "notice", "only"):
            if (path := getattr(self, name)) is not None:
                yield name, path


class PartyDetails(Strict):
    """Where each party that signs says what the contract prints of it."""

    signatory: Path | None = None  # who signs for it
    authority: Path | None = None  # on what authority
    address: Path | None = None  # its registered address: without it no version is made
    number: Path | None = None  # under which it is registered

    def named(self) -> Iterator[tuple[str, str]]:
        """(what, path) of everything that is asked."""
        for name in PartyDetails.model_fields:
            if (path := getattr(self, name)) is not None:
                yield name, path
