"""Opening in four steps, from a choice or a customer's suggestion."""

import html
import json
import re
from typing import get_args

import pytest
from sqlalchemy import func, select, update

from cocreate.forms.openings import KINDS
from cocreate.models.hosts import Host
from cocreate.models.mails import AccountMail
from cocreate.models.people import Person, SignIn
from cocreate.models.projects import Party, Project
from cocreate.services import hosts
from tests.support import projects
from tests.support.clock import NOON
from tests.support.openings import SEATS, SHOP, begin, host_ref, newest, publish
from tests.support.people import PASSWORD, entered, someone
from tests.support.rooms import text
from workflows import library
from workflows.definition import Kind
from workflows.exchange.yaml_text import read


class TestChoosing:
    def test_shows_a_tile_for_each_template_with_picture_and_end(self, manager):
        page = text(manager.get("/desk/openings/new"))
        assert "What one of us has left over becomes the other's input." in page
        assert "Published example: Ulsan, steam for a chemical plant" in page
        assert "strategy-industrial_symbiosis.svg" in manager.get("/desk/openings/new").text

    def test_four_inputs_are_enough(self, manager, session, small):
        seats = begin(manager)
        goal = manager.post(seats, data=SEATS)
        assert goal.location.endswith("/goal")
        check = manager.post(goal.location, data={"title": "Steam for the plant"})
        assert check.location.endswith("/check")
        page = text(manager.get(check.location))
        assert "To Kim Dahye <kim@hyosung.example>" in page and "Anna Berg invites you: Steam for the plant" in page
        assert opened(session, small) == 1  # the mail was only looked at
        room = manager.post(check.location, data={"greeting": "As discussed."})
        assert room.status_code == 303 and "Opened. Kim Dahye is invited." in text(manager.get(room.location))
        assert manager.post(check.location, data={}).location == room.location  # sent twice: the same project
        assert manager.get(check.location).location == room.location  # the Back button
        assert opened(session, small) == 2

    def test_whoever_is_invited_by_address_alone_is_called_by_words_and_not_by_a_piece_of_it(self, manager):
        seats = begin(manager)
        nameless = SEATS | {"seat_taker-name": "", "seat_taker-email": "dahye.kim@hyosung.example"}
        goal = manager.post(seats, data=nameless)
        check = manager.post(goal.location, data={"title": "Steam for the plant"})
        assert "To Dahye Kim <dahye.kim@hyosung.example>" in text(manager.get(check.location))

    def test_an_example_stands_only_where_it_is_of_the_same_strategy(self, manager, small):
        steam = begin(manager)
        goal = manager.post(steam, data=SEATS).location
        assert "23 months" in manager.get(goal).text
        crates = begin(manager, template="returned_crates")
        goal = manager.post(crates, data={"own_seat": "maker"} | SHOP).location
        assert "23 months" not in manager.get(goal).text and "in the invitation leads to it" in manager.get(goal).text

    def test_the_currency_is_the_hosts_until_another_is_chosen(self, manager, session, small):
        session.execute(update(Host).where(Host.id == small.host_id).values(country="SE"))
        session.commit()
        seats = begin(manager)
        goal = manager.post(seats, data=SEATS).location
        assert '<option selected value="SEK">SEK, Swedish Krona' in manager.get(goal).text
        check = manager.post(goal, data={"title": "Steam for the plant", "currency": "KRW"}).location
        assert "Currency: KRW, South Korean Won" in text(manager.get(check))
        room = manager.post(check, data={}).location
        for page in ("charter", "rules"):
            assert "Amounts begin with the currency South Korean Won (KRW)" in text(manager.get(f"{room}/{page}"))

    def test_can_be_opened_now_and_invited_later(self, manager, session, small):
        seats = begin(manager)
        manager.post(seats, data=SEATS)
        manager.post(seats.replace("seats", "goal"), data={"title": "Steam"})
        room = manager.post(seats.replace("seats", "check"), data={"then": "later"})
        assert "Opened. Nobody is invited yet: that begins on the page People." in text(manager.get(room.location))
        assert opened(session, small) == 2

    def test_after_a_sign_in_by_link_opening_asks_for_the_password_and_saving_does_not(self, manager, session, small):
        seats = begin(manager)
        manager.post(seats, data=SEATS)
        manager.post(seats.replace("seats", "goal"), data={"title": "Steam"})
        session.execute(update(SignIn).where(SignIn.person_id == small.manager).values(method="link", proved_at=None))
        session.commit()
        check = seats.replace("seats", "check")
        assert manager.post(check, data={"greeting": "As discussed.", "then": "look"}).location.endswith("#invitation")
        assert manager.post(check, data={}).location == "/prove"
        assert opened(session, small) == 1
        assert manager.post("/prove", data={"password": PASSWORD}).location == check
        assert "Opened." in text(manager.post(check, data={}, follow_redirects=True))

    def test_is_saved_with_each_step_and_resumed_from_the_board(self, manager):
        seats = begin(manager)
        answer = manager.post(seats, data={**SEATS, "seat_taker-organisation": "Hyo", "then": "board"})
        assert answer.location == "/desk"
        board = manager.get("/desk")
        assert "Saved. You can go on later from your board." in text(board)
        assert "No title yet, with Hyo Industrial symbiosis · Saved on" in text(board) and seats in board.text
        assert 'value="Hyo"' in manager.get(seats).text

    def test_does_not_stand_before_what_one_looks_for_on_the_board(self, manager):
        manager.post(begin(manager), data={**SEATS, "then": "board"})
        assert "Not opened yet" in text(manager.get("/desk"))
        assert "Not opened yet" not in text(manager.get("/desk?q=crates"))
        assert "Not opened yet" not in text(manager.get("/desk?show=customers"))

    def test_what_is_wrong_comes_back_saved(self, manager):
        seats = begin(manager)
        answer = manager.post(seats, data={**SEATS, "seat_taker-email": "nonsense"})
        assert answer.status_code == 422 and "This is not one complete address" in html.unescape(answer.text)
        assert 'value="nonsense"' in manager.get(seats).text

    def test_nothing_opens_before_everything_needed_is_there(self, manager, session, small):
        seats = begin(manager)
        answer = manager.post(seats.replace("seats", "check"), data={})
        assert answer.status_code == 422 and "Before it can be opened:" in html.unescape(answer.text)
        assert opened(session, small) == 1

    def test_the_last_step_says_what_has_no_words_yet(self, manager):
        goal = begin(manager).replace("/seats", "/goal")
        manager.post(goal, data={"title": "", "purpose": "", "then": "board"})
        assert "No title yet No purpose yet" in text(manager.get(goal.replace("/goal", "/check")))

    def test_a_colleague_who_was_faster_is_told(self, manager):
        seats = begin(manager)
        manager.post(seats, data=SEATS)
        assert manager.post(seats, data={**SEATS, "affected": "Farmers", "version": "1"}).status_code == 409

    def test_an_early_date_says_which_is_not(self, manager):
        seats = begin(manager)
        manager.post(seats, data=SEATS)
        manager.post(seats.replace("seats", "goal"), data={"title": "Steam", "target": "2027-03-08"})
        assert "Mon 8 Mar leaves 5 working days for" in text(manager.get(seats.replace("seats", "check")))

    def test_of_a_date_that_is_refused_no_working_days_are_counted(self, manager):
        seats = begin(manager)
        manager.post(seats, data=SEATS)
        for target in ("2027-02-01", "2027-03-01"):  # before today, and today
            goal = manager.post(seats.replace("seats", "goal"), data={"title": "Steam", "target": target})
            for page in (text(goal, 422), text(manager.get(seats.replace("seats", "goal"))),
                         text(manager.get(seats.replace("seats", "check")))):
                assert "leaves" not in page
            assert "Choose a day after today." in text(goal, 422)

    def test_can_be_dropped_once_that_was_asked(self, manager):
        seats = begin(manager)
        manager.post(seats, data=SEATS)
        drop = seats.replace("/seats", "/drop")
        assert f'href="{drop}"' in manager.get("/desk").text
        asked = text(manager.get(drop))
        assert "What was typed so far is lost" in asked and "Hyosung" in asked
        assert manager.get(seats).status_code == 200
        assert manager.post(drop).location == "/desk"
        assert manager.get(seats).status_code == 404

    def test_a_template_or_host_of_somebody_else_does_not_exist(self, manager):
        assert manager.post("/desk/openings/new", data={"template": "nothing"}).location == "/desk/openings/new"
        assert manager.get("/desk/openings/new?host=nothing").status_code == 404

    def test_without_a_template_it_says_who_can_help(self, app, session, clock):
        anna = someone(session, "Anna Berg")
        host = hosts.create_host(session, name=f"New Host {projects.key()}", now=NOON)
        hosts.employ(session, host.id, anna.id, hosts.ACCOUNT_MANAGER, now=NOON)
        session.commit()
        assert "No template is published yet." in text(entered(app, anna.email).get("/desk/openings/new"))

    def test_is_nobody_elses(self, manager, app, session, small):
        seats = begin(manager)
        other = projects.open_small(session)
        session.commit()
        assert entered(app, other.emails[other.manager]).get(seats).status_code == 404


