"""A gate: decide with open eyes, for one's own party, on exactly this."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cocreate import sentences, words
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain import after_no
from cocreate.domain.reviewing import wanted_change
from cocreate.domain.rights import Act
from cocreate.domain.saying import Compared, Shown, compared, shown
from cocreate.domain.topics import Topic
from cocreate.errors import Invalid, NotFound
from cocreate.forms.tasks import DecideForm, OutsideForm
from cocreate.sentences import agreeing
from cocreate.services import contributions, gates
from cocreate.services.acts.duties import require_taking_on
from cocreate.services.acts.gates import DecideOutside, require_deciding
from cocreate.services.contributions import Version
from cocreate.storage import StoreFull
from cocreate.views.proposals_words import field_words
from cocreate.views.room import asked_words, assessments, duties, frame, limits, nudges
from cocreate.views.room.blueprint import bp
from cocreate.views.room.dialogs import possible
from cocreate.views.room.other_values import disputed, settled
from cocreate.views.room.talk import talk
from cocreate.views.room.uploads import blame, forgotten, rule, stored
from cocreate.web import login, pages
from workflows.facts import DecisionFact, DecisionState, Facts, TaskFact
from workflows.gates import deciding, is_open, quorum, sides
from workflows.progression import subject
from workflows.texts import say

Versions = Mapping[tuple[str, int], tuple[Version, ...]]


@dataclass(frozen=True, slots=True)
class About:
    """One thing a decision is about: a contribution in the version that counts."""

    title: str
    party: frame.PartyView | None
    number: int
    url: str
    before: int | None = None  # version that the own party decided on, where it was another one
    change: str | None = None  # the remarks of a review that says: something has to change
    figures: tuple[Shown, ...] = ()  # what is in it, as far as the reader may see it
    settled: Mapping[str, str] = field(default_factory=dict)  # field -> what counts in place of what was given
    disputed: tuple[str, ...] = ()  # figures of which another party says another value
    differs: tuple[Compared, ...] = ()  # against ``before``
    hidden: int = 0
    files: tuple[tuple[str, str], ...] = ()  # (name and version, address)


@bp.route("/gates/<key>", methods=["GET", "POST"])
def gate(ref: str, key: str) -> ResponseReturnValue:
    """The question, what it is about, what others say, and the own decision."""
    facts = frame.enter(ref)
    if key not in facts.definition.gates:
        raise NotFound
    if request.method == "POST":  # reading what is to be decided is everybody's
        login.require_proof()
    form, here = DecideForm.from_request(**_said_before(facts, key)), url_for("room.gate", ref=ref, key=key)
    kept = asked_words.of(facts, form)
    if away := kept.put_away(here):
        return away
    if request.method == "POST" and form.validate():
        answer = request.form.get("answer", "")
        try:
            with transaction() as session:
                gates.decide(session, ref, gate=key, seen=request.form.get("seen", ""), answer=answer,
                             reason=form.reason.data or "", wanted=form.wanted.data or "", actor=login.me().id,
                             key=form.key(), now=now())
                kept.said(session)
        except Invalid as error:
            wrong = [error]
            if answer == "refused" and error.values.get("field") == "reason" and not (form.wanted.data or "").strip():
                wrong.append(Invalid("decision.wanted_missing", field="wanted"))  # both at once
            for one in wrong:
                form.blame(one.values.get("field"), sentences.error(one, pages.reader(), facts))
        else:
            flash(_recorded(facts, key, answer), "done")
            return redirect(url_for("room.now", ref=ref), 303)
    kept.save()
    return _show(facts, key, form, kept), 200 if request.method == "GET" else 422


@bp.route("/gates/<key>/outside", methods=["GET", "POST"])
def gate_outside(ref: str, key: str) -> ResponseReturnValue:
    """Record what a body of one's party decided outside, with the file that shows it."""
    facts = frame.enter(ref)
    if key not in facts.definition.gates:
        raise NotFound
    login.require_proof_for_file()
    own = facts.own
    require_deciding(facts, key, Act.DECIDE_OUTSIDE)
    form, status = OutsideForm.from_request(), 200 if request.method == "GET" else 422
    back, kept = url_for("room.gate", ref=ref, key=key), asked_words.of(facts, form)
    if away := kept.put_away(back):
        return away
    if request.method == "POST" and form.validate():
        try:
            given = DecideOutside(key, request.form.get("seen", ""), form.answer.data, form.body.data, form.on.data,
                                  stored(facts, form.proof.data, "proof"), form.reason.data or "",
                                  (form.wanted.data or "") if form.answer.data == "refused" else "")
            with transaction() as session:
                gates.decide_outside(session, ref, given, actor=login.me().id, key=form.key(), now=now())
                kept.said(session)
        except (Invalid, StoreFull) as error:
            status = blame(form, error, facts, "proof")
        else:
            flash(_recorded(facts, key, form.answer.data), "done")
            return redirect(back, 303)
    kept.save()
    forgotten(form, "proof")
    question = say(facts.definition.gates[key][1].question, pages.language())
    body = frame.show("room/gates/outside.html", facts, (question, back), (_("Decided outside"), None), form=form,
                      kept=kept, question=question, seen=subject(facts, key), party=facts.party(own or 0).name,
                      back_url=back, rule=rule(), about=_about(facts, key, facts.decision(key, own or 0),
                                   contributions.versions_about(db.session(), facts, key)))
    return body, status


