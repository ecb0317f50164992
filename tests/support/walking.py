"""People who walk through the product in a browser, and read their mail."""

import email
import email.policy
import json
import re
from dataclasses import dataclass
from typing import Any

from cocreate import jobs
from tests.support.apps import Live
from tests.support.axe import findings
from tests.support.people import PASSWORD
from tests.support.run import Run
from tests.support.spaces import spaced

PHONE = {"viewport": {"width": 390, "height": 844}}
DESK = {"viewport": {"width": 1280, "height": 900}}

# What a page is made of: axe says the same of two pages that are made of the same.
MADE_OF = """[...new Set([...document.querySelectorAll('body *')].map(e => [e.tagName, e.parentElement.tagName,
    e.className.baseVal ?? e.className, e.type, e.role, e.ariaLabel && 1].join('.')))].sort()"""
# Of a page that is wider than its screen: how wide, and by what.
WIDER = """(() => {
  const limit = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= limit) return [];
  const wide = [...document.querySelectorAll('body *')].filter(e => {
    const box = e.getBoundingClientRect();
    return box.width && !e.closest('.visually-hidden, .scroll-x, .skip') && box.right > limit + .5;
  });
  return [document.documentElement.scrollWidth, ...wide.slice(-3).map(e => e.outerHTML.slice(0, 160))];
})()"""


@dataclass(frozen=True, slots=True)
class Mail:
    subject: str
    text: str
    sender: str

    def link(self, part: str) -> str:
        """The first address in the mail that has ``part`` in it."""
        return next(found for found in re.findall(r"https?://\S+", self.text) if part in found)

    def code(self) -> str:
        return re.sub(r"\D", "", re.search(r"\b\d{4} ?\d{4}\b", self.text).group())


class Walker:
    """One person with one device. Every page looked at is checked for accessibility.

    taps: how often something was pressed, a link in a mail included.
    """

    def __init__(self, live: Live, page: Any, address: str) -> None:
        self.live, self.page, self.address = live, page, address
        self.taps = 0
        self.room = ""  # the address of the project, once somebody has come in

    # mail

    def mail(self, about: str) -> Mail:
        """The newest mail to this person with these words in its subject; the scheduler has its turn first."""
        jobs.tick(self.live.app)
        found = self.mails(about)
        assert found, f"{self.address} has no mail about {about!r}, but: {[mail.subject for mail in self.mails()]}"
        return found[0]

    def mails(self, about: str = "") -> list[Mail]:
        """What has been sent to this person, newest first."""
        folder = self.live.app.config["SETTINGS"].folder / "mail"
        read = (email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                for path in sorted(folder.glob(f"*-{self.address}-*.eml"), reverse=True))
        return [Mail(message["Subject"], spaced(message.get_body(("plain",)).get_content()), message["From"])
                for message in read if about in message["Subject"]]

    def follows(self, about: str, part: str = "/p/") -> None:
        """Tap the button of the newest mail with these words in its subject."""
        self.taps += 1
        self.open(self.mail(about).link(part))

    # coming in

    def comes_in(self, about: str = "invites you") -> None:
        """Name is filled in; a password, and there is the first task, or the room."""
        self.follows(about, "/i/")
        self.type("Password", PASSWORD)
        self.press("Accept and start")
        self.room = re.match(r".*/p/[0-9a-z]{26}", self.page.url).group()

    def signs_in(self) -> None:
        self.open("/sign-in")
        self.type("E-mail", self.address)
        self.type("Password", PASSWORD)
        self.press("^Sign in$")

    # doing

    def open(self, address: str) -> None:
        self.page.goto(address)
        self.look()

    def enter(self, page: str = "") -> None:
        """Open a page of the project."""
        self.open(f"{self.room}/{page}".rstrip("/"))

    def press(self, name: str) -> None:
        """Press the button or follow the link of this name, and look at what comes."""
        self.taps += 1
        button = self.page.get_by_role("button", name=re.compile(name))
        (button if button.count() else self.page.get_by_role("link", name=re.compile(name))).first.click()
        self.page.wait_for_load_state()
        self.look()

    def unfold(self, words: str) -> None:
        self.page.locator("summary", has_text=re.compile(words)).first.click()

    def type(self, label: str, text: str) -> None:
        self.page.get_by_label(_label(label)).first.fill(text)

    def tick(self, label: str) -> None:
        self.page.get_by_label(_label(label)).first.check()

    def choose(self, label: str, option: str) -> None:
        self.page.get_by_label(_label(label)).first.select_option(label=option)

    def takes_picture(self, label: str) -> None:
        """As a phone's camera gives it."""
        self.page.get_by_label(_label(label)).first.set_input_files(
            {"name": "IMG_2041.png", "mimeType": "image/png", "buffer": self.page.screenshot()})

    def until_kept(self) -> None:
        """Wait for the bar to say that all that is typed and chosen is saved."""
        self.page.wait_for_selector("[data-save-status=saved]")

    def signs(self, basis: str = "managing director, commercial register") -> None:
        """On the page of the signature: the statements, a code by mail, the password, the code."""
        self.confirms(self.states(basis))

    def states(self, basis: str) -> str:
        """The code that is mailed once all is ticked and said."""
        for box in self.page.locator("main input[type=checkbox]").all():
            box.check()
        self.page.locator("[name=basis]").fill(basis)
        self.press("Mail me the code")
        return self.mail("Your code").code()

    def confirms(self, code: str, password: str = PASSWORD) -> None:
        for name, text in (("password", password), ("code", code)):
            self.page.locator(f"[name={name}]").fill(text)
        self.press("^Sign version")

    # looking

    def reads(self, words: str) -> bool:
        text = spaced(self.page.inner_text("main"))
        if words not in text:
            print(f"{self.page.url} does not say {words!r}, but:\n{text}")  # noqa: T201 - shown where a test fails
        return words in text

    def look(self) -> None:
        """Nothing is wider than the screen, and axe finds nothing on a page whose like was not checked before."""
        width = self.page.viewport_size["width"]
        assert self.page.evaluate("document.documentElement.scrollWidth") <= width, self.page.url
        kind = json.dumps([width, self.page.evaluate(MADE_OF)])
        if Run.current().first(f"walked {kind}"):
            found = findings(self.page)
            assert found == [], (self.page.url, found)


def _label(words: str) -> re.Pattern[str]:
    """Whichever spaces it has: an amount has those at which no line ends."""
    return re.compile(words.replace(" ", r"\s"))
