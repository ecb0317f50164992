"""The demo loads once, its records are whole, and everybody named in it can sign in."""

import pytest
from flask import current_app
from sqlalchemy import func, select

from cocreate.db import db
from cocreate.domain import passwords
from cocreate.domain.turns import turns
from cocreate.forms.contributions import ContributionForm
from cocreate.forms.typed import typed_of
from cocreate.models.hosts import Host
from cocreate.models.mails import Outbox
from cocreate.models.people import Person
from cocreate.models.work import Figure
from cocreate.services import accounts, demo, records, rooms
from tests.conftest import ENGINES
from tests.support.apps import dispose, make_app
from tests.support.clock import NOON
from tests.support.people import HERE
from workflows import library

KINDS = ["administrator", "account manager", "customer champion", "customer contributor"]


class TestDemo:
    def test_loads_once(self, loaded):
        with loaded.app_context():
            demo.load(store=current_app.extensions["store"], now=NOON)
            assert db.session.scalar(select(func.count()).select_from(Host)) == 1

    def test_its_records_are_whole(self, loaded):
        with loaded.app_context():
            found = records.every_project(db.session())
            assert len(found) == 2
            assert [records.check(db.session(), id_) for id_, _ref, _events in found] == [None, None]

    def test_each_kind_of_user_can_sign_in(self, loaded):
        assert [kind for kind, _email, _password in demo.sign_ins()] == KINDS
        with loaded.app_context():
            for _kind, email, password in demo.sign_ins():
                outcome = accounts.check_password(db.session(), email, password, device=HERE, now=NOON)
                assert outcome.person_id and not outcome.second_step
            db.session.rollback()

    def test_the_champion_and_the_contributor_have_something_to_do(self, loaded):
        with loaded.app_context():
            assert acts("customer champion") == ["again"]
            assert acts("customer contributor") == ["fill_in"]

    def test_its_passwords_are_long_and_not_stolen(self):
        for _kind, _email, password in demo.sign_ins():
            assert len(password) >= passwords.LEAST and password not in passwords.common()

    def test_every_figure_is_marked_as_assumed(self, loaded):
        with loaded.app_context():
            # A row of limits asks for neither: its method says it.
            assert set(db.session.scalars(select(Figure.grade))) == {"assumed", None}
            assert set(db.session.scalars(select(Figure.source))) == {demo.ASSUMED, None}

    def test_what_was_returned_can_be_typed_in_its_form(self):
        """Else whoever answers it without changing it would be told to have typed something else."""
        _stage, task = library.load(demo.TEMPLATE).tasks["specification"]
        typed = typed_of(task, demo.SPECIFICATION)
        assert ContributionForm(task, typed=typed).typed() == typed

    def test_one_invitation_is_still_in_the_mail(self, loaded):
        with loaded.app_context():
            open_ = db.session.scalars(select(Person).where(Person.password_hash.is_(None))).one()
            assert open_.email == demo.WATER_LEAD.email
            waiting = select(func.count()).select_from(Outbox).where(Outbox.recipient == open_.id,
                                                                     Outbox.kind == "invitation")
            assert db.session.scalar(waiting) == 1

    def test_only_mails_that_make_sense_now_are_waiting(self, loaded):
        with loaded.app_context():
            waiting = select(Outbox.kind, Person.email).join(Person, Person.id == Outbox.recipient).where(
                Outbox.state == "waiting").order_by(Outbox.kind)
            assert db.session.execute(waiting).all() == [
                ("ask", demo.PLANT_HAND.email), ("invitation", demo.WATER_LEAD.email),
                ("returned", demo.PLANT_LEAD.email),
                ("submitted", demo.CITY_LEAD.email)]


def acts(kind):
    email = next(email for of, email, _password in demo.sign_ins() if of == kind)
    person = db.session.scalars(select(Person.id).where(Person.email == email)).one()
    return [turn.act for one in rooms.of_person(db.session(), person, now=NOON) for turn in turns(one.facts, person)]


@pytest.fixture(scope="module", params=ENGINES)
def loaded(request, databases, tmp_path_factory):
    """A database of its own with the demo; whoever looks at it changes nothing."""
    url = databases.migrated(request.param)
    app = make_app(url, tmp_path_factory.mktemp("demo"))
    with app.app_context():
        demo.load(store=current_app.extensions["store"], now=NOON)
        db.session.remove()
    yield app
    dispose(app)
    databases.drop(url)
