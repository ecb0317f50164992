"""Signing in and out as a browser does it."""

import re
from datetime import timedelta

import pyotp

from cocreate import clock
from cocreate.db import db, transaction
from cocreate.services import second_steps, sign_ins
from tests.support.people import HERE, PASSWORD, browser, last_secret

CLOSED = "/account"  # any page for which one must be signed in


def sign_in(client, person, password=PASSWORD):
    return client.post("/sign-in", data={"email": person.email, "password": password})


def signed_in(app, person, client=None):
    """A browser in which the person is signed in, also where forms are guarded."""
    client = client or browser(app)
    client.post("/sign-in", data={"email": person.email, "password": PASSWORD,
                                  "csrf_token": csrf_token(client, "/sign-in")})
    return client


def enrol(app, person, now=None):
    """Set an app up for the person; returns its secret."""
    now, secret = now or clock.now() - timedelta(minutes=5), second_steps.new_secret()
    with app.app_context(), transaction() as session:
        me = sign_ins.find(session, sign_ins.begin(session, person.id, method="password", device=HERE, now=now), now)
        second_steps.enrol(session, me, secret, pyotp.TOTP(secret).at(now), now=now)
    return secret


def token(client):
    with client.session_transaction() as cookie:
        return cookie["_user_id"]


def csrf_token(client, path):
    return re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)[1]


def is_sent_to_sign_in(answer):
    return answer.status_code == 302 and answer.location == "/sign-in"


def use_link(client, link):
    client.get(f"/l/{link}")
    return client.post("/sign-in/link")


def mailed(app, person, kind):
    """The secret of a link that the person asks for now."""
    client = browser(app)
    path = {"sign_in_link": "/sign-in/mail", "reset": "/forgot"}[kind]
    assert client.post(path, data={"email": person.email}).status_code == 200
    with app.app_context():
        return last_secret(db.session, person.id, kind)


def masked(answer, email):
    """Status and page without what differs by itself."""
    page = re.sub(r'<input [^>]*name="(key|csrf_token)"[^>]*>', "", answer.text)
    return answer.status_code, page.replace(email, "EMAIL")
