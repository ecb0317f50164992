"""The workflow templates of a host: shipped ones, drafts, published versions."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Row, Select, bindparam, func, select, update
from sqlalchemy.orm import Session, aliased

from cocreate.db import insert_into, new_ref
from cocreate.domain.hosts import HostAct
from cocreate.errors import Conflict, NotFound
from cocreate.models.hosts import Template, TemplateVersion
from cocreate.models.people import Person
from cocreate.models.projects import Member, Project
from cocreate.services import definitions, host_records
from cocreate.services.locks import lock_host
from workflows.definition import Definition, from_json
from workflows.verification import verify
from workflows.verification.findings import Finding


@dataclass(frozen=True, slots=True)
class Published:
    """The newest published version of a template: what a project can be opened from, unless it is retired."""

    template_id: int
    ref: str
    key: str
    number: int
    definition: Definition
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a template. ``by`` saved it; ``published_by`` let projects open with it."""

    number: int
    sha256: str
    note: str
    by: str
    saved_at: datetime
    published_at: datetime | None
    published_by: str
    running: int  # projects under way
    used: int  # with those that are over
    body: str = field(repr=False)  # canonical JSON

    @property
    def definition(self) -> Definition:
        return _definition(self.body)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What its proof says: errors first."""
        return _findings(self.body)

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.level == "error")


@dataclass(frozen=True, slots=True)
class TemplatePage:
    """A template with all its versions, newest first."""

    id: int
    host_id: int
    ref: str
    key: str
    retired_at: datetime | None
    versions: tuple[Version, ...]

    @property
    def newest(self) -> Version:
        return self.versions[0]

    @property
    def published(self) -> Version | None:
        """The version that projects open with."""
        return next((version for version in self.versions if version.published_at), None)

    @property
    def draft(self) -> Version | None:
        """What is newer than the published version; an older draft was overtaken."""
        return None if self.newest.published_at else self.newest

    @property
    def overtaken(self) -> tuple[Version, ...]:
        """Drafts that a newer version came after: nothing opens with them any more."""
        return tuple(version for version in self.versions[1:] if version.published_at is None)

    def before(self, version: Version) -> Version | None:
        """With what a version is compared: a draft with what is published, that with what was published before it."""
        if version.published_at is None:
            return self.published
        return next((one for one in self.versions if one.published_at and one.number < version.number), None)

    def same(self, version: Version) -> Version | None:
        """The published version that says the same as this draft, if there is one."""
        return next((one for one in self.versions if one.published_at and one.sha256 == version.sha256), None)

    def stored(self, sha256: str) -> Version | None:
        """A draft that says this, or the version that projects open with; going back to an older one is a new draft."""
        return next((one for one in self.versions if one.sha256 == sha256
                     and (one.published_at is None or one == self.published)), None)

    @property
    def running(self) -> int:
        return sum(version.running for version in self.versions)

    @property
    def used(self) -> int:
        return sum(version.used for version in self.versions)

    def version(self, number: int | None) -> Version:
        """The one of this number, or the newest. Raises: NotFound."""
        found = next((one for one in self.versions if number in (None, one.number)), None)
        if found is None:
            raise NotFound
        return found


def save_draft(session: Session, host_id: int, definition: Definition, *, note: str, actor: int, now: datetime,
               ) -> TemplateVersion:
    """Store a definition as the next version of the host's template of its key, not yet published."""
    version = _store(session, host_id, definition, note, actor, now)
    _note(session, HostAct.SAVED, version, actor, now)
    return version


def _store(session: Session, host_id: int, definition: Definition, note: str, actor: int, now: datetime,
           ) -> TemplateVersion:
    lock_host(session, host_id)
    session.execute(insert_into(session, Template).values(host_id=host_id, ref=new_ref(), key=definition.key)
                    .on_conflict_do_nothing(index_elements=["key", "host_id"]))
    template = session.scalars(select(Template).where(
        Template.host_id == host_id, Template.key == definition.key).with_for_update()).one()  # one after the other
    newest = session.scalar(select(func.max(TemplateVersion.number)).where(
        TemplateVersion.template_id == template.id)) or 0
    version = TemplateVersion(
        template_id=template.id, number=newest + 1, host_id=host_id, definition=definition.canonical().decode(),
        sha256=definition.sha256, compared=json.dumps(sorted(definition.compared)), note=note, saved_by=actor,
        saved_at=now)
    session.add(version)
    session.flush()  # it is published, or shown, within this transaction
    return version


def ship(session: Session, host_id: int, definition: Definition, *, actor: int, now: datetime) -> None:
    """Let a new host open projects with a definition as it came with the product; its record begins with the host."""
    version = _store(session, host_id, definition, "Shipped", actor, now)
    version.published_at, version.published_by = now, actor
    session.flush()


