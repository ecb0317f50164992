"""Answering an invitation."""

from flask_babel import lazy_gettext as _

from cocreate.domain.addresses import address
from cocreate.forms.accounts import REASONS, AccountForm
from cocreate.forms.base import Form, line, lines, secret


class AcceptForm(AccountForm):
    """For who has a sign-in already, or shows the name only."""

    name = line(_("Your name"), render_kw={"autocomplete": "name"})


class StartForm(AcceptForm):
    """For who is new: the password makes the account."""

    password = secret(_("Password"), "new-password",
                      description=_("15 characters or more. Four unrelated words work well."))


class DeclineForm(Form):
    """"No, thank you", with optional words."""

    words = lines(_("Do you want to say why?"), most=1000, optional=True)

    def said(self) -> str:
        return self.words.data or ""


class SomeoneElseForm(Form):
    """Who should do it instead; nobody is invited by this."""

    name = line(_("Their name"))
    email = line(_("Their e-mail"), most=254, render_kw={
        "inputmode": "email", "autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"})

    def validate(self, extra_validators: object = None) -> bool:
        right = super().validate(extra_validators)
        if self.email.data and address(self.email.data) is None:
            self.blame("email", REASONS["email.not_one_address"])
            return False
        return right

    def said(self) -> str:
        """The words that reach the person who invited."""
        return f"Someone else: {self.name.data}, {self.email.data}"
