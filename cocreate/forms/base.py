"""What all forms share: text becomes clean text, and a wrong one comes back with one sentence at its field.

CSRF is checked for every request by flask-wtf; ``hidden(form)`` prints the token, and the key under which an act that
is sent twice happens once.
"""

import re
import secrets
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, NamedTuple, Self

import wtforms
from flask import g, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DateField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    PasswordField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectFieldBase
from wtforms.validators import Optional, StopValidation, ValidationError

from cocreate.domain import explaining, names

LARGEST = 2**63 - 1  # what a column holds, and so of every number in addresses and forms
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")


class Wrong(NamedTuple):
    """One error: the id of its input, how the input is called with its seat or row, and what to do."""

    id: str
    label: str
    sentence: str


class _Said:
    """What WTForms itself refuses, in sentences of ours that say what to do."""

    SENTENCES = {
        "Not a valid date value.": _("Give the day as year, month and day: 2027-03-20."),
        "Not a valid integer value.": _("Give a whole number."),
        **dict.fromkeys((
            "Not a valid choice.", "Invalid Choice: could not coerce.",
            "'%(value)s' is not a valid choice for this field.",
            "Invalid choice(s): one or more data inputs could not be coerced."), _("Choose from what is offered.")),
    }

    def gettext(self, text: str) -> str:
        return str(self.SENTENCES.get(text, text))

    def ngettext(self, one: str, _many: str, _count: int) -> str:
        return self.gettext(one)


class Part(wtforms.Form):
    """Fields that stand in a form several times: a row, a seat."""

    class Meta:
        def get_translations(self, _form: wtforms.Form) -> _Said:
            return _Said()


