"""What a page of the project asks for in words, a reason or a concern: kept while one types, until it is sent.

A page takes it up with ``of``, hands it to its template as ``kept``, and says ``said`` in the transaction of its act.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.forms.base import Form
from cocreate.forms.unsaid import go_on, names_of, typed_in
from cocreate.services import unsaid
from cocreate.services.unsaid import Page, Words
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp
from cocreate.views.room.unsaid import chosen, status, typed
from cocreate.web import login
from workflows.facts import Facts

Typed = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Beside:
    """What the reader typed in another window. url: where they go on with it."""

    text: str
    at: datetime
    url: str


@dataclass(slots=True)
class Kept:
    """What is kept of one form. saves: where the page saves it, "" where nothing is typed into it."""

    ref: str
    page: Page
    key: str
    words: list[str]  # names of its inputs
    others: list[str]
    begun: str = ""  # key of the draft that it goes on with
    status: str = ""
    besides: tuple[Beside, ...] = ()

    @property
    def saves(self) -> str:
        return url_for("room.asked_draft", ref=self.ref, page=self.page.address, words=self.words,
                       others=self.others) if self.words else ""

    def put_away(self, back: str) -> ResponseReturnValue | None:
        """The words kept for later, or discarded, where one of these buttons was pressed."""
        if request.method != "POST" or not self.words:
            return None
        if "discard" in request.form:
            with transaction() as session:
                self.said(session)
            flash(_("Discarded."), "done")
            return redirect(request.full_path.removesuffix("?"), 303)
        if "keep" in request.form:
            self.save()
            flash(_("Kept. Only you see it, and it stands here again."), "done")
            return redirect(back, 303)
        return None

    def save(self) -> None:
        """Also what was refused: it is typed all the same."""
        if self.words and request.method == "POST":
            _save(self.ref, self.page, self.words, self.others, key=self.key, begun=self.begun)
            self.status = status(now()) if typed_in(self.words, self.others) else ""

    def said(self, session: Any) -> None:
        """It is sent, or shall not be."""
        if self.words:
            unsaid.drop(session, self.ref, actor=login.me().id, keys=(self.key, self.begun))


def of(facts: Facts, form: Form) -> Kept:
    """What is kept of the form of this page; it goes on with what was typed before."""
    kept, begun = of_inputs(facts, form, *names_of(form))
    if begun is not None:
        go_on(form, typed(begun))
    return kept


def of_inputs(facts: Facts, nonce: Form, words: list[str], others: list[str], *,
              said: Callable[[Typed], str] | None = None) -> tuple[Kept, Words | None]:
    """The same of inputs by their names, with what they go on with.

    nonce: the form that has the key. said: how what another window typed reads, if not as it was typed.
    """
    page = _here(facts.project.ref)
    kept = Kept(facts.project.ref, page, nonce.key(), words if len(page.address) <= unsaid.LONGEST else [], others)
    if not kept.words:
        return kept, None
    if request.method == "POST":
        kept.begun = request.form.get("begun", "")
        return kept, None
    found = unsaid.about(db.session(), facts, kept.page)
    begun = chosen(found)
    if begun is not None:
        kept.begun, kept.status = begun.key, status(begun.at)
        kept.besides = tuple(_beside(one, (said or partial(_joined, words))(one.typed)) for one in found
                             if one is not begun)
    return kept, begun


@bp.post("/asked/draft")
def asked_draft(ref: str) -> ResponseReturnValue:
    """What a page saves by itself while one types. The address says which page, and how its inputs are called."""
    frame.enter(ref)
    words, others = request.args.getlist("words"), request.args.getlist("others")
    _save(ref, Page(request.args.get("page", "")), words, others, key=Form.from_request().key(),
          begun=request.form.get("begun", ""))
    return jsonify(status=status(now()) if typed_in(words, others) else "")


def _save(ref: str, page: Page, words: list[str], others: list[str], *, key: str, begun: str) -> None:
    with transaction() as session:
        unsaid.save(session, ref, subject=page, typed=typed_in(words, others), begun=begun, actor=login.me().id,
                    key=key, now=now())


def _beside(one: Words, text: str) -> Beside:
    return Beside(text, one.at, f"{request.path}?{urlencode([('begun', one.key), *_asked()])}")


def _joined(words: list[str], typed: Typed) -> str:
    return "\n".join(text for name in words for text in typed.get(name, ()) if text.strip())


def _here(ref: str) -> Page:
    said = _asked()
    address = request.path.partition(f"/{ref}/")[2]
    return Page(f"{address}?{urlencode(said)}" if said else address)


def _asked() -> list[tuple[str, str]]:
    """Which of several things the page is about."""
    return [(name, text) for name, text in request.args.items(multi=True) if name != "begun"]
