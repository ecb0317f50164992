"""What a host says of itself: how its projects begin, who it is in contracts and mails; what is done at it. Pure."""

from dataclasses import dataclass
from enum import StrEnum


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


class HostAct(StrEnum):
    """What administrators do, and the operator: each is one line of the host's record."""

    CREATED = "created"
    CHANGED = "changed"
    INVITED = "invited"
    INVITED_AGAIN = "invited_again"
    TAKEN_BACK = "taken_back"
    JOINED = "joined"
    ADDRESS = "address"
    ROLES = "roles"
    SESSIONS = "sessions"
    SECOND_STEP = "second_step"
    HANDED_OVER = "handed_over"
    SUBSTITUTE = "substitute"
    BACK = "back"
    DEACTIVATED = "deactivated"
    SAVED = "saved"
    DISCARDED = "discarded"
    PUBLISHED = "published"
    RETIRED = "retired"
    BROUGHT_BACK = "brought_back"
