"""Answering an invitation."""

from flask_babel import lazy_gettext as _

from cocreate.forms.accounts import AccountForm
from cocreate.forms.addresses import AddressedForm, their_address
from cocreate.forms.base import Form, line, lines, secret


class AcceptForm(AccountForm):
    """For who has a sign-in already, or shows the name only."""

    name = line(_("Your name"), needed=_("Type your name."), render_kw={"autocomplete": "name"})


class StartForm(AcceptForm):
    """For who is new: the password makes the account."""

    password = secret(_("Password"), "new-password",
                      description=_("15 characters or more. Four unrelated words work well."))


class DeclineForm(Form):
    """"No, thank you", with optional words."""

    words = lines(_("Do you want to say why?"), most=1000, optional=True)

    def said(self) -> str:
        return self.words.data or ""


class SomeoneElseForm(AddressedForm):
    """Who should do it instead; nobody is invited by this."""

    name = line(_("Their name"))
    email = their_address(_("Their e-mail"))

    def said(self) -> str:
        """The words that reach the person who invited."""
        return f"Someone else: {self.name.data}, {self.email.data}"
