"""What stands beside a figure: its source, a limit it misses with the ways out, a second value."""

import html
import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from cocreate.db import db, transaction
from cocreate.domain import settling
from cocreate.models.mails import Outbox
from cocreate.models.talk import Unsaid
from cocreate.services import composing, letters, outbox, proposals
from tests.support import projects, stories
from tests.support.clock import NOON
from tests.support.mailed import body, written
from tests.support.rooms import hidden, links, text, with_later_tasks
from workflows.conditions import Comparison
from workflows.figures import figure_reasons


class TestSources:
    def test_a_source_that_is_an_address_is_a_link_and_nothing_else(self, project):
        room = project()
        page = room.shop.get("/tasks/returns").text
        room.shop.post("/tasks/returns", data=hidden(page) | {
            "f-crates": "1", "f-crates-grade": "assumed",
            "f-crates-source": 'https://ramp.example/list <b>"x"</b> javascript:alert(1)'})
        page = room.maker.get("/tasks/returns?party=2").text
        assert '<a href="https://ramp.example/list" rel="nofollow noopener noreferrer">' in page
        assert "&lt;b&gt;" in page and 'href="javascript' not in page


class TestLimits:
    def test_one_that_is_missed_is_said_with_its_ways_out_on_now_on_the_task_and_at_the_gate(self, project):
        room = project(_limited)
        out = "can propose to go on all the same; all contracting parties must agree."
        for path in ("", "/tasks/returns", "/gates/picture"):
            page = room.shop.get(path).text
            assert "Crates that come back" in page and "going on needs at least 20,000 pieces" in page and out in page
            assert "/waive?path=figures.returns.crates" in page
            assert out in room.manager.get(path).text and "/waive?path" not in room.manager.get(path).text
        page = text(room.shop.get("/waive?path=figures.returns.crates"))
        assert "misses its limit" in page
        assert "Going on to 'Terms' looks at it." in page  # what depends on it, and who must agree, before one proposes
        assert "Tornby Furniture and Aurelis Hotels must agree." in page

    def test_one_that_is_all_that_is_missing_is_the_one_act_of_now_and_of_the_gate(self, project):
        def decided(session):
            small = _limited(session)
            for party in (1, 2):
                projects.agree(session, small, party, gate="picture")
            return small

        room = project(decided)
        for client in (room.maker, room.shop):
            page = client.get("").text
            assert "Choose how to go on: &#39;Crates that come back&#39; misses its limit" in page
            assert "Nothing is asked of you" not in page
            for path in ("", "/gates/picture"):
                main = client.get(path).text.partition("<main")[2].partition("</main>")[0]
                primary = re.findall(r'class="btn btn-primary[^"]*"[^>]*>([^<]*)<', main)
                assert set(primary) == {"Propose to go on all the same"}
            turns = client.client.get("/your-turn").text
            assert "Choose how to go on" in turns
        page = room.manager.get("").text
        assert "Nothing is asked of you." in page
        assert "Ingrid Solvik or Claire Duval can propose to go on all the same" in page
        room.shop.post("/waive?path=figures.returns.crates", data={"reason": "The ramp is full already."})
        assert "Choose how to go on" not in room.shop.get("").text + room.maker.get("").text
        assert "Answer:" in room.maker.get("").text

    def test_several_are_one_proposal_that_names_each_and_one_yes(self, project):
        room = project(lambda session: _limited(session, {"path": "figures.credit.amount", "at_least": 5}))
        for path in ("", "/gates/picture"):
            page = text(room.shop.get(path))
            assert "'Crates that come back' is 12,500" in page and "'Credit' is 0.80 EUR" in page
            assert page.count("can propose to go on all the same") == 1
        assert "Choose how to go on: 2 limits are missed" in text(room.shop.get(""))
        asked = "/waive?path=figures.returns.crates"
        page = text(room.shop.get(asked))
        assert "Which limits shall going on not wait for?" in page
        assert "going on needs at least 20,000 pieces" in page and "going on needs at least 5" in page
        both = ["figures.returns.crates", "figures.credit.amount"]
        assert [f'value="{path}"' in room.shop.get(asked).text for path in both] == [True, True]
        assert room.shop.get(asked).text.count(" checked") == 2
        reason = {"reason": "The ramp is full already."}
        assert room.shop.post(asked, data=reason).status_code == 422  # none of them
        assert room.shop.post(asked, data={**reason, "paths": [*both, "figures.offer.note"]}).status_code == 422
        room.shop.post(asked, data={**reason, "paths": both})
        (proposal,) = (one for one in projects.facts(db.session, room.small).proposals if one.kind == "waive")
        page = text(room.maker.get(f"/proposals/{proposal.number}"))
        assert "Go on although 'Crates that come back' and 'Credit' miss their limits" in page
        room.maker.post(f"/proposals/{proposal.number}", data={"answer": "agree"})
        db.session.rollback()
        assert all(map(projects.facts(db.session, room.small).waived, both))


