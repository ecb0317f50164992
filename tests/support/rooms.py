"""A room as browsers see it: a small project with a client for each of its people, and what its pages say."""

import html
import re

from cocreate.db import db, transaction
from cocreate.services import people
from tests.support import projects, stories
from tests.support.people import entered


def text(answer, status=200):
    assert answer.status_code == status, answer.text
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


def proposal_of(room, kind):
    return next(one.number for one in room.facts().proposals if one.kind == kind)


class Client:
    def __init__(self, app, ref, email):
        self.client, self.start = entered(app, email), f"/p/{ref}"

    def get(self, path, **given):
        return self.client.get(self.start + path, **given)

    def post(self, path, **given):
        return self.client.post(self.start + path, **given)


class Played:
    def __init__(self, app, small, clock):
        self.app, self.small, self.clock = app, small, clock
        self.maker, self.shop, self.manager = map(self.sign_in, (small.maker, small.shop, small.manager))

    def sign_in(self, person):
        return Client(self.app, self.small.ref, self.small.emails[person]) if person in self.small.emails else None

    def facts(self):
        with self.app.app_context():
            return projects.facts(db.session(), self.small, now=self.clock.moment)

    def person(self, name):
        return next(m.person for m in self.facts().members if m.name == name and m.left_at is None)

    def colleague(self):
        """Tom, who came in for the maker."""
        with self.app.app_context():
            tom = stories.colleague(self.small, 1)
            self.small.emails[tom] = address_of(tom)
        return tom

    def newcomer(self, party):
        with self.app.app_context():
            with transaction() as session:
                person = projects._come_in(session, self.small.ref, party, self.clock.moment)
            self.small.emails[person] = address_of(person)
        return self.sign_in(person)


def address_of(person):
    return people.address_of(db.session(), person)
