"""The one spelling of answers as text: equal answers are equal bytes, so a SHA-256 of it names a version."""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from cocreate.domain.answers import Answer, Answers, AnyField, FileAnswer, Row, Tally, Value
from cocreate.domain.asking import columns_of, fields_of
from workflows import fields as f
from workflows.definition import Task

_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def encode(answers: Answers) -> str:
    """Canonical JSON: equal answers are equal bytes, so a SHA-256 of it names a version."""
    plain = {key: _plain(answer) for key, answer in answers.items()}
    return _json(plain)


def decode(text: str, task: Task) -> dict[str, Answer]:
    """The answers that ``encode`` wrote for this task, in the task's order.

    Raises: ValueError for anything else, be it a space; what is stored was written by ``encode``.
    """
    known = fields_of(task)
    data = json.loads(text)
    if not isinstance(data, dict) or data.keys() - known.keys():
        raise ValueError("not answers of this task")
    answers = {key: _answer(field, data[key]) for key, field in known.items() if key in data}
    if encode(answers) != text:
        raise ValueError("answers are not in their one spelling")
    return answers


def spelled(number: Decimal) -> str:
    """Every digit, no exponent, no zeros at the end, no minus before zero."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


_PARTS = tuple(each.name for each in fields(Answer))


def _plain(answer: Answer) -> dict[str, Any]:
    return {name: plain_value(part) for name in _PARTS if (part := getattr(answer, name)) is not None}


def plain_value(value: Any) -> Any:
    match value:
        case str():
            return unicodedata.normalize("NFC", value)
        case None | bool() | int():
            return value
        case Decimal():
            return spelled(value)
        case date():
            return value.isoformat()
        case FileAnswer():
            return {each.name: plain_value(getattr(value, each.name)) for each in fields(value)}
        case Tally(counts=counts):
            return dict(counts)
        case tuple():
            return [plain_value(each) for each in value]
        case Mapping():
            return {key: _plain(cell) for key, cell in value.items()}
        case _:
            raise TypeError(f"not a value of an answer: {type(value).__name__}")


def _answer(field: AnyField, data: Any) -> Answer:
    if not isinstance(data, dict) or data.keys() - set(_PARTS):
        raise ValueError("not an answer")
    about = {name: data[name] for name in _PARTS if name != "value" and name in data}
    if not all(isinstance(given, int if name == "price_year" else str) for name, given in about.items()):
        raise ValueError("not an answer")
    if "by" in about:
        about["by"] = date.fromisoformat(about["by"])
    return Answer(_value(field, data["value"]) if "value" in data else None, **about)


def _value(field: AnyField, data: Any) -> Value:
    match field, data:
        case (f.Choice(), str()) if data not in f.options(field.of):
            raise ValueError(f"{data} is no choice")
        case (f.ShortText() | f.LongText() | f.Choice() | f.Person() | f.Organisation() | f.Country() | f.Place()
              | f.WasteCode(), str()):
            return data
        case f.Choice(), dict() if data.keys() <= f.options(field.of).keys():
            return Tally(tuple((key, data[key]) for key in f.options(field.of) if key in data))
        case (f.Whole() | f.Number() | f.Quantity() | f.Money() | f.Percent(), str()):
            return _decimal(data)
        case (f.Date() | f.Month(), str()):
            return date.fromisoformat(data)
        case f.YesNo(), bool():
            return data
        case f.Choices(), list() if all(key in f.options(field.of) for key in data):
            return tuple(data)
        case f.File(), dict() if data.keys() == {each.name for each in fields(FileAnswer)}:
            return FileAnswer(**data)
        case (f.Table() | f.Schedule()), list():
            return tuple(_row(columns_of(field), row) for row in data)
        case _:
            raise ValueError(f"not a value of a {type(field).__name__}")


def _row(columns: Mapping[str, f.Base], data: Any) -> Row:
    if not isinstance(data, dict) or data.keys() - columns.keys():
        raise ValueError("not a row")
    return {key: _answer(column, data[key]) for key, column in columns.items() if key in data}


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text} is no number") from None
    if not number.is_finite():
        raise ValueError(f"{text} is no number")
    return number