class TestTwoValues:
    def test_both_stand_on_the_page_with_their_sources_until_they_are_settled(self, project):
        room = project(with_later_tasks)
        for client, weight, source in ((room.maker, "14.2", "Parts list"), (room.shop, "16.5", "Weighed")):
            page = client.get("/tasks/weight").text
            assert "Two values" not in page
            client.post("/tasks/weight", data=hidden(page) | {"f-each": weight, "f-each-source": source})
        for client in (room.maker, room.shop):
            page = client.get("/tasks/weight").text
            assert "Two values: Weight of one" in page and "Parts list" in page and "Weighed" in page
            assert f"/p/{room.ref}/settle?path=figures.weight.each" in page
        assert "Settle which one counts" not in room.manager.get("/tasks/weight?party=1").text
    def test_settling_what_fewer_see_tells_nobody_else_its_value(self, project):
        room = project(_between_two)
        for client, weight in ((room.maker, "14.27"), (room.shop, "16.58")):
            page = client.get("/tasks/weight").text
            client.post("/tasks/weight", data=hidden(page) | {"f-each": weight})
        path = "/settle?path=figures.weight.each"
        answer = room.shop.post(path, data=hidden(room.shop.get(path).text) | {
            "which": "0", "reason": "The parts list is right."})
        assert answer.status_code == 303, text(answer, answer.status_code)
        number = answer.location.rpartition("/")[2]
        assert "14.27" in room.maker.get(f"/proposals/{number}").text
        assert room.manager.get(f"/proposals/{number}").status_code == 404
        agree(room.maker, number)
        for page in ("", "/record", "/record.json", "/tasks", f"/proposals/{number}", "/contract"):
            assert "14.27" not in room.manager.get(page).text, page

    def test_the_same_number_of_another_period_is_another_value(self, project):
        room = project(_per_year)
        for client, period in ((room.maker, "a"), (room.shop, "total")):
            page = client.get("/tasks/weight").text
            client.post("/tasks/weight", data=hidden(page) | {"f-each": "13", "f-each-period": period})
        for client in (room.maker, room.shop):
            assert "Two values: Weight of one" in client.get("/tasks/weight").text
        page = text(room.shop.get("/settle?path=figures.weight.each"))
        assert "13 kg per year (Tornby Furniture)" in page and "13 kg in total (Aurelis Hotels)" in page


