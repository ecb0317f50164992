"""The workflow templates of a host: shipped ones, drafts, published versions."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cocreate.db import new_ref
from cocreate.errors import Conflict, NotFound
from cocreate.models.hosts import Template, TemplateVersion
from workflows.definition import Definition, from_json
from workflows.verification import verify


@dataclass(frozen=True, slots=True)
class Published:
    """The newest published version of a template: what a project can be opened from."""

    template_id: int
    ref: str
    key: str
    number: int
    definition: Definition


def save_draft(session: Session, host_id: int, definition: Definition, *, note: str, actor: int, now: datetime,
               ) -> TemplateVersion:
    """Store a definition as the next version of the host's template of its key, not yet published."""
    template = session.scalars(select(Template).where(
        Template.host_id == host_id, Template.key == definition.key)).one_or_none()
    if template is None:
        template = Template(host_id=host_id, ref=new_ref(), key=definition.key)
        session.add(template)
        session.flush()  # its versions need its number
    newest = session.scalar(select(func.max(TemplateVersion.number)).where(
        TemplateVersion.template_id == template.id)) or 0
    version = TemplateVersion(
        template_id=template.id, number=newest + 1, host_id=host_id, definition=definition.canonical().decode(),
        sha256=definition.sha256, note=note, saved_by=actor, saved_at=now)
    session.add(version)
    session.flush()  # a clash with somebody else's version shows here
    return version


def publish(session: Session, host_id: int, template_id: int, number: int, *, now: datetime) -> None:
    """From now on projects open with this version; running ones stay on theirs.

    Raises: Conflict with every error that stands in the way.
    """
    version = session.get(TemplateVersion, (template_id, number))
    if version is None or version.host_id != host_id:
        raise NotFound
    if version.published_at is not None:
        raise Conflict("template.published", number=number)
    errors = [finding for finding in verify(from_json(version.definition)) if finding.level == "error"]
    if errors:
        raise Conflict("template.errors", findings=tuple(errors))
    version.published_at = now
    session.flush()  # whoever opens a project within this transaction sees it


def published(session: Session, host_id: int) -> list[Published]:
    """The newest published version of each template that is not retired, in the order of their keys."""
    newest = (select(TemplateVersion.template_id, func.max(TemplateVersion.number).label("number"))
              .where(TemplateVersion.host_id == host_id, TemplateVersion.published_at.is_not(None))
              .group_by(TemplateVersion.template_id).subquery())
    rows = session.execute(
        select(Template.id, Template.ref, Template.key, TemplateVersion.number, TemplateVersion.definition)
        .join(newest, newest.c.template_id == Template.id)
        .join(TemplateVersion, (TemplateVersion.template_id == Template.id)
              & (TemplateVersion.number == newest.c.number))
        .where(Template.host_id == host_id, Template.retired_at.is_(None)).order_by(Template.key))
    return [Published(id_, ref, key, number, from_json(body)) for id_, ref, key, number, body in rows]


def by_key(session: Session, host_id: int, key: str) -> Published:
    """Raises: NotFound."""
    found = next((template for template in published(session, host_id) if template.key == key), None)
    if found is None:
        raise NotFound
    return found
