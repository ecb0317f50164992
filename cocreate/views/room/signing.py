"""Signing: the contract and the short agreements before it, with the same steps; and saying why not.

``paper`` is the key of a short agreement's task, "" for the contract.
"""

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer

from cocreate import sentences, words
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain import going_back
from cocreate.domain.rights import Act
from cocreate.errors import Conflict, Forbidden, Refused, TooOften
from cocreate.forms.base import Form, whole
from cocreate.forms.contracts import RefuseContractForm, RefuseForm, SignForm
from cocreate.forms.tasks import ReasonForm
from cocreate.services import contracts, sign_ins, signing
from cocreate.views.room import clause_words, contract_words, frame, signature, signing_words, unsigned_words
from cocreate.views.room.blueprint import bp
from cocreate.views.room.dialogs import dialog
from cocreate.views.room.stages import chosen, titles
from cocreate.web import login, pages
from workflows import engine
from workflows.facts import Facts

CONTRACT = {"paper": ""}


@bp.route("/contract/sign", methods=["GET", "POST"], defaults=CONTRACT)
@bp.route("/agreements/<paper>/sign", methods=["GET", "POST"])
def sign(ref: str, paper: str) -> ResponseReturnValue:
    """Read it all, state what is to be stated, show who one is, sign."""
    facts = signing_words.enter(ref, paper)
    if facts.standing(paper) is None and request.method == "GET":
        return redirect(signing_words.home(facts, paper))
    form = _sign_form(facts, paper)
    if request.method == "GET":
        return _show(facts, paper, form)
    if signing_words.signed_by_me(facts, paper):  # the same form sent twice
        return _done(facts, paper)
    try:
        signing.require_signable(facts, **_shown(form), paper=paper)
        if all([form.validate(), _was_read(form)]) and signature.is_me(ref, form, paper):
            with transaction() as session:
                signing.sign(session, ref, **_shown(form), evidence=signature.evidence(facts, form, _opened_at(form)),
                             paper=paper, code=not login.me().totp, actor=login.me().id, key=form.key(), now=now())
            return _done(frame.enter(ref), paper, fresh=True)
    except Conflict as error:
        if error.code != "contract.changed":
            raise
        return _text_changed(ref, paper, form)
    except Refused as error:
        return _gone_back(facts, error)
    except TooOften as error:
        form.blame("password", sentences.error(error, pages.reader()))
        return _show(frame.enter(ref), paper, form), 429
    facts = frame.enter(ref)
    return _done(facts, paper) if signing_words.signed_by_me(facts, paper) else (_show(facts, paper, form), 422)


@bp.route("/contract/sign/code", methods=["GET", "POST"], defaults=CONTRACT)
@bp.route("/agreements/<paper>/sign/code", methods=["GET", "POST"])
def sign_code(ref: str, paper: str) -> ResponseReturnValue:
    """Mail a code for exactly this version; what was ticked and typed stays, but no password."""
    facts = signing_words.enter(ref, paper)
    if request.method == "GET":  # a phone that was in the mail meanwhile loads the address again
        return redirect(url_for("room.sign", ref=ref, paper=paper))
    form, status = _sign_form(facts, paper), 422
    try:
        signing.require_signable(facts, **_shown(form), paper=paper)
        if all([form.stated(), _was_read(form)]):
            with transaction() as session:
                signing.send_code(session, ref, version=form.number, paper=paper, actor=login.me().id,
                                  key=f"code-{form.key()[:60]}", now=now())
            form.code.data, status = None, 200  # another one is on its way
    except Conflict as error:
        if error.code != "contract.changed":
            raise
        return _text_changed(ref, paper, form)
    except TooOften as error:
        form.blame("", sentences.error(error, pages.reader()))
        status = 429
    form.nonce.data = Form().nonce.data  # the one that was sent has mailed its code
    return _show(frame.enter(ref), paper, form, mailed=status == 200), status


