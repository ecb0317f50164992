"""Answering an invitation. The mailed link shows the page; only its buttons answer."""

from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate import words
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain import audience
from cocreate.domain.turns import turns
from cocreate.errors import Conflict, Ended, Invalid, NotFound
from cocreate.forms.invitations import AcceptForm, DeclineForm, SomeoneElseForm, StartForm
from cocreate.sentences.invitations import asked_first
from cocreate.services import accounts, invitations, people, sign_ins
from cocreate.services.facts import look
from cocreate.services.people import Invitation, Mine
from cocreate.views.asks import ask
from cocreate.views.auth.links import by_address, keep
from cocreate.views.portal.beginning import blame_password
from cocreate.views.portal.blueprint import bp
from cocreate.web import browsers, destination, login, pages
from workflows.facts import Facts
from workflows.texts import say

TOKEN, PROJECT = "invitation", "invited_to"  # in the signed cookie


@bp.get("/i/<token>")
def invitation_arrives(token: str) -> ResponseReturnValue:
    """Take the token out of the address; nothing else happens."""
    return keep(TOKEN, token, "portal.invitation")


@bp.get("/invitation")
def invitation() -> ResponseReturnValue:
    """Why me, what for, how long, who sees it."""
    try:
        given = _given()
    except Ended:
        if (me := login.visitor()) and (ref := people.came_in(db.session(), cookie.get(TOKEN, ""), person=me.id)):
            cookie.pop(TOKEN, None)
            return redirect(url_for("room.now", ref=ref), 303)
        raise
    if _mine() is not None:
        return _page(given, _accept_form(given))
    cookie[PROJECT] = given.ref  # with it, a form that is sent twice finds the answer of the first time
    if login.visitor() is None and given.known:
        destination.keep("portal.invitation_arrives", token=cookie[TOKEN])
    return _page(given, _accept_form(given))


@bp.post("/invitation")
def accept_invitation() -> ResponseReturnValue:
    """Come in, sign in, and go straight to what is asked first."""
    try:
        given = _given()
        return _accept(given, _accept_form(given))
    except (Conflict, Ended):
        mine = _mine()
        return _in_already(mine.ref) if mine else _accepted_before()


@bp.route("/invitation/no", methods=["GET", "POST"])
def decline_invitation() -> ResponseReturnValue:
    """"No, thank you.", with optional words."""
    return _decline(DeclineForm.from_request(), "invitation/decline.html")


@bp.route("/invitation/someone-else", methods=["GET", "POST"])
def pass_invitation_on() -> ResponseReturnValue:
    """Say who should do it instead: goes to who invited, and invites nobody."""
    return _decline(SomeoneElseForm.from_request(), "invitation/someone_else.html")


@bp.get("/invitation/answered")
def invitation_answered() -> ResponseReturnValue:
    return render_template("invitation/answered.html")


@bp.route("/invitation/again", methods=["GET", "POST"])
def invitation_again() -> ResponseReturnValue:
    """Ask whoever invited an address for a new link; the same answer for everybody."""
    return by_address("invitation/again.html", invitations.ask_again, then="invitation/asked_again.html")


@bp.errorhandler(Ended)
def _no_longer_open(_error: Ended) -> ResponseReturnValue:
    """One answer for used, withdrawn, old and wrong."""
    db.session.rollback()
    cookie.pop(TOKEN, None)
    cookie.pop(PROJECT, None)
    home = pages.home() if login.visitor() else (url_for("auth.sign_in"), _("Sign in"))
    if request.endpoint == "portal.joining":  # to work for a host: those who are asked again invite to projects
        return render_template("errors/error.html", heading=_("This invitation is no longer open"),
                               sentence=_("It was answered or withdrawn, or it is too old. Whoever sent it can send a "
                                          "new one."), act_url=home[0], act_label=home[1]), 410
    return render_template("errors/error.html", heading=_("This invitation is no longer open"),
                           sentence=_("It was answered or withdrawn, or it is too old."),
                           act_url=url_for("portal.invitation_again"), act_label=_("Ask for a new one"),
                           instead=home), 410


# Accepting


def _mine() -> Mine | None:
    """The own invitation that Your turn names: who is signed in needs no link for it."""
    me, ref = login.visitor(), request.values.get("project", "")
    return Mine(ref, me.id) if me and ref else None


def _link() -> str | Mine:
    return _mine() or cookie.get(TOKEN, "")


def _given() -> Invitation:
    return people.invitation(db.session(), _link(), now=now())


def _accept_form(given: Invitation) -> AcceptForm:
    me = login.visitor()
    return AcceptForm.from_request(name=me.name) if me else StartForm.from_request(name=given.name)


def _accept(given: Invitation, form: AcceptForm) -> ResponseReturnValue:
    me = login.visitor()
    if (me is None and given.known) or (me and me.id != given.person):
        return redirect(url_for("portal.invitation"), 303)  # where it says who can accept
    if not form.validate():
        blame_password(form, given.person, (given.party, given.host))
        return _page(given, form, 422)
    try:
        with transaction() as session:
            people.accept(session, _link(), name=form.name.data, now=now(),
                          password=None if me else form.password.data)
            opened = None if me else sign_ins.begin(session, given.person, method="password",
                                                    device=browsers.device(given.email), now=now())
    except Invalid as refused:
        form.refuse(refused)
        return _page(given, form, 422)
    return _into(given.ref, opened)