def _said_before(facts: Facts, key: str) -> dict[str, str | None]:
    """What stands in the form of who changes a decision; of what is sent nothing is added to it."""
    mine = facts.decision(key, facts.own) if facts.own is not None and request.method == "GET" else None
    return {"reason": mine.reason, "wanted": mine.wanted} if mine is not None and _is_decided(mine) else {}


def _is_decided(mine: DecisionFact | None) -> bool:
    return mine is not None and (mine.agreed or mine.state is DecisionState.REFUSED)


def may_decide(facts: Facts, key: str, act: Act = Act.DECIDE) -> bool:
    return possible(lambda: require_deciding(facts, key, act))


def _show(facts: Facts, key: str, form: DecideForm, kept: asked_words.Kept) -> str:
    gate_ = facts.definition.gates[key][1]
    own = facts.own
    mine = facts.decision(key, own) if own is not None else None
    here = facts.definition.gates[key][0] == facts.project.stage
    question = say(gate_.question, pages.language())
    missed = limits.missed(facts) if here else None
    versions = contributions.versions_about(db.session(), facts, key)
    stopped = after_no.noes(facts, key) if here else ()
    return frame.show(
        "room/gates/show.html", facts, (question, None), gate=gate_, key=key, question=question, form=form,
        kept=kept, mine=mine, decided=_is_decided(mine),
        may_decide=may_decide(facts, key), outside=may_decide(facts, key, Act.DECIDE_OUTSIDE), here=here,
        is_open=is_open(facts, key), about=_about(facts, key, mine, versions),
        **_to_do(facts, key, versions, here=here),
        seen=subject(facts, key), decisions=[facts.decision(key, p.number) for p in facts.holders(gate_.of)],
        deciders=facts.people(own, "signatory") if own is not None else (),
        champions=[(p.name, [m.name for m in facts.people(p.number, "champion") if m.present])
                   for p in facts.holders(gate_.of)],
        refused=any(one.state is DecisionState.REFUSED for one in facts.asked_at(key)),
        changes=_changes(facts, key) if stopped else [], offers=nudges.offers(facts, stopped[0]) if stopped else (),
        lapsed={one.party: why_lapsed(facts, one) for one in facts.asked_at(key)},
        missed=missed, way_out=next((way for way in missed.ways if way.url), None) if missed else None,
        rule=rule_words(facts, key), segments=segments(facts, key), talk=talk(facts, Topic("gate", key)))


