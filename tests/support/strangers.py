"""Browsers of people who are not in a project, and of anybody who has signed in."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from cocreate.db import transaction
from cocreate.services import sign_ins
from tests.support.clock import NOON
from tests.support.people import HERE, browser
from tests.support.worlds import Worlds


def strangers(both: Worlds) -> dict[str, Callable[[], FlaskClient]]:
    """Everybody who is not in their project, by what they are; each makes a browser of that person."""
    app, ours, theirs = both.app, both.ours, both.theirs
    return {
        "nobody": lambda: browser(app),
        "customer_of_another_host": lambda: signed_in(app, ours.small.shop),
        "invited_and_not_come": lambda: signed_in(app, ours.hand),
        "manager_of_another_host": lambda: signed_in(app, ours.manager),
        "administrator_of_another_host": lambda: signed_in(app, ours.administrator),
        "manager_without_the_project": lambda: signed_in(app, theirs.colleague),
        "administrator_without_a_seat": lambda: signed_in(app, theirs.administrator),
        "in_another_project": lambda: signed_in(app, theirs.elsewhere),
        "removed": lambda: signed_in(app, theirs.gone),
        "guest": lambda: signed_in(app, theirs.guest),
        "by_link": lambda: signed_in(app, ours.small.maker, method="link"),
        "signed_out": lambda: signed_out(app, theirs.small.shop),
    }


def signed_in(app: Flask, person: int, *, method: str = "password") -> FlaskClient:
    """A browser with a session of this person, begun without the cost of a password."""
    with app.app_context(), transaction() as session:
        token = sign_ins.begin(session, person, method=method, device=HERE, now=NOON)
    client = browser(app)
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = token, True
    return client


def signed_out(app: Flask, person: int) -> FlaskClient:
    """A browser with the cookie of a session that has ended."""
    client = signed_in(app, person)
    with app.app_context(), transaction() as session, client.session_transaction() as cookie:
        row = sign_ins.find(session, cookie["_user_id"], NOON)
        sign_ins.end(session, person, row.sign_in, NOON)
    return client
