"""What a line never ends in the middle of: a day, a number with what it counts, an amount of money.

Only where people read, and last: what is stored, compared, hashed or sent in a head keeps its plain words.
"""

import re

SPACE = "\N{NO-BREAK SPACE}"
MOST = 26  # characters; what is longer may break, or a narrow page would be wider than its screen
_TOGETHER = re.compile(r"""
    \b\d{1,2}\.?\ [^\W\d_]+\.?\ \d{4}\b     # 23 November 2026
  | \b[A-Z]{3}\ -?\d[\d.,]*                 # EUR 5,000
  | (?<![\w\u00a0])[^\s(\[]*\d\ (?:[%‰°€$£]|[^\W\d_])[^\s)\]]*     # 1,200 t/a
""", re.VERBOSE)
_VERSION = re.compile(r"\b([Vv]ers\w+)\ (?=\d)")


def whole(said: str) -> str:
    """Something short that stays on one line."""
    return said.replace(" ", SPACE) if len(said) <= MOST else said


def with_versions(text: str) -> str:
    """The text, in which "version 3" stays whole."""
    return _VERSION.sub(rf"\1{SPACE}", text)


def unbroken(text: str) -> str:
    """The text, in which days, numbers with their units and amounts stay whole."""
    return _TOGETHER.sub(lambda found: whole(found[0]), text)
