"""Exactly one address: of somebody else, typed letter by letter and never filled in by the browser, or one's own."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import StringField

from cocreate.domain.addresses import address
from cocreate.forms import accounts
from cocreate.forms.base import Form, line


def their_address(label: Any, *, optional: bool = False) -> StringField:
    # Not type=email, as in ``accounts.email``.
    return line(label, most=254, optional=optional, needed=_("Type the e-mail address."), render_kw={
        "inputmode": "email", "autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"})


class AddressedForm(Form):
    """A form whose ``email`` is one address, where there is any."""

    def validate(self, extra_validators: Any = None) -> bool:
        right = super().validate(extra_validators)
        if self.email.data and address(self.email.data) is None:
            self.blame("email", accounts.REASONS["email.not_one_address"])
            return False
        return right


class OwnAddressForm(AddressedForm):
    """Where a link is to be mailed."""

    email = accounts.email()