def _in_already(ref: str) -> ResponseReturnValue:
    """The second of two clicks, by who is signed in."""
    db.session.rollback()
    try:
        look(db.session(), ref, person=login.me().id, now=now())
    except NotFound:
        raise Ended("invitation") from None
    return _into(ref, None)


def _accepted_before() -> ResponseReturnValue:
    """The second of two clicks gets what the first one got; who only has the link gets nothing."""
    db.session.rollback()
    ref = cookie.get(PROJECT, "")
    if ref and TOKEN not in cookie and login.visitor():  # this browser has had the answer
        return _in_already(ref)
    found = people.answered(db.session(), ref, cookie.get(TOKEN, ""), "accept")
    if found is None:
        raise Ended("invitation")
    person, email = found
    me = login.visitor()
    if me and me.id == person:
        return _into(ref, None)
    with transaction() as session:
        outcome = accounts.check_password(session, email, request.form.get("password", ""),
                                          device=browsers.device(email), now=now())
        opened = sign_ins.begin(session, person, method="password", device=browsers.device(email), now=now()) \
            if outcome.person_id and not outcome.second_step else None
    if opened is None:
        raise Ended("invitation")
    return _into(ref, opened)


def _into(ref: str, opened: str | None) -> ResponseReturnValue:
    """Into the first task or else whatever is asked, or the room where nothing is asked yet."""
    if opened:
        login.start(opened)
    cookie.pop(TOKEN, None)
    cookie[PROJECT] = ref  # signing in began a new cookie
    facts = look(db.session(), ref, person=login.me().id, now=now()).facts
    asked = turns(facts, login.me().id)
    first = next((turn for turn in asked if turn.act == "fill_in"), asked[0] if asked else None)
    if first is None:
        flash(_("You are in: you have accepted the invitation. Nothing is asked of you yet; you can read what is given "
                "from now on.") if audience.came_late(facts) else
              _("You are in: you have accepted the invitation. Nothing is asked of you yet; you can read everything "
                "here."), "done")
        return redirect(url_for("room.now", ref=ref), 303)
    flash(_("You are in: you have accepted the invitation, nothing else. This is what you are asked for first."),
          "done")
    return redirect(ask(first, facts).url, 303)


# Declining


def _decline(form: DeclineForm | SomeoneElseForm, page: str) -> ResponseReturnValue:
    link = _link()
    try:
        given = _given()
        if "words" in form:
            form["words"].description = _("Only who invites people for %(party)s reads it.", party=given.party) \
                if given.party else _("Only who invites people reads it.")
        if request.method == "GET" or not form.validate():
            return render_template(page, form=form, given=given, back_url=_home()), \
                200 if request.method == "GET" else 422
        with transaction() as session:
            people.decline(session, link, words=form.said(), now=now())
    except Ended:
        if request.method == "GET" or not isinstance(link, str) or not people.answered(
                db.session(), cookie.get(PROJECT, ""), link, "decline"):
            raise
    return redirect(url_for("portal.invitation_answered"), 303)


# The page


def _home() -> str:
    """The page of the invitation, by the own name of it where there is one."""
    mine = _mine()
    return url_for("portal.invitation", project=mine.ref) if mine else url_for("portal.invitation")


def _page(given: Invitation, form: AcceptForm, status: int = 200) -> ResponseReturnValue:
    me = login.visitor()
    facts = look(db.session(), given.ref, person=None, now=now()).facts
    return render_template(
        "invitation/show.html", given=given, form=form, inviter_of=_inviter_of(given, facts), role=role(given),
        seat=words.seat_taken(facts.definition, facts.party(given.party_number).seat, given.party, pages.reader())
        if given.party_number else "", first=_first(given, facts), two=len(facts.present) == 2,
        signs_only="signatory" in given.parts and not given.parts & {"champion", "contributor"}
        and given.party_number not in {party.number for party in facts.acceding()},
        project=mine.ref if (mine := _mine()) else None,
        other=me if me and me.id != given.person else None, sign_in=me is None and given.known), status


def _inviter_of(given: Invitation, facts: Facts) -> str:
    """For whom the inviting person works here."""
    member = facts.member(given.invited_by)
    return facts.party(member.party).name if member and member.party else given.host


def _first(given: Invitation, facts: Facts) -> str:
    reader = pages.reader()
    return " ".join(asked_first(facts, given.person, reader, str, lambda text: say(text, reader.language)))


def role(given: Invitation) -> str:
    """What the person would do, after "You would"."""
    for part, said in (("champion", _("lead for %(party)s (champion)", party=given.party)),
                       ("signatory", _("decide and sign for %(party)s (signatory)", party=given.party)),
                       ("contributor", _("contribute for %(party)s", party=given.party)),
                       ("observer", _("read along for %(party)s", party=given.party))):
        if part in given.parts:
            return said
    return _("help as a neutral person")