class TestAnotherValue:
    """A party may say that what another gave is something else: nobody's word is the only one."""

    OFFER = "/another-value?path=figures.offer.price"

    def test_stands_beside_the_given_one_with_its_source_and_asks_the_others(self, project):
        room = project(_priced)
        page = room.shop.get("/tasks/offer?party=1")
        assert f"/p/{room.ref}{self.OFFER}" in page.text and "Two values" not in page.text
        assert self.OFFER not in room.maker.get("/tasks/offer").text  # its own is changed by taking it back
        answer = self.said(room)
        assert answer.status_code == 303
        for client in (room.maker, room.shop):
            page = text(client.get("/tasks/offer?party=1"))
            assert "Two values: Price" in page and "invoice of May" in page
        assert "Answer:" in room.maker.get("").text

    def test_is_kept_while_it_is_typed_until_it_is_said(self, project):
        room = project(_priced)
        page = room.shop.get(self.OFFER).text
        [address] = re.findall(r'data-autosave="([^"]*/asked/draft[^"]*)"', page)
        typed = hidden(page) | {"f-price": "0.9", "f-price-year": "2026", "f-why": "Their invoice says so."}
        assert "only you see it" in room.shop.client.post(html.unescape(address), data=typed).json["status"]
        again = room.shop.get(self.OFFER).text
        assert 'value="0.9"' in again and "Their invoice says so." in again
        refused = hidden(again) | {"f-price": "0.85", "f-why": "So says the invoice of May."}
        assert room.shop.post(self.OFFER, data=refused).status_code == 422  # without its source
        again = room.shop.get(self.OFFER).text
        assert 'value="0.85"' in again and "So says the invoice of May." in again and "Their invoice" not in again
        assert self.said(room).status_code == 303
        with room.app.app_context():
            assert not db.session.scalars(select(Unsaid).where(Unsaid.host_id == room.small.host_id)).all()

    def test_agreed_by_all_it_is_the_one_that_counts(self, project):
        room = project(_priced)
        number = int(self.said(room).location.rpartition("/")[2])
        agree(room.maker, number)
        figure, = room.facts().values("figures.offer.price")
        assert (str(figure.value), figure.price_year) == ("0.95", 2026)
        assert "Two values" not in room.maker.get("/tasks/offer").text

    def test_the_contract_and_the_task_say_what_was_settled_and_where_it_comes_from(self, project):
        room = project(_priced)
        agree(room.maker, int(self.said(room).location.rpartition("/")[2]))
        assert "0.80 euros" in text(room.shop.get("/tasks/offer?party=1"))  # what was given stays readable
        assert "Settled by all: 0.95 EUR, prices of 2026" in text(room.shop.get("/tasks/offer?party=1"))
        facts = room.facts()
        with room.app.app_context():
            row, = (one for one in composing.compose(db.session(), facts).figures if one.label == "Price")
        assert (row.value, row.price_year, row.source, row.giver) == (
            "0.95 EUR", "2026", "invoice of May", "Aurelis Hotels")

    def test_the_record_says_of_which_figure(self, project):
        room = project(_priced)
        agree(room.maker, int(self.said(room).location.rpartition("/")[2]))
        record = text(room.manager.get("/record"))
        assert "Claire Duval proposed another value of 'Price'." in record
        assert "another value of 'Price'. All have agreed." in record

    def test_who_decides_on_it_reads_that_there_are_two_and_then_which_one_counts(self, project):
        room = project(_priced)
        number = int(self.said(room).location.rpartition("/")[2])
        assert "Two values: Price" in text(room.maker.get("/gates/picture"))
        agree(room.maker, number)
        page = text(room.maker.get("/gates/picture"))
        assert "Two values" not in page and "Settled by all: 0.95 EUR, prices of 2026" in page

    @pytest.mark.parametrize(("price", "counts"), [("0.80", "0.95"), ("0.85", "0.85")])
    def test_it_stands_when_the_same_value_is_given_again_and_not_when_another_is(self, project, price, counts):
        room = project(_priced)
        agree(room.maker, int(self.said(room).location.rpartition("/")[2]))
        again = "/tasks/offer/reopen?party=1"
        room.maker.post(again, data=hidden(room.maker.get(again).text) | {"reason": "The proof was not attached."})
        assert ("All settled on 0.95 EUR, prices of 2026 (Mon 1 Mar). It counts until you give another value here, or "
                "all settle another.") in text(room.maker.get("/tasks/offer"))
        for client in (room.manager, room.shop):  # who enters it for the party
            assert ("All settled on 0.95 EUR, prices of 2026 (Mon 1 Mar). It counts until Tornby Furniture confirms "
                    "another value given here, or all settle another.") in text(
                        client.get("/tasks/offer/enter?party=1"))
        given = stories.answers("offer")
        given["price"] = replace(given["price"], value=Decimal(price))
        with room.app.app_context():
            stories.submit(room.small, "offer", given=given)
            stories.accept(room.small, "offer")
        figure, = room.facts().values("figures.offer.price")
        assert (figure.number, str(figure.value)) != (1, price) and f"{figure.value:f}" == counts

    def test_what_was_given_since_is_told_only_to_whom_the_charter_leaves_it(self, project):
        room = project(_priced)
        page = self.said(room).location.partition(room.small.ref)[2]
        with room.app.app_context():
            with transaction() as session:
                number = proposals.propose(
                    session, room.small.ref, kind="charter", subject="openness", actor=room.small.maker, now=NOON,
                    body={"text": "Prices stay with who pays them.", "kinds": {"costs": "own"}},
                    key=projects.key()).values["number"]
            with transaction() as session:
                proposals.answer(session, room.small.ref, number=number, agree=True, actor=room.small.shop, now=NOON,
                                 key=projects.key())
        again = "/tasks/offer/reopen?party=1"
        room.maker.post(again, data=hidden(room.maker.get(again).text) | {"reason": "The proof was not attached."})
        given = stories.answers("offer")
        given["price"] = replace(given["price"], value=Decimal("0.85"))
        with room.app.app_context():
            stories.submit(room.small, "offer", given=given)
        assert "0.85 EUR" in text(room.shop.get(page))
        assert "0.85" not in text(room.manager.get(page))

    def test_refusing_it_does_not_do_away_with_it_but_settling_does(self, project):
        room = project(_priced)
        number = int(self.said(room).location.rpartition("/")[2])
        room.maker.post(f"/proposals/{number}", data=hidden(room.maker.get(f"/proposals/{number}").text) | {
            "answer": "no", "reason": "That invoice is of another crate."})
        assert len(room.facts().values("figures.offer.price")) == 2
        page = room.maker.get("/settle?path=figures.offer.price")
        answer = room.maker.post("/settle?path=figures.offer.price", data=hidden(page.text) | {
            "which": "0", "reason": "Both looked at the crate."})
        assert answer.status_code == 303
        assert len(room.facts().values("figures.offer.price")) == 2
        agree(room.shop, int(answer.location.rpartition("/")[2]))
        figure, = room.facts().values("figures.offer.price")
        assert str(figure.value) == "0.80"

    def test_who_refuses_it_reads_that_both_stand_and_is_led_to_settling(self, project):
        room = project(_priced)
        path = f"/proposals/{self.said(room).location.rpartition('/')[2]}"
        answer = room.maker.post(path, data=hidden(room.maker.get(path).text) | {
            "answer": "no", "reason": "That invoice is of another crate."})
        assert answer.location.endswith(path)
        stand = "The values stand until all agree to one of them, or to another."
        for client in (room.maker, room.shop):
            page = client.get(path)
            assert stand in text(page) and "/settle?path=figures.offer.price" in " ".join(links(page))
        said = _mailed(room, "proposal_refused", room.small.shop)
        assert stand in said and "Nothing has changed" not in said
        assert "/settle?" not in room.manager.get(path).text

    def test_the_contract_rests_on_none_of_the_values_until_one_is_settled(self, project):
        room = project(_priced)
        self.said(room)
        facts = room.facts()
        with room.app.app_context():
            assert "Price" not in {one.label for one in composing.compose(db.session(), facts).figures}

    @pytest.mark.parametrize(("which", "grade"), [("0", "measured"), ("1", "estimated")])
    def test_what_is_settled_keeps_how_its_giver_knows_it(self, project, which, grade):
        room = project(_counted)
        path = "/another-value?path=figures.returns.crates"
        room.maker.post(path, data=hidden(room.maker.get(path).text) | {
            "f-crates": "15000", "f-crates-grade": "estimated", "f-crates-source": "Gate",
            "f-why": "Counted at the gate."})
        path = "/settle?path=figures.returns.crates"
        answer = room.shop.post(path, data=hidden(room.shop.get(path).text) | {
            "which": which, "reason": "We looked at it together."})
        agree(room.maker, int(answer.location.rpartition("/")[2]))
        facts = room.facts()
        with room.app.app_context():
            row, = (one for one in composing.compose(db.session(), facts).figures if one.label.startswith("Crates"))
        assert row.grade == grade

    def test_going_on_and_the_contract_wait_until_one_is_settled(self, project):
        room = project(_priced)
        self.said(room)
        facts = room.facts()
        assert settling.disputed(facts, "figures.offer.price")
        assert [one.code for one in figure_reasons(facts, Comparison(path="figures.offer.price", above=0), "above",
                                                   Decimal(0))] == ["figure.two_values"]

    def test_no_value_leaves_by_mail(self, project):
        room = project(_priced)
        self.said(room)
        said = _mailed(room, "proposal", room.small.maker)
        assert "A no does not end it" in said
        assert not re.search(r"0\.8|0\.95|EUR|invoice of May", said)

    def test_what_is_typed_stays_where_something_is_missing(self, project):
        room = project(_priced)
        answer = room.shop.post(self.OFFER, data=hidden(room.shop.get(self.OFFER).text) | {
            "f-price": "0.95", "f-price-currency": "EUR", "f-price-year": "2026"})
        page = text(answer, 422)
        assert "One thing needs a look" in page or "things need a look" in page
        assert 'value="0.95"' in answer.text
        assert "other_value" not in {one.kind for one in room.facts().proposals}

    def test_of_what_nobody_gave_or_may_not_see_there_is_none(self, project):
        room = project(_priced)
        for path in ("figures.offer.margin", "figures.returns.crates", "figures.offer.nothing", "x", ""):
            assert room.shop.get(f"/another-value?path={path}").status_code == 404
        assert room.maker.get(self.OFFER).status_code == 404
        assert room.manager.get(self.OFFER).status_code == 404

    def said(self, room):
        page = room.shop.get(self.OFFER).text
        return room.shop.post(self.OFFER, data=hidden(page) | {
            "f-price": "0.95", "f-price-currency": "EUR", "f-price-year": "2026", "f-price-source": "invoice of May",
            "f-why": "This is what we paid."})