def publish(session: Session, host_id: int, template_id: int, number: int, *, now: datetime, note: str | None = None,
            actor: int | None = None) -> None:
    """From now on projects open with this version; running ones stay on theirs.

    note: what changed; left out, that of the draft stays. actor: who publishes; left out, who saved the draft.
    Raises: Conflict with every error that stands in the way.
    """
    lock_host(session, host_id)
    version = session.get(TemplateVersion, (template_id, number))
    if version is None or version.host_id != host_id:
        raise NotFound
    if version.published_at is not None:
        raise Conflict("template.published", number=number)
    errors = [finding for finding in _findings(version.definition) if finding.level == "error"]
    if errors:
        raise Conflict("template.errors", findings=tuple(errors))
    version.published_at, version.published_by = now, actor or version.saved_by
    version.note = note or version.note
    before = session.scalar(select(func.max(TemplateVersion.number)).where(
        TemplateVersion.template_id == template_id, TemplateVersion.number < number,
        TemplateVersion.published_at.is_not(None)))
    session.flush()  # whoever opens a project within this transaction sees it
    _note(session, HostAct.PUBLISHED, version, version.published_by, now, before={"number": before} if before else {})


_NEWEST = (select(TemplateVersion.template_id, func.max(TemplateVersion.number).label("number"))
           .where(TemplateVersion.host_id == bindparam("host_id"), TemplateVersion.published_at.is_not(None))
           .group_by(TemplateVersion.template_id).subquery())
_EVER = (
    select(Template.id, Template.ref, Template.key, TemplateVersion.number, TemplateVersion.sha256,
           Template.retired_at.is_not(None))
    .join(_NEWEST, _NEWEST.c.template_id == Template.id)
    .join(TemplateVersion, (TemplateVersion.template_id == Template.id) & (TemplateVersion.number == _NEWEST.c.number))
    .where(Template.host_id == bindparam("host_id")).order_by(Template.key))
_PUBLISHED = _EVER.where(Template.retired_at.is_(None))
_EVER_OF_KEY = _EVER.where(Template.key == bindparam("key"))


def published(session: Session, host_id: int) -> list[Published]:
    """The newest published version of each template that is not retired, in the order of their keys."""
    return _read(session, _PUBLISHED, host_id)


def ever_published(session: Session, host_id: int, key: str) -> Published | None:
    """The newest published version of a template, also where it is retired: of what was begun with it."""
    return next(iter(_read(session, _EVER_OF_KEY, host_id, key=key)), None)


def _read(session: Session, query: Select[int, str, str, int, str, bool], host_id: int, **more: str) -> list[Published]:
    rows = session.execute(query, {"host_id": host_id, **more}).all()
    known = definitions.load(session.connection(), (row.sha256 for row in rows))
    return [Published(id_, ref, key, number, known[sha256], retired)
            for id_, ref, key, number, sha256, retired in rows]


def all_of(session: Session, host_id: int) -> Sequence[TemplatePage]:
    """Every template of a host, in the order of their keys; retired ones last."""
    found = session.scalars(select(Template).where(Template.host_id == host_id)
                            .order_by(Template.retired_at.is_not(None), Template.key)).all()
    versions = _versions(session, [template.id for template in found])
    return [_page(template, versions[template.id]) for template in found]


def one(session: Session, hosts: Sequence[int], ref: str) -> TemplatePage:
    """A template of one of these hosts. Raises: NotFound."""
    template = session.scalars(select(Template).where(Template.ref == ref, Template.host_id.in_(hosts))).one_or_none()
    if template is None:
        raise NotFound
    return _page(template, _versions(session, [template.id])[template.id])


def titles(session: Session, template_id: int, person: int) -> tuple[list[tuple[str, str, int]], int]:
    """(title, reference, version) of the running projects in which this person has a place, and how many others run."""
    rows = session.execute(
        select(Project.title, Project.ref, Project.template_version, Member.person)
        .outerjoin(Member, (Member.project_id == Project.id) & (Member.person == person)
                   & Member.accepted_at.is_not(None) & Member.left_at.is_(None))
        .where(Project.template_id == template_id, Project.ended_at.is_(None)).order_by(Project.title)).all()
    mine = [(title, ref, version) for title, ref, version, member in rows if member is not None]
    return mine, len(rows) - len(mine)


def replace_draft(session: Session, host_id: int, definition: Definition, number: int, *, note: str, actor: int,
                  now: datetime) -> TemplateVersion:
    """Store a definition as the next version, and do away with the draft of this number. Raises: NotFound; Conflict."""
    version = _store(session, host_id, definition, note, actor, now)
    _discard(session, host_id, version.template_id, number)
    _note(session, HostAct.SAVED, version, actor, now, before={"number": number})
    return version


def copy_to_draft(session: Session, host_id: int, template_id: int, number: int, *, note: str, actor: int,
                  now: datetime) -> TemplateVersion:
    """The next version, as this one is. Raises: NotFound; Conflict where there is a draft already."""
    version = session.get(TemplateVersion, (template_id, number))
    if version is None or version.host_id != host_id:
        raise NotFound
    newest = _newest(session, template_id)
    if newest.published_at is None:
        raise Conflict("template.draft_there", number=newest.number)
    return save_draft(session, host_id, from_json(version.definition), note=note, actor=actor, now=now)


