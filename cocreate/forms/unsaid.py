"""Words that are kept as a draft until they are said."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from flask import request
from wtforms import Field, FieldList, FileField, FormField, HiddenField, PasswordField, StringField

from cocreate.forms.base import Form


class UnsaidForm(Form):
    """A form for one text. begun: the key of the draft that it began from."""

    KEPT: ClassVar[tuple[str, ...]] = ("text",)  # the inputs of a draft

    begun = HiddenField()

    def typed(self) -> dict[str, list[str]]:
        """What to keep, as it came: nothing without a word."""
        return typed_in(("text",), self.KEPT)


def names_of(form: Form) -> tuple[list[str], list[str]]:
    """The inputs of any form that a draft keeps: those for words, and the others."""
    kept = list(_inputs(field for name, field in form._fields.items() if name not in form.NOT_KEPT))
    return ([field.name for field in kept if isinstance(field, StringField)],
            [field.name for field in kept if not isinstance(field, StringField)])


OF_A_TASK = "f-*"  # stands for every input of a task's fields, however many rows its tables have


def texts_of(names: Iterable[str], typed: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What stands in inputs of these names."""
    wanted = set(names)
    return {name: list(texts) for name, texts in typed.items()
            if name in wanted or (OF_A_TASK in wanted and name.startswith("f-"))}


def typed_in(words: Iterable[str], others: Iterable[str]) -> dict[str, list[str]]:
    """What was sent in inputs of these names, as it came: nothing without a word."""
    sent = request.form.to_dict(flat=False)
    said = texts_of(words, sent)
    return {**said, **texts_of(others, sent)} if any(text.strip() for texts in said.values() for text in texts) else {}


def go_on(form: Form, typed: Any) -> None:
    """Fill the form with a draft, as a request would bring it; what the page itself knows stays."""
    for name, field in form._fields.items():
        if name not in form.NOT_KEPT and not isinstance(field, _OF_THE_PAGE):
            field.process(typed)


_OF_THE_PAGE = (HiddenField, PasswordField, FileField)


def _inputs(fields: Iterable[Field]) -> Iterator[Field]:
    for field in fields:
        if isinstance(field, FormField):
            yield from _inputs(field.form)
        elif isinstance(field, FieldList):
            yield from _inputs(field.entries)
        elif not isinstance(field, _OF_THE_PAGE):
            yield field
