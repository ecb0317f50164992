"""What has to be agreed before one can go on: a disputed figure, a missing value, a clause without one."""

from collections.abc import Callable, Mapping
from functools import reduce
from operator import and_
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms.fields.choices import SelectChoice

from cocreate import sentences, words
from cocreate.clock import now
from cocreate.db import transaction
from cocreate.domain import audience, limits, wordings
from cocreate.domain.depending import depends_on
from cocreate.errors import CocreateError, NotFound
from cocreate.forms.agreements import LaterForm, SettleForm, StrikeForm, WaiveForm, WordingForm
from cocreate.forms.base import Form
from cocreate.forms.reading import Unreadable, read_number
from cocreate.services import proposals
from cocreate.services.acts import unsigned
from cocreate.views.proposals_words import (
    field_words,
    given_words,
    unsigned_follows,
    unsigned_words,
    values_called,
    waived_words,
)
from cocreate.views.room import asked_words, frame, signing_words
from cocreate.views.room.blueprint import bp
from cocreate.views.room.limits import sentence
from cocreate.web import login, pages
from workflows.facts import WAIVE, Facts, FigureFact, PartyFact, versions_of
from workflows.refusals import Refusal
from workflows.texts import say
from workflows.values import replace


@bp.route("/waive", methods=["GET", "POST"])
def waive(ref: str) -> ResponseReturnValue:
    """Propose to go on without a value, or although it, and others of the same way on, miss their limits."""
    facts, path = frame.enter(ref), request.args.get("path", "")
    _known(facts, path)
    given, missed = bool(facts.values(path)), limits.together(facts, path)
    form = WaiveForm.from_request()
    if len(missed) > 1:
        return _waive_together(facts, form, missed)
    del form.paths
    return _propose(facts, form, WAIVE, path,
                    title=waived_words(facts, path),
                    follows=[_who_agrees(facts.contracting),
                             _("The value stays as it is, for all to read; going on no longer waits for it.") if given
                             else _("The value may still be given later."), *_what_depends(facts, path)],
                    button=_("Propose to go on all the same") if given else _("Propose to go on without it"),
                    body=lambda form: {"reason": form.reason.data})


def _waive_together(facts: Facts, form: WaiveForm, missed: tuple[Refusal, ...]) -> ResponseReturnValue:
    """Several limits that are missed are one proposal: all are named, and each can be left out."""
    form.paths.choices = [(limits.path_of(one), sentence(facts, one)) for one in missed]
    if request.method == "GET":
        form.paths.data = [path for path, _words in form.paths.choices]
    return _propose(facts, form, WAIVE, " ".join(form.paths.data),
                    title=_("Go on although limits are missed"),
                    follows=[_who_agrees(facts.contracting),
                             _("The values stay as they are, for all to read; going on no longer waits for them.")],
                    button=_("Propose to go on all the same"), body=lambda form: {"reason": form.reason.data})


@bp.route("/agreements/<paper>/without/<int:number>", methods=["GET", "POST"])
def without_signature(ref: str, paper: str, number: int) -> ResponseReturnValue:
    """Propose that the others sign a short agreement without a party that does not."""
    facts = signing_words.enter(ref, paper)
    task = unsigned.asked(facts, subject := unsigned.about(paper, number))
    if task is None:
        raise NotFound
    form = WaiveForm.from_request()
    del form.paths
    form.reason.description = _("All who are asked to sign see it.")
    return _propose(facts, form, unsigned.UNSIGNED, subject, title=unsigned_words(facts, number),
                    follows=[*unsigned_follows(facts, paper, number),
                             _who_agrees(unsigned.among(facts, subject))],
                    button=_("Propose to go on without it"), back=signing_words.home(facts, paper),
                    body=lambda form: {"reason": form.reason.data, "sees": audience.of_task(facts, task)})


@bp.route("/settle", methods=["GET", "POST"])
def settle(ref: str) -> ResponseReturnValue:
    """Propose which of several values of a figure counts."""
    facts, path = frame.enter(ref), request.args.get("path", "")
    _known(facts, path)
    figures = [one for one in facts.said(path) if one.sees & frame.mask(facts)]
    if len(figures) < 2:
        raise NotFound
    form = SettleForm.from_request()
    form.which.choices = [SelectChoice(str(number), given_words(facts, one)) for number, one in enumerate(figures)]
    form.which.choices.append(SelectChoice("third", _("A third value")))
    return _propose(facts, form, "settle", path, title=_("Settle '%(name)s'", name=field_words(facts, path)),
                    follows=[_("All values stay readable with their sources."), _who_agrees(facts.contracting),
                             *_what_depends(facts, path)],
                    button=_("Propose this value"),
                    body=lambda f: _settlement(facts, f, figures, versions_of(facts.given(path))))


@bp.route("/contract/later", methods=["GET", "POST"])
def later(ref: str) -> ResponseReturnValue:
    """Propose that a missing value is given after signature, by a named rule."""
    facts, need = frame.enter(ref), request.args.get("need", "")
    printed = {one for clause in facts.definition.clauses.values() for one in clause.needs.values()}
    if need not in printed | {annex.of for annex in facts.definition.annexes.values()}:
        raise NotFound
    form = LaterForm.from_request()
    form.who.choices = [SelectChoice(str(party.number), party.name) for party in facts.contracting]
    return _propose(facts, form, "later", need,
                    title=_("Settle '%(name)s' later", name=field_words(facts, need.partition("@")[0])),
                    follows=[_("The clause will say who gives it, by when and by what rule."),
                             _("When all have signed, it is a duty: it stands on Now, and we remind of it."),
                             _who_agrees(facts.contracting)],
                    button=_("Propose to settle it later"),
                    body=lambda f: {"parties": [int(f.who.data)], "by": f.by.data.isoformat(), "rule": f.rule.data,
                                    "reason": f.reason.data})


