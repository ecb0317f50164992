"""The few ways in which an act does not happen.

Each carries a code and values; ``cocreate.sentences`` makes the sentence in the reader's language.
"""

from collections.abc import Sequence
from datetime import datetime

from workflows.refusals import Refusal


class CocreateError(Exception):
    """Something a person is told about; nothing was written."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values


class NotFound(CocreateError):
    """It does not exist, or it is not the asker's to see: the same answer for both."""

    def __init__(self) -> None:
        super().__init__("not_found")


class Forbidden(CocreateError):
    """The asker may read this but not do it; ``values`` names who can."""


class Conflict(CocreateError):
    """The thing changed since the asker looked; both texts are kept."""


class Invalid(CocreateError):
    """What was given cannot be used; ``values['field']`` names where."""


class Ended(CocreateError):
    """A link that was used, withdrawn, replaced or is too old: one answer for all of them."""


class TooOften(CocreateError):
    """``until`` is when it works again."""

    def __init__(self, code: str, *, until: datetime) -> None:
        super().__init__(code, until=until)
        self.until = until


class Refused(CocreateError):
    """The rules of the project say no; every reason is kept."""

    def __init__(self, reasons: Sequence[Refusal]) -> None:
        super().__init__("refused")
        self.reasons = tuple(reasons)
