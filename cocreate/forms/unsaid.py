"""Words that are kept as a draft until they are said."""

from typing import ClassVar

from flask import request
from wtforms import HiddenField

from cocreate.forms.base import Form


class UnsaidForm(Form):
    """A form for one text. begun: the key of the draft that it began from."""

    KEPT: ClassVar[tuple[str, ...]] = ("text",)  # the inputs of a draft

    begun = HiddenField()

    def typed(self) -> dict[str, list[str]]:
        """What to keep, as it came."""
        return {name: texts for name in self.KEPT if (texts := request.form.getlist(name))}
