"""Inputs bound to what was typed in them, and what was found wrong while reading it."""

from collections.abc import Callable, Collection
from typing import Any, NamedTuple, TypeVar

from wtforms import Field, FileField
from wtforms.form import BaseForm

from cocreate.domain.answers import AnyField, Value
from cocreate.domain.owing import Offered
from cocreate.forms.entries import Line
from cocreate.forms.inputs import Control
from cocreate.forms.reading import Unreadable, read_value, storable
from cocreate.forms.typed import Typed

_T = TypeVar("_T")


class Wrong(NamedTuple):
    """One thing that has to be looked at. line: the row of a table it stands in."""

    control: Any
    message: str
    line: Line | None = None


class Bound:
    """The texts of one form. language: its reader's. currency: chosen where nobody has chosen one yet. likely:
    currencies that stand first. owing: whom it offers where it asks who owes a row.
    """

    def __init__(self, typed: Typed, *, language: str, currency: str, likely: Collection[str] = (), owing: Offered,
                 ) -> None:
        self.owing, self.likely = owing, likely
        self.texts = _Texts({name: [storable(text) for text in texts] for name, texts in typed.items()})
        self.language, self.currency = language, currency
        self.names: list[str] = []  # of the inputs whose texts a draft keeps
        self.found: list[Wrong] = []
        self._form = BaseForm({})

    def bind(self, control: Control) -> Any:
        bound: Field = control.make.bind(form=self._form, name=control.name, prefix="")
        bound.process(self.texts)
        if not isinstance(bound, FileField):  # its bytes are no text of the draft
            self.names.append(control.name)
        return bound

    def text(self, control: Any) -> str:
        """What was typed in this input; of several ticked boxes the first."""
        return self.named(control.name)

    def named(self, name: str) -> str:
        return next(iter(self.texts.get(name, ())), "")

    def wrong(self, control: Any, message: str, line: Line | None = None) -> None:
        self.found.append(Wrong(control, message, line))

    def is_wrong(self, control: Any) -> bool:
        return any(each.control is control for each in self.found)

    def read(self, control: Any, read: Callable[[str], _T | None], line: Line | None = None,
             ) -> _T | None:
        """What ``read`` makes of the input's text; None where it cannot, and the input has its error."""
        try:
            return read(self.text(control))
        except Unreadable as why:
            self.wrong(control, str(why), line)
            return None

    def value(self, control: Any, field: AnyField, line: Line | None = None) -> Value | None:
        """What the texts of the input mean for this field; None for nothing typed, or nothing that can be read."""
        try:
            return read_value(field, self.texts.getlist(control.name), self.language)
        except Unreadable as why:
            self.wrong(control, str(why), line)
            return None


class _Texts(dict[str, list[str]]):
    """Typed texts as WTForms reads them."""

    def getlist(self, name: str) -> list[str]:
        return self.get(name, [])
