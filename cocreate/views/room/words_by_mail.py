"""Whether what the people of one's party write stands in mails."""

from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate.clock import now
from cocreate.domain.rights import Act
from cocreate.errors import NotFound
from cocreate.forms.people import WordsByMailForm
from cocreate.services import people as service
from cocreate.services.acts.change import require
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp
from cocreate.views.room.dialogs import dialog
from cocreate.web import login


@bp.route("/people/words-by-mail", methods=["GET", "POST"])
def people_words_by_mail(ref: str) -> ResponseReturnValue:
    """The switch of one's own party."""
    facts = frame.enter(ref)
    if facts.actor is None or facts.actor.party is None:
        raise NotFound
    require(facts, Act.WORDS_BY_MAIL, party=facts.actor.party, on_hold=True)
    party = facts.party(facts.actor.party)
    form = WordsByMailForm.from_request(kept=not party.words_by_mail)

    def act(session: Any) -> str:
        service.set_words_by_mail(session, ref, words=not form.kept.data, actor=login.me().id, key=form.key(),
                                  now=now())
        if form.kept.data:
            return _("From now on mails do not show what your people write; they say that there is something to read.")
        return _("From now on mails show what your people write.")

    url = url_for("room.people", ref=ref)
    return dialog(facts, form, "room/people/words_by_mail.html",
                  _("Words of %(party)s in mails", party=party.name), act, then=url, back=url,
                  trail=((_("People"), url),))
