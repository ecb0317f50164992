"""Forms about ending and leaving."""

from flask_babel import lazy_gettext as _

from cocreate.forms.base import Form, line, lines, why


class LeaveForm(Form):
    """Why a party goes, and what becomes of what it owes."""

    reason = why(_("Why?"))
    open_tasks = lines(_("What happens to your open tasks?"), most=2000, optional=True,
                       description=_("They lapse here. Say who could give what they ask for; all parties see it."))


class DeclineForm(Form):
    """The reason, what was learned, and the project's name typed."""

    NOT_KEPT = frozenset({"title"})

    reason = why(_("Why?"))
    lessons = lines(_("What was learned?"), most=2000, optional=True,
                    description=_("It stays in the record and helps the next project."))
    title = line(_("Type the project's name"), render_kw={"autocomplete": "off"})
