"""Which columns of a table hold only numbers: on paper and on a page their figures stand right, below each other."""

import re
from collections.abc import Sequence

# A number, perhaps with a unit of one word; or nothing.
_NUMBER = re.compile(r"^[-+\u2212]?[\d.,\u00a0\u202f ']*\d ?[%\u2030]?(?: [^\s\d]{1,12})?$|^[\u2013-]?$")


def numeric(rows: Sequence[Sequence[str]]) -> list[bool]:
    """One answer for each column of these rows; none where there are no rows."""
    return [all(map(_NUMBER.match, column)) for column in zip(*rows, strict=True)]