class Form(Part):
    """A form as a page shows it and a request brings it back."""

    NOT_KEPT: ClassVar[frozenset[str]] = frozenset()  # what no draft fills in: it is typed to confirm

    nonce = HiddenField(name="key", default=lambda: secrets.token_urlsafe(18))

    @classmethod
    def from_request(cls, **defaults: Any) -> Self:
        """What was sent, or the defaults where nothing was."""
        if request.method != "POST":
            return cls(**defaults)
        sent: Any = request.form.copy()
        sent.update(request.files)
        return cls(sent, **defaults).is_what_was_sent()

    def key(self) -> str:
        """Unique for each rendered form; a request without one gets its own."""
        return _key(self.nonce.data)

    def values(self) -> dict[str, Any]:
        """Every field by its name, as a service takes them."""
        return {name: field.data for name, field in self._fields.items() if name != "nonce"}

    def blame(self, name: object, sentence: object) -> None:
        """Put what a service refused at the field it names, or on top where there is none of that name."""
        field = self._fields.get(str(name))
        if field is None:
            self.form_errors.append(str(sentence))
        else:
            field.errors = [*field.errors, str(sentence)]

    def is_what_was_sent(self) -> Self:
        """If the answer is an error page, that says in the words of this form what was typed."""
        g.sent_form = self
        return self

    def told(self, sent: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """(label, text) of what was sent, in the order of the page; nothing that the page does not show."""
        labels = dict(_labels(self))
        return [(labels[name][0], labels[name][1].get(text, text)) for name, text in sent
                if name in labels and text.strip()]

    def unfold(self) -> list[Wrong]:
        """All errors in the order of the page, out of nested forms and rows too."""
        return [Wrong("", "", str(sentence)) for sentence in self.form_errors] + list(_unfold(self))


def whole(text: str) -> int:
    """A number that a page keeps, for ``type=``: what no column could hold is none. Raises: ValueError."""
    number = int(text)
    if abs(number) > LARGEST:
        raise ValueError(text)
    return number


def sent_key() -> str:
    """The key of the form that was sent, where no form of ours has read it."""
    return _key(request.form.get("key"))


def _key(given: str | None) -> str:
    return given if given and _KEY.fullmatch(given) else secrets.token_urlsafe(18)


def _unfold(fields: Iterable[Field], of: str = "") -> Iterator[Wrong]:
    for field in fields:
        if isinstance(field, FormField):
            yield from _unfold(field.form, f"{field.label.text}, ")
            continue
        if isinstance(field, FieldList):
            yield from _unfold(field.entries)
        yield from (Wrong(field.id, f"{of}{field.label.text}", str(error)) for error in field.errors
                    if not isinstance(error, (list, dict)))


def _labels(fields: Iterable[Field], of: str = "") -> Iterator[tuple[str, tuple[str, dict[str, str]]]]:
    """Names of the inputs one sees, with their labels and the words of their choices. of: their seat or row."""
    for field in fields:
        if isinstance(field, FormField):
            yield from _labels(field.form, f"{field.label.text}, ")
        elif isinstance(field, FieldList):
            yield from _labels(field.entries)
        elif not isinstance(field, (HiddenField, PasswordField)):
            yield field.name, (f"{of}{field.label.text}", _words_of_choices(field))


def _words_of_choices(field: Field) -> dict[str, str]:
    if isinstance(field, BooleanField):
        return {"y": gettext("yes")}
    if isinstance(field, SelectFieldBase):
        return {str(choice[0]): str(choice[1]) for choice in field.iter_choices()}
    return {}


# Validators: small, one message each


class Needed:
    """Something must be there. message: what to do, where the label does not tell it well."""

    field_flags = {"required": True}

    def __init__(self, message: Any = None) -> None:
        self.message = message

    def __call__(self, _form: wtforms.Form, field: Field) -> None:
        if field.data is None or field.data == "":
            field.errors = []
            raise StopValidation(str(self.message or _to_do(field)))


def _to_do(field: Field) -> str:
    """What to do at a field that is empty."""
    if isinstance(field, SelectFieldBase):
        return gettext("Choose from what is offered.")
    if isinstance(field, DateField):
        return gettext("Give the day as year, month and day: 2027-03-20.")
    label = str(field.label.text)
    return gettext("Write an answer to '%(label)s'.", label=label) if label.endswith("?") else \
        gettext("Fill in '%(label)s'.", label=label)


def somebody(label: Any) -> SelectField:
    """One of several people, whom nobody chose by leaving the first as it stands; ``of_people`` has the choices."""
    return SelectField(label, [Needed(_("Choose somebody."))], coerce=lambda text: int(text) if text else None)


def of_people(found: Iterable[tuple[int, str]]) -> list[SelectChoice]:
    """Nobody yet, then each of (person, name); none where there is nobody to choose."""
    people = [SelectChoice(person, name) for person, name in found]
    return [SelectChoice("", gettext("Choose somebody")), *people] if people else []


class AtMost:
    """No longer than so many characters."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.field_flags = {"maxlength": most}

    def __call__(self, _form: wtforms.Form, field: Field) -> None:
        length = len(field.data or "")
        if length > self.most:
            raise ValidationError(
                gettext("Too long: %(length)s of %(most)s characters.", length=length, most=self.most))


class AtLeast:
    """Something that all parties read: not so short that they have to ask."""

    def __init__(self, least: int) -> None:
        self.least = least

    def __call__(self, _form: wtforms.Form, field: Field) -> None:
        if len(field.data or "") < self.least:
            raise ValidationError(gettext("Say why in %(least)s letters or more: all parties read it.",
                                          least=self.least))


class Readable:
    """No character that cannot be seen, or that makes text look like another."""

    def __init__(self, *, lines: bool = False) -> None:
        self.allowed = "\n\t" if lines else ""

    def __call__(self, _form: wtforms.Form, field: Field) -> None:
        text = field.data or ""
        if (any(_hidden(char) and char not in self.allowed for char in text) or names.thinned(text) != text
                or (text and not text.strip(_JOINERS))):
            raise ValidationError(
                gettext("There is a hidden character in this text. Type it instead of pasting it."))


_JOINERS = "\u200c\u200d\u00ad"  # needed by some scripts; between letters they hide nothing


def _hidden(char: str) -> bool:
    # Cf holds the characters that turn the order round.
    category = unicodedata.category(char)
    return (char in names.BLANK or category in ("Cc", "Cs", "Co", "Zl", "Zp")
            or (category == "Cf" and char not in _JOINERS))


# Fields


def line(label: Any, *, most: int = 120, optional: bool = False, needed: Any = None, **options: Any) -> StringField:
    """One line of text: stripped, in NFC, nothing hidden in it. needed: what to do where it is empty."""
    return StringField(label, _presence(optional, needed) + [AtMost(most), Readable()], filters=[_clean], **options)


def lines(label: Any, *, most: int = 4000, optional: bool = False, needed: Any = None, **options: Any,
          ) -> TextAreaField:
    """Text of several lines, ended by line feeds."""
    return TextAreaField(label, _presence(optional, needed) + [AtMost(most), Readable(lines=True)],
                         filters=[_clean_lines], **options)


def why(label: Any, *, optional: bool = False, description: Any = None) -> TextAreaField:
    """A reason that all parties read."""
    empty = _("Say why in %(least)s letters or more: all parties read it.", least=explaining.LEAST)
    return TextAreaField(label, [*_presence(optional, empty), AtLeast(explaining.LEAST), AtMost(2000),
                                 Readable(lines=True)],
                         filters=[_clean_lines], description=description or _("All parties see it."))


def secret(label: Any, autocomplete: str, **options: Any) -> PasswordField:
    """A password or code, exactly as it was typed; a page never shows it again."""
    empty = _("Type a new password.") if autocomplete == "new-password" else _("Type your password.")
    return PasswordField(label, [Needed(empty)], **options,
                         render_kw={"autocomplete": autocomplete, "spellcheck": "false"})


def _presence(optional: bool, needed: Any) -> list[Any]:
    return [Optional()] if optional else [Needed(needed)]


def _clean(text: str | None) -> str | None:
    return None if text is None else unicodedata.normalize("NFC", text).strip()


def _clean_lines(text: str | None) -> str | None:
    return None if text is None else _BREAKS.sub("\n", unicodedata.normalize("NFC", text)).strip()
