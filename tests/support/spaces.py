"""What is said, as it is read: which of its spaces a line may end at is the matter of tests/domain/test_unbroken.py."""

import re

from cocreate.domain.unbroken import SPACE


def spaced(said: str) -> str:
    return re.sub(rf"(?<=[\w.,]){SPACE}", " ", said)  # one after the shape of a party is no such
