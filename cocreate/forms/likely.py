"""Long lists that begin with what is likely: on a phone nobody finds the one of 400 that they want."""

from collections.abc import Collection, Iterable

from flask_babel import gettext
from wtforms import SelectChoice


def first(likely: Collection[str], pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """The choices in two groups, each once; in none where nothing is likely. likely: in this order."""
    labels = dict(pairs)
    ahead = [value for value in dict.fromkeys(likely) if value in labels]
    if not ahead:
        return [SelectChoice(*pair) for pair in labels.items()]
    return [*(SelectChoice(value, labels[value], optgroup=gettext("Likely")) for value in ahead),
            *(SelectChoice(value, label, optgroup=gettext("All others")) for value, label in labels.items()
              if value not in ahead)]
