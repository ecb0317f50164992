"""Forms about resting."""

from collections.abc import Callable
from datetime import date

from flask_babel import lazy_gettext as _
from wtforms import DateField, ValidationError

from cocreate.forms.base import Form, Needed, why


class HoldForm(Form):
    """Why, and until when."""

    reason = why(_("Why?"))
    until = DateField(_("Until when?"), [Needed()])

    wrong_day: Callable[[date], str] | None = None  # what the project says to a day

    def validate_until(self, field: DateField) -> None:
        """In the same round as the reason."""
        if self.wrong_day and field.data and (sentence := self.wrong_day(field.data)):
            raise ValidationError(sentence)