class TestSeats:
    def test_ones_own_asks_for_nothing(self, manager, small):
        seats = begin(manager, template="returned_crates")
        page = manager.get(seats).text
        assert page.count("data-own hidden") == 1 and page.count("data-other hidden") == 1
        assert manager.post(seats, data={"own_seat": "maker"} | SHOP).location.endswith("/goal")
        manager.post(seats.replace("seats", "goal"), data={"title": "Crates"})
        room = text(manager.get(manager.post(seats.replace("seats", "check")).location))
        assert "Now it is your turn. Fill in: Credit per crate, due" in room

    def test_everything_wrong_is_said_at_once_and_everything_kept(self, manager, small, session):
        answer = manager.post(begin(manager, template="returned_crates"), data={
            "own_seat": "", "seat_maker-organisation": "Tornby", "seat_maker-email": "not one",
            "seat_shop-name": "Kept name"})
        page = html.unescape(answer.text)
        assert answer.status_code == 422 and "Kept name" in page and "not one" in page
        for said in ("This is not one complete address", "'Shop' needs an organisation.",
                     "Without an address nobody can be invited."):
            assert said in page

    @pytest.mark.parametrize(("change", "said"), [
        ({"seat_shop-organisation": "TORNBY Furniture"},
         "TORNBY Furniture already sits as Maker. One organisation cannot decide on both sides."),
        ({"seat_maker-organisation": "Aurelis-Hotels"}, "You know it as 'Aurelis Hotels'."),
        ({"seat_maker-name": "Claire", "seat_maker-email": "claire@aurelis.example"},
         "This person already leads for another organisation."),
        ({"seat_shop-name": "", "seat_shop-email": ""}, "Name one champion with an address"),
        ({"seat_maker-organisation": "{host}"}, "This is you. Choose your seat above."),
        ({"seat_shop-email": "{own}"}, "This is your own address. Name somebody who leads for them."),
    ])
    def test_what_cannot_be_says_why(self, manager, small, session, change, said):
        host = session.get_one(Host, small.host_id).name
        two = {"own_seat": "", "seat_maker-organisation": "Tornby Furniture"} | SHOP
        answer = manager.post(begin(manager, template="returned_crates"), data=two | {
            name: text.format(host=host, own=small.emails[small.manager].title()) for name, text in change.items()})
        assert answer.status_code == 422 and said in html.unescape(answer.text)

    def test_what_cannot_be_is_said_on_the_last_step_too_and_leads_back(self, manager, small):
        seats = begin(manager)
        manager.post(seats, data=SEATS | {"seat_taker-email": small.emails[small.manager]})
        manager.post(seats.replace("seats", "goal"), data={"title": "Steam for the plant"})
        page = manager.get(seats.replace("seats", "check"))
        assert "Champion's e-mail : This is your own address." in text(page) and f'href="{seats}#' in page.text

    def test_a_new_organisation_is_preset_as_what_mostly_sits_there(self, manager):
        seats = begin(manager)
        assert preset(manager.get(seats).text) == {
            "giver": "company", "taker": "company", "carrier": "company", "treatment": "recycler",
            "authority": "public_body"}
        manager.post(seats, data=SEATS | {"seat_authority-kind": "ngo", "then": "board"})
        assert preset(manager.get(seats).text)["authority"] == "ngo"  # what was chosen stays

    def test_all_kinds_that_a_template_can_name_are_offered(self):
        assert get_args(Kind) == tuple(key for key, _label in KINDS)

    def test_so_is_a_further_one_in_the_same_seat(self, manager, session, small):
        publish(session, small, library.load("value_network"))
        seats = begin(manager, template="value_network")
        assert preset(manager.get(seats).text)["community"] == "community"
        manager.post(seats, data={"add": "community"})
        assert re.search(r'name="seat2_community-kind".*?<option selected value="([a-z_]+)"',
                         manager.get(seats).text, re.S)[1] == "community"

    def test_known_partners_are_offered_and_keep_their_kind_and_country(self, manager, small):
        seats = begin(manager, template="returned_crates")
        assert '<option value="Aurelis Hotels">' in manager.get(seats).text
        manager.post(seats, data={"own_seat": "maker", **SHOP, "seat_shop-kind": "ngo", "seat_shop-country": "FR"})
        page = text(manager.get(seats.replace("seats", "check")))
        assert "Aurelis Hotels (Company, Spain)" in page and "Association" not in page

    def test_a_seat_for_several_gets_further_cards(self, manager, small, session):
        publish(session, small, read(projects.SMALL.replace("key: returned_crates", "key: several").replace(
            "shop: {name: Shop, ", "shop: {name: Shop, many: {min: 1, max: 3}, ")))
        seats = begin(manager, template="several")
        further = manager.post(seats, data={"own_seat": "maker", "add": "shop"} | SHOP)
        assert further.location.endswith("#card-seat2_shop") and "Shop 2" in text(manager.get(seats))
        assert manager.post(seats, data={"add": "shop"}).location.endswith("#card-seat3_shop")
        assert 'name="add"' not in manager.get(seats).text  # the seat is full
        goal = manager.post(seats, data={"seat2_shop-organisation": "Bergen Bakers", "seat2_shop-email": "b@b.example"})
        manager.post(goal.location, data={"title": "Crates"})
        room = manager.post(seats.replace("seats", "check")).location
        session.rollback()
        project = session.scalars(select(Project).where(Project.ref == room.rpartition("/")[2])).one()
        parties = session.scalars(select(Party).where(Party.project_id == project.id).order_by(Party.number)).all()
        assert [(one.seat, one.name) for one in parties][1:] == [("shop", "Aurelis Hotels"), ("shop", "Bergen Bakers")]
        plan = manager.get(room)
        assert "Shop together: Aurelis Hotels and Bergen Bakers task accepted" in text(plan)
        assert re.search(r'id="score-task-returns-shop" class="mk sp0', plan.text)

    def test_the_host_may_be_one_of_several_in_a_seat(self, manager, small, session):
        publish(session, small, read(projects.SMALL.replace("key: returned_crates", "key: several").replace(
            "shop: {name: Shop, ", "shop: {name: Shop, many: {min: 2, max: 3}, ")))
        seats = begin(manager, template="several")
        two = {"own_seat": "shop", "seat_maker-organisation": "Tornby Furniture", "seat_maker-email": "a@b.example"}
        assert "'Shop' needs an organisation." in html.unescape(manager.post(seats, data=two).text)
        manager.post(seats, data=two | {"seat2_shop-organisation": "Bergen Bakers"})
        manager.post(seats.replace("seats", "goal"), data={"title": "Crates"})
        room = manager.post(seats.replace("seats", "check")).location
        assert "Credit per crate" in text(manager.get(f"{room}/tasks"))

    def test_a_tender_has_a_warning_before_it_is_opened(self, manager):
        seats = begin(manager)
        assert "data-tender hidden" in manager.get(seats).text
        manager.post(seats, data=SEATS | {"public_buyer": "during"})
        for step in ("seats", "check"):
            page = manager.get(seats.replace("seats", step)).text
            assert "data-tender hidden" not in page
            assert "may break equal treatment. Ask your purchasing office first." in page

    def test_the_champion_is_written_to_in_their_language(self, manager, small, session):
        body = json.loads(read(projects.SMALL).canonical()) | {"key": "german", "language": "de"}
        publish(session, small, read(json.dumps(body)))
        seats = begin(manager, template="german")
        assert '<option selected value="de">Deutsch</option>' in manager.get(seats).text
        manager.post(seats, data={"own_seat": "maker", "seat_shop-organisation": "Backhaus", "seat_shop-language": "de",
                                 "seat_shop-email": f"k{small.shop}@backhaus.example"})
        manager.post(seats.replace("seats", "goal"), data={"title": "Kisten"})
        manager.post(seats.replace("seats", "check"))
        session.rollback()
        assert session.scalars(select(Person.language).where(
            Person.email == f"k{small.shop}@backhaus.example")).one() == "de"


