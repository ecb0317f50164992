"""What stands when a project is opened: who may open, the template, the organisations. Read in one go, under a lock."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection

from cocreate.db import driver
from cocreate.domain.names import skeleton
from cocreate.errors import Forbidden, NotFound
from cocreate.services import definitions
from cocreate.services.reading import Dialect
from workflows.definition import Definition


@dataclass(frozen=True, slots=True)
class Known:
    """An organisation that the host has entered before."""

    id: int
    name: str
    kind: str
    country: str


@dataclass(frozen=True, slots=True)
class Grounds:
    """``opener`` is the name of who opens; ``title`` that of the project which has the reference already."""

    opener: str
    title: str | None
    host: Known
    organisations: Mapping[str, Known]  # by their skeletons, those that were asked for
    template: tuple[int, int, Definition]  # its number, the newest version that is published, what that says


def look(connection: Connection, host_id: int, *, actor: int, ref: str, template: str, names: Iterable[str]) -> Grounds:
    """Until the transaction ends nobody else opens a project of the host: two clicks come one after the other.

    Raises: Forbidden unless the actor may open projects of the host, with who may; NotFound without such a template.
    """
    postgres = connection.dialect.name == "postgresql"
    lock = ((_LOCK, (str(host_id),)),) if postgres else ()  # as locks.lock_host; SQLite has one writer anyway
    values = (str(host_id) if postgres else host_id, ref, json.dumps([skeleton(name) for name in names]), template)
    openers, title, organisations, versions = json.loads(driver.execute(
        connection, *lock, (_looked_at(postgres), values))[0])
    may = {person: name for person, name, opens in sorted(openers, key=lambda row: str(row[1])) if opens}
    if actor not in may:
        raise Forbidden("opener", names=tuple(may.values()))
    if not versions:
        raise NotFound
    number, sha256, template_id = max(versions)
    known = {skeleton: Known(*rest) for skeleton, _own, *rest in organisations}
    return Grounds(may[actor], title, next(known[row[0]] for row in organisations if row[1]), known,
                   (template_id, number, definitions.load(connection, (sha256,))[sha256]))


_LOCK = "SELECT id FROM host WHERE id = $1 FOR NO KEY UPDATE"


@cache
def _looked_at(postgres: bool) -> str:
    dialect = Dialect(postgres)
    host, ref, skeletons, template = map(dialect.mark, range(1, 5))
    parts = [
        dialect.rows(["q.id", "q.name", "m.opens"], "host_member m JOIN person q ON q.id = m.person_id",
                     "m.host_id = h.id AND m.role = 'account_manager' AND m.left_at IS NULL "
                     "AND q.deactivated_at IS NULL"),
        f"(SELECT title FROM project WHERE ref = {ref})",  # noqa: S608 - a place for the value
        dialect.rows(["o.skeleton", "o.own", "o.id", "o.name", "o.kind", "o.country"], "organisation o",
                     f"o.host_id = h.id AND (o.own OR o.skeleton IN ({dialect.texts(skeletons)}))"),
        dialect.rows(["v.number", "v.sha256", "t.id"], "template t JOIN template_version v ON v.template_id = t.id",
                     f"t.host_id = h.id AND t.key = {template} AND t.retired_at IS NULL "
                     "AND v.published_at IS NOT NULL"),
    ]
    return dialect.select(parts, f"host h WHERE h.id = {host}")
