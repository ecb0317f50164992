"""A fixed moment, and a clock that tests set."""

import sys
from datetime import UTC, datetime, timedelta

import pytest

from cocreate import clock
from cocreate.cli import commands  # noqa: F401 - read in late, and must be there before its clock is set

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)  # a Monday
LATER = NOON + timedelta(hours=1)


class SetClock:
    """Stands in for the one clock, also where a module has imported its ``now``."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.moment = NOON
        real = clock.now
        for name, module in list(sys.modules.items()):
            if name.startswith("cocreate") and getattr(module, "now", None) is real:
                patch.setattr(module, "now", lambda: self.moment)

    def go(self, **by: float) -> datetime:
        """``clock.go(days=3)``: three days later."""
        self.moment += timedelta(**by)
        return self.moment
