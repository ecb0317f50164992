"""Signing in, and one's own account."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, RadioField, SelectChoice, SelectField, StringField

from cocreate.domain import countries
from cocreate.errors import Invalid
from cocreate.forms import likely
from cocreate.forms.base import AtMost, Form, Needed, line, secret

# Refusals of cocreate.services.accounts, for their fields
REASONS: dict[str, Any] = {
    "password.too_short": _("Too short: %(length)s of %(least)s."),
    "password.too_short_alone": _("Without a code a password needs %(least)s characters, yours has %(length)s. "
                                  "Change it first."),
    "password.too_long": _("Too long: up to %(most)s bytes are possible."),
    "password.common": _("This password is on a public list of stolen ones."),
    "password.guessable": _("This is guessed early: it repeats, counts, or adds little to a stolen password."),
    "password.about_you": _("Too close to '%(word)s', which everybody knows of you."),
    "second_step.required": _("%(host)s asks its people for a second step, so it stays on."),
    "email.not_one_address": _("This is not one complete address, such as r.kim@wmata.example."),
}
WRONG_PASSWORD = _("This password is not right.")
WRONG_CODE = _("This code is not right, or it was used already. Each counts once: your app shows the next one within "
               "half a minute.")

THEMES = [SelectChoice("", _("As this device is set")), SelectChoice("light", _("Light")),
          SelectChoice("dark", _("Dark"))]
DIGESTS = [SelectChoice("daily", _("Daily at 8:00")), SelectChoice("weekly", _("Weekly on Monday")),
           SelectChoice("never", _("Not at all"))]


def zones() -> list[str]:
    """Every place of the time zone database, none of its technical names."""
    return ["UTC", *sorted(name for name in available_timezones()
                           if "/" in name and not name.startswith(("Etc/", "SystemV/", "US/")))]


class AccountForm(Form):
    def refuse(self, error: Invalid) -> None:
        """Show what a service refused at its field."""
        self.blame(error.values.get("field"), REASONS[error.code] % error.values)


def email(**options: Any) -> StringField:
    # Not type=email: browsers refuse addresses which we take, and say so in their own words.
    return line(_("E-mail"), most=254, needed=_("Type your e-mail address."), **options, render_kw={
        "autocomplete": "username", "inputmode": "email", "autocapitalize": "none", "spellcheck": "false"})


def new_password() -> Any:
    return secret(_("New password"), "new-password")


def code(label: Any) -> StringField:
    # Shown while it is typed: one has to compare it.
    return StringField(label, [Needed(_("Type the code.")), AtMost(40)], render_kw={
        "autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"})


class SignInForm(AccountForm):
    email = email()
    password = secret(_("Password"), "current-password")


class CodeForm(AccountForm):
    code = code(_("6-digit code"))


class RecoveryForm(AccountForm):
    code = StringField(_("Recovery code"), [Needed(_("Type one of your recovery codes.")), AtMost(40)], render_kw={
        "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"})


class ResetForm(AccountForm):
    password = new_password()


class ProveForm(AccountForm):
    password = secret(_("Password"), "current-password")


class ProveWithCodeForm(ProveForm):
    code = code(_("6-digit code from your app, or a recovery code"))


class PasswordForm(AccountForm):
    current = secret(_("Current password"), "current-password")
    password = new_password()


class SwitchOffForm(AccountForm):
    password = secret(_("Password"), "current-password")


class DeviceForm(AccountForm):
    sign_in = HiddenField()


class ProfileForm(AccountForm):
    name = line(_("Name"), needed=_("Type your name."), render_kw={"autocomplete": "name"})
    addressed = line(_("How we address you"), optional=True,
                     description=_("Such as 'Dr Kim' or 'Renee'. Empty: by your name. Others always read your name."))
    language = SelectField(_("Language"))
    zone = SelectField(_("Time zone"), description=_("Dates and hours on pages and in mails are those of this place."))
    numbers = SelectField(_("Numbers are written"), description=_("On pages and in mails, and where you type them."))
    theme = RadioField(_("Light or dark"), choices=THEMES)
    digest = RadioField(_("How often we write about the rest"), choices=DIGESTS, description=_(
        "What is asked of you reaches you at once, always. The rest comes as one mail: what is new, what is due."))

    def offer(self, languages: Iterable[tuple[str, str]], zone: str, numbers: Iterable[tuple[str, str]]) -> None:
        """Say what may be chosen; a zone that was chosen once stays possible."""
        self.numbers.choices = [SelectChoice(*form) for form in numbers]
        self.language.choices = [SelectChoice(*language) for language in languages]
        names = zones()
        self.zone.choices = likely.first(countries.zones_beside(zone), [
            (name, name.replace("_", " ")) for name in ([] if zone in names else [zone]) + names])