def rule_words(facts: Facts, key: str) -> str:
    """Who must agree, in words."""
    return agreeing.rule(facts, key, pages.reader(), lambda party: facts.party(party).name, sides_named=True)


def agreed_words(facts: Facts, key: str) -> str:
    """How far it is, counted as the rule counts: in sides or in parties."""
    counted = quorum(facts, key).parties
    agree = {party for party in counted if (one := facts.decision(key, party.number)) is not None and one.agreed}
    if facts.definition.gates[key][1].rule == "one_per_side":
        of = sides(facts, counted)
        number = sum(not agree.isdisjoint(side) for side in of)
        if number == len(of):
            return _("Each side has agreed.")
        return ngettext("%(num)d of %(all)s sides has agreed.", "%(num)d of %(all)s sides have agreed.", number,
                        all=len(of)) if number else _("No side has agreed yet.")
    if len(agree) == len(counted):
        return _("All have agreed.")
    return ngettext("%(num)d of %(all)s has agreed.", "%(num)d of %(all)s have agreed.", len(agree),
                    all=len(counted)) if agree else _("Nobody has agreed yet.")


def segments(facts: Facts, key: str) -> list[tuple[int, str]]:
    """The ring of a gate: one segment per party whose agreement counts, and per other that stops it by a veto."""
    counted, found = quorum(facts, key).parties, []
    stops = facts.definition.gates[key][1].veto
    for party in deciding(facts, key):
        decision = facts.decision(key, party.number)
        state = "agreed" if decision and decision.agreed else \
            "objects" if decision and decision.state == "refused" else "open"
        if party in counted or (state == "objects" and party.seat in stops):
            found.append((party.number, state))
    return found


def why_lapsed(facts: Facts, decision: DecisionFact) -> str:
    """What changed under a decision that lapsed: "thing=from>to"."""
    if decision.state is not DecisionState.LAPSED or not decision.changed:
        return ""
    thing, _sign, versions = decision.changed.partition("=")
    before, _sign, after = versions.partition(">")
    if "." in thing:
        return _("because another value of '%(field)s' was settled", field=field_words(facts, thing))
    key, _sign, party = thing.partition("@")
    if key in facts.definition.tasks:
        title = say(facts.definition.tasks[key][1].title, pages.language())
        of = next((one.name for one in facts.parties if str(one.number) == party), "")
        name = f"'{title}' ({of})" if of else f"'{title}'"
    else:
        name = _("the contract")
    if after == "0":  # nothing stands in its place yet
        return _("because version %(before)s of %(thing)s does not stand any more", thing=name, before=before)
    return _("because %(thing)s changed from version %(before)s to %(after)s", thing=name, before=before, after=after)


def _changes(facts: Facts, key: str) -> list[tuple[str, str]]:
    """After a no what the reader can open again, or the way back to where that is: (label, address)."""
    ref, language = facts.project.ref, pages.language()
    found = [(_("Open '%(title)s' of %(party)s again", title=say(facts.task_of(task).title, language),
                party=facts.party(task.party).name),
              url_for("room.task_reopen", ref=ref, key=task.key, party=task.party))
             for task in after_no.to_reopen(facts, key)]
    if (way := after_no.back(facts, key)) is not None:
        stage = pages.stage(facts.definition, facts.definition.transitions[way].to)
        found.append((_("Back to %(stage)s", stage=stage), url_for("room.go_back", ref=ref, key=way)))
    return found


def _to_do(facts: Facts, key: str, versions: Versions, *, here: bool) -> dict[str, Any]:
    """What there is to talk about, who does what about it, and whether the reader's party can take something on."""
    given = {of: found[0].answers for of, found in versions.items() if found and facts.asked_at(key)}
    results, taken_on = assessments.to_talk_about(facts, given), duties.at_gate(facts, key)
    reserved = any(one.reason for one in facts.asked_at(key))
    can = here and bool(results or taken_on or reserved) and possible(lambda: require_taking_on(facts, key))
    return {"results": results, "taken_on": taken_on, "may_take_on": can}


