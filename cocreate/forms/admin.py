"""Forms of a host's administrators."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel import ngettext
from wtforms import (
    BooleanField,
    DateField,
    FileField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from cocreate.domain import countries, days_off
from cocreate.domain.addresses import address
from cocreate.domain.hosts import Said
from cocreate.forms import likely
from cocreate.forms.accounts import REASONS, zones
from cocreate.forms.addresses import AddressedForm, their_address
from cocreate.forms.base import Form, Needed, line, lines, of_people, somebody

ROLES = [("administrator", _("Administrator: templates, people, health")),
         ("account_manager", _("Account manager: opens and looks after projects"))]
DAYS = [("1", _("Monday")), ("2", _("Tuesday")), ("3", _("Wednesday")), ("4", _("Thursday")), ("5", _("Friday")),
        ("6", _("Saturday")), ("7", _("Sunday"))]
SECOND_STEPS = [SelectChoice("choice", _("Each of our people decides")),
                SelectChoice("required", _("Our people must have one"))]
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

    ask_address = BooleanField(_("Ask every party that signs where it is registered"))
    replace = BooleanField(_("Replace the draft that is there"))
    draft = HiddenField()  # its number, as it was when one looked

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


class StaffForm(AddressedForm):
    """Somebody who will work for the host."""

    name = line(_("Name"), render_kw={"autocomplete": "off"})
    email = their_address(_("Work address"))
    roles = _roles()


class RolesForm(Form):
    """What somebody may do from now on."""

    roles = _roles()


class SuccessorForm(Form):
    """Who looks after the projects from now on."""

    to = somebody(_("New account manager"))

    def offer(self, managers: Iterable[tuple[int, str]]) -> None:
        self.to.choices = of_people(managers)


class StandInForm(SuccessorForm):
    """Who stands in, and until which day."""

    to = somebody(_("Who stands in?"))
    until = DateField(_("Until, this day included"), [Needed()])


class HostForm(Form):
    """What the host is called, when its people work, and what its projects begin with."""

    name = line(_("Name"))
    logo = FileField(_("Logo"), description=_("PNG or JPEG of at most 200 KB. It stands on contracts and in mails."),
                     render_kw={"accept": "image/png,image/jpeg"})
    no_logo = BooleanField(_("Use no logo"))
    country = SelectField(_("Country"), description=_("Its public holidays are no working days."))
    zone = SelectField(_("Time zone"), description=_("Dates end at the end of the day there."))
    days = _boxes(_("Working days"), DAYS, _("Choose at least one day."))
    days_off = lines(_("Further days off"), most=4_000, optional=True, render_kw={"rows": 3}, description=_(
        "Besides public holidays: one to a line, such as 2026-12-24, or 2026-12-24 to 2027-01-02."))
    sender_name = line(_("Sender of mails"), optional=True,
                       description=_("Mails come from 'Anna Berg via' this name. Empty: the name above."))
    sender_address = line(_("Sender's address"), most=254, optional=True, render_kw={
        "inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}, description=_(
        "Your mail server must allow this installation to send for it. Empty: the address of the installation."))
    greeting = lines(_("Standard text of invitations"), most=500, optional=True, render_kw={"rows": 3}, description=_(
        "With it every invitation to a project begins, unless whoever invites writes another. An invitation to work "
        "for you has no such text."))
    legal_note = lines(_("Legal note"), most=2_000, optional=True, render_kw={"rows": 4}, description=_(
        "Who you are by law: register, seat, board. It stands below mails and invitations."))
    attach_signed = BooleanField(_("Attach the signed contract to the mail that all have signed"), description=_(
        "Else the mail leads to it: who has only the mail does not have the contract."))
    second_step = RadioField(_("Second step at sign-in"), choices=SECOND_STEPS, description=_(
        "Whoever has none yet, you too, sets it up before the next page."))
    opens = SelectMultipleField(_("Who may open projects"), coerce=int, option_widget=CheckboxInput(),
                                widget=ListWidget(prefix_label=False))

    def offer(self, language: str, nothing: str, managers: Iterable[tuple[int, str, bool]]) -> None:
        self.opens.choices = [SelectChoice(person, name) for person, name, _opens in managers]
        self.country.choices = [SelectChoice(code, name)
                                for code, name in [("", nothing), *countries.choices(language)]]
        self.zone.choices = likely.first(
            (*filter(None, [self.zone.data]), *countries.zones_of(self.country.data or "")),
            [(zone, zone.replace("_", " ")) for zone in zones()])

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        if self.sender_address.data and address(self.sender_address.data) is None:
            self.blame("sender_address", REASONS["email.not_one_address"])
        try:
            days_off.read(self.days_off.data or "")
        except days_off.NoDay as wrong:
            self.blame("days_off", ngettext(
                "%(lines)s is no day. Write it as 2026-12-24, or as 2026-12-24 to 2027-01-02.",
                "%(lines)s are no days. Write each as 2026-12-24, or as 2026-12-24 to 2027-01-02.",
                len(wrong.lines), lines=", ".join(f"'{one}'" for one in wrong.lines)))
        return not self.unfold()

    def to_said(self) -> Said:
        return Said(
            name=self.name.data, country=self.country.data, zone=self.zone.data,
            working_days="".join(sorted(self.days.data)), legal_note=self.legal_note.data or "",
            days_off=" ".join(map(str, days_off.read(self.days_off.data or ""))),
            sender_name=self.sender_name.data or "", sender_address=address(self.sender_address.data or "") or "",
            greeting=self.greeting.data or "", second_step=self.second_step.data,
            attach_signed=self.attach_signed.data, opens=frozenset(self.opens.data))
