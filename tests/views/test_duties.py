"""The yearly question on its page: yes, a colleague, or somebody new, who comes in years after the signature."""

import re
from datetime import date

from sqlalchemy import select, update

from cocreate.db import db
from cocreate.models.contracts import Duty
from cocreate.models.mails import Outbox, Reminder
from cocreate.models.projects import Project
from tests.support.projects import WITH_CARRIER
from tests.support.rooms import owing, text

# A template that reminds of duties.
REMINDING = WITH_CARRIER.replace("reminders:\n", 'reminders:\n  - {"on": duty_due, at: [-14, 0]}\n')


class TestWho:
    def test_yes_is_one_tap(self, play):
        room = owing(play())
        page = text(room.shop.get("/duties/who"))
        assert "Take the crates back, due Thu 1 Jun 2034" in page and "Yes, I do" in page
        assert "We ask again in a year." in text(room.shop.post("/duties/who", data={"who": "me"},
                                                                follow_redirects=True))
        assert db.session.scalars(select(Duty.confirmed_at)).all()[-1] is not None

    def test_somebody_new_is_invited(self, play):
        room = owing(play())
        assert "Whom shall we invite?" in text(room.shop.post("/duties/who", data={"who": "new"}), 422)
        given = {"who": "new", "name": "Ola Nord", "email": f"ola{room.small.shop}@crates.example"}
        assert "Ola Nord looks after it" in text(room.shop.post("/duties/who", data=given, follow_redirects=True))
        mail = db.session.scalars(select(Outbox).where(Outbox.host_id == room.small.host_id, Outbox.seq > 0)
                                  .order_by(Outbox.seq.desc())).first()
        assert mail.kind == "invitation"

    def test_who_owes_nothing_is_not_asked(self, play):
        room = owing(play())
        assert room.maker.get("/duties/who").status_code == 409


class TestOwed:
    def test_is_dated_alike_on_every_page_also_when_it_is_late(self, play):
        room = owing(play())
        db.session.execute(update(Duty).where(Duty.project_id == _project(room).id).values(
            due=date(2027, 4, 30), decide=True))
        db.session.commit()
        for path in ("/duties", ""):
            assert "decide before Sat 1 May" in text(room.shop.get(path))
        assert "decide before Sat 1 May" in text(room.shop.client.get("/your-turn"))
        db.session.execute(update(Duty).where(Duty.project_id == _project(room).id).values(
            due=date(2027, 2, 26), decide=False))
        db.session.commit()
        assert "Next: Take the crates back, Aurelis Hotels, was due Fri 26 Feb" in text(room.shop.get("/duties"))

    def test_with_many_words_covers_no_phone_with_its_button(self, play):
        room = owing(play())
        db.session.execute(update(Duty).where(Duty.project_id == _project(room).id).values(
            due=date(2027, 3, 5), what="Call within one day when the lift " + "at the ramp of the shop " * 3))
        db.session.commit()
        page = room.shop.get("").text
        assert re.findall(r"<a[^>]*btn-lg[^>]*>(.*?)</a>", page) == ["Open the duty"]

    def test_can_be_handed_over_only_where_there_is_somebody_to_hand_it_to(self, play):
        alone, two = owing(play()), play()
        two.colleague(2)
        assert "Hand over" not in text(alone.shop.get("/duties"))
        assert "Hand over" in text(owing(two).shop.get("/duties"))


class TestNotice:
    def test_of_one_party_says_to_the_other_that_nothing_is_left_to_decide_and_by_whom(self, play):
        room = owing(play())
        project = db.session.scalars(select(Project).where(Project.ref == room.small.ref)).one()
        db.session.add_all(Duty(project_id=project.id, host_id=project.host_id, number=number, party=number - 1,
                                due=date(2034, 6, 1), what="Give notice, or it goes on", decide=True, goes_on_by=12)
                           for number in (2, 3))
        db.session.commit()
        assert "Still for themselves decide: Aurelis Hotels." in text(room.maker.get("/duties/2/done"))
        room.maker.post("/duties/2/done", data={"notice": "given", "day": "2027-03-01", "seen": "2034-06-01"})
        page = text(room.shop.get("/duties"))
        assert "Nothing is left to decide: Tornby Furniture gave notice on Mon 1 Mar" in page
        assert "Say whether notice was given" not in page
        assert "Take back the notice" not in page and room.shop.get("/duties/2/back").status_code == 404
        assert _mailed("notice_given") == [room.small.shop]
        assert "Take back the notice" in text(room.maker.get("/duties"))
        page = text(room.maker.get("/duties/2/back"))
        assert "Tornby Furniture decides again. So do: Aurelis Hotels. They are told." in page
        assert room.maker.post("/duties/2/back", data={"reason": ""}).status_code == 422
        room.maker.post("/duties/2/back", data={"reason": "It was meant for another contract."})
        for client in (room.maker, room.shop):
            page = text(client.get("/duties"))
            assert "Say whether notice was given" in page and "Nothing is left to decide" not in page
        assert _mailed("notice_back") == [room.small.shop]
        record = text(room.shop.get("/record"))
        assert "took back for Tornby Furniture that notice was given: Give notice, or it goes on" in record
        assert "It was meant for another contract." in record


