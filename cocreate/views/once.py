"""A double click has one effect, and both clicks get the same answer; so has a form whose answer was lost."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any, TypeVar

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.errors import CocreateError
from cocreate.forms.base import sent_key
from cocreate.services import once
from cocreate.services.once import Answer
from cocreate.web import login, pages

T = TypeVar("T")


def done(work: Callable[[Any], T], url: str | Callable[[T], str], said: str | Callable[[T], str],
         ) -> ResponseReturnValue:
    """Do what is no act of a project in one transaction, once for the form that was sent; then say what came of it."""
    me, key = login.me().id, _key()
    with transaction() as session:
        answer = once.take(session, me, key, now=now())
        if answer is None:
            result = work(session)
            answer = Answer(url if isinstance(url, str) else url(result),
                            said if isinstance(said, str) else said(result))
            once.keep(session, me, key, answer)
    return _give(answer)


def note(session: Any, url: str, said: str, *, whole: bool = False) -> None:
    """Keep the answer of an act, which happens once by itself: when it is sent again its page may refuse it.

    whole: only where the same is sent again, and not another text from the same page.
    """
    once.note(session, login.me().id, _key(whole=whole), Answer(url, said), now=now())


def again(*, whole: bool = False) -> ResponseReturnValue | None:
    """The answer of a form that was done already; what it was about may look different now."""
    if request.method != "POST" or login.visitor() is None:
        return None
    answer = once.answer(db.session(), login.me().id, _key(whole=whole))
    return _give(answer) if answer else None


def heed(blueprint: Blueprint) -> None:
    """What is refused on these pages may have been done by the first of two clicks."""
    @blueprint.errorhandler(CocreateError)
    def refused(error: CocreateError) -> ResponseReturnValue:
        db.session.rollback()
        return again() or pages.refuse(error)


def _key(*, whole: bool = False) -> str:
    """Of this form and what it does: several buttons of a page carry one key. whole: and of all that it says."""
    said = [pair for pair in request.form.items(multi=True) if pair[0] != "csrf_token"] if whole else ""
    return sha256(f"{sent_key()} {request.path}{said}".encode()).hexdigest()


def _give(answer: Answer) -> ResponseReturnValue:
    flash(answer.said, "done")
    return redirect(answer.url, 303)
