"""Signing a contract, and saying why not."""

from typing import Any

import wtforms
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, HiddenField
from wtforms.validators import ValidationError

from cocreate.forms.accounts import code
from cocreate.forms.base import Form, line, secret, why
from cocreate.forms.going_back import BackForm
from cocreate.forms.tasks import ReasonForm


class Ticked:
    """A statement that somebody makes by ticking it."""

    field_flags = {"required": True}

    def __call__(self, _form: wtforms.Form, field: Field) -> None:
        if not field.data:
            raise ValidationError(str(_("Tick this to sign; if it is not so, do not sign.")))


class SignForm(Form):
    """What is signed, what the signatory states, and how they show who they are."""

    version = HiddenField()
    text_sha256 = HiddenField()
    pdf_sha256 = HiddenField()
    opened = HiddenField()  # when this person opened this text, sealed by us
    read = BooleanField(validators=[Ticked()])
    may = BooleanField(validators=[Ticked()])
    basis = line(_("Function or power"), most=200, description=_("Such as: managing director."))
    electronic = BooleanField(validators=[Ticked()])
    password = secret(_("Password"), "current-password")
    code = code(_("Code"))

    def ask(self, statements: tuple[str, str, str], code_label: Any) -> None:
        """Word the statements for this reader and this version."""
        for field, text in zip((self.read, self.may, self.electronic), statements, strict=True):
            field.label.text = text
        self.code.label.text = code_label

    def stated(self) -> bool:
        """Whether all is right but what shows who signs: before a code is mailed, which counts for minutes."""
        right = [field.validate(self) for field in (self.read, self.may, self.basis, self.electronic)]
        return all(right)

    @property
    def number(self) -> int:
        """The version that was shown; 0 where something else was sent."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _why_not() -> Field:
    return why(_("Why do you not sign?"),
               description=_("All parties read it, and are told by mail. Say what would help."))


class RefuseForm(ReasonForm):
    """Why somebody does not sign a short agreement, whose text is the template's."""

    reason = _why_not()


class RefuseContractForm(BackForm):
    """Why somebody does not sign the contract, and what has to change before they would."""

    reason = _why_not()