def _sign_form(facts: Facts, paper: str) -> SignForm:
    standing = facts.standing(paper)
    shown = {"version": str(standing.number), "text_sha256": standing.text_sha256, "pdf_sha256": standing.pdf_sha256,
             "opened": _opening(standing.text_sha256)} if standing else {}
    form = SignForm.from_request(**shown)
    signature.ask(form, facts, _("I have read version %(number)s.", number=form.number))
    return form


def _shown(form: SignForm) -> dict[str, Any]:
    return {"version": form.number, "text_sha256": form.text_sha256.data, "pdf_sha256": form.pdf_sha256.data}


def _was_read(form: SignForm) -> bool:
    if _opened_at(form) is None:
        form.opened.data = _opening(form.text_sha256.data or "")
        signature.blame_unread(form)
        return False
    return True


def _opened_at(form: SignForm) -> str | None:
    """When this very person opened this very text; None where nobody has."""
    try:
        person, text_sha256, at = _seal().loads(form.opened.data or "")
    except (BadSignature, ValueError, TypeError):
        return None
    return str(at) if (person, text_sha256) == (login.me().id, form.text_sha256.data) else None


def _opening(text_sha256: str) -> str:
    return str(_seal().dumps([login.me().id, text_sha256, now().isoformat()]))


def _seal() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="cocreate opened contract")


def _show(facts: Facts, paper: str, form: SignForm, *, mailed: bool = False) -> str:
    session = db.session()
    frozen = contracts.version(session, facts, paper=paper)
    me, own, number = login.me(), facts.own, frozen.row.number
    asks, signers = signing_words.may_sign(facts, paper), signing_words.signers(facts, number, paper)
    compared, changed = signing_words.since_last_reading(facts, frozen.text, paper)
    return frame.show(
        "room/contracts/sign.html", facts, *signing_words.trail(facts, paper), (_("Read and sign"), None),
        row=frozen.row, form=form, paper_key=paper, may_sign=asks, signers=signers,
        ring_segments=signing_words.ring(signers), own=frame.party_views(facts)[own] if own is not None else None,
        code_ready=me.totp or signing.code_waits(session, facts, version=number, paper=paper, actor=me.id),
        mailed=sign_ins.masked(me.email) if mailed else "", totp=me.totp, email=me.email,
        compared=compared, changed=changed, part_names=contract_words.part_names(),
        reserved=() if paper else clause_words.about_the_whole(facts),
        instead=signing_words.in_place_of(facts, frozen.text) if asks and not paper else "",
        signed=signing_words.signed(facts, paper) if signing_words.signed_by_me(facts, paper) else "",
        only="" if asks else _only(facts, paper), waits=[] if paper else contract_words.waits(facts, frozen.text),
        refuse_url=url_for("room.sign_refuse", ref=facts.project.ref, paper=paper),
        sign_url=url_for("room.sign", ref=facts.project.ref, paper=paper),
        code_url=url_for("room.sign_code", ref=facts.project.ref, paper=paper),
        pdf_url=url_for("room.contract_pdf", ref=facts.project.ref, paper=paper, number=number, kind="signed"),
        **contract_words.drawn(facts, frozen.text))


def _only(facts: Facts, paper: str) -> str:
    """Who can sign, for somebody who cannot."""
    if facts.ended or facts.standing(paper) is None or signing_words.signed_by_me(facts, paper):
        return ""
    persons = tuple(member.person for party in facts.signers(paper) if facts.signature(party.number, paper) is None
                    for member in facts.people(party.number, "signatory"))
    own = facts.actor.person if facts.actor else None
    return "" if own in persons else sentences.error(
        Forbidden("only", act=Act.SIGN.value, persons=persons), pages.reader(), facts)


def _done(facts: Facts, paper: str, *, fresh: bool = False) -> ResponseReturnValue:
    flash(signing_words.signed(facts, paper), "done" if fresh else "info")
    return redirect(signing_words.home(facts, paper), 303)