def discard(session: Session, host_id: int, template_id: int, number: int, *, actor: int, now: datetime) -> bool:
    """Do away with a draft, which nothing was opened with; answers whether the template is gone with it.

    Raises: NotFound; Conflict where it is published.
    """
    draft, gone = _discard(session, host_id, template_id, number)
    _note(session, HostAct.DISCARDED, draft, actor, now)
    return gone


def _discard(session: Session, host_id: int, template_id: int, number: int) -> tuple[TemplateVersion, bool]:
    lock_host(session, host_id)
    template = session.scalars(select(Template).where(Template.id == template_id, Template.host_id == host_id)
                               .with_for_update()).one_or_none()
    if template is None:
        raise NotFound
    versions = session.scalars(select(TemplateVersion).where(TemplateVersion.template_id == template_id)).all()
    draft = next((version for version in versions if version.number == number), None)
    if draft is None:
        raise NotFound
    if draft.published_at is not None:
        raise Conflict("template.published", number=number)
    session.delete(draft)
    session.flush()  # before the template that it belongs to
    if len(versions) == 1:
        session.delete(template)
    session.flush()
    return draft, len(versions) == 1


def retire(session: Session, host_id: int, template_id: int, *, actor: int, now: datetime) -> None:
    """Open no more projects with it; running ones stay."""
    if (found := _locked(session, host_id, template_id)) and found.retired_at is None:
        session.execute(update(Template).where(Template.id == template_id).values(retired_at=now))
        _note(session, HostAct.RETIRED, _newest(session, template_id), actor, now)


def bring_back(session: Session, host_id: int, template_id: int, *, actor: int, now: datetime) -> None:
    if (found := _locked(session, host_id, template_id)) and found.retired_at is not None:
        session.execute(update(Template).where(Template.id == template_id).values(retired_at=None))
        _note(session, HostAct.BROUGHT_BACK, _newest(session, template_id), actor, now)


def _locked(session: Session, host_id: int, template_id: int) -> Row[datetime | None] | None:
    """When it was retired, as it is now: nobody else changes it until this transaction ends."""
    lock_host(session, host_id)
    return session.execute(select(Template.retired_at).where(
        Template.id == template_id, Template.host_id == host_id)).one_or_none()


def _note(session: Session, act: HostAct, version: TemplateVersion, actor: int | None, now: datetime,
          before: dict[str, object] | None = None) -> None:
    """In the host's record, under the name that the template has in this version."""
    definition = from_json(version.definition)
    host_records.note(session, version.host_id, act, by=actor, subject=definition.key, before=before, now=now, after={
        "name": definition.name, "number": version.number, "sha256": version.sha256, "note": version.note})


def _newest(session: Session, template_id: int) -> TemplateVersion:
    return session.scalars(select(TemplateVersion).where(TemplateVersion.template_id == template_id)
                           .order_by(TemplateVersion.number.desc()).limit(1)).one()


def of_key(session: Session, host_id: int, key: str) -> TemplatePage | None:
    """The host's template of this key, if there is one."""
    ref = session.scalar(select(Template.ref).where(Template.host_id == host_id, Template.key == key))
    return one(session, [host_id], ref) if ref else None


def _page(template: Template, versions: Sequence[Version]) -> TemplatePage:
    return TemplatePage(template.id, template.host_id, template.ref, template.key, template.retired_at,
                        tuple(versions))


def _versions(session: Session, templates: Sequence[int]) -> dict[int, list[Version]]:
    opened = select(func.count()).where(
        Project.template_id == TemplateVersion.template_id, Project.template_version == TemplateVersion.number)
    running = opened.where(Project.ended_at.is_(None)).scalar_subquery()
    found: dict[int, list[Version]] = {template: [] for template in templates}
    publisher = aliased(Person)
    for row, by, published_by, runs, used in session.execute(
            select(TemplateVersion, Person.name, publisher.name, running, opened.scalar_subquery())
            .join(Person, Person.id == TemplateVersion.saved_by)
            .outerjoin(publisher, publisher.id == TemplateVersion.published_by)
            .where(TemplateVersion.template_id.in_(templates)).order_by(TemplateVersion.number.desc())):
        found[row.template_id].append(Version(row.number, row.sha256, row.note, by, row.saved_at, row.published_at,
                                              published_by or by, runs, used, row.definition))
    return found


# A stored version never changes: reading and proving it gives the same for ever.


@lru_cache(maxsize=64)
def _definition(body: str) -> Definition:
    return from_json(body)


@lru_cache(maxsize=64)
def _findings(body: str) -> tuple[Finding, ...]:
    return verify(_definition(body))
