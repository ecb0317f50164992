"""Forms about ending and leaving."""

from flask_babel import lazy_gettext as _

from cocreate.forms.base import Form, line, lines


class DeclineForm(Form):
    """The reason, what was learned, and the project's name typed."""

    reason = lines(_("Why?"), most=2000, description=_("All parties see it."))
    lessons = lines(_("What was learned?"), most=2000, optional=True,
                    description=_("It stays in the record and helps the next project."))
    title = line(_("Type the project's name"), render_kw={"autocomplete": "off"})