def _text_changed(ref: str, paper: str, form: SignForm) -> ResponseReturnValue:
    """Somebody was about to sign what no longer stands."""
    facts, reader = frame.enter(ref), pages.reader()
    seen = next((one for one in facts.versions(paper) if one.number == form.number), None)
    when = ""
    if seen and seen.ended_at:
        today = words.local_day(seen.ended_at, reader) == reader.today
        when = words.clock_time(seen.ended_at, reader) if today else words.day_time(seen.ended_at, reader)
    sentence = _("The text changed at %(when)s. Nothing was signed.", when=when) if when else \
        _("The text changed. Nothing was signed.")
    url = url_for("room.contract_version", ref=ref, number=seen.number) + "#changes" \
        if seen and seen.ended_at and not paper else signing_words.home(facts, paper)
    return render_template("errors/error.html", heading=_("Changed meanwhile"), sentence=sentence, act_url=url,
                           act_label=_("See what changed"),
                           kept=[(form.basis.label.text, form.basis.data)] if form.basis.data else []), 409


def _gone_back(facts: Facts, error: Refused) -> ResponseReturnValue:
    """Somebody was about to sign when the project went back, was put on hold or ended."""
    why = " ".join(sentences.refusal(reason, facts, pages.reader(), party=facts.own,
                                     mask=frame.mask(facts)).text for reason in error.reasons)
    return render_template(
        "errors/error.html", heading=_("Changed meanwhile"), sentence=f"{_('Nothing was signed.')} {why}",
        act_url=url_for("room.now", ref=facts.project.ref), act_label=_("Open the project"), kept=[]), 409


# not signing


@bp.route("/contract/refuse", methods=["GET", "POST"], defaults=CONTRACT)
@bp.route("/agreements/<paper>/refuse", methods=["GET", "POST"])
def sign_refuse(ref: str, paper: str) -> ResponseReturnValue:
    """Do not sign, with a reason that all parties read."""
    facts = signing_words.enter(ref, paper)
    login.require_proof()
    form, back = _refuse_form(facts, paper), url_for("room.sign", ref=ref, paper=paper)
    if request.method == "GET" and not signing_words.may_refuse(facts, paper):
        return redirect(back)
    standing, party = facts.standing(paper), contract_words.own(facts)

    def act(session: Any) -> str:
        receipt = signing.refuse_to_sign(
            session, ref, version=request.form.get("version", 0, type=whole), reason=form.reason.data or "",
            paper=paper, actor=login.me().id, key=form.key(), now=now(), **chosen(form))
        return _refused(facts, paper, receipt.stage)

    return dialog(
        facts, form, "room/contracts/refuse.html", _("Do not sign for %(party)s", party=party), act,
        then=signing_words.home(facts, paper), back=back, trail=signing_words.trail(facts, paper),
        number=standing.number if standing else 0, party=party,
        stage="" if paper else pages.stage(facts.definition, facts.definition.prepares),
        without=unsigned_words.possible(facts, paper, facts.own),
        given=[f"{s.names} ({s.party.name})" for s in signing_words.signers(facts, standing.number, paper) if s.at]
        if standing else [])


def _refuse_form(facts: Facts, paper: str) -> ReasonForm:
    """Of the contract it asks besides what has to change; sent too late, it still says what was typed."""
    if paper:
        return RefuseForm.from_request()
    tasks = going_back.of_refusing(facts)
    if engine.waits_for_signatures(facts.definition, facts.project.stage):
        tasks = going_back.accepted(tasks)
    return RefuseContractForm.asking(titles(facts, tasks), needed=True).from_request()


def _refused(facts: Facts, paper: str, stage: str) -> str:
    party = contract_words.own(facts)
    if paper:
        return _("Not signed for %(party)s. All parties have been told why.", party=party)
    return _("Not signed for %(party)s. The project is back in %(stage)s; all parties have been told why.", party=party,
             stage=pages.stage(facts.definition, stage))
