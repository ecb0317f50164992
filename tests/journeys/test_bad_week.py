"""The fifth journey: what goes wrong in a bad week, and that everybody can say from one page what happened.

It has an installation of its own, because its clock runs ahead.
"""

from decimal import Decimal

import pytest

from cocreate import clock as clocks
from cocreate import jobs
from cocreate.db import transaction
from cocreate.domain.answers import Answer
from cocreate.services import outbox, returned
from cocreate.services.openings import Seating
from tests.journeys.sides import Side, new_address, new_host
from tests.support.apps import serve
from tests.support.walking import DESK, PHONE, Walker

pytestmark = pytest.mark.browser
WMATA = 2
COST = {"energy": Answer(Decimal(420_000), currency="USD", price_year=2025),
        "staff": Answer(not_available="It is not kept per garage."), "bill": Answer(not_available="It is on paper.")}


class TestABadWeek:
    def test_everybody_can_say_what_happened_and_what_to_do(self, live, clock, people):
        anna, renee, tom, grace, petra, host = people
        wrong = new_address("Renee Kin", "wmata")
        side = Side.opens(live, host, "garage_lighting", "Garage lighting", Seating(
            "customer", "WMATA", "public_body", "US", "Renee Kim", wrong), own_seat="provider")

        comes_back(live)
        anna.room = f"{live.url}/p/{side.ref}"
        anna.signs_in()
        anna.enter()
        assert anna.reads(f"Mail to {wrong} came back")
        anna.press("^Correct address")
        anna.type("right address", renee.address)
        anna.press("^Invite there")
        renee.comes_in()

        her = Side.of(live, side.ref, renee.address)
        for colleague, name, part in ((tom, "Tom Baker", "contributor"), (grace, "Grace Lee", "signatory")):
            her.invites(WMATA, name, colleague.address, part)
            colleague.comes_in()
        hands_over(renee, "Tom Baker")
        tom.enter("people")
        assert tom.reads("Tom Baker")
        tom.enter("charter")
        tom.press("^Agree to all")
        tom.enter("record")
        assert tom.reads("Tom Baker in place of Renee Kim")

        clock.go(days=1)  # nobody has started the scheduler since
        petra.signs_in()
        petra.open("/admin/health")
        assert petra.reads("Start the scheduler.")
        jobs.tick(live.app)
        petra.open("/admin/health")
        assert not petra.reads("Start the scheduler.")

        text_is_ready(live, side, Side.of(live, side.ref, tom.address), Side.of(live, side.ref, grace.address))
        grace.signs_in()
        grace.open(grace.mail("Please sign").link("/p/"))
        code = grace.states("general manager")
        side.goes_on("too_early", reason="The fee of the third year is missing.", wording=True)
        grace.confirms(code)
        assert grace.reads("Nothing was signed")
        grace.enter()
        assert grace.reads("The fee of the third year is missing.")

        grace.enter("decline")
        grace.type("^Why", "Our board has stopped all new contracts.")
        grace.type("Type the project", "Garage lighting")
        grace.press("^Decline for WMATA")
        for person in (anna, tom, grace):
            if person is not grace:
                person.signs_in()
            person.enter()
            assert person.reads("Our board has stopped all new contracts.") and person.reads("stays readable")


def comes_back(live) -> None:
    """What the sender notes when the mail server knows no such person: of the one mail there is, the invitation."""
    with live.app.app_context(), transaction() as session:
        (mail,) = outbox.claim(session, clocks.now(), 100)
        outbox.mark_failed(session, mail, clocks.now(), "550 no such person", permanent=True)
        returned.refused(session, mail, "550 no such person", clocks.now())


def hands_over(person: Walker, colleague: str) -> None:
    person.enter("people")
    person.press("^Hand over my part")
    person.choose("To whom", colleague)
    person.tick("^Champion")
    person.type("Until", "2027-03-12")
    person.press("^Hand over")


def text_is_ready(live, provider: Side, customer: Side, signatory: Side) -> None:
    customer.submits("cost", WMATA, COST)
    provider.accepts("cost", WMATA)
    for side in (provider, signatory):
        side.agrees("common")
    provider.goes_on("to_terms")
    provider.makes_contract_ready()
    for side in (provider, signatory):
        side.agrees("our_contract")
    provider.goes_on("to_signature")


@pytest.fixture(scope="module")
def live(databases, tmp_path_factory):
    with serve(databases.migrated("sqlite"), tmp_path_factory.mktemp("bad_week")) as live:
        yield live


@pytest.fixture
def people(live, clock, new_page):
    host = new_host(live, "Philips Lighting", "Anna Berg", "garage_lighting.yaml")
    return (Walker(live, new_page(**DESK), host.manager_mail),
            *(Walker(live, new_page(**PHONE), new_address(name, "wmata"))
              for name in ("Renee Kim", "Tom Baker", "Grace Lee")),
            Walker(live, new_page(**DESK), host.administrator_mail), host)
