"""The first journey: a transport authority on its phones, from the mail to the signature."""

from datetime import date

import pytest

from cocreate.services.openings import Seating
from tests.journeys.sides import Side, new_address, new_host
from tests.support.walking import PHONE, Walker

pytestmark = pytest.mark.browser
PHILIPS, WMATA = 1, 2


class TestOnThePhone:
    def test_wmata_comes_to_a_signed_lighting_agreement(self, live, phone):
        renee, tom, grace = (phone(name) for name in ("Renee Kim", "Tom Baker", "Grace Lee"))
        host = new_host(live, "Philips Lighting", "Anna Berg", "garage_lighting.yaml")
        anna = Side.opens(live, host, "garage_lighting", "Garage lighting",
                          Seating("customer", "WMATA", "public_body", "US", "Renee Kim", renee.address),
                          own_seat="provider")

        renee.comes_in()
        assert renee.reads("Total cost today")
        agrees_how_we_work(renee)
        passes_to(renee, tom, "Total cost today")
        assert renee.reads("Tom Baker is invited, and the task is theirs.")

        tom.comes_in()
        before = tom.taps
        fills_in(tom, energy="210000")
        tom.press("^Submit to Philips")
        assert tom.reads("Submitted. Philips Lighting")
        assert before == 2 and tom.taps == 3  # the button of the mail, accept, submit

        anna.returns("cost", WMATA, "Cost of energy seems to be for one garage only.", ("energy",))
        tom.follows("Returned with a reason")
        assert tom.reads("Cost of energy seems to be for one garage only.")
        tom.type("^Energy", "420000")
        tom.press("^Submit (again )?to Philips")
        anna.accepts("cost", WMATA)

        invites_signatory(renee, grace)
        anna.agrees("common")
        grace.comes_in()
        records_the_board(grace)
        assert grace.reads("Recorded for WMATA")
        anna.goes_on("to_terms")
        anna.makes_contract_ready()
        anna.agrees("our_contract")
        grace.open("/your-turn")
        grace.press("Read and decide")
        grace.press("^Agree for WMATA")
        anna.goes_on("to_signature")
        anna.signs("Anna Berg")
        grace.follows("Please sign")
        assert grace.reads("You sign for WMATA")
        grace.signs("general manager, board resolution 2025-14")
        assert grace.reads("Signed for WMATA")
        assert anna.facts().project.outcome == "agreed"
        grace.enter("contract")
        assert grace.reads("420,000")


def agrees_how_we_work(person: Walker) -> None:
    person.open("/your-turn")
    person.press("How we work together")
    person.press("^Agree to all")
    assert person.reads("Philips Lighting")


def passes_to(person: Walker, colleague: Walker, task: str) -> None:
    person.open("/your-turn")
    person.press(task)
    person.press("^Pass to a colleague")
    person.tick("Somebody new")
    assert person.page.get_by_label("Name of the new colleague").is_visible()
    person.type("Name of the new colleague", "Tom Baker")
    person.type("Their work e-mail", colleague.address)
    person.type("A line of your own", "The bill is in your tray.")
    person.press("^Pass it on")


def fills_in(person: Walker, *, energy: str) -> None:
    person.type("^Energy", energy)
    person.page.locator("[name='f-energy-year']").fill("2025")
    staff = person.page.locator("[data-field=staff]")
    staff.get_by_label("Not available").check()
    staff.get_by_role("textbox", name="Why").fill("It is not kept per garage.")
    person.takes_picture("^Last energy bill")
    person.until_kept()


def invites_signatory(champion: Walker, signatory: Walker) -> None:
    champion.enter("people")
    champion.press("^Invite")
    champion.type("^Name", "Grace Lee")
    champion.type("^Work address", signatory.address)
    champion.tick("^Signatory")
    champion.press("^Invite")


def records_the_board(person: Walker) -> None:
    assert person.reads("You decide for WMATA.")
    person.press("Record what was decided outside")
    person.tick("It agrees$")
    person.type("Which body decided", "The board of WMATA")
    person.type("On which day", date(2025, 3, 27).isoformat())
    person.takes_picture("The file that shows it")
    person.press("^Record it for WMATA")


@pytest.fixture
def phone(live, new_page):
    return lambda name: Walker(live, new_page(**PHONE), new_address(name, "wmata"))
