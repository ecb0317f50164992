"""Every form of the product sent twice, as by a double click or after a lost answer, and then once more from a page
that was open since before: one effect, the same answer, and nothing typed is lost.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from io import BytesIO
from itertools import count, cycle
from typing import Any
from urllib.parse import quote_plus

import pytest

from cocreate.clock import now
from tests.support.forms import Sendable, forms_of, is_text, kind_of, parsed, value_of
from tests.support.house import House, fetcher, furnished, pages, signed_in
from tests.support.people import PASSWORD
from tests.support.writing import writes

PEOPLE = ("administrator", "account manager", "customer champion", "checks", "signs", "reads", "rests")
LAST = (r"/tasks/\w+$", r"/tasks/\w+/(?:enter|accept|return)", "/seen-by", "/p/.*/people/", "/p/.*/withdraw", "/resume",
        "/hold", "/refuse", "/sign/", "/go-on", "/go-back", "/leave", "/decline", "/hand-over", "/admin/people/.*")
ENDS_THE_SESSION = ("/sign-out", "/account/password", "/account/app-code", "/account/devices/end-others", "/prove",
                    "/second-step", "/sessions")
WORDS = "Words that are long enough, number"
SEEN = {"seen", "version", "draft", "visit"}
URLENCODED = "application/x-www-form-urlencoded"
HOSTILE = ("\0", "x" * 100_000, "\u202e\u2066\u200f", "\ud800", "1e400", "-1e400", "NaN", "Infinity", "1.234,56",
           "1,234.56", "\u0967\u0968", "\u00b2", "9" * 400, "-9223372036854775809", "10000-01-01", "0000-00-00",
           "9999-12-31", "0001-01-01", "2027-02-30", "2027-03-20T00:00:00+25:00", "{{7*7}}", "%s%n", "../..", "<b>",
           "\r\n")
_ID = re.compile(r"[0-9a-z]{26}|\d+")
_number = count(1)


class TestEveryForm:
    @pytest.mark.parametrize("each", [1, pytest.param(len(HOSTILE), marks=pytest.mark.long)])
    def test_takes_or_refuses_whatever_is_sent(self, found, each):
        """In what one sees and in what one does not; none of it is a fault of ours."""
        turn, wrong = cycle(HOSTILE), []
        for post, form in found:
            for _ in range(each):
                text = next(turn)
                try:
                    status = post(form.action, data=hostile(form, text), content_type=URLENCODED).status_code
                except Exception as error:  # noqa: BLE001 - said with the form it came from
                    wrong.append(f"{form.action} with {text[:20]!r}: {error!r}")
                else:
                    wrong += [f"{form.action} with {text[:20]!r}: {status}"] if status >= 500 else []
        assert not wrong, "\n".join(wrong)

    def test_sent_twice_has_one_effect_and_one_answer_and_late_it_keeps_the_text(self, found):
        wrong, done = [], set()
        for post, form in sorted(found, key=lambda one: order(one[1].action)):
            faults, took = sent(post, form)
            wrong += [f"{form.action}: {what}" for what in faults]
            if took:
                done.add(_ID.sub("", form.action))
        assert not wrong, "\n".join(wrong)
        assert len(done) > 45, sorted(done)


def hostile(form: Sendable, text: str) -> bytes:
    """The form with this text in every input but the token; as bytes, for not every text can be encoded."""
    names = [(one.get("name"), value_of(one)) for one in form.inputs if kind_of(one) != "file"]
    return b"&".join(quote_plus(name).encode() + b"=" + quote_plus(
        (value if name == "csrf_token" else text).encode("utf-8", "surrogatepass")).encode() for name, value in names)


def sent(post: Any, form: Sendable) -> tuple[list[str], bool]:
    """What is wrong with its answers, and whether it did something at all."""
    data, wrong = right(form), []
    first = post(form.action, data=fresh(data))
    with writes() as changed:
        second = post(form.action, data=fresh(data))
    late = post(form.action, data=fresh(data | ({"key": [f"{'k' * 20}{next(_number)}"]} if "key" in data else {})))
    if first.status_code == 303:
        if (first.status_code, first.location) != (second.status_code, second.location):
            wrong.append(f"answered with {first.location}, then with {second.status_code} {second.location}")
        if changed:
            wrong.append(f"had an effect twice: {changed[0]}")
        if SEEN & set(data) and "save" not in data and late.status_code != 409:
            wrong.append(f"outdated it was answered with {late.status_code}")
    words = [text for texts in data.values() for text in texts if isinstance(text, str) and text.startswith(WORDS)]
    if late.status_code in (409, 422):
        wrong += [f"outdated it has lost {text!r}" for text in words if text not in late.text]
    wrong += [f"answered with {one.status_code}" for one in (first, second, late) if one.status_code >= 500]
    return wrong, first.status_code == 303


def order(action: str) -> int:
    """What ends something comes last."""
    return next((place for place, part in enumerate(LAST, 1) if re.search(part, action)), 0)


def forms(house: House) -> Iterator[tuple[Any, Sendable]]:
    here = {"base_url": house.live.url}
    seen = set()
    clients = {kind: signed_in(house, kind) for kind in PEOPLE}
    for kind, client in clients.items():
        for _endpoint, path, text in pages(house, kind, fetcher(house, client), per_page=2):
            for form in forms_of(parsed(text), path):
                of = _ID.sub("", form.action), tuple(_ID.sub("", one.get("name")) for one in form.inputs)
                if of not in seen and not any(part in form.action for part in ENDS_THE_SESSION):
                    seen.add(of)
                    yield partial(client.post, **here), form


def right(form: Sendable) -> dict[str, list[Any]]:
    """What somebody sends who fills every input as it asks."""
    data: dict[str, list[Any]] = {}
    for name, value in form.filled(right_in):
        data.setdefault(name, []).append(value)
    for one in form.shown:
        kind, name = kind_of(one), one.get("name")
        if kind == "file" and name not in ("logo", "file"):
            data[name] = [b"Ramp count\n"]
        if name not in data and (kind == "radio" or (kind == "checkbox" and name in ("parts", "roles"))):
            data[name] = [one.get("value")]
    return data


def right_in(one: Any) -> str | None:
    kind, name = kind_of(one), one.get("name")
    if kind == "select":
        offered = [option.get("value", "") for option in one.iter("option")]
        return value_of(one) or next((value for value in offered if value), "")
    if not is_text(one) or value_of(one):
        return None
    if kind == "password":
        return PASSWORD
    if kind in ("date", "month"):
        return (now().date() + timedelta(days=40)).isoformat()[:10 if kind == "date" else 7]
    if one.get("list") == "countries":
        return "Norway"
    if name.endswith("-year"):
        return "2027"
    if one.get("inputmode") in ("decimal", "numeric"):
        return "12"
    if one.get("inputmode") == "email":
        return f"somebody{next(_number)}@crates.example"
    if "code" in name:
        return "10 01 05"
    if name.startswith("sheet-") or "-na-" in name or name == "days_off":
        return None
    return f"{WORDS} {next(_number)}."


def fresh(data: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """With files that nobody has read yet."""
    return {name: [(BytesIO(one), "count.txt") if isinstance(one, bytes) else one for one in given]
            for name, given in data.items()}


@pytest.fixture(scope="module")
def found(worn):
    """Each kind of form once, as its page was before anything was sent."""
    return list(forms(worn))


@pytest.fixture(scope="module")
def worn(databases, tmp_path_factory):
    with furnished(databases.migrated("sqlite"), tmp_path_factory.mktemp("worn")) as house:
        yield house
