"""Texts as they were typed, by the names of their inputs, and the texts a reader would type to give an answer."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from cocreate.domain.answers import Answer, Answers, AnyField, FileAnswer, rows_of
from cocreate.domain.asking import columns_of, fields_of
from cocreate.domain.saying import figure_text, is_year
from cocreate.forms.reading import typeable
from workflows import fields as f
from workflows.definition import Task

Typed = dict[str, list[str]]


def typed_of(task: Task, answers: Answers, *, language: str = "en") -> Typed:
    """Texts that a reader would have typed to give these answers: an earlier version as a draft."""
    typed: Typed = {}
    for key, field in fields_of(task).items():
        if (answer := answers.get(key)) is None:
            continue
        name = f"f-{key}"
        if answer.not_available is not None:
            typed |= {f"{name}-na": ["y"], f"{name}-na-why": [answer.not_available]}
            if answer.by:
                typed[f"{name}-na-by"] = [answer.by.isoformat()]
        elif isinstance(field, f.Table | f.Schedule):
            typed |= _typed_rows(name, field, answer, language)
        elif not isinstance(answer.value, FileAnswer):
            typed |= _typed_value(name, field, answer, language)
    return typed


def _typed_rows(name: str, field: f.Table | f.Schedule, answer: Answer, language: str) -> Typed:
    typed: Typed = {}
    columns = columns_of(field)
    for index, row in enumerate(rows_of(answer)):
        for column, cell in row.items():
            texts = _typed_value(f"{name}-{index}-{column}", columns[column], cell, language)
            for each, said in texts.items():
                about = each.removeprefix(f"{name}-{index}-{column}")
                where = {"-currency": f"{name}-currency", "-year": f"{name}-year"}.get(
                    about, f"{name}-{index}-_{about[1:]}" if about else each)
                typed[where] = said
    return typed


def _typed_value(name: str, field: AnyField, answer: Answer, language: str) -> Typed:
    match answer.value:
        case bool() as yes:
            texts = ["yes" if yes else "no"]
        case Decimal() as number:
            texts = [figure_text(field, number, language) if is_year(field) else typeable(number, language)]
        case date() as day:
            texts = [day.isoformat()[:7] if isinstance(field, f.Month) else day.isoformat()]
        case tuple() as several:
            texts = [key for key in several if isinstance(key, str)]
        case str() as text:
            texts = [text]
        case _:
            texts = []
    about = {"currency": answer.currency, "period": answer.period, "year": answer.price_year,
             "source": answer.source, "grade": answer.grade}
    return {name: texts, **{f"{name}-{key}": [str(each)] for key, each in about.items() if each is not None}}


def lists(typed: Mapping[str, Any]) -> Typed:
    """Input name to texts, from a request's MultiDict or from a draft; what is no text is dropped."""
    pairs = typed.lists() if hasattr(typed, "lists") else typed.items()
    return {name: [text for text in ([texts] if isinstance(texts, str) else texts) if isinstance(text, str)]
            for name, texts in pairs if isinstance(name, str) and isinstance(texts, str | list | tuple)}


def file_of(each: Any) -> FileAnswer:
    if isinstance(each, FileAnswer):
        return each
    return replace(FileAnswer(None, None, "", "", "", 0), **each)