class TestSuggesting:
    WORDS = {"title": "Take back our chairs", "words": "We have 300 chairs that stand in the cellar."}

    def test_arrives_on_the_desk_in_the_customers_own_words(self, manager, shop, session, small):
        page = text(shop.get("/suggest"))
        assert "will answer by Mon 8 Mar" in page
        answer = shop.post("/suggest", data=self.WORDS | {"host": host_ref(shop)})
        assert answer.status_code == 303
        board = manager.get("/desk")
        assert ("Take back our chairs Suggested by Claire Duval (Aurelis Hotels) on Mon 1 Mar, answer promised by "
                "Mon 8 Mar We have 300 chairs that stand in the cellar.") in text(board)
        new = re.search(r'/desk/openings/new\?opening=[0-9a-z]{26}', board.text)[0]
        chosen = manager.post("/desk/openings/new", data={"template": "industrial_symbiosis",
                                                         "opening": new.rpartition("=")[2]})
        seats = manager.get(chosen.location).text  # whoever suggests it is in it
        assert 'value="Aurelis Hotels"' in seats and f'value="{small.emails[small.shop]}"' in seats
        goal = manager.get(chosen.location.replace("seats", "goal")).text
        assert "We have 300 chairs that stand in the cellar." in goal and "Take back our chairs" in goal

    def test_twice_is_one(self, manager, shop, session):
        data = self.WORDS | {"host": host_ref(shop), "key": "k" * 24}
        for _ in range(2):
            assert shop.post("/suggest", data=data).status_code == 303
        assert text(manager.get("/desk")).count("Take back our chairs") == 3  # once, with its two buttons

    def test_is_answered_by_mail(self, manager, shop, session, small):
        shop.post("/suggest", data=self.WORDS | {"host": host_ref(shop)})
        ref = newest(session).ref
        assert manager.post(f"/desk/openings/{ref}/answer", data={"words": "No."}).status_code == 422
        answer = manager.post(f"/desk/openings/{ref}/answer", data={"words": "Gladly, but after the summer."})
        assert answer.location == "/desk" and "Take back our chairs" not in text(manager.get("/desk"))
        session.rollback()
        kinds = session.scalars(select(AccountMail.kind).where(AccountMail.person_id == small.shop)).all()
        assert "suggestion_answered" in kinds

    def test_only_to_hosts_one_works_with(self, shop):
        assert shop.post("/suggest", data=self.WORDS | {"host": "nothing"}).status_code == 422


def opened(session, small):
    session.rollback()
    return session.scalar(select(func.count()).select_from(Project).where(Project.host_id == small.host_id))


@pytest.fixture
def small(app, clock, session):
    found = projects.open_small(session)
    publish(session, found, library.load("industrial_symbiosis"))
    return found


def preset(page):
    """Seat -> the kind that is chosen for it."""
    return dict(re.findall(r'name="seat_([a-z]+)-kind".*?<option selected value="([a-z_]+)"', page, re.S))
