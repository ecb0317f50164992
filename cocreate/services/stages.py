"""Going from stage to stage."""

from datetime import datetime

from sqlalchemy.orm import Session

from cocreate.services import progress
from cocreate.services.acts.stages import GoOn


def go_on(session: Session, ref: str, *, transition: str, visit: int, reason: str = "", actor: int, key: str,
          now: datetime) -> progress.Receipt:
    """Take a transition, forward or back; ``visit`` is the stage visit the button stood on."""
    return progress.act(session, ref, GoOn(transition, visit, reason), actor=actor, key=key, now=now)
