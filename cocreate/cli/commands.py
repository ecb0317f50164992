"""What the operator can ask for, and what it answers."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO
from zoneinfo import available_timezones

import click
import flask_migrate.cli
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError, OperationalError

from cocreate import jobs, sentences, upgrading
from cocreate.cli import cases
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain import countries
from cocreate.domain.names import name_in_address
from cocreate.errors import CocreateError
from cocreate.services import accounts, demo, hosts, records, relocking, second_steps, sweeping, templates
from cocreate.words import Reader
from workflows import library
from workflows.exchange.mistakes import DefinitionErrors
from workflows.exchange.schema import json_schema
from workflows.exchange.yaml_text import read
from workflows.verification import publishable, verify

NO_TABLES = "Tables are missing (%s). First run: flask --app wsgi db upgrade"
OTHER_TABLES = ("The database was made by another state of cocreate (%s). Nothing was changed: go back to that state, "
                "or make the database anew.")
_LACKS_A_COLUMN = re.compile(r"no such column|has no column named|^column .* does not exist")  # SQLite, PostgreSQL


@contextmanager
def in_one_sentence(misfit: str = NO_TABLES) -> Iterator[None]:
    """That the database is missing, or its tables; that they are those of another state."""
    try:
        yield
    except DBAPIError as error:
        said = str(error.orig).partition("\n")[0]
        if _LACKS_A_COLUMN.search(said):
            raise click.ClickException(OTHER_TABLES % said) from error
        if isinstance(error, OperationalError) and "no such table" not in said:
            raise click.ClickException(f"The database does not answer: {said}") from error
        if "no such table" in said or "does not exist" in said:
            raise click.ClickException(misfit % said) from error
        raise


class Commands(AppGroup):
    """Commands that say in one sentence where the database is missing, or its tables."""

    def invoke(self, context: click.Context) -> Any:
        with in_one_sentence():
            return super().invoke(context)


host = Commands("host", help="Hosts: the organisations that open projects.")
record = Commands("record", help="The record of what happened.")
files = Commands("files", help="The files that people gave, contracts and seals.")
person = Commands("person", help="Accounts, where nobody but the operator can help.")
secret = Commands("secret", help="The secret of the installation.")
template = Commands("template", help="Templates as text.")
demo_group = Commands("demo", help="Demo data; never in production.")


def add_to(app: Flask) -> None:
    upgrading.prepare(app)
    for group in (host, record, files, person, secret, template, demo_group, cases.group):
        app.cli.add_command(group)
    app.cli.add_command(scheduler)
    for command in (upgrade, downgrade):
        flask_migrate.cli.db.add_command(command)


def _known_country(_context: click.Context, _option: click.Parameter, value: str) -> str:
    if value and value not in countries.CODES:
        raise click.BadParameter(f"'{value}' is no country; give the two capital letters of ISO 3166, such as DE.")
    return value


def _a_name(_context: click.Context, _argument: click.Parameter, value: str) -> str:
    if not (name := " ".join(value.split())):
        raise click.BadParameter("It is empty; give the name as it shall stand on pages and contracts.")
    return name


def _known_zone(_context: click.Context, _option: click.Parameter, value: str) -> str:
    if value not in available_timezones():
        raise click.BadParameter(f"'{value}' is no time zone; give one such as Europe/Berlin.")
    return value


@host.command("create")
@click.argument("name", callback=_a_name)
@click.option("--admin", required=True, help="E-mail address of the first administrator.")
@click.option("--admin-name", default="", help="Their name as others read it; they can change it.")
@click.option("--country", default="", callback=_known_country, help="Whose holidays count, such as DE.")
@click.option("--zone", default="UTC", callback=_known_zone, help="Time zone, such as Europe/Berlin.")
def create_host(name: str, admin: str, admin_name: str, country: str, zone: str) -> None:
    """Make a host with its administrator, who gets a link to choose a password."""
    try:
        with transaction() as session:
            if there := hosts.looking_like(session, name):
                raise click.ClickException(f"There is a host '{there}' already. Its administrators invite further "
                                           "people; another host needs another name.")
            person = accounts.find_or_invite_person(session, email=admin, zone=zone, now=now(),
                                                    name=admin_name or name_in_address(admin))
            made = hosts.create_host(session, name=name, country=country, zone=zone, first=person, now=now())
            for key in library.names():
                templates.ship(session, made.id, library.load(key), actor=person, now=now())
            accounts.welcome(session, person, now=now())
    except CocreateError as error:
        raise click.ClickException(sentences.error(error, Reader())) from error
    click.echo(f"{name} is there. {admin} gets a mail with a link to choose a password.")


@record.command("verify")
@click.argument("project", required=False)
def verify_record(project: str | None) -> None:
    """Check the record of one project, or of all; names the first line that does not fit."""
    projects = records.every_project(db.session(), project)
    if project and not projects:
        raise click.ClickException(f"There is no project {project}.")
    broken = 0
    for id_, ref, events in projects:
        found = records.check(db.session(), id_)
        if found is None:
            click.echo(f"{ref}: complete, {events} events")
        else:
            broken += 1
            click.echo(f"{ref}: line {found.seq} does not fit ({found.why})")
    if broken:
        raise click.exceptions.Exit(1)


@files.command("verify")
def verify_files() -> None:
    """Check that every file that the database names is there, with its bytes; names those that are not."""
    gone = sweeping.missing(db.session(), current_app.extensions["store"])
    for host_ref, sha256 in gone:
        click.echo(f"missing or changed: {host_ref}/{sha256[:2]}/{sha256}")
    if gone:
        raise click.exceptions.Exit(1)
    click.echo("All files are there.")


@person.command("reset-second-step")
@click.argument("email")
def reset_second_step(email: str) -> None:
    """Take app code and recovery codes of somebody away who lost both; they are told by mail and signed out."""
    try:
        with transaction() as session:
            second_steps.reset(session, email, now=now())
    except CocreateError as error:
        raise click.ClickException(f"Nobody with the address {email} has a second step.") from error
    click.echo(f"{email} signs in with the password alone, and has been told by mail.")


@secret.command("renew")
def renew_secret() -> None:
    """Lock what lies locked in the database under COCREATE_SECRET; COCREATE_FORMER_SECRET opens it."""
    with transaction() as session:
        done, lost = relocking.relock(session)
    click.echo(f"{done} locked anew, {lost} that neither secret opens.")
    if lost:
        raise click.exceptions.Exit(1)


@template.command("schema")
def template_schema() -> None:
    """Print the JSON Schema of a template, for editors that check while one types."""
    click.echo(json.dumps(json_schema(), ensure_ascii=False, indent=1))


@template.command("check")
@click.argument("file", type=click.File("rb"))
def check_template(file: BinaryIO) -> None:
    """Say everything that keeps a template from being published; nothing is stored."""
    try:
        found = verify(read(file.read()))
    except DefinitionErrors as errors:
        click.echo(str(errors))
        raise click.exceptions.Exit(1) from None
    for finding in found:
        click.echo(f"{finding.level}: {finding.path}: {finding.message}")
        for step in finding.story:
            click.echo(f"    {step}")
    if not publishable(found):
        raise click.exceptions.Exit(1)
    click.echo("It can be published.")


@demo_group.command("load")
def load_demo() -> None:
    """Load the demo once: a host, its people and a project under way."""
    if current_app.config["SETTINGS"].production:
        raise click.ClickException("The demo never loads in production.")
    demo.load(store=current_app.extensions["store"], now=now())


@click.command("upgrade")
def upgrade() -> None:
    """Make the tables, or bring them up to date."""
    with in_one_sentence(OTHER_TABLES):
        upgrading.upgrade()
        if lacking := upgrading.lacking():
            raise click.ClickException(OTHER_TABLES % f"no {lacking}")


@click.command("downgrade", context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def downgrade() -> None:
    """Never: migrations only go forward."""
    raise click.ClickException("Migrations only go forward. What was before an update is in the backup made before it: "
                               "docs/operating.md, Backup and restore.")


@click.command("scheduler")
def scheduler() -> None:
    """Run reminders, mails and sealing until stopped."""
    jobs.run(current_app._get_current_object())  # type: ignore[attr-defined]
