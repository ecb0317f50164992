"""Going from stage to stage."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy.orm import Session

from cocreate.services import progress
from cocreate.services.acts.changing import ToChange
from cocreate.services.acts.stages import GoOn

NOTHING: Mapping[tuple[str, int], str] = MappingProxyType({})


def go_on(session: Session, ref: str, *, transition: str, visit: int, reason: str = "",
          changes: Mapping[tuple[str, int], str] = NOTHING, wording: bool = False, actor: int, key: str,
          now: datetime) -> progress.Receipt:
    """Take a transition, forward or back; ``visit`` is the stage visit the button stood on.

    changes: (task, party) of what has to change, back from the signature -> why just this, "" as all of it.
    """
    given = GoOn(transition, visit, reason, to_change(changes), wording)
    return progress.act(session, ref, given, actor=actor, key=key, now=now)


def to_change(changes: Mapping[tuple[str, int], str]) -> tuple[ToChange, ...]:
    return tuple(ToChange(task, party, why) for (task, party), why in changes.items())
