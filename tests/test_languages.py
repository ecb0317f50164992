"""Every text for people is in the catalogue: in a made-up language whatever is not shows itself.

Not looked at are texts that say of themselves that they are in another language, such as the contract's.
"""

import email
import email.policy
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from babel import Locale

from cocreate.views.policy import POLICY, Access
from tests.support import languages
from tests.support.house import House, fetcher, pages, signed_in

PEOPLE = ("administrator", "account manager", "customer champion", "customer contributor", "checks", "signs", "reads",
          "has signed", "rests", "has ended")
NAMES = {"cocreate", "PDF", "YAML", "SHA", "UTC", "English", "Esperanto", "SQLite", "Seulo", "sekundo", "sekundoj",
         "cocreate@localhost"}
FILES = {"bundle", "download", "file", "logo", "pdf", "picture", "schema", "shipped", "yaml"}  # how their routes end
LEADING_ON = {"admin.health_records", "portal.home"}  # without a page of their own
SPOKEN = ("title", "alt", "placeholder", "aria-label", "aria-description", "data-label", "data-offline", "data-failed",
          "data-not-submitted")


@pytest.fixture(scope="module")
def written(house) -> "Written":
    return Written(house)


class TestPages:
    def test_hold_nothing_that_is_not_in_the_catalogue(self, house, written):
        unmarked, shown = set(), set()
        for kind in PEOPLE:
            for endpoint, _path, page in pages(house, kind, fetcher(house, signed_in(house, kind))):
                shown.add(endpoint)
                page = page.replace("<br>", " ") if endpoint == "admin.mail" else page  # lines break inside of names
                unmarked |= {(endpoint, text) for said in spoken(page)
                             for text in written.foreign(re.sub(r"https?://\S+", "", said))}
        assert not unmarked, _lines(unmarked)
        there = {rule.endpoint for rule in house.live.app.url_map.iter_rules() if "GET" in rule.methods
                 and POLICY[rule.endpoint] not in (Access.PUBLIC, Access.HALF)
                 and rule.endpoint.rpartition("_")[2] not in FILES} - LEADING_ON
        assert len(there & shown) > 0.8 * len(there), " ".join(sorted(there - shown))  # the rest is rare

    def test_of_who_is_not_signed_in_follow_the_browser(self, house, written):
        client = house.live.app.test_client()
        for path in ("/sign-in", "/sign-in/link", "/forgot", "/invitation/again", "/nowhere"):
            page = client.get(path, base_url=house.live.url, headers={"Accept-Language": languages.CODE}).text
            assert f'lang="{languages.CODE}"' in page
            assert [text for said in spoken(page) for text in written.foreign(said)] == [], path


class TestMails:
    def test_hold_nothing_that_is_not_in_the_catalogue(self, house, written):
        paths = sorted((house.live.app.config["SETTINGS"].folder / "mail").glob("*.eml"))
        assert len(paths) > 20
        unmarked = set()
        for path in paths:
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            text = message.get_body(("plain",)).get_content()
            said = re.sub(r"https?://\S+|\S+@\S+|^> ", "", text, flags=re.MULTILINE).split("\n\n")
            unmarked |= {(message["Subject"], one) for line in (message["Subject"], *said)
                         for one in written.foreign(line)}
        assert not unmarked, _lines(unmarked)


class Written:
    """What people and templates wrote, and the words of dates: the texts that no catalogue holds."""

    def __init__(self, house: House) -> None:
        whole = {_plain(text) for text in house.texts}
        self.pieces = {piece for text in whole for piece in _pieces(text)} | NAMES | set(_calendar())
        self.all = "\n".join(whole)

    def foreign(self, text: str) -> list[str]:
        """Pieces of a text that are neither translated nor written by somebody."""
        said = _plain(text)
        cut = {piece for part in said.split("…")[:-1] for piece in [*_pieces(part)][-1:]}
        return [piece for piece in _pieces(said)
                if not self._known(piece) and not (piece in cut and piece in self.all)]

    def _known(self, piece: str) -> bool:
        return piece in self.pieces or (piece.count(" ") > 1 and piece in self.all)


class Spoken(HTMLParser):
    """Texts and the attributes that are read out, but no keys, fingerprints and names of time zones."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent, self.depth = "", 0  # the element that is not looked at, and how often it stands in itself

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if self.silent:
            self.depth += tag == self.silent
        elif (tag in ("script", "style", "code", "pre") or given.get("name") == "zone"
              or given.get("lang", languages.CODE) != languages.CODE
              or {"hash", "code"} & set((given.get("class") or "").split())):
            self.silent, self.depth = tag, 1
            return
        if not self.silent:
            self.found += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        if tag == self.silent:
            self.depth -= 1
            self.silent = self.silent if self.depth else ""

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(data)


def spoken(page: str) -> list[str]:
    parser = Spoken()
    parser.feed(page)
    return parser.found


def _lines(unmarked: set[tuple[str, str]]) -> str:
    return "\n".join(f"{where}: {text}" for where, text in sorted(unmarked))


def _plain(text: str) -> str:
    return re.sub(r"[\s*_]+", " ", text.replace("\u00a0", " ")).strip()


def _pieces(text: str) -> Iterator[str]:
    """What stands between punctuation, figures and translated words, where a word of three letters is in it."""
    marks = rf"[{languages.ACCENTED}\[\]().,:;!?·›‹“”„…●■⬢◆\"'/|<>=%#0-9]+"
    for piece in re.split(rf"{marks}|\s[-–]\s|\bkaj\b|\baŭ\b", text):
        said = piece.strip(" -–")
        if re.search(r"[A-Za-z]{3}", said) and not re.fullmatch(r"[a-f ]+|[A-Z]{3}", said):
            yield said


def _calendar() -> Iterator[str]:
    locale = Locale(languages.CODE)
    for context in ("format", "stand-alone"):
        for width in ("abbreviated", "wide"):
            for names in (locale.months, locale.days):
                yield from names[context][width].values()
    names = (*locale.currencies.values(), *locale.territories.values(), *locale.currencies, "Seoul")
    yield from (piece for name in names for piece in _pieces(name))
