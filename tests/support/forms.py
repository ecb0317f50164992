"""The forms of a page as a browser would send them, and what a page that comes back with errors owes its reader."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from lxml import html

TEXTS = ("text", "email", "search", "tel", "url", "date", "month", "number", "password")
Element = Any


@dataclass(frozen=True, slots=True)
class Sendable:
    """One form that posts: where to, and its inputs in the order of the page."""

    action: str
    inputs: list[Element]
    button: Element | None  # the first one that sends what was typed as it is meant

    @property
    def shown(self) -> list[Element]:
        """The inputs somebody can fill."""
        return [one for one in self.inputs if not is_hidden(one)]

    def filled(self, wrong: Callable[[Element], str | None]) -> list[tuple[str, str]]:
        """Names and values as sent; ``wrong`` says what somebody typed, or None for what stood there."""
        found, radios = [], set()
        for one in self.inputs:
            kind, name = kind_of(one), one.get("name")
            typed = None if is_hidden(one) else wrong(one)
            if kind == "radio":
                if typed is not None and name not in radios:
                    found.append((name, typed))
                    radios.add(name)
                elif typed is None and one.get("checked") is not None:
                    found.append((name, one.get("value", "on")))
            elif kind == "checkbox":
                if one.get("checked") is not None:
                    found.append((name, one.get("value", "on")))
            elif kind != "file":
                found.append((name, value_of(one) if typed is None else typed))
        if self.button is not None and self.button.get("name"):
            found.append((self.button.get("name"), self.button.get("value", "")))
        return found


def parsed(text: str) -> Element:
    return html.document_fromstring(text)


def forms_of(page: Element, path: str) -> Iterator[Sendable]:
    """Every form of the page that posts."""
    for form in page.iter("form"):
        if form.get("method", "get").lower() == "post":
            of = [one for one in page.iter("input", "select", "textarea", "button") if _belongs(one, form)]
            buttons = [one for one in of if one.tag == "button" and one.get("type", "submit") == "submit"
                       and one.get("formnovalidate") is None and one.get("aria-hidden") != "true"]
            button = next((one for one in buttons if "btn-primary" in one.get("class", "")), next(iter(buttons), None))
            action = (button.get("formaction") if button is not None else None) or form.get("action") or path
            inputs = [one for one in of if one.tag != "button" and one.get("name") and one.get("disabled") is None]
            yield Sendable(urljoin(path, action), inputs, button)


def _belongs(one: Element, form: Element) -> bool:
    if one.get("form"):
        return bool(one.get("form") == form.get("id"))
    up = list(one.iterancestors("form", "template"))
    return bool(up and up[0] is form)


def kind_of(one: Element) -> str:
    return str(one.get("type", "text")).lower() if one.tag == "input" else str(one.tag)


def is_hidden(one: Element) -> bool:
    return kind_of(one) == "hidden" or one.get("aria-hidden") == "true"


def is_text(one: Element) -> bool:
    return kind_of(one) == "textarea" or kind_of(one) in TEXTS


def value_of(one: Element) -> str:
    if one.tag == "select":
        chosen = [option for option in one.iter("option") if option.get("selected") is not None]
        options = chosen or list(one.iter("option"))[:1]
        return options[0].get("value", options[0].text or "") if options else ""
    if one.tag == "textarea":
        return (one.text or "").removeprefix("\n")
    return str(one.get("value", "on" if kind_of(one) == "checkbox" else ""))


def words_of(one: Element) -> str:
    return " ".join(one.text_content().split())


# What a page with errors owes its reader


def faults(page: Element) -> Iterator[str]:
    """What is wrong with the summary of errors, or with how an input says its own."""
    ids = [one.get("id") for one in page.iter() if isinstance(one.tag, str) and one.get("id")]
    yield from (f"id {one} stands twice" for one in {one for one in ids if ids.count(one) > 1})
    by_id = {one.get("id"): one for one in page.iter() if isinstance(one.tag, str) and one.get("id")}
    summary = by_id.get("errors")
    lines = [] if summary is None else list(summary.iter("li"))
    if not lines:
        yield "no summary of errors"
    said = [words_of(line) for line in lines]
    yield from (f"two lines say {one!r}" for one in {one for one in said if said.count(one) > 1})
    names: dict[str, str] = {}
    for line in lines:
        for link in line.iter("a"):
            page_of, _, target = link.get("href", "").partition("#")
            if names.setdefault(words_of(link), target) != target:
                yield f"two inputs are called {words_of(link)!r}"
            if not page_of:
                yield from _led_to(by_id.get(target), target, words_of(line).removeprefix(f"{words_of(link)}: "), by_id)
    for one in page.iter():
        if isinstance(one.tag, str) and one.get("aria-describedby"):
            yield from (f"{one.get('id')} is described by {each}, which is not there"
                        for each in one.get("aria-describedby").split() if each not in by_id)


def _led_to(target: Element | None, name: str, sentence: str, by_id: dict[str, Element]) -> Iterator[str]:
    if target is None:
        yield f"#{name} is not there"
        return
    if target.tag not in ("input", "select", "textarea", "button") and target.get("tabindex") is None:
        yield f"#{name} cannot have the focus"
    if kind_of(target) == "hidden" or target.get("disabled") is not None or target.get("hidden") is not None:
        yield f"#{name} cannot be reached"
    for up in target.iterancestors():
        if up.get("hidden") is not None or up.tag == "template":
            yield f"#{name} is hidden"
        if up.tag == "details" and up.get("open") is None:
            yield f"#{name} is folded away"
    if target.tag in ("input", "select", "textarea") and target.get("aria-invalid") != "true":
        yield f"#{name} does not say that it is wrong"
    described = [words_of(by_id[one]) for one in (target.get("aria-describedby") or "").split() if one in by_id]
    if not any(sentence in one for one in described):
        yield f"#{name} is not described by {sentence!r}, but by {described}"