@bp.route("/contract/strike", methods=["GET", "POST"])
def strike(ref: str) -> ResponseReturnValue:
    """Propose that the contract does without an optional clause."""
    facts, key = frame.enter(ref), request.args.get("clause", "")
    clause = facts.definition.clauses.get(key)
    if clause is None or not clause.optional:
        raise NotFound
    return _propose(facts, StrikeForm.from_request(), "strike", key,
                    title=_("Strike the clause '%(name)s'", name=say(clause.title, pages.language())),
                    follows=[_("Its number stays in the contract, with your reason."),
                             _who_agrees(facts.contracting)],
                    button=_("Propose to strike it"), body=lambda form: {"reason": form.reason.data})


@bp.route("/contract/wording", methods=["GET", "POST"])
def wording(ref: str) -> ResponseReturnValue:
    """Propose other words for a clause."""
    facts, key = frame.enter(ref), request.args.get("clause", "")
    clause = facts.definition.clauses.get(key)
    if clause is None:
        raise NotFound
    called = values_called(facts, key)
    form = WordingForm.from_request(text=wordings.shown(wordings.standing(facts, key), called))
    form.text.render_kw = {**(form.text.render_kw or {}), "lang": facts.project.language}
    return _propose(facts, form, wordings.WORDING, key,
                    title=_("Other words for the clause '%(name)s'", name=say(clause.title, pages.language())),
                    follows=[_("The whole clause will stand in the contract as you write it here."),
                             _who_agrees(facts.contracting)],
                    button=_("Propose these words"), back=url_for("room.contract_clause", ref=ref, key=key),
                    body=lambda form: {"text": wordings.kept(form.text.data, called), "reason": form.reason.data})


def _propose(facts: Facts, form: Any, kind: str, subject: str, *, title: str, follows: list[str], button: str,
             body: Callable[[Any], Mapping[str, Any]], back: str = "") -> ResponseReturnValue:
    """The page of a proposal, and what happens when it is sent."""
    login.require_proof("room.now", ref=facts.project.ref)
    back, kept = back or url_for("room.now", ref=facts.project.ref), asked_words.of(facts, form)
    if away := kept.put_away(back):
        return away
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                receipt = proposals.propose(session, facts.project.ref, kind=kind, subject=subject, body=body(form),
                                            actor=login.me().id, key=form.key(), now=now())
                kept.said(session)
        except CocreateError as error:
            form.blame(error.values.get("field"), sentences.error(error, pages.reader(), facts))
        except Unreadable as error:
            form.blame("third", error)
        else:
            flash(_("Proposed. The others have been asked."), "done")
            return redirect(url_for("room.proposal", ref=facts.project.ref, number=receipt.values["number"]), 303)
    kept.save()
    page = frame.show("room/agreements/propose.html", facts, (title, None), form=form, kept=kept, title=title,
                      follows=follows, button=button, back_url=back)
    return page, 200 if request.method == "GET" else 422


def _who_agrees(parties: tuple[PartyFact, ...]) -> str:
    names = words.listed((party.name for party in parties), pages.reader())
    return ngettext("%(names)s must agree.", "%(names)s must agree.", len(parties), names=names)


def _what_depends(facts: Facts, path: str) -> list[str]:
    """What rests on a figure, by name, as one line of each kind."""
    found: dict[str, list[str]] = {"clause": [], "way": [], "figure": []}
    for kind, key in depends_on(facts.definition, path):
        name = {"clause": lambda key: say(facts.definition.clauses[key].title, pages.language()),
                "way": lambda key: pages.stage(facts.definition, facts.definition.transitions[key].to),
                "figure": lambda key: field_words(facts, key)}[kind](key)
        found[kind] = list(dict.fromkeys([*found[kind], f"'{name}'"]))
    listed = {kind: words.listed(names, pages.reader()) for kind, names in found.items() if names}
    said = {"clause": _("It is printed in: %(names)s.", names=listed.get("clause", "")),
            "way": _("Going on to %(names)s looks at it.", names=listed.get("way", "")),
            "figure": _("Worked out from it: %(names)s.", names=listed.get("figure", ""))}
    return [said[kind] for kind in listed]


def _known(facts: Facts, path: str) -> None:
    if not facts.definition.asks(path):
        raise NotFound


def _settlement(facts: Facts, form: Form, figures: list[FigureFact], versions: str) -> dict[str, Any]:
    """The body of a settlement: the value, which versions it was about, and who reads it: who is asked or sees both."""
    if form.which.data == "third":
        number = read_number(form.third.data or "", pages.language())
        if number is None:
            raise Unreadable(_("Give the third value."))
        chosen, by = replace(figures[0], value=number, source=None), None
    else:
        chosen = figures[int(form.which.data)]
        by = chosen.party
    sees = reduce(and_, (one.sees for one in figures)) | audience.of_parties(one.number for one in facts.contracting)
    return {"sees": sees, "value": format(chosen.value, "f"), "unit": chosen.unit, "period": chosen.period,
            "price_year": chosen.price_year, "source": chosen.source, "by": by, "of": versions,
            "reason": form.reason.data}
