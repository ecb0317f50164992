"""Forms of a host's administrators."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import FileField, SelectField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from cocreate.domain import countries
from cocreate.domain.addresses import address
from cocreate.forms.accounts import REASONS, zones
from cocreate.forms.base import Form, line, lines

ROLES = [("administrator", _("Administrator: templates, people, health")),
         ("account_manager", _("Account manager: opens and looks after projects"))]
DAYS = [("1", _("Monday")), ("2", _("Tuesday")), ("3", _("Wednesday")), ("4", _("Thursday")), ("5", _("Friday")),
        ("6", _("Saturday")), ("7", _("Sunday"))]
SHOWN = 1_000_000  # characters of a template that are kept in the page: as many as a file may have


def _some(message: Any) -> Any:
    def check(_form: Form, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError(str(message))
    return check


def _boxes(label: Any, choices: Iterable[tuple[str, Any]], message: Any, **options: Any) -> SelectMultipleField:
    return SelectMultipleField(label, [_some(message)], option_widget=CheckboxInput(),
                               widget=ListWidget(prefix_label=False),
                               choices=[SelectChoice(value, text) for value, text in choices], **options)


def _roles() -> SelectMultipleField:
    return _boxes(_("Roles"), ROLES, _("Choose at least one role."))


class ImportForm(Form):
    """A template as a file or as text; kept exactly as it came, also where it is wrong."""

    file = FileField(_("File"), description=_("A text file (.yaml) of at most 1 MB"),
                     render_kw={"accept": ".yaml,.yml,.json,.txt"})
    text = TextAreaField(_("Or its text"), render_kw={
        "rows": 12, "spellcheck": "false", "autocapitalize": "none", "class": "font-monospace"})

    def given(self) -> bytes | str:
        """What is to be read: the file where there is one, else the text; never more than can be refused."""
        if getattr(self.file.data, "filename", ""):
            with self.file.data.stream as stream:
                body: bytes = stream.read(SHOWN + 1)
            return body
        return self.text.data or ""


class PublishForm(Form):
    """What changed; whoever opens projects reads it."""

    note = lines(_("What changed?"), most=500, render_kw={"rows": 3})


class StaffForm(Form):
    """Somebody who will work for the host."""

    name = line(_("Name"), render_kw={"autocomplete": "off"})
    email = line(_("Work address"), most=254, render_kw={
        "inputmode": "email", "autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"})
    roles = _roles()

    def validate(self, extra_validators: Any = None) -> bool:
        right = super().validate(extra_validators)
        if self.email.data and address(self.email.data) is None:
            self.blame("email", REASONS["email.not_one_address"])
            return False
        return right


class RolesForm(Form):
    """What somebody may do from now on."""

    roles = _roles()


class SuccessorForm(Form):
    """Who looks after the projects from now on."""

    to = SelectField(_("New account manager"), coerce=int)

    def offer(self, managers: Iterable[tuple[int, str]]) -> None:
        self.to.choices = [SelectChoice(person, name) for person, name in managers]


class HostForm(Form):
    """What the host is called, and when its people work."""

    name = line(_("Name"))
    country = SelectField(_("Country"), description=_("Its public holidays are no working days."))
    zone = SelectField(_("Time zone"), description=_("Dates end at the end of the day there."))
    days = _boxes(_("Working days"), DAYS, _("Choose at least one day."))
    legal_note = lines(_("Legal note"), most=2_000, optional=True,
                       description=_("Who you are by law: register, seat, board."), render_kw={"rows": 4})

    def offer(self, language: str, nothing: str) -> None:
        self.country.choices = [SelectChoice(code, name)
                                for code, name in [("", nothing), *countries.choices(language)]]
        self.zone.choices = [SelectChoice(zone, zone.replace("_", " ")) for zone in zones()]
