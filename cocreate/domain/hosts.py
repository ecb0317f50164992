"""What a host says of itself: how its projects begin, and who it is in contracts and mails. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """What an administrator says of the host. ``opens``: the account managers who may open projects."""

    name: str
    country: str = ""
    zone: str = "UTC"
    working_days: str = "12345"
    days_off: str = ""
    sender_name: str = ""
    sender_address: str = ""
    greeting: str = ""
    legal_note: str = ""
    attach_signed: bool = False
    second_step: str = "choice"
    opens: frozenset[int] = frozenset()
