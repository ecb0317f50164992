"""From the mail to the signed and sealed PDF, as its people walk it: the customer on a phone, in a real browser."""

import re
import subprocess

import pytest

from cocreate.clock import now
from cocreate.db import transaction
from cocreate.services import hosts, records, templates
from cocreate.services.facts import look
from tests.support.packages import program
from tests.support.people import someone
from tests.support.projects import SMALL
from tests.support.walking import DESK, PHONE, Walker
from workflows.exchange.yaml_text import read

pytestmark = pytest.mark.browser


class TestFromTheMailToTheSignedContract:
    def test_two_organisations_who_have_never_met_cocreate(self, manager, shop, maker, live, tmp_path):
        manager.opens_crates_come_back()
        maker.comes_in()
        shop.comes_in()
        shop.walker.open("/your-turn")
        shop.walker.press("Fill in|Crates per year")
        shop.fills_in_crates("twelve")
        assert shop.walker.reads("One thing needs a look")
        shop.fills_in_crates("12500")
        assert shop.walker.reads("Submitted")
        maker.returns("Crates per year", "Is this with the new shop in Bergen?")
        shop.walker.open(shop.walker.mail("Returned with a reason").link("/p/"))
        assert shop.walker.reads("Is this with the new shop in Bergen?")
        shop.fills_in_crates("13000")
        maker.accepts("Crates per year", mail="To check again")
        maker.fills_in_credit()
        shop.accepts("Credit per crate")
        maker.walker.open(maker.room)
        maker.walker.press("^Go on to Terms")
        maker.walker.open(f"{maker.room}/contract")
        assert maker.walker.reads("13,000")
        maker.walker.press("ready to read")
        for person in (maker, shop):
            person.agrees()
        maker.walker.open(maker.room)
        maker.walker.press("^Go on to Signature")
        maker.signs()
        assert maker.walker.reads("Waiting for Aurelis Hotels")
        shop.signs(wrong_first=True)
        assert shop.walker.reads("All have signed")
        shop.checks_the_sealed_file(tmp_path)
        with live.app.app_context(), transaction() as session:
            facts = look(session, shop.ref, person=None, now=now()).facts
            assert facts.project.outcome == "agreed"
            assert records.check(session, facts.project.id) is None


class Person:
    """Somebody of a party, with what they do in this story."""

    def __init__(self, walker: Walker, name: str) -> None:
        self.walker, self.name = walker, name

    @property
    def ref(self) -> str:
        return re.search(r"/p/([0-9a-z]{26})", self.room).group(1)

    def comes_in(self) -> None:
        self.walker.comes_in()
        self.room = self.walker.room

    def fills_in_crates(self, crates: str) -> None:
        if "/tasks/returns" not in self.walker.page.url:
            self.walker.open(f"{self.room}/tasks/returns")
        self.walker.type("Crates that come back", crates)
        grade = self.walker.page.get_by_label(re.compile("How do you know")).first
        if grade.is_visible():  # what was said before is folded
            grade.select_option(label="measured")
            self.walker.type("^Source", "Ramp count, 2026")
        self.walker.press("^Submit (again )?to Tornby")

    def fills_in_credit(self) -> None:
        self.walker.open(f"{self.room}/tasks/credit")
        self.walker.type("^Credit", "0.80")
        self.walker.page.locator("[name='f-amount-currency']").select_option("EUR")
        self.walker.page.locator("[name='f-amount-year']").fill("2027")
        self.walker.page.locator("[name='f-places-0-place']").fill("Oslo")
        self.walker.page.locator("[name='f-places-0-lorries']").fill("2")
        self.walker.press("^Submit to Aurelis")

    def returns(self, title: str, reason: str) -> None:
        self.walker.open(self.walker.mail(f"To check: {title}").link("/p/"))
        self.walker.press("Return with a reason")
        self.walker.type("What is needed", reason)
        self.walker.press("^Return to")

    def accepts(self, title: str, mail: str = "To check") -> None:
        self.walker.open(self.walker.mail(f"{mail}: {title}").link("/p/"))
        self.walker.press("^Accept")

    def agrees(self) -> None:
        self.walker.open("/your-turn")
        self.walker.press("Read and decide")
        self.walker.press("^Agree for")
        assert self.walker.reads("Recorded for")

    def signs(self, *, wrong_first: bool = False) -> None:
        self.walker.open("/your-turn")
        self.walker.press("Read and sign")
        code = self.walker.states("managing director, commercial register")
        if wrong_first:
            self.walker.confirms(code, password="not my password at all")
            assert self.walker.reads("is not right")
        self.walker.confirms(code)
        assert self.walker.reads("Signed for")

    def checks_the_sealed_file(self, folder) -> None:
        self.walker.open(self.walker.mail("Signed by all").link("/p/"))
        with self.walker.page.expect_download() as download:
            self.walker.page.get_by_role("link", name=re.compile("sealed PDF")).first.click()
        path = folder / "sealed.pdf"
        download.value.save_as(path)
        said = subprocess.run([program("pdfsig", "poppler-utils"), "-nocert", path], capture_output=True, text=True,
                              check=False).stdout
        assert "Signature is Valid" in said
        text = subprocess.run([program("pdftotext", "poppler-utils"), path, "-"], capture_output=True, text=True,
                              check=True).stdout
        assert "13,000" in text and "Aurelis Hotels" in text


class Manager:
    """The account manager of the host, who only helps."""

    def __init__(self, walker: Walker) -> None:
        self.walker = walker

    def opens_crates_come_back(self) -> None:
        page = self.walker.page
        self.walker.signs_in()
        self.walker.press("^Open a project")
        self.walker.press("Choose this.*Returned crates")
        page.locator("[name=own_seat]").select_option("")
        for seat, organisation, name in (("maker", "Tornby Furniture", "Ingrid Solvik"),
                                         ("shop", "Aurelis Hotels", "Claire Duval")):
            page.locator(f"[name='seat_{seat}-organisation']").fill(organisation)
            page.locator(f"[name='seat_{seat}-name']").fill(name)
            page.locator(f"[name='seat_{seat}-email']").fill(ADDRESSES[seat])
        self.walker.press("^Save and go on")
        self.walker.type("^Title", "Crates come back")
        self.walker.press("^Save and go on")
        assert self.walker.reads("invites you: Crates come back")
        self.walker.press("^Open and invite")
        assert "/p/" in page.url


ADDRESSES = {"maker": "ingrid.solvik@tornby.example", "shop": "claire.duval@aurelis.example"}


@pytest.fixture
def manager(live, new_page):
    with live.app.app_context(), transaction() as session:
        person = someone(session, "Anna Berg", now())
        host = hosts.create_host(session, name="Crate Host", country="NL", zone="Europe/Amsterdam", now=now())
        hosts.employ(session, host.id, person.id, hosts.ACCOUNT_MANAGER, now=now())
        draft = templates.save_draft(session, host.id, read(SMALL), note="", actor=person.id, now=now())
        templates.publish(session, host.id, draft.template_id, draft.number, now=now())
    return Manager(Walker(live, new_page(**DESK), person.email))


@pytest.fixture
def shop(live, new_page):
    return Person(Walker(live, new_page(**PHONE), ADDRESSES["shop"]), "Claire Duval")


@pytest.fixture
def maker(live, new_page):
    return Person(Walker(live, new_page(**PHONE), ADDRESSES["maker"]), "Ingrid Solvik")