# helpers


def agree(client, number):
    answer = client.post(f"/proposals/{number}", data=hidden(client.get(f"/proposals/{number}").text) | {
        "answer": "agree"})
    assert answer.status_code == 303


def _mailed(room, kind, person):
    """The newest mail of this kind to somebody, as one line."""
    with room.app.app_context():
        row = db.session.scalars(select(Outbox).where(Outbox.kind == kind, Outbox.recipient == person)
                                 .order_by(Outbox.seq.desc())).first()
        context = letters.context(db.session(), outbox.read(row), NOON)
    return " ".join(body(written(context)).replace("\xa0", " ").split())


def _priced(session):
    data = json.loads(stories.definition())
    data["clauses"]["price"] = {
        "title": "Price", "text": "A crate costs $price.", "needs": {"price": "figures.offer.price"}}
    small = projects.open_small(session, definition=json.dumps(data))
    projects.give(session, small, "offer", stories.answers("offer"))
    return small


def _counted(session):
    small = projects.open_small(session)
    projects.give(session, small, "returns")
    return small


def _between_two(session):
    data = json.loads(stories.later_definition())
    data["stages"]["figures"]["tasks"]["weight"]["fields"]["each"]["visible_to"] = ["maker", "shop"]
    return projects.open_small(session, definition=json.dumps(data))


def _per_year(session):
    data = json.loads(stories.later_definition())
    data["stages"]["figures"]["tasks"]["weight"]["fields"]["each"]["period"] = True
    return projects.open_small(session, definition=json.dumps(data))


def _limited(session, *more):
    """A project that has answered everything, and misses a limit on its way on, or more."""
    data = json.loads(stories.definition())
    data["transitions"]["to_terms"]["when"]["all"] += [{"figure": figure} for figure in (
        {"path": "figures.returns.crates", "at_least": 20000, "unit": "pieces/a"}, *more)]
    small = projects.open_small(session, definition=json.dumps(data))
    for task in ("returns", "credit", "offer"):
        projects.give(session, small, task, stories.answers(task))
    return small
