"""A language made up from the catalogue: every letter of a marked text has an accent, and the text is 40 % longer."""

import re
import shutil
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from tests.support.run import Run
from tools.texts import messages

CODE = "eo"  # Esperanto: a real language, so that dates and numbers have forms, and none that ships
PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
ACCENTED = "åƀçđéƒĝĥîĵķļɱñöþɋŕšţûṽŵẋýžÅƁÇĐÉƑĜĤÎĴĶĻṀÑÖÞɊŔŠŢÛṼŴẊÝŽ"
_KEPT = re.compile(r"(%\(\w+\)[sd]|%%|\{\w+\}|<[^>]+>|&\w+;)")
_SWAP = str.maketrans(PLAIN, ACCENTED)


def write(folder: Path) -> None:
    """The compiled catalogue as an installation has it, below ``folder``."""
    path = folder / CODE / "LC_MESSAGES" / "messages.mo"
    path.parent.mkdir(parents=True)
    shutil.copy(Run.current().once("made_up", _compiled), path)


def _compiled() -> str:
    catalogue = Catalog(locale=CODE, fuzzy=False)
    for message in messages():
        several = message if isinstance(message, tuple) else (message,)
        said = tuple(translate(one) for one in several)
        catalogue.add(message, said if isinstance(message, tuple) else said[0])
    path = Run.current().folder / "made_up.mo"
    with path.open("wb") as file:
        write_mo(file, catalogue)
    return str(path)


def translate(text: str) -> str:
    """ "Save %(name)s" becomes "[Šåṽé %(name)s öööö]"."""
    said = "".join(part if _KEPT.fullmatch(part) else part.translate(_SWAP) for part in _KEPT.split(text))
    more = len(text) * 2 // 5
    words = [("ö" * 7)] * (more // 8) + ["ö" * (more % 8)]
    return f"[{said} {' '.join(words)}]".replace(" ]", "]")

