"""Opening a project: seats, people, dates, and one project for one key."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from cocreate.errors import Conflict, Forbidden, Invalid, NotFound
from cocreate.models.projects import AffectedGroup, Project
from cocreate.services import accounts, hosts, openings, records, templates
from cocreate.services.facts import look
from cocreate.services.openings import NewProject, Seating
from cocreate.words import Reader
from tests.support import projects
from tests.support.clock import NOON
from tests.support.people import someone
from workflows.exchange.yaml_text import read

NEW = NewProject("returned_crates", "Crates come back", "Fewer new crates.", date(2027, 6, 1), None, (
    Seating("maker", "Tornby Furniture", country="NO", name="Ingrid Solvik", email="ingrid@tornby.example"),
    Seating("shop", "Aurelis Hotels", country="ES", name="Claire Duval", email="claire@aurelis.example")))


class TestOpen:
    def test_invitations_are_shown_in_the_order_of_the_contract(self, session, host, anna):
        found = openings.letters(session, host.id, NEW, actor=anna.id, now=NOON)
        assert [one.name for one in found] == ["Ingrid Solvik", "Claire Duval"]  # not in that of their addresses

    def test_invitations_are_shown_alike_whether_or_not_an_address_has_an_account(self, session, host, anna):
        def shown(email):
            lea = replace(NEW.seats[1], name="L. Brandt", email=email, language="fr")
            found = openings.letters(session, host.id, replace(NEW, seats=(NEW.seats[0], lea)), actor=anna.id, now=NOON)
            return [(one.name, one.to == email, one.reader) for one in found]

        gone, lea = someone(session, "Gone"), someone(session, "Dr Lea Brandt-Okafor")
        accounts.set_profile(session, lea.id, name="Dr Lea Brandt-Okafor", addressed="Lea", language="de",
                             zone="Asia/Tokyo", numbers="", theme="", digest="daily")
        accounts.deactivate(session, gone.id, NOON)
        assert shown(lea.email) == shown(gone.email) == shown("nobody.yet@aurelis.example") == [
            ("Ingrid Solvik", False, Reader("en", host.zone, NOON)), ("L. Brandt", True, Reader("fr", host.zone, NOON))]

    def test_two_seats_with_one_address_are_refused_before_anything_is_opened(self, session, host, anna):
        twice = replace(NEW, seats=tuple(replace(seat, email="Lea@Aurelis.example") for seat in NEW.seats))
        with pytest.raises(Conflict, match="member.elsewhere"):
            openings.letters(session, host.id, twice, actor=anna.id, now=NOON)

    def test_seats_the_parties_in_the_order_of_the_template(self, session, host, anna):
        ref = open_(session, host, anna, replace(NEW, seats=tuple(reversed(NEW.seats))))
        found = seen(session, ref, anna)
        assert sorted((p.number, p.seat, p.name) for p in found.parties) == [
            (1, "maker", "Tornby Furniture"), (2, "shop", "Aurelis Hotels")]

    def test_invites_a_champion_for_each_and_asks_them_at_once(self, session, host, anna):
        found = seen(session, open_(session, host, anna), anna)
        invited = {m.party: m for m in found.members if m.accepted_at is None}
        assert {m.name for m in invited.values()} == {"Ingrid Solvik", "Claire Duval"}
        assert {t.key: t.asked for t in found.tasks} == {"returns": invited[2].person, "credit": invited[1].person}

    def test_a_host_that_only_helps_has_no_party(self, session, host, anna):
        assert seen(session, open_(session, host, anna), anna).actor.party is None

    def test_a_host_can_take_a_seat(self, session, host, anna):
        ref = open_(session, host, anna, replace(NEW, own_seat="maker", seats=NEW.seats[1:]))
        actor = seen(session, ref, anna).actor
        assert actor.party == 1 and {"champion", "signatory", "manager"} <= actor.parts

    def test_keeps_affected_groups_and_a_whole_record(self, session, host, anna):
        ref = open_(session, host, anna, replace(NEW, affected=("Hotel guests", "Drivers")))
        project = seen(session, ref, anna).project
        assert session.scalars(select(AffectedGroup.name).where(AffectedGroup.project_id == project.id)).all() == [
            "Hotel guests", "Drivers"]
        assert records.check(session, project.id) is None

    def test_twice_with_one_key_opens_one(self, session, host, anna):
        key = projects.key()
        first, second = (open_(session, host, anna, key=key) for _ in range(2))
        assert first == second
        assert session.scalar(select(func.count()).select_from(Project).where(Project.host_id == host.id)) == 1

    def test_one_key_does_not_open_two_different_ones(self, session, host, anna):
        key = projects.key()
        open_(session, host, anna, key=key)
        with pytest.raises(Conflict, match="key.used"):
            open_(session, host, anna, replace(NEW, title="Something else"), key=key)

    def test_the_same_key_of_another_person_is_another_project(self, session, host, anna):
        bert = someone(session, "Bert")
        hosts.employ(session, host.id, bert.id, hosts.ACCOUNT_MANAGER, now=NOON)
        key = projects.key()
        assert open_(session, host, anna, key=key) != open_(session, host, bert, key=key)


class TestRefusals:
    def test_only_account_managers_of_this_host_open(self, session, host, anna):
        with pytest.raises(Forbidden):
            open_(session, host, someone(session, "Bert"))

    @pytest.mark.parametrize(("change", "code"), [
        ({"seats": NEW.seats[:1]}, "seat.required"),
        ({"seats": (*NEW.seats, Seating("pilot", "Nobody"))}, "seat.unknown"),
        ({"own_seat": "maker"}, "seat.full"),
        ({"seats": (NEW.seats[0], replace(NEW.seats[1], organisation="Tornby Furniture"))}, "seat.twice"),
    ])
    def test_wrong_seats_are_named(self, session, host, anna, change, code):
        with pytest.raises(Invalid, match=code):
            open_(session, host, anna, replace(NEW, **change))

    def test_an_organisation_that_only_looks_like_a_known_one_is_refused(self, session, host, anna):
        open_(session, host, anna)
        with pytest.raises(Conflict, match="organisation.looks_alike"):
            open_(session, host, anna, replace(NEW, title="Two", seats=(
                replace(NEW.seats[0], organisation="Tornby-Furniture"), NEW.seats[1])))

    def test_a_template_of_another_host_does_not_exist(self, session, anna):
        other = hosts.create_host(session, name=f"Other {projects.key()}", now=NOON)
        hosts.employ(session, other.id, anna.id, hosts.ACCOUNT_MANAGER, now=NOON)
        with pytest.raises(NotFound):
            open_(session, other, anna)


class TestDates:
    def test_the_template_says_how_long_it_takes(self, session, host):
        definition = templates.ever_published(session, host.id, "returned_crates").definition
        assert openings.days_needed(definition) == 20
        # Monday 1 March and 20 working days; Good Friday and Easter Monday are free in the Netherlands
        assert openings.signing_date(session, host.id, definition, now=NOON) == date(2027, 3, 31)

    def test_counts_the_working_days_of_the_host(self, session, host):
        assert openings.days_left(session, host.id, date(2027, 3, 8), now=NOON) == 5
        assert openings.days_left(session, host.id, date(2027, 2, 1), now=NOON) == 0  # left on a draft till it passed


def open_(session, host, person, new=NEW, key=None):
    return openings.open_project(session, host.id, new, actor=person.id, key=key or projects.key(), now=NOON)


def seen(session, ref, person):
    return look(session, ref, person=person.id, now=NOON).facts


@pytest.fixture
def anna(session):
    return someone(session, "Anna Berg")


@pytest.fixture
def host(session, anna):
    made = hosts.create_host(session, name=f"Crate Host {projects.key()}", country="NL", zone="Europe/Amsterdam",
                             now=NOON)
    hosts.employ(session, made.id, anna.id, hosts.ACCOUNT_MANAGER, now=NOON)
    draft = templates.save_draft(session, made.id, read(projects.SMALL), note="", actor=anna.id, now=NOON)
    templates.publish(session, made.id, draft.template_id, draft.number, now=NOON)
    return made
