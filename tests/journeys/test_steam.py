"""The second journey: steam of an incinerator for its neighbours, opened by somebody who holds no seat."""

from datetime import timedelta

import pytest

from cocreate import clock
from cocreate.services.openings import Seating
from tests.journeys.sides import Side, new_address, new_host
from tests.support.walking import DESK, PHONE, Walker

pytestmark = pytest.mark.browser


class TestWithoutASeat:
    def test_the_eco_park_centre_opens_it_and_a_figure_is_settled(self, live, new_page):
        host = new_host(live, "Eco-industrial Park Center", "Anna Bae", "steam.yaml")
        anna = Walker(live, new_page(**DESK), host.manager_mail)
        sora, dahye = (Walker(live, new_page(**PHONE), new_address(name, "ulsan"))
                       for name in ("Han Sora", "Kim Dahye"))
        anna.signs_in()
        opens(anna, sora.address, dahye.address)
        for page in ("people", "rules"):
            anna.enter(page)
            assert anna.reads("Giver") and anna.reads("Taker")
        anna.enter("people")
        assert anna.reads("Households near the incinerator")

        for person in (sora, dahye):
            person.comes_in()
        gives(sora, "stream", "What is left over", "Steam of the incinerator")
        goes_on(sora, "Partners")
        assert sora.reads("'Steam per hour' can start when 'Memorandum of understanding' is signed")
        for person in (sora, dahye):
            signs_memorandum(person)
        assert dahye.reads("Signed by all. It holds.")
        gives(sora, "hourly", "Mass per hour", "13")
        gives(dahye, "hourly", "Mass per hour", "15")
        sora.enter()
        assert sora.reads("There are two values for 'Mass per hour': 13 t/h")
        sora.press("^Settle")
        sora.tick("13 t/h")
        sora.type("Why this one", "Measured at the meter for a year.")
        sora.press("^Propose this value")
        dahye.open("/your-turn")
        dahye.press("^Answer: (?!How)")
        assert dahye.reads("Measured at the meter for a year.")
        dahye.press("^Agree for")
        goes_on(sora, "Terms")

        gives_steps(sora, ("2027-01-01", "15"), ("2029-01-01", "34"), ("2031-01-01", "60"))
        sora.enter("contract")
        assert sora.reads("Households near the incinerator")
        annex = sora.page.inner_text("#annex-1 table").split()
        assert [annex.count(mass) for mass in ("15", "34", "60")] == [1, 1, 1] and "t/h" in annex

    def test_a_second_taker_comes_in_when_everybody_agrees(self, live, new_page):
        host = new_host(live, "Eco-industrial Park Center", "Anna Bae", "steam.yaml")
        giver, taker, late = (new_address(name, "ulsan") for name in ("Han Sora", "Kim Dahye", "Cho Eunji"))
        anna = Side.opens(live, host, "steam", "Steam", Seating("giver", "Ulsan City", "public_body", "KR", "Han Sora",
                          giver), Seating("taker", "Hyosung", "company", "KR", "Kim Dahye", taker), own_seat=None)
        sora, dahye, eunji = (Walker(live, new_page(**PHONE), address) for address in (giver, taker, late))
        for person in (sora, dahye):
            person.comes_in()
        sora.enter("add-party")
        sora.type("^Organisation", "SK Chemicals")
        sora.type("^Champion's name", "Cho Eunji")
        sora.type("^Champion's e-mail", late)
        sora.type("^Why", "There is steam for one more.")
        sora.press("^Ask all to agree")
        assert not eunji.mails()
        dahye.open("/your-turn")
        dahye.press("^Answer: (?!How)")
        dahye.press("^Agree for")
        eunji.comes_in()
        eunji.enter("people")
        assert eunji.reads("SK Chemicals") and eunji.reads("Taker")
        assert {party.name for party in anna.facts().present} == {"Ulsan City", "Hyosung", "SK Chemicals"}


def opens(person: Walker, giver: str, taker: str) -> None:
    person.open("/desk/openings/new")
    person.press("^Choose this")
    person.page.locator("[name=own_seat]").select_option(label="None, we only help (neutral person)")
    for seat, organisation, name, address in (("giver", "Ulsan City", "Han Sora", giver),
                                              ("taker", "Hyosung", "Kim Dahye", taker)):
        for field, text in (("organisation", organisation), ("name", name), ("email", address)):
            person.page.locator(f"[name='seat_{seat}-{field}']").fill(text)
    person.type("Affected groups", "Households near the incinerator")
    person.press("^Save and go on")
    person.type("^Title", "Steam for the chemical plant")
    person.type("^Purpose", "Use the heat of the incinerator in the plant.")
    person.type("^Signing date", (clock.now() + timedelta(days=200)).date().isoformat())
    person.press("^Save and go on")
    assert person.reads("Households near the incinerator")
    person.press("^Open and invite")
    person.room = person.page.url.split("?")[0]


def gives(person: Walker, task: str, label: str, text: str) -> None:
    person.enter(f"tasks/{task}")
    person.type(f"^{label}", text)
    person.press("^Submit")
    assert person.reads("Submitted")


def signs_memorandum(person: Walker) -> None:
    person.enter("agreements/memorandum")
    assert person.reads("go on with permits and pipe in good faith")
    person.press("^Go on to sign")
    person.signs()


def goes_on(person: Walker, stage: str) -> None:
    person.enter()
    person.press(f"^Go on to {stage}")


def gives_steps(person: Walker, *rows: tuple[str, str]) -> None:
    person.enter("tasks/steps")
    for number, (day, mass) in enumerate(rows):
        if number:
            person.page.get_by_role("button", name="Add a row").click()
        person.page.locator(f"[name='f-quantity-{number}-from']").fill(day)
        person.page.locator(f"[name='f-quantity-{number}-value']").fill(mass)
    person.press("^Submit")
    assert person.reads("Submitted")
