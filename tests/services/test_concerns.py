"""Concerns: answered, ended and raised anew between who raised one and the people they chose, and nobody else."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update

from cocreate.errors import Conflict, Forbidden, Invalid, NotFound
from cocreate.letters.digesting import sections
from cocreate.models.mails import Outbox
from cocreate.models.projects import Member, Project
from cocreate.models.records import EventDetail
from cocreate.services import concerns, digests, endings, holds, letters, outbox, rooms
from cocreate.services import facts as looking
from cocreate.words import Reader
from tests.support import projects
from tests.support.clock import NOON
from tests.support.mailed import body, mailed
from tests.support.projects import key
from tests.support.spaces import spaced

LATER = NOON + timedelta(hours=2)


@pytest.fixture
def raised(session, small):
    """The account manager has raised one, and both champions read it."""
    return Raised(session, small)


class Raised:
    def __init__(self, session, small, *, record=False):
        self.session, self.small, self.author = session, small, small.manager
        self.maker, self.shop = small.maker, small.shop
        concerns.raise_concern(session, small.ref, to="champions", text="We are not heard.", record=record,
                               actor=self.author, key=key(), now=NOON)
        self.number = self.seen_by(self.author)[0].number

    def __getattr__(self, kind) -> Any:
        """``answer``, ``again`` and ``end``."""
        return partial(self.say, kind)

    def say(self, kind, person, text="Let us talk.", *, at=NOON, under=""):
        getattr(concerns, kind)(self.session, self.small.ref, number=self.number, text=text, actor=person,
                                key=under or key(), now=at)

    def facts(self, person):
        return projects.facts(self.session, self.small, person=person)

    def seen_by(self, person):
        return concerns.of(self.session, self.facts(person))

    def said_to(self, person):
        return [(line.kind, line.text) for one in self.seen_by(person) for line in one.lines]

    def asked(self):
        """Whose turn it is to answer."""
        return {person for person in (self.author, self.maker, self.shop)
                for one in rooms.of_person(self.session, person, now=NOON) for turn in one.turns
                if turn.act == "concern"}

    def mails(self, kind):
        """Who is written to, once for each mail."""
        return sorted(self.session.scalars(
            select(Outbox.recipient).join(Project, Project.id == Outbox.project_id)
            .where(Project.ref == self.small.ref, Outbox.kind == kind)))

    def going_out(self):
        """Kind and recipient of the mails that still have a cause."""
        rows = self.session.scalars(select(Outbox).join(Project, Project.id == Outbox.project_id).where(
            Project.ref == self.small.ref, Outbox.kind.startswith("concern"), Outbox.state == "waiting")).all()
        return {(row.kind, row.recipient) for row in rows
                if letters.context(self.session, outbox.read(row), NOON) is not None}

    def sent(self):
        self.session.execute(update(Outbox).where(Outbox.kind.startswith("concern")).values(state="sent"))

    def record(self):
        return self.session.scalars(
            select(EventDetail.act).join(Project, Project.id == EventDetail.project_id)
            .where(Project.ref == self.small.ref, EventDetail.act.contains("concern")).order_by(EventDetail.seq)).all()


class TestAnswer:
    def test_its_author_and_its_readers_see_it(self, raised):
        raised.answer(raised.maker, "I did not know.")
        said = [("concern", "We are not heard."), ("answer", "I did not know.")]
        assert raised.said_to(raised.author) == raised.said_to(raised.maker) == raised.said_to(raised.shop) == said

    def test_its_author_is_told_by_mail_and_nobody_else(self, raised):
        raised.answer(raised.maker)
        assert raised.mails("concern_answered") == [raised.author]

    def test_who_has_not_got_the_last_such_mail_gets_no_second(self, raised):
        raised.answer(raised.maker)
        raised.answer(raised.shop)
        assert raised.mails("concern_answered") == [raised.author]
        raised.sent()
        raised.answer(raised.maker, "One thing more.")
        assert raised.mails("concern_answered") == [raised.author] * 2

    def test_is_not_its_authors_to_give(self, raised):
        with pytest.raises(Forbidden):
            raised.answer(raised.author)

    def test_needs_words(self, raised):
        with pytest.raises(Invalid, match="comment.empty"):
            raised.answer(raised.maker, "  ")
        with pytest.raises(Invalid, match="text.long"):
            raised.answer(raised.maker, "x" * 4001)

    def test_sent_twice_it_is_said_once_and_another_text_is_refused(self, raised):
        for _ in range(2):
            raised.answer(raised.maker, under="a" * 20)
        assert raised.said_to(raised.maker)[1:] == [("answer", "Let us talk.")]
        with pytest.raises(Conflict, match="key.used"):
            raised.answer(raised.maker, "Something else.", under="a" * 20)

    def test_stands_after_what_it_answers_also_where_the_clock_was_set_back(self, raised):
        raised.answer(raised.maker, at=LATER)
        raised.again(raised.author, "It goes on.", at=NOON)
        assert [kind for kind, _text in raised.said_to(raised.maker)] == ["concern", "answer", "again"]
        assert raised.asked() == {raised.maker, raised.shop}

    def test_changes_no_version(self, raised):
        before = raised.facts(raised.maker).project.version
        raised.answer(raised.maker)
        raised.end(raised.author)
        raised.again(raised.author)
        assert raised.facts(raised.maker).project.version == before and raised.record() == []


class TestWhoReads:
    def test_to_nobody_else_it_exists(self, session, small):
        concerns.raise_concern(session, small.ref, to="champions", text="We are not heard.", record=False,
                               actor=small.maker, key=key(), now=NOON)
        [one] = concerns.of(session, projects.facts(session, small, person=small.shop))
        assert concerns.of(session, projects.facts(session, small, person=small.manager)) == ()
        for go_on in (concerns.answer, concerns.again, concerns.end):
            with pytest.raises(NotFound):
                go_on(session, small.ref, number=one.number, text="x", actor=small.manager, key=key(), now=NOON)

    def test_who_reads_concerns_no_more_loses_it_and_its_author_keeps_it(self, session, raised):
        session.execute(update(Member).where(Member.person == raised.maker).values(parts="contributor"))
        looking.forget()
        assert raised.seen_by(raised.maker) == () and len(raised.seen_by(raised.author)) == 1
        assert raised.asked() == {raised.shop}
        raised.end(raised.author)
        assert raised.mails("concern_ended") == [raised.shop]

    def test_of_another_project_there_is_nothing(self, session, small, raised):
        other = projects.open_small(session)
        assert concerns.of(session, projects.facts(session, other, person=other.maker)) == ()
        with pytest.raises(NotFound):
            concerns.answer(session, other.ref, number=raised.number, text="x", actor=other.maker, key=key(), now=NOON)


class TestTurn:
    def test_of_each_reader_who_has_not_answered(self, raised):
        assert raised.asked() == {raised.maker, raised.shop}
        raised.answer(raised.maker)
        assert raised.asked() == {raised.shop}

    def test_comes_again_when_its_author_says_more(self, raised):
        raised.answer(raised.maker)
        raised.again(raised.author, "That does not help.")
        assert raised.asked() == {raised.maker, raised.shop}

    def test_is_over_with_its_end_and_comes_again_when_it_is_raised_anew(self, raised):
        raised.end(raised.shop)
        assert raised.asked() == set()
        raised.again(raised.author)
        assert raised.asked() == {raised.maker, raised.shop}

    def test_stands_in_the_digest_without_a_word_or_a_name(self, session, raised):
        digest = digests.content(session, raised.maker, {"day": "2027-03-01", "news": []}, zone="UTC", now=NOON)
        [turns, *_], _left = sections(digest, Reader("en", "UTC", NOON))
        [line] = [spaced(row) for row in turns.rows if "concern" in row]
        assert line.startswith("Answer the concern of Mon 1 Mar (") and "Anna" not in line and "heard" not in line

    def test_rests_with_the_project_while_answering_does_not(self, session, small, raised):
        holds.hold(session, small.ref, until=(NOON + timedelta(days=30)).date(), reason="The harvest comes first.",
                   actor=small.maker, key=key(), now=NOON)
        assert raised.asked() == set()
        raised.answer(raised.maker)
        assert raised.mails("concern_answered") == [raised.author]


class TestEnd:
    def test_by_a_reader_is_told_to_its_author_and_the_other_readers(self, raised):
        raised.end(raised.maker, "We meet on Friday.")
        assert raised.mails("concern_ended") == sorted([raised.author, raised.shop])
        [one] = raised.seen_by(raised.author)
        assert not one.open and one.lines[-1].text == "We meet on Friday."

    def test_by_its_author_is_told_to_its_readers(self, raised):
        raised.end(raised.author)
        assert raised.mails("concern_ended") == sorted([raised.maker, raised.shop])

    def test_happens_once(self, raised):
        raised.end(raised.author)
        for say in (raised.end, raised.answer):
            with pytest.raises(Conflict, match="concern.ended"):
                say(raised.maker)

    def test_it_is_raised_anew_by_its_author_alone(self, raised):
        raised.end(raised.maker)
        with pytest.raises(Forbidden):
            raised.again(raised.maker)
        raised.sent()
        raised.again(raised.author, "It is not settled.")
        assert raised.seen_by(raised.maker)[0].open
        assert raised.mails("concern") == sorted([raised.maker, raised.shop] * 2)

    def test_after_the_end_of_the_project_nothing_is_said(self, session, small, raised):
        endings.decline(session, small.ref, title=raised.facts(small.shop).project.title, reason="It is too early.",
                        lessons="", actor=small.shop, key=key(), now=NOON)
        for kind, person in (("answer", raised.maker), ("again", raised.author), ("end", raised.author)):
            with pytest.raises(Conflict, match="project.ended"):
                raised.say(kind, person)
        assert raised.asked() == set() and len(raised.seen_by(raised.maker)) == 1


class TestRecord:
    def test_says_with_its_authors_leave_that_one_was_raised_ended_and_raised_anew(self, session, small):
        raised = Raised(session, small, record=True)
        raised.answer(raised.maker)
        raised.again(raised.author, "More of it.")
        assert raised.record() == ["raise_concern"]
        raised.end(raised.maker)
        raised.again(raised.author)
        assert raised.record() == ["raise_concern", "end_concern", "raise_concern"]

    def test_names_nobody(self, session, small):
        raised = Raised(session, small, record=True)
        raised.end(raised.maker, "We meet on Friday.")
        rows = session.execute(select(EventDetail.details, EventDetail.personal).join(
            Project, Project.id == EventDetail.project_id).where(
                Project.ref == small.ref, EventDetail.act.contains("concern"))).all()
        assert len(rows) == 2
        assert all('"actor":null' in row.details and '"actor":""' in row.personal for row in rows)
        assert "Friday" not in str(rows) and str(raised.number) not in str(rows)


class TestMails:
    def test_name_nobody_and_quote_nothing(self, session, small, raised):
        says = [mailed(session, small, raised.maker, "concern")]
        raised.answer(raised.maker, "I did not know.")
        says.append(mailed(session, small, raised.author, "concern_answered"))
        raised.end(raised.shop, "We meet on Friday.")
        says += [mailed(session, small, person, "concern_ended") for person in (raised.author, raised.maker)]
        names = {member.name for member in raised.facts(raised.maker).members}
        for message in says:
            said = f"{message['From']} {message['Subject']} {body(message)} {body(message, 'html')}"
            assert not [word for word in ("heard", "know", "Friday", *names) if word in said]

    def test_a_reply_reaches_nobody_who_may_not_read_it(self, session, small, raised):
        assert mailed(session, small, raised.maker, "concern")["Reply-To"] is None

    def test_lapse_with_their_cause(self, raised):
        assert raised.going_out() == {("concern", raised.maker), ("concern", raised.shop)}
        raised.answer(raised.maker)
        assert raised.going_out() == {("concern_answered", raised.author), ("concern", raised.shop)}
        raised.end(raised.shop)
        assert raised.going_out() == {("concern_ended", raised.author), ("concern_ended", raised.maker)}
        raised.again(raised.author)
        assert raised.going_out() == {("concern", raised.maker), ("concern", raised.shop)}
