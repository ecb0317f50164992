"""How long a reason has to be: for the form that asks for one and for the act that takes it."""

from cocreate.errors import Invalid

LEAST = 10  # letters


def why(said: str) -> str:
    """A reason that all parties read.

    Raises: Invalid.
    """
    reason = said.strip()
    if len(reason) < LEAST:
        raise Invalid("reason.why", field="reason", least=LEAST)
    return reason


def needed(said: str, *, field: str = "reason") -> str:
    """A reason that whoever gets it answers.

    Raises: Invalid.
    """
    reason = said.strip()
    if len(reason) < LEAST:
        raise Invalid("reason.short", field=field, least=LEAST)
    return reason
