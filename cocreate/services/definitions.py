"""Definitions as values, each read from the database once in the life of a process.

Its hash names a definition and a stored one never changes, so that what was read stays true.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from cocreate.models.hosts import TemplateVersion
from workflows.definition import Definition, from_json

MOST = 500  # kept by one process
_READ: dict[str, Definition] = {}


def load(connection: Connection, hashes: Iterable[str]) -> Mapping[str, Definition]:
    """Those of these hashes, one statement for all that are new."""
    wanted = set(hashes)
    if missing := wanted - _READ.keys():
        rows = connection.execute(select(TemplateVersion.sha256, TemplateVersion.definition)
                                  .where(TemplateVersion.sha256.in_(missing)))
        for sha256, body in {row.sha256: row.definition for row in rows}.items():
            _READ[sha256] = from_json(body)
    found = {sha256: _READ[sha256] for sha256 in wanted}
    while len(_READ) > MOST:
        _READ.pop(next(iter(_READ)), None)
    return found