class TestReported:
    def test_as_done_is_taken_back_with_a_reason_that_all_read(self, play):
        room = owing(play(definition=REMINDING))
        room.shop.post("/duties/1/done", data={})
        assert "Take back the report" in text(room.shop.get("/duties"))
        assert "Take back the report" not in text(room.maker.get("/duties"))
        assert room.maker.get("/duties/1/back").status_code == 404
        page = text(room.shop.get("/duties/1/back"))
        assert "Aurelis Hotels owes it again, and is reminded of it as before." in page
        assert room.shop.post("/duties/1/back", data={"reason": ""}).status_code == 422
        page = text(room.shop.post("/duties/1/back", data={"reason": "The crates are not back yet."},
                                   follow_redirects=True))
        assert "It is taken back and owed again. The others are told." in page and "Report as done" in page
        assert _reminders(room) == {"planned"}
        room.shop.post("/duties/1/done", data={})
        assert _reminders(room) == {"cancelled"}
        room.shop.post("/duties/1/back", data={"reason": "They are still not back."})
        assert _reminders(room) == {"planned"}
        record = text(room.maker.get("/record"))
        assert "took back for Aurelis Hotels that it is done: Take the crates back" in record
        assert "The crates are not back yet." in record

    def test_and_not_seen_done_by_another_party_says_both_until_one_takes_its_word_back(self, play):
        room = owing(play())
        assert room.maker.get("/duties/1/doubt").status_code == 404
        room.shop.post("/duties/1/done", data={})
        assert "Everything that was owed by a day is done." in text(room.maker.get("/duties"))
        assert room.shop.get("/duties/1/doubt").status_code == 404
        assert "Aurelis Hotels is told at once." in text(room.maker.get("/duties/1/doubt"))
        assert room.maker.post("/duties/1/doubt", data={"reason": "No."}).status_code == 422
        room.maker.post("/duties/1/doubt", data={"reason": "Ten crates are missing."})
        assert _mailed("duty_doubted") == [room.small.shop]
        asked = "Not seen done by Tornby Furniture: Take the crates back"
        assert asked in text(room.shop.get("")) and asked not in text(room.maker.get(""))
        assert "#duty-1" in room.shop.get("").text and asked in text(room.shop.client.get("/your-turn"))
        for client in (room.shop, room.maker):
            page = text(client.get("/duties"))
            assert "Tornby Furniture does not see it done" in page and "Ten crates are missing." in page
            assert "Nothing is open; what Aurelis Hotels reported is not seen done by all" in page
        assert "We see it done" in page and "We do not see it done" not in page
        page = text(room.maker.post("/duties/1/seen", data={}, follow_redirects=True))
        assert "Written down: you see it done." in page and "We do not see it done" in page
        assert "Tornby Furniture does not see it done" not in page and asked not in text(room.shop.get(""))
        record = text(room.shop.get("/record"))
        assert "said for Tornby Furniture that it does not see done what Aurelis Hotels reported" in record
        assert "said for Tornby Furniture that it sees done what Aurelis Hotels reported" in record

    def test_and_doubted_is_mailed_to_who_doubted_when_it_is_taken_back(self, play):
        room = owing(play())
        room.shop.post("/duties/1/done", data={})
        room.maker.post("/duties/1/doubt", data={"reason": "Ten crates are missing."})
        room.shop.post("/duties/1/back", data={"reason": "That is right, ten are missing."})
        assert _mailed("duty_back") == [room.small.maker]
        assert "Ten crates are missing." not in text(room.maker.get("/duties"))


class TestGoOnOrEnd:
    def test_asks_which_of_the_two_it_is_says_what_follows_and_tells_the_others(self, play):
        room = owing(play())
        project = db.session.scalars(select(Project).where(Project.ref == room.small.ref)).one()
        db.session.add(Duty(project_id=project.id, host_id=project.host_id, number=2, party=1, due=date(2034, 6, 1),
                            what="Go on for the time of the option, or let the contract end", decide=True))
        db.session.commit()
        page = text(room.maker.get("/duties/2/done"))
        assert "It goes on" in page and "It ends" in page
        assert "The other parties are told. It can be taken back here before Fri 2 Jun 2034, not later." in page
        given = {"day": "2027-03-01", "seen": "2034-06-01"}
        assert room.maker.post("/duties/2/done", data=given).status_code == 422
        room.maker.post("/duties/2/done", data=given | {"notice": "ends"})
        page = text(room.shop.get("/duties"))
        assert "That it ends was decided on Mon 1 Mar, as" in page and "it ends" in page
        assert "that it ends: Go on for the time" in text(room.shop.get("/record"))
        assert _mailed("decided") == [room.small.shop] and "Take back" not in page
        assert "Take back what was decided" in text(room.maker.get("/duties"))
        room.maker.post("/duties/2/back", data={"reason": "It was meant for another contract."})
        assert _mailed("decided_back") == [room.small.shop]
        assert "took back for Tornby Furniture what was decided: Go on" in text(room.shop.get("/record"))
        room.maker.post("/duties/2/done", data=given | {"notice": "on"})
        assert "That it goes on was decided on Mon 1 Mar, as" in text(room.shop.get("/duties"))


def _project(room):
    return db.session.scalars(select(Project).where(Project.ref == room.small.ref)).one()


def _reminders(room):
    """The states of those about the duty."""
    db.session.rollback()
    return {*db.session.scalars(select(Reminder.state).join(Project, Project.id == Reminder.project_id).where(
        Project.ref == room.small.ref, Reminder.subject == "duty:1:2"))}


def _mailed(kind):
    db.session.rollback()  # what was read before stays as it was
    return [*db.session.scalars(select(Outbox.recipient).where(Outbox.kind == kind, Outbox.state != "digest"))]
