"""A room as browsers see it: a small project with a client for each of its people, and what its pages say."""

import html
import re
from datetime import date

from sqlalchemy import select, update

from cocreate.db import db, transaction
from cocreate.models.contracts import Duty
from cocreate.models.mails import Outbox
from cocreate.models.people import SignIn
from cocreate.models.projects import Member, Project
from cocreate.services import contributions, people
from tests.support import projects, stories
from tests.support.clock import NOON
from tests.support.people import PASSWORD, entered


def text(answer, status=200):
    assert answer.status_code == status, answer.text
    return words(answer)


def words(answer):
    """What stands on a page, whatever its status."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def links(answer):
    return re.findall(r'href="([^"]+)"', answer.text)


def buttons(answer):
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split())
            for one in re.findall(r"<button[^>]*>(.*?)</button>", answer.text, re.S)]


def more(client):
    """The links of the section More on Now."""
    found = re.search(r'<section aria-labelledby="more">(.*?)</section>', client.get("").text, re.S)
    return [html.unescape(label) for label in re.findall(r"<a [^>]+>([^<]+)</a>", found[1])] if found else []


def hidden(page):
    """The hidden fields of a page, but for those of its talk: what a browser sends along."""
    found = re.findall(r'<input (?=[^>]*type="hidden")(?=[^>]*name="([^"]+)")(?=[^>]*value="([^"]*)")[^>]*>', page)
    return {name: value for name, value in found if name not in ("csrf_token", "topic", "reply_to", "number")}


def proposal_of(room, kind):
    return next(one.number for one in room.facts().proposals if one.kind == kind)


def mails(room):
    """Kind and recipient of what waits to be mailed to the people of the project."""
    with room.app.app_context():
        rows = db.session.execute(select(Outbox.kind, Outbox.recipient).join(
            Member, (Member.project_id == Outbox.project_id) & (Member.person == Outbox.recipient)))
        return {tuple(row) for row in rows}


def sign_in(page, email):
    """As people do, in a real browser."""
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def by_link(client, person):
    """The same session, as if it had begun with a mailed link."""
    with client.client.application.app_context(), transaction() as session:
        session.execute(update(SignIn).where(SignIn.person_id == person).values(method="link", proved_at=None))
    return client


class Client:
    """One person's browser inside one project."""

    def __init__(self, app, ref, email):
        self.client, self.start = entered(app, email), f"/p/{ref}"

    def get(self, path, **given):
        return self.client.get(self.start + path, **given)

    def post(self, path, **given):
        return self.client.post(self.start + path, **given)


class Played:
    """A project with everybody signed in."""

    def __init__(self, app, small, clock):
        self.app, self.small, self.ref, self.clock = app, small, small.ref, clock
        self.maker, self.shop, self.manager = map(self.sign_in, (small.maker, small.shop, small.manager))

    def sign_in(self, person):
        with self.app.app_context():
            return Client(self.app, self.ref, people.address_of(db.session(), person))

    def facts(self):
        with self.app.app_context():
            return projects.facts(db.session(), self.small, now=self.clock.moment)

    def person(self, name):
        return next(m.person for m in self.facts().members if m.name == name and m.left_at is None)

    def colleague(self, party=1, *parts):
        """Tom, who came in for a party."""
        with self.app.app_context():
            return stories.colleague(self.small, party, *parts)

    def newcomer(self, party):
        with self.app.app_context(), transaction() as session:
            person = projects.come_in(session, self.ref, party, self.clock.moment)
        return self.sign_in(person)


# What ``project(make)`` opens


def with_offer(session):
    return projects.open_small(session, definition=stories.definition())


def with_later_tasks(session):
    return projects.open_small(session, definition=stories.later_definition())


def decided(session):
    """Everything of the first stage accepted, and both parties have agreed."""
    small = with_offer(session)
    for task in ("returns", "credit", "offer"):
        projects.give(session, small, task, stories.answers(task))
    for party in (1, 2):
        projects.agree(session, small, party, gate="picture")
    return small


def returned(session, marked=("crates",)):
    """The crates were submitted and given back with a reason."""
    small = projects.open_small(session)
    contributions.submit(session, small.ref, task="returns", party=2, seen=0, draft=0,
                         answers=projects.answers("returns"), actor=small.shop, key=projects.key(), now=NOON)
    contributions.return_(session, small.ref, task="returns", party=2, seen=1, reason="Only one garage, it seems.",
                          marked=marked, actor=small.maker, key=projects.key(), now=NOON)
    return small


def owing(room, *, party=2):
    """As after the signature, with a duty of a party in some years."""
    project = db.session.scalars(select(Project).where(Project.ref == room.small.ref)).one()
    db.session.execute(update(Project).where(Project.id == project.id).values(
        stage="agreed", outcome="agreed", ended_at=NOON))
    db.session.add(Duty(project_id=project.id, host_id=project.host_id, number=1, party=party, due=date(2034, 6, 1),
                        what="Take the crates back"))
    db.session.commit()
    return room
