"""What only the operator can do: a lost second step, a new secret, files after a restore."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from cocreate import vault
from cocreate.db import db, transaction
from cocreate.models.hosts import Host
from cocreate.models.people import Person
from cocreate.services import accounts, second_steps, sign_ins
from cocreate.services.sign_ins import Device
from tests.support import stories
from tests.support.clock import NOON
from tests.support.people import mails_to, someone
from tests.support.run import ROOT

OLD, NEW = "o" * 40, "n" * 40
SECRET = "JBSWY3DPEHPK3PXP"


def test_a_lost_second_step_is_taken_away_and_told(app):
    with app.app_context():
        with transaction() as session:
            renee = someone(session)
            session.get_one(Person, renee.id).totp_secret = vault.lock(SECRET)
            opened = sign_ins.begin(session, renee.id, method="password", device=Device("", "", None), now=NOON)
        run = app.test_cli_runner().invoke
        assert run(args=["person", "reset-second-step", renee.email]).exit_code == 0
        assert db.session.get_one(Person, renee.id).totp_secret is None
        assert mails_to(db.session(), renee.id)[-1][0] == "second_step_changed"
        assert sign_ins.find(db.session(), opened, NOON + timedelta(minutes=1)) is None
        for nobody in (renee.email, "nobody@wmata.example", "two, words"):
            answer = run(args=["person", "reset-second-step", nobody])
            assert (answer.exit_code, "has a second step" in answer.output) == (1, True)


def test_a_new_secret_opens_what_the_former_one_locked(fresh_database, new_app):
    with new_app(fresh_database, secret=OLD).app_context(), transaction() as session:
        renee = someone(session)
        session.get_one(Person, renee.id).totp_secret = vault.lock(SECRET)
        accounts.welcome(session, renee.id, now=NOON)
    app = new_app(fresh_database, secret=NEW, former_secret=OLD)
    with app.app_context():
        assert app.test_cli_runner().invoke(args=["secret", "renew"]).output == \
            "2 locked anew, 0 that neither secret opens.\n"
    with new_app(fresh_database, secret=NEW).app_context():
        assert vault.unlock(db.session.get_one(Person, renee.id).totp_secret) == SECRET
        (_kind, values), = mails_to(db.session(), renee.id)
        assert values["secret"]


def test_without_its_secret_an_app_code_is_wrong_and_no_accident(fresh_database, new_app):
    with new_app(fresh_database, secret=OLD).app_context(), transaction() as session:
        renee = someone(session)
        session.get_one(Person, renee.id).totp_secret = vault.lock(SECRET)
    app = new_app(fresh_database, secret=NEW)
    with app.app_context():
        with transaction() as session:
            assert second_steps.is_right(session, renee.id, "123456", NOON) is False
        answer = app.test_cli_runner().invoke(args=["secret", "renew"])
        assert (answer.exit_code, answer.output) == (1, "0 locked anew, 1 that neither secret opens.\n")


def test_files_that_are_missing_or_changed_are_named(fresh_database, new_app):
    app = new_app(fresh_database)
    with app.app_context():
        small = stories.opened()
        stories.submit(small, "offer", files=(stories.file(small),))
        run = app.test_cli_runner().invoke
        assert run(args=["files", "verify"]).output == "All files are there.\n"
        path, = (path for path in small.store.folder.rglob("*") if len(path.name) == 64)
        path.write_bytes(b"%PDF-1.7 other")
        answer = run(args=["files", "verify"])
        assert (answer.exit_code, path.name in answer.output) == (1, True)
        path.unlink()
        assert run(args=["files", "verify"]).exit_code == 1


@pytest.mark.parametrize(("given", "said"), [
    (["--admin", "nobody"], "This is not one complete address"),
    (["--admin", "petra@crates.example", "--country", "XX"], "'XX' is no country"),
    (["--admin", "petra@crates.example", "--zone", "Mars/Base"], "'Mars/Base' is no time zone"),
])
def test_a_host_that_could_not_work_is_not_made(app, given, said):
    answer = app.test_cli_runner().invoke(args=["host", "create", "Crates on Mars", *given])
    assert answer.exit_code != 0 and said in answer.output
    with app.app_context():
        assert db.session.scalar(select(Host.id).where(Host.name == "Crates on Mars")) is None


@pytest.mark.parametrize("name", ["", "  "])
def test_a_host_has_a_name(app, name):
    answer = app.test_cli_runner().invoke(args=["host", "create", name, "--admin", "petra@crates.example"])
    assert answer.exit_code != 0 and "It is empty; give the name" in answer.output


def test_a_host_is_made_once(app):
    run = app.test_cli_runner().invoke
    assert run(args=["host", "create", "Once Crates", "--admin", "petra@once.example"]).exit_code == 0
    again = run(args=["host", "create", "once  crates", "--admin", "piet@once.example"])
    assert again.exit_code == 1 and "There is a host 'Once Crates' already. " in again.output
    with app.app_context():
        assert db.session.scalar(select(Person.id).where(Person.email == "piet@once.example")) is None


@pytest.mark.parametrize(("address", "given", "name"), [
    ("e.roth@vienna.example", ["--admin-name", "Eva Roth"], "Eva Roth"), ("max.roth@vienna.example", [], "Max Roth")])
def test_the_first_administrator_is_called_by_their_name_and_reads_the_hours_of_the_host(app, address, given, name):
    answer = app.test_cli_runner().invoke(args=[
        "host", "create", f"Crates of {name}", "--admin", address, *given, "--zone", "Europe/Vienna"])
    assert answer.exit_code == 0
    with app.app_context():
        assert tuple(db.session.execute(select(Person.name, Person.zone).where(
            Person.email == address)).one()) == (name, "Europe/Vienna")


@pytest.mark.parametrize("command", [["record", "verify"], ["files", "verify"], ["secret", "renew"], ["demo", "load"],
                                     ["host", "create", "Crates", "--admin", "petra@crates.example"]])
def test_a_database_without_tables_is_told_how_to_get_them(empty_database, new_app, command):
    answer = new_app(empty_database).test_cli_runner().invoke(args=command)
    assert answer.exit_code == 1
    assert "First run: flask --app wsgi db upgrade" in answer.output


@pytest.mark.parametrize("made", ["DROP TABLE figure", "DROP TABLE contribution",
                                  "ALTER TABLE host RENAME COLUMN legal_note TO note"])
def test_a_database_of_another_state_is_not_told_to_do_what_one_has_just_done(fresh_database, new_app, made):
    app = new_app(fresh_database)
    with app.app_context(), transaction() as session:
        cascade = " CASCADE" if fresh_database.startswith("postgres") and made.startswith("DROP") else ""
        session.execute(text(made + cascade))
    answer = app.test_cli_runner().invoke(args=["db", "upgrade"])
    assert answer.exit_code == 1 and "was made by another state of cocreate" in answer.output
    assert "First run" not in answer.output


@pytest.mark.parametrize(("made", "command"), [
    ("ALTER TABLE project RENAME COLUMN ref TO reference", ["record", "verify"]),
    ("ALTER TABLE person RENAME COLUMN email TO mail", ["person", "reset-second-step", "eva@crates.example"]),
    ("ALTER TABLE host RENAME COLUMN legal_note TO note", ["host", "create", "Crates", "--admin", "p@crates.example"])])
def test_a_database_that_lacks_a_column_is_of_another_state_for_every_command(fresh_database, new_app, made, command):
    app = new_app(fresh_database)
    with app.app_context(), transaction() as session:
        session.execute(text(made))
    answer = app.test_cli_runner().invoke(args=command)
    assert answer.exit_code == 1 and "was made by another state of cocreate" in answer.output
    assert "does not answer" not in answer.output and "First run" not in answer.output


def test_a_database_that_is_away_is_said_to_be(new_app):
    answer = new_app("postgresql://nobody@127.0.0.1:1/nothing").test_cli_runner().invoke(args=["record", "verify"])
    assert (answer.exit_code, "The database does not answer: " in answer.output) == (1, True)


@pytest.mark.parametrize("command", ["record verify", "host create X --admin x@x.example", "db upgrade"])
def test_a_database_that_is_away_is_said_in_one_line(tmp_path, command):
    away = {"COCREATE_DATABASE": "postgresql://nobody@127.0.0.1:1/nothing", "COCREATE_DATA": str(tmp_path)}
    run = subprocess.run([sys.executable, "-m", "flask", "--app", "wsgi", *command.split()], cwd=ROOT, text=True,
                         capture_output=True, env={**os.environ, **away}, check=False)
    assert run.returncode == 1 and "Error: The database does not answer: " in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("further", [[], ["0001"], ["--sql", "base"]])
def test_there_is_no_way_back_but_the_backup(app, further):
    answer = app.test_cli_runner().invoke(args=["db", "downgrade", *further])
    assert (answer.exit_code, "Migrations only go forward." in answer.output) == (1, True)


def test_a_web_server_does_not_read_in_what_only_commands_jobs_and_seals_use():
    read_in = subprocess.run([sys.executable, "-c", "import sys, cocreate; print(*sys.modules)"], cwd=ROOT, text=True,
                             capture_output=True, check=True).stdout.split()
    assert {"flask", "cocreate.views"} <= set(read_in)
    assert {"alembic", "apscheduler", "pyhanko", "cocreate.jobs", "cocreate.cli.commands"} & set(read_in) == set()
