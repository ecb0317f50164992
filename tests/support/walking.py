"""People who walk through the product in a browser, and read their mail."""

import email
import email.policy
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import axe_core_python

from cocreate import jobs
from tests.support.apps import Live

AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
PHONE = {"viewport": {"width": 390, "height": 844}}
DESK = {"viewport": {"width": 1280, "height": 900}}


@dataclass(frozen=True, slots=True)
class Mail:
    subject: str
    text: str

    def link(self, part: str) -> str:
        """The first address in the mail that has ``part`` in it."""
        return next(found for found in re.findall(r"https?://\S+", self.text) if part in found)

    def code(self) -> str:
        return re.sub(r"\D", "", re.search(r"\b\d{4} ?\d{4}\b", self.text).group())


class Walker:
    """One person with one device. Every page looked at is checked for accessibility."""

    def __init__(self, live: Live, page: Any, address: str) -> None:
        self.live, self.page, self.address = live, page, address
        self.checked: set[str] = set()

    def mail(self, about: str) -> Mail:
        """The newest mail to this person with these words in its subject; the scheduler has its turn first."""
        jobs.tick(self.live.app)
        folder = self.live.app.config["SETTINGS"].folder / "mail"
        for path in sorted(folder.glob(f"*-{self.address}-*.eml"), reverse=True):
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if about in message["Subject"]:
                return Mail(message["Subject"], message.get_body(("plain",)).get_content())
        raise AssertionError(f"{self.address} has no mail about {about!r}")

    def open(self, address: str) -> None:
        self.page.goto(address)
        self.look()

    def press(self, name: str) -> None:
        """Press the button or follow the link of this name, and look at what comes."""
        button = self.page.get_by_role("button", name=re.compile(name))
        (button if button.count() else self.page.get_by_role("link", name=re.compile(name))).first.click()
        self.page.wait_for_load_state()
        self.look()

    def type(self, label: str, text: str) -> None:
        self.page.get_by_label(re.compile(label)).first.fill(text)

    def tick(self, label: str) -> None:
        self.page.get_by_label(re.compile(label)).first.check()

    def reads(self, words: str) -> bool:
        return words in self.page.inner_text("main")

    def look(self) -> None:
        """Nothing is wider than the screen, and axe finds nothing on a page seen for the first time."""
        width = self.page.viewport_size["width"]
        assert self.page.evaluate("document.documentElement.scrollWidth") <= width, self.page.url
        kind = re.sub(r"/p/[0-9a-z]{26}", "/p/", self.page.url.split("?")[0].split("#")[0]) + self.page.title()
        if kind not in self.checked:
            self.checked.add(kind)
            self.page.evaluate(AXE)
            found = self.page.evaluate("axe.run()")["violations"]
            said = [(one["id"], [node["target"] for node in one["nodes"]]) for one in found]
            assert said == [], (self.page.url, said)
