"""The templates that are shipped: one YAML file per strategy, named by its key."""

from functools import cache
from pathlib import Path

from workflows.definition import Definition
from workflows.exchange.yaml_text import read

_FOLDER = Path(__file__).parent


def names() -> tuple[str, ...]:
    """The keys of the shipped templates, in order of the alphabet."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


@cache
def load(key: str) -> Definition:
    """A shipped template. Raises: KeyError if there is none of this key."""
    if key not in names():
        raise KeyError(key)
    return read((_FOLDER / f"{key}.yaml").read_bytes())