def _about(facts: Facts, key: str, mine: DecisionFact | None, given: Versions) -> list[About]:
    """Each contribution with what is in it, and what changed since the own party's last decision."""
    ref, language = facts.project.ref, pages.language()
    if facts.definition.gates[key][1].about == "contract":
        contract = facts.contract
        return [About(say(facts.definition.contract_title, language), None, contract.number,
                      url_for("room.contract", ref=ref))] if contract else []
    seen = dict(part.rsplit("=", 1) for part in mine.subject.split()) if mine and mine.subject else {}
    views, found = frame.party_views(facts), []
    for (task_key, party), versions in given.items():
        task = facts.task(task_key, party)
        before = seen.get(f"{task_key}@{party}")
        if task is not None:
            found.append(_of_task(facts, task, views[party], versions, int(before) if before else None))
    return found


def _of_task(facts: Facts, task: TaskFact, party: frame.PartyView, versions: tuple[Version, ...],
             before: int | None) -> About:
    definition, language, ref = facts.task_of(task), pages.language(), facts.project.ref
    given = next((one for one in versions if one.number == task.number), None)
    earlier = next((one for one in versions if one.number == before and before != task.number), None)
    figures = tuple(one for one in shown(definition, given.answers, language=language)
                    if one.key in given.answers and one.file is None) if given else ()
    differs = tuple(one for one in compared(definition, earlier.answers, given.answers, language=language)
                    if one.changed) if given and earlier else ()
    stage = facts.definition.tasks[task.key][0]
    files = tuple((_("%(name)s, version %(number)s", name=one.name, number=one.newest),
                   url_for("room.document", ref=ref, number=one.number)) for one in facts.documents
                  if one.path and one.path.startswith(f"{stage}.{task.key}.") and one.party == task.party
                  and one.sees & frame.mask(facts) and one.withdrawn_at is None)
    url = url_for("room.task", ref=ref, key=task.key, party=task.party)
    return About(say(definition.title, language), party, task.number, url, before if before != task.number else None,
                 wanted_change(given.answers) if given else None, figures, settled(facts, task.key),
                 tuple(one["label"] for one in disputed(facts, task.key)), differs, given.hidden if given else 0, files)


def _recorded(facts: Facts, key: str, answer: str) -> str:
    own = facts.own
    party = facts.party(own).name if own is not None else ""
    if answer == "refused":
        return _("Recorded for %(party)s: not agreed. Nothing moves; the champions of all parties hear your reason.",
                 party=party)
    number = facts.contract.number if facts.contract else 0
    if facts.definition.gates[key][1].about == "contract":
        if answer == "reserved":
            return _("Recorded for %(party)s: agreed with a reservation on version %(number)s. It lapses if the text "
                     "changes.", party=party, number=number)
        return _("Recorded for %(party)s: agreed on version %(number)s. It lapses if the text changes.", party=party,
                 number=number)
    numbers = [part.rsplit("=", 1)[1] for part in subject(facts, key).split() if "@" in part]
    if len(numbers) > 1:
        count = words.number(len(numbers), pages.reader())
        if answer == "reserved":
            return _("Recorded for %(party)s: agreed with a reservation on %(count)s contributions, each in its "
                     "version of today. It lapses if one of them changes.", party=party, count=count)
        return _("Recorded for %(party)s: agreed on %(count)s contributions, each in its version of today. "
                 "It lapses if one of them changes.", party=party, count=count)
    if answer == "reserved":
        return _("Recorded for %(party)s: agreed with a reservation on version %(numbers)s. It lapses if it changes.",
                 party=party, numbers="".join(numbers))
    return _("Recorded for %(party)s: agreed on version %(numbers)s. It lapses if it changes.", party=party,
             numbers="".join(numbers))
