"""A notice is a duty to decide before a day; where nobody does, the next day becomes the duty."""

from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape

from cocreate.db import db, transaction
from cocreate.domain import reminding
from cocreate.domain.answers import Answer
from cocreate.services import duties
from tests.support import projects
from tests.support.clock import NOON


class TestDecideBefore:
    def test_a_notice_is_a_duty_to_decide_from_the_last_signature_on(self, project):
        """Ten years from January 2027, half a year's notice."""
        room = project(_with_notice)
        here = room.facts()
        assert [(one.party, one.due.isoformat(), one.decide, one.clause) for one in here.duties] == [
            (2, "2036-06-30", True, "term")]
        page = unescape(room.shop.get("/duties").text)
        assert "Next: Aurelis Hotels decides before Tue 1 Jul 2036: Give notice, or it goes on for a year." in page
        assert "decide before Tue 1 Jul 2036" in page and "Say whether notice was given" in page
        assert "decide before Tue 1 Jul 2036" in unescape(room.maker.get("").text)
        # Its party says which of the two it is, and when.
        asked = unescape(room.shop.get("/duties/1/done").text)
        assert "Notice was given" in asked and "It goes on" in asked
        assert "It can be taken back here before Tue 1 Jul 2036, not later." in asked
        assert room.shop.post("/duties/1/done", data={}).status_code == 422
        assert room.maker.get("/duties/1/done").status_code == 403
        today = {"day": NOON.date().isoformat(), "seen": "2036-06-30"}
        on = today | {"notice": "on", "key": "of-one-form-only-once"}
        assert [room.shop.post("/duties/1/done", data=on).status_code for _twice in range(2)] == [303, 303]
        assert [(one.due.isoformat(), one.done_at) for one in room.facts().duties] == [("2037-06-30", None)]
        record = unescape(room.maker.get("/record").text)
        assert "that it goes on: Give notice" in record and "The next decision is before Wed 1 Jul 2037." in record
        stale = room.shop.post("/duties/1/done", data=today | {"notice": "on"})
        assert stale.status_code == 422 and "It stands for another day by now" in stale.text
        assert room.shop.post("/duties/1/done", data=today | {
            "seen": "2037-06-30", "notice": "given", "words": "By letter."}).status_code == 303
        record, page = (unescape(room.maker.get(path).text) for path in ("/record", "/duties"))
        assert "said for Aurelis Hotels that notice was given on Mon 1 Mar" in record and "By letter." in record
        assert "Notice was given on Mon 1 Mar" in page

    def test_where_nobody_gives_notice_the_day_of_the_next_year_becomes_the_duty(self, project):
        room = project(_with_notice)
        late = datetime(2036, 7, 2, 9, tzinfo=UTC)
        with room.app.app_context():
            assert duties.due(db.session, datetime(2036, 6, 30, 9, tzinfo=UTC)) == []
            for _twice in range(2):  # two schedulers
                for ref, given, key in duties.due(db.session, late):
                    with transaction() as session:
                        duties.decide_later(session, ref, given, key, now=late)
            here = projects.facts(db.session, room.small, now=late)
            assert [one.due.isoformat() for one in here.duties] == ["2037-06-30"]
            assert "duty:1:2" in reminding.owed(here)
            given, = (duty for ref, duty, _key in duties.due(db.session, datetime(2039, 1, 1, tzinfo=UTC))
                      if ref == room.ref)
            assert given.due.isoformat() == "2039-06-30"  # a year without a scheduler is made up for
        page = unescape(room.maker.get("/record").text)
        assert "Nobody decided for Aurelis Hotels by Mon 30 Jun 2036" in page
        assert "the next decision is before Wed 1 Jul 2037" in page


# helpers


def _with_notice(session, *, now=NOON):
    term = projects.SMALL.replace("""\
          places:
            label: Places
""", """\
          start: {label: Start, type: date}
          term: {label: Term, type: whole, unit: a, max: 30}
          notice: {label: Notice, type: whole, unit: month, max: 24}
          places:
            label: Places
""").replace("annexes:\n", """\
  term: {title: Term, needs: {notice: figures.credit.notice}, text: Notice of $notice.}
annexes:
""").replace("terminal:", """\
decide:
  - what: Give notice, or it goes on for a year
    of: shop
    start: figures.credit.start
    term: figures.credit.term
    notice: figures.credit.notice
    goes_on_by: 12
terminal:""")
    small = projects.open_small(session, now=now, definition=term)
    projects.give(session, small, "returns", now=now)
    projects.give(session, small, "credit", projects.answers("credit") | {
        "start": Answer(date(2027, 1, 1)), "term": Answer(Decimal(10)), "notice": Answer(Decimal(6))}, now=now)
    projects.go_on(session, small, "to_terms", now=now)
    projects.sign_all(session, small, now=now)
    return small
