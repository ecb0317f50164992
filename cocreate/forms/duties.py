"""Who looks after a party's duties: the yearly question, and handing one to a colleague."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, HiddenField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from cocreate.domain.addresses import address
from cocreate.forms.accounts import REASONS
from cocreate.forms.addresses import their_address
from cocreate.forms.base import Form, Needed, line, lines, why
from workflows.facts import Notice

ME, NEW = "me", "new"


class LookAfterForm(Form):
    """Yes, or someone else: a colleague who is here, or somebody new."""

    who = RadioField(_("Who looks after it from now on?"), default=ME)
    name = line(_("Name of somebody new"), optional=True, render_kw={"autocomplete": "off"})
    email = their_address(_("Work address"), optional=True)

    def offer(self, colleagues: Iterable[tuple[int, str]]) -> None:
        self.who.choices = [SelectChoice(ME, _("Yes, I do")),
                            *(SelectChoice(str(person), name) for person, name in colleagues),
                            SelectChoice(NEW, _("Someone else, who is not here yet"))]

    def validate(self, extra_validators: Any = None) -> bool:
        right = super().validate(extra_validators)
        if self.who.data != NEW:
            return right
        if not (self.name.data or "").strip():
            self.blame("name", _("Whom shall we invite?"))
            return False
        if address(self.email.data or "") is None:
            self.blame("email", REASONS["email.not_one_address"])
            return False
        return right

    def answer(self) -> dict[str, Any]:
        """What the service is told."""
        if self.who.data == NEW:
            return {"to": None, "name": (self.name.data or "").strip(), "email": self.email.data or ""}
        return {"to": None if self.who.data == ME else int(self.who.data)}


class TakeOnForm(Form):
    """Who of one's own party does what, by when."""

    what = line(_("What do you do about it?"), most=300, description=_("All parties read it at the question."))
    by = DateField(_("By when?"), [Needed()])
    to = SelectField(_("Who looks after it?"), coerce=int)


class DoneForm(Form):
    """Nothing is asked."""

    def answer(self) -> dict[str, Any]:
        """What the service is told."""
        return {}


class GiveForm(DoneForm):
    """The value that was settled later."""

    words = lines(_("The value, with its unit"), most=2000,
                  description=_("All parties read it among the duties, beside its clause and in the record."))

    def answer(self) -> dict[str, Any]:
        return {"words": self.words.data}


class NoticeForm(DoneForm):
    """Which of the two it is: never chosen beforehand."""

    notice = RadioField(_("Which of the two is it?"), [Needed()])
    day = DateField(_("On which day?"), [Needed()])
    words = lines(_("Anything to add?"), most=2000, optional=True, description=_("All parties read it."))
    seen = HiddenField()  # the last day that stood there: a second window must not move it on once more

    def offer(self, which: Iterable[Notice]) -> None:
        said = {Notice.GIVEN: _("Notice was given"), Notice.ON: _("It goes on"), Notice.ENDS: _("It ends")}
        self.notice.choices = [SelectChoice(one.value, said[one]) for one in which]

    def answer(self) -> dict[str, Any]:
        return {"notice": Notice(self.notice.data), "day": self.day.data, "words": self.words.data or "",
                "seen": self.seen.data or ""}


class DutyBackForm(Form):
    """Why a report, a notice or a decision does not stand."""

    reason = why(_("Why does it not stand?"))


class DoubtForm(Form):
    """Why a party does not see done what another reported."""

    reason = why(_("What is still missing, or not as agreed?"))


class HandDutyForm(Form):
    """Who looks after one duty from now on."""

    to = SelectField(_("Who looks after it from now on?"), coerce=int)
