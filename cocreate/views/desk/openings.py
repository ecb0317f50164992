"""Opening a project on one page: the template, the parties, the date."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate import login, pages, words
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain.turns import turns
from cocreate.errors import Conflict, Invalid, NotFound
from cocreate.forms.openings import NONE, OpeningForm, form_for, not_before
from cocreate.services import hosts, openings, templates
from cocreate.services.facts import look
from cocreate.services.hosts import ACCOUNT_MANAGER
from cocreate.services.openings import NewProject, Seating
from cocreate.services.templates import Published
from cocreate.views.asks import ask
from cocreate.views.desk.blueprint import bp
from workflows.texts import say


@bp.route("/open", methods=["GET", "POST"])
def open_project() -> ResponseReturnValue:
    """Everything that opening needs, on one page; choosing another template shows its seats."""
    host_id, host_name = _host()
    offered = templates.published(db.session(), host_id)
    if not offered:
        return render_template("desk/nothing_to_open.html")
    chosen = _chosen(offered)
    earliest = openings.signing_date(db.session(), host_id, chosen.definition, now=now())
    form = _form(chosen, offered, host_name).from_request(template=chosen.key, target=earliest)
    if request.method == "POST" and "look" not in request.form and _right(form):
        try:
            with transaction() as session:
                ref = openings.open_project(session, host_id, new_of(form), actor=login.me().id, key=form.key(),
                                            now=now())
        except (Invalid, Conflict) as refused:
            form.refuse(refused)
        else:
            say_opened(ref, host_id, openings.days_needed(chosen.definition))
            return redirect(url_for("room.now", ref=ref), 303)
    return render_template(
        "desk/open_project.html", form=form, chosen=chosen.definition, offered=[one.definition for one in offered],
        host_name=host_name, hosts=hosts.hosts_of(db.session(), login.me().id, ACCOUNT_MANAGER), host_id=host_id,
        needs=openings.days_needed(chosen.definition), earliest=earliest,
        say=lambda text: say(text, pages.language())), 422 if form.unfold() else 200


def _host() -> tuple[int, str]:
    """The host for which one opens: the one that was chosen, or the first."""
    mine = hosts.hosts_of(db.session(), login.me().id, ACCOUNT_MANAGER)
    wanted = request.args.get("host", "")
    found = next((host for host in mine if host.ref == wanted), None) if wanted else next(iter(mine), None)
    if found is None:
        raise NotFound
    return found.id, found.name


def _chosen(offered: list[Published]) -> Published:
    wanted = request.form.get("template") or request.args.get("template") or offered[0].key
    found = next((one for one in offered if one.key == wanted), None)
    return found or abort(404)


def _form(chosen: Published, offered: list[Published], host_name: str) -> type[OpeningForm]:
    language = pages.language()
    return form_for(chosen.definition, host_name=host_name, language=language,
                    templates=[(one.key, say(one.definition.name, language)) for one in offered])


def _right(form: OpeningForm) -> bool:
    form.validate()
    not_before(form, pages.reader().today)
    return not form.unfold()


def new_of(form: OpeningForm) -> NewProject:
    return NewProject(
        template=form.template.data, title=form.title.data, purpose=form.purpose.data, target=form.target.data,
        own_seat=None if form.own_seat.data == NONE else form.own_seat.data,
        seats=tuple(Seating(key, seat.organisation.data, seat.kind.data, seat.country.data,
                            seat.name.data or "", seat.email.data or "") for key, seat in form.others()),
        affected=form.groups(), greeting=form.greeting.data or "", public_buyer=form.public_buyer.data,
        language=form.definition.language)


def say_opened(ref: str, host_id: int, needed: int) -> None:
    """What happens next, and whether the date is early."""
    me, reader = login.me().id, pages.reader()
    facts = look(db.session(), ref, person=me, now=now()).facts
    invited = [member.name for member in facts.members if member.accepted_at is None]
    names = words.listed(invited, reader)
    said = _("Opened. %(names)s is invited.", names=names) if len(invited) == 1 else \
        _("Opened. %(names)s are invited.", names=names)
    if mine := next(iter(turns(facts, me)), None):
        first = ask(mine, facts)
        said += " " + (_("Your own first task: %(task)s, %(due)s.", task=first.label, due=first.chip[1])
                       if first.chip else _("Your own first task: %(task)s.", task=first.label))
    flash(said, "done")
    left = openings.days_left(db.session(), host_id, facts.project.target, now=now())
    if left < needed:
        earliest = openings.signing_date(db.session(), host_id, facts.definition, now=now())
        flash(_("%(date)s leaves %(left)s working days for %(needed)s. Without shorter stages the signature comes "
                "about %(earliest)s.", date=words.day(facts.project.target, reader), left=left, needed=needed,
                earliest=words.day(earliest, reader)), "soon")
