"""Resting, ending, handing over and nudging in the database: what is written, and what the clock does."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from cocreate import jobs
from cocreate.db import db
from cocreate.errors import Conflict, Forbidden, Invalid, NotFound
from cocreate.models.mails import Outbox, Reminder
from cocreate.models.projects import Member, Party, Project
from cocreate.models.records import EventDetail
from cocreate.models.talk import Unsaid
from cocreate.services import absences, endings, holds, hosts, nudges, people, proposals, records, rooms, unsaid
from cocreate.services.unsaid import Page
from tests.support import projects
from tests.support.clock import NOON
from tests.support.mailed import body, mailed
from tests.support.people import someone

FRIDAY = date(2027, 3, 12)
REASON = "The ramp is being rebuilt."
BODY = {"seat": "carrier", "name": "Freight Ltd", "kind": "company", "country": "NL", "champion": "Fritz",
        "reason": "Somebody has to carry them.", "greeting": "Welcome."}


class TestHold:
    def test_rests_and_goes_on_by_itself_when_the_day_has_come(self, session, small):
        before = projects.facts(session, small)
        holds.hold(session, small.ref, reason=REASON, until=FRIDAY, actor=small.shop, key=projects.key(), now=NOON)
        assert projects.facts(session, small).project.hold_until == FRIDAY
        assert _reminders(session, small) == {"cancelled"}
        assert ref_of(holds.due(session, NOON + timedelta(days=10)), small) is None
        later = NOON + timedelta(days=11)
        key = ref_of(holds.due(session, later), small)
        for _ in range(2):  # a second scheduler does nothing more
            holds.expire(session, small.ref, key, now=later)
        assert ref_of(holds.due(session, later), small) is None
        after = projects.facts(session, small)
        assert after.project.hold_until is None and after.project.target > before.project.target
        assert after.task("returns", 2).due_at > before.task("returns", 2).due_at
        assert "planned" in _reminders(session, small)
        assert records.check(session, after.project.id) is None

    def test_the_scheduler_does_it(self, app, session, small, clock):
        holds.hold(session, small.ref, reason=REASON, until=FRIDAY, actor=small.shop, key=projects.key(), now=NOON)
        session.commit()
        clock.go(days=11)
        jobs.expire(_Turn())
        assert projects.facts(db.session(), small, now=clock.moment).project.hold_until is None
        db.session.rollback()


class _Turn:
    def goes_on(self):
        return True


class TestEndings:
    def test_declining_ends_it_for_all(self, session, small):
        endings.decline(session, small.ref, title="Crates come back", reason=REASON, lessons="Ask first.",
                        actor=small.shop, key=projects.key(), now=NOON)
        facts = projects.facts(session, small)
        assert facts.project.outcome == "declined"
        kinds = {(mail.kind, mail.recipient) for mail in _mails(session, small)}
        assert {("declined", person) for person in (small.manager, small.maker, small.shop)} <= kinds
        with pytest.raises(Conflict, match=r"project\.ended"):
            holds.hold(session, small.ref, reason=REASON, until=FRIDAY, actor=small.maker, key=projects.key(), now=NOON)

    def test_who_leaves_reads_nothing_any_more_and_all_else_stays_but_what_they_had_not_said(self, session):
        small, fritz = _with_carrier(session)
        unsaid.save(session, small.ref, subject=Page("hold"), typed={"reason": [REASON]}, begun="", actor=fritz,
                    key=projects.key(), now=NOON)
        endings.leave(session, small.ref, reason=REASON, actor=fritz, key=projects.key(), now=NOON)
        with pytest.raises(NotFound):
            projects.facts(session, small, person=fritz)
        facts = projects.facts(session, small)
        assert facts.party(3).left_at == NOON and not facts.ended
        assert session.get(Member, (facts.project.id, fritz)).left_at == NOON
        assert session.scalars(select(Unsaid.key).where(Unsaid.project_id == facts.project.id)).all() == []


class TestAddParty:
    def test_comes_in_with_the_last_yes(self, session):
        small, fritz = _with_carrier(session)
        facts = projects.facts(session, small)
        row = session.get(Party, (facts.project.id, 3))
        assert (row.seat, row.name, row.joined_at) == ("carrier", "Freight Ltd", NOON)
        assert facts.member(fritz).present
        assert [line.act for line in records.lines(session, projects.facts(session, small, person=fritz))][:1] == [
            "accept_invitation"]

    def test_is_invited_by_who_proposed_it_not_by_whose_yes_was_the_last(self, session):
        small = _open(session)
        _let_in(session, small)
        newcomer = next(one.person for one in projects.facts(session, small).members if one.party == 3)
        mail = mailed(session, small, newcomer, "invitation")
        assert mail["subject"] == "Ingrid Solvik invites you: Crates come back"
        assert "Ingrid Solvik of Tornby Furniture invites you" in body(mail).replace("\n", " ")
        assert mail["reply-to"] == small.emails[small.maker]

    def test_the_newcomer_reads_no_event_from_before(self, session):
        small, fritz = _with_carrier(session)
        told = records.lines(session, projects.facts(session, small, person=fritz))
        seen = [line for line in told if line.act]
        assert {line.act for line in seen} == {"answer", "accept_invitation"} and len(told) > len(seen)

    def test_nor_why_and_for_what_somebody_went_back_before(self, session):
        small = projects.in_terms(session, definition=projects.WITH_CARRIER)
        projects.go_on(session, small, "figures_wrong", reason="The shop counted the broken ones too.")
        _let_in(session, small)
        fritz = projects.come_in(session, small.ref, 3, NOON)
        told, kept = (rooms.course(session, projects.facts(session, small, person=person))[-1]
                      for person in (small.shop, fritz))
        assert (told.who, told.reason) == ("Ingrid Solvik", "The shop counted the broken ones too.")
        assert (kept.stage, kept.back, kept.who, kept.reason, kept.changes) == ("figures", True, "", "", ())

    def test_sent_twice_it_happens_once(self, session):
        small = _open(session)
        number = proposals.propose(
            session, small.ref, kind="add_party", subject="carrier", actor=small.maker, key=projects.key(), now=NOON,
            body=BODY | {"email": f"{projects.key()}@freight.example"}).values["number"]
        first, second = (proposals.answer(session, small.ref, number=number, agree=True, actor=small.shop,
                                          key="the-same-form-twice", now=NOON) for _ in range(2))
        assert first == second and len(projects.facts(session, small).parties) == 3

    def test_somebody_of_the_project_does_not_lead_for_another(self, session):
        small = _open(session)
        with pytest.raises(Invalid, match=r"member\.elsewhere"):
            proposals.propose(session, small.ref, kind="add_party", subject="carrier", actor=small.maker,
                              body=BODY | {"email": small.emails[small.shop]}, key=projects.key(), now=NOON)

    def test_an_organisation_the_host_knows_by_another_spelling_is_the_same(self, session):
        small = _open(session)
        known = hosts.enter_organisation(session, small.host_id, name="Freight-Ltd", kind="company", now=NOON)
        _let_in(session, small)
        party = projects.facts(session, small).party(3)
        assert (party.organisation, party.name) == (known.id, "Freight Ltd")


class TestPeople:
    def test_a_new_link_ends_the_old_one(self, session, small):
        person, old = _invited(session, small)
        people.resend(session, small.ref, person=person, actor=small.maker, key=projects.key(), now=NOON)
        member = session.scalars(select(Member).where(Member.person == person).execution_options(
            populate_existing=True)).one()
        assert member.token_sha256 and member.token_sha256 != old

    def test_a_withdrawn_one_opens_nothing(self, session, small):
        person, _ = _invited(session, small)
        people.withdraw(session, small.ref, person=person, actor=small.maker, key=projects.key(), now=NOON)
        member = session.scalars(select(Member).where(Member.person == person).execution_options(
            populate_existing=True)).one()
        assert member.token_sha256 is None and member.left_at == NOON
        assert not [m for m in _mails(session, small) if m.kind == "invitation_declined"]

    def test_a_corrected_address_is_another_person(self, session, small):
        person, _ = _invited(session, small)
        email = f"{projects.key()}@crates.example"
        receipt = people.correct_address(session, small.ref, person=person, email=email, actor=small.maker,
                                         key=projects.key(), now=NOON)
        assert people.address_of(session, receipt.values["person"]) == email
        assert projects.facts(session, small).member(receipt.values["person"]).name == "Tom Baker"

    def test_the_project_goes_to_another_account_manager_of_the_host(self, session, small):
        ben, stranger = someone(session, "Ben Koch"), someone(session)
        hosts.employ(session, small.host_id, ben.id, hosts.ACCOUNT_MANAGER, now=NOON)
        with pytest.raises(Invalid, match=r"substitute\.not_here"):
            people.hand_over(session, small.ref, small.host_id, to=stranger.id, actor=small.manager,
                             key=projects.key(), now=NOON)
        people.hand_over(session, small.ref, small.host_id, to=ben.id, actor=small.manager, key=projects.key(),
                         now=NOON)
        assert session.scalar(select(Project.manager_id).where(Project.ref == small.ref)) == ben.id
        assert projects.facts(session, small, person=ben.id).actor.own == {"manager"}
        with pytest.raises(NotFound):
            projects.facts(session, small, person=small.manager)


class TestAbsence:
    def test_the_record_says_for_whom(self, session, small):
        tom = _colleague(session, small)
        absences.hand_over(session, small.ref, person=small.maker, to=tom, parts=("champion", "signatory"),
                           starts=None, until=FRIDAY, actor=small.maker, key=projects.key(), now=NOON)
        holds.hold(session, small.ref, reason=REASON, until=FRIDAY, actor=tom, key=projects.key(), now=NOON)
        detail = session.scalars(select(EventDetail).where(EventDetail.act == "hold").order_by(
            EventDetail.project_id.desc())).first()
        assert json.loads(detail.details)["stands_for"] == small.maker
        # what is lent never becomes one's own
        row = session.scalars(select(Member).where(Member.person == tom)).one()
        assert row.parts == "contributor"

    def test_the_clock_begins_and_ends_it(self, session, small, clock):
        tom = _colleague(session, small)
        start = NOON.date() + timedelta(days=2)
        absences.hand_over(session, small.ref, person=small.maker, to=tom, parts=("champion",), starts=start,
                           until=start, actor=small.maker, key=projects.key(), now=NOON)
        session.commit()
        for days, parts in ((1, {"contributor"}), (2, {"champion", "contributor"}), (3, {"contributor"})):
            clock.moment = NOON + timedelta(days=days)
            jobs.expire(_Turn())
            assert projects.facts(db.session(), small, now=clock.moment).member(tom).parts == parts
            db.session.rollback()


class TestNudge:
    def test_is_written_once_and_mailed(self, session, small):
        def nudge():
            nudges.nudge(session, small.ref, subject="task:returns:2", party=2, words="We wait.", actor=small.maker,
                         key=projects.key(), now=NOON)
        nudge()
        assert [(m.kind, m.recipient) for m in _mails(session, small) if m.kind == "nudge"] == [("nudge", small.shop)]
        with pytest.raises(Conflict, match=r"nudge\.soon"):
            nudge()
        with pytest.raises(Forbidden):
            nudges.nudge(session, small.ref, subject="task:credit:1", party=1, words="x", key=projects.key(),
                         actor=_colleague(session, small), now=NOON)


# helpers


def ref_of(due, small):
    return next((key for ref, key in due if ref == small.ref), None)


def _mails(session, small):
    project = session.scalars(select(Project.id).where(Project.ref == small.ref)).one()
    return session.scalars(select(Outbox).where(Outbox.project_id == project)).all()


def _reminders(session, small):
    project = session.scalars(select(Project.id).where(Project.ref == small.ref)).one()
    return set(session.scalars(select(Reminder.state).where(Reminder.project_id == project)))


def _open(session):
    return projects.open_small(session, definition=projects.WITH_CARRIER)


def _let_in(session, small):
    email = f"{projects.key()}@freight.example"
    number = proposals.propose(session, small.ref, kind="add_party", subject="carrier", body=BODY | {"email": email},
                               actor=small.maker, key=projects.key(), now=NOON).values["number"]
    proposals.answer(session, small.ref, number=number, agree=True, actor=small.shop, key=projects.key(), now=NOON)


def _with_carrier(session):
    small = _open(session)
    _let_in(session, small)
    return small, projects.come_in(session, small.ref, 3, NOON)


def _invited(session, small):
    people.invite(session, small.ref, party=1, email=f"{projects.key()}@crates.example", name="Tom Baker",
                  parts=("contributor",), greeting="", actor=small.maker, key=projects.key(), now=NOON)
    session.flush()
    member = session.scalars(select(Member).join(Project, Project.id == Member.project_id).where(
        Project.ref == small.ref, Member.name == "Tom Baker")).one()
    return member.person, member.token_sha256


def _colleague(session, small):
    from cocreate.services import progress
    from cocreate.services.acts.people import AcceptInvitation
    tom = someone(session, "Tom Baker")
    people.invite(session, small.ref, party=1, email=tom.email, name="Tom Baker", parts=("contributor",), greeting="",
                  actor=small.maker, key=projects.key(), now=NOON)
    session.flush()
    progress.act(session, small.ref, AcceptInvitation(tom.id, "Tom Baker", ""), actor=None, key=projects.key(),
                 now=NOON)
    return tom.id
