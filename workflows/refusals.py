"""Why something may not happen now: a code and its values, never a sentence."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason. ``code`` is one of those in ``cocreate.sentences``; ``since`` orders the reasons, oldest first.

    party: number of the party that can do something about it, or None.
    sees: the audience of what the values name; a reader outside it is told less.
    """

    code: str
    party: int | None = None
    values: dict[str, Any] = field(default_factory=dict)
    sees: int = -1


Reasons = tuple[Refusal, ...]
NONE: Reasons = ()
