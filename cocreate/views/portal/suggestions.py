"""Suggesting a project to an organisation one works with."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectChoice

from cocreate import sentences, words
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.errors import TooOften
from cocreate.forms.openings import SuggestForm
from cocreate.services import suggestions
from cocreate.views.portal.blueprint import bp
from cocreate.views.portal.home import opens
from cocreate.web import login, pages


@bp.route("/suggest", methods=["GET", "POST"])
def suggest() -> ResponseReturnValue:
    """What, to whom, a few lines; it arrives on their desk as a draft in these very words."""
    found = suggestions.addressees(db.session(), login.me().id, now=now())
    if not found:
        return render_template("portal/suggest_nobody.html", opens=opens()), 403 if request.method == "POST" else 200
    form = SuggestForm.from_request(host=found[0].ref)
    form.host.choices = [SelectChoice(one.ref, one.name) for one in found]
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                to = suggestions.suggest(session, form.host.data, title=form.title.data, words=form.words.data,
                                         person=login.me().id, key=form.key(), now=now())
        except TooOften as error:
            form.blame("", sentences.error(error, pages.reader()))
            return render_template("portal/suggest.html", form=form, found=found), 429
        flash(_("Suggested to %(host)s. %(name)s will answer by %(date)s.", host=to.name, name=to.manager,
                date=words.day(to.by, pages.reader())), "done")
        return redirect(url_for("portal.your_turn"), 303)
    return render_template("portal/suggest.html", form=form, found=found), 422 if form.unfold() else 200
