"""The contract's pages: read as printed, made ready, its versions kept and compared."""

import hashlib
import html
import re
import subprocess
from datetime import timedelta

from cocreate.db import transaction
from cocreate.domain.answers import Answer
from cocreate.services import people, proposals
from tests.support import projects, several, stories
from tests.support.clock import NOON
from tests.support.people import someone
from tests.support.rooms import Client, text
from tests.support.signing import take_part_as
from tests.support.stores import Slow

# What the maker pays is between the two; the host's account manager has no seat.
KEPT = projects.SMALL.replace("{label: Credit, type: money, per: piece, min: 0}",
                              "{label: Credit, type: money, per: piece, min: 0, visible_to: [maker, shop]}").replace(
    "            label: Places\n", "            label: Places\n            visible_to: [maker, shop]\n")


KEPT_FROM = "Who contracts or signs reads it whole; here it stands without what you may not see."
LATER = NOON + timedelta(hours=1)
WITH_VALUE = ("", "/clauses/credit", "/versions/1/check.pdf")


def _text_of(answer):
    if answer.mimetype != "application/pdf":
        return answer.text
    return subprocess.run(["pdftotext", "-", "-"], input=answer.data, capture_output=True, check=True).stdout.decode()


def signed(session, definition):
    small = projects.in_terms(session, definition=definition)
    projects.sign_all(session, small)
    return small


class TestKept:
    """What a field keeps from somebody they do not read where a clause prints it, before all that sign have it."""

    def test_a_value_is_not_read_in_the_contract_by_who_may_not_see_it_in_the_task(self, project):
        room = project(lambda session: projects.in_terms(session, definition=KEPT))
        for path in ("", "/clauses", "/clauses/credit", "/clauses/places", "/versions/1/check.pdf"):
            for client, reads in ((room.manager, False), (room.maker, True), (room.shop, True)):
                answer = client.get(f"/contract{path}")
                assert answer.status_code == 200, path
                read = _text_of(answer)
                assert ("0.80 euros" in read or "Oslo" in read) is (reads and path in WITH_VALUE), (path, read)
        assert "[Credit: only Tornby Furniture and Aurelis Hotels may see it]" in room.manager.get("/contract").text
        assert "value is missing" not in room.manager.get("/contract").text

    def test_that_a_clause_prints_it_is_said_at_the_task_before_one_types(self, project):
        page = project(lambda session: projects.open_small(session, definition=KEPT)).maker.get("/tasks/credit").text
        assert ("The contract prints &#39;Credit&#39; and &#39;Places&#39;. Until a version is made ready, who may not "
                "see them reads there only that they were given.") in page

    def test_that_a_clause_stands_or_not_by_it_too(self, project):
        room = project(lambda session: projects.open_small(session, definition=several.clause_on_kept()))
        assert ("A part of the contract stands or not by &#39;Kind&#39;. Until a version is made ready, who may not "
                "see it reads there only that.") in room.shop.get("/tasks/returns").text

    def test_it_is_in_the_version_all_the_same(self, project):
        room = project(lambda session: projects.in_terms(session, definition=KEPT))
        assert room.maker.post("/contract/freeze").status_code == 303
        assert "0.80 euros" in room.shop.get("/contract").text

    def test_whom_it_is_kept_from_reads_which_version_stands(self, project):
        room = project(lambda session: projects.in_terms(session, definition=KEPT))
        with transaction() as session:
            projects.freeze(session, room.small)
        made = f"Version 1 is made ready. {KEPT_FROM}"
        for path in ("", "/clauses"):
            page = text(room.manager.get(f"/contract{path}"))
            assert made in page and "Version 2" not in page and "No version is ready" not in page, path
            assert made not in text(room.shop.get(f"/contract{path}")), path

    def test_whom_it_is_kept_from_reads_that_it_is_signed_and_by_whom_it_is_read(self, project):
        room = project(lambda session: signed(session, KEPT))
        said = f"Version 1 is signed by all. {KEPT_FROM}"
        for path in ("", "/clauses"):
            page = text(room.manager.get(f"/contract{path}"))
            assert said in page and "is made ready" not in page and "known so far" not in page, path


class TestRead:
    def test_before_its_stage_it_says_so_and_shows_what_is_known(self, project):
        room = project(projects.open_small)
        page = room.maker.get("/contract").text
        assert "the contract is made ready in the stage Terms" in page
        assert "[Credit: not given]" in page and "/contract/freeze" not in page

    def test_a_value_stands_with_where_it_comes_from(self, project):
        room = project(projects.in_terms)
        page = room.shop.get("/contract").text
        assert "12,500 pieces/a" in page
        assert f'<a href="/p/{room.ref}/tasks/returns">Crates per year</a> v1 (Aurelis Hotels)' in page
        assert room.shop.get("/tasks/returns").status_code == 200
        assert "Oslo" in page and "Annex 1 Places and lorries" in page
        assert "This is a sample text and needs your lawyer." in page

    def test_figures_of_a_table_stand_right_below_each_other_as_on_paper(self, project):
        page = project(projects.in_terms).maker.get("/contract").text
        for right in ('<th scope="col" class="num">Lorries', '<td class="num" data-label="Lorries">2',
                      '<td class="num" data-label="Value">12,500', '<th scope="col">Place'):
            assert right in page

    def test_a_gap_is_marked_in_place_and_no_version_can_be_made(self, project):
        room = project(projects.with_gap)
        page = room.maker.get("/contract").text
        assert "Not ready to sign: one value is missing." in page
        assert f'<mark><a href="/p/{room.ref}/tasks/returns">[Crates that come back: not given]</a></mark>' in page
        assert "&#39;Crates that come back&#39; of Aurelis Hotels is not given (nobody counted)." in page
        assert "/contract/freeze" not in page
        answer = room.maker.post("/contract/freeze")
        assert answer.status_code == 422
        assert "No version was made. A value is missing in clause 2." in answer.text

    def test_what_all_agreed_about_a_clause_stands_beside_it_with_its_reason(self, project):
        room = project(_settled_later)
        for page in ("/contract", "/contract/clauses", "/contract/clauses/credit"):
            assert "agreed by all</a> <q>Nobody has counted yet.</q>" in room.shop.get(page).text, page

    def test_a_reservation_stands_beside_the_clauses_that_are_filled_from_what_it_is_about(self, project):
        room = project(lambda session: projects.open_small(session, definition=stories.definition()))
        with room.app.app_context():
            stories.give_all(room.small)
            stories.decide(room.small, "picture", 2, answer="reserved", reason="The second ramp is not counted.")
        said = (f'Aurelis Hotels agreed with a reservation (<a href="/p/{room.ref}/gates/picture">Is this our picture?'
                '</a>): <q>The second ramp is not counted.</q>')
        pages = ("/contract", "/contract/clauses", "/contract/clauses/credit")
        for page in pages:
            assert said in room.maker.get(page).text, page
        assert "reservation" not in room.maker.get("/contract/clauses/parties").text
        with room.app.app_context():
            stories.decide(room.small, "picture", 2)
        for page in pages:
            assert "reservation" not in room.maker.get(page).text, page

    def test_one_about_the_contract_itself_stands_once_and_each_clause_says_that_there_is_one(self, project):
        room = project(projects.frozen)
        with room.app.app_context():
            stories.decide(room.small, "our_contract", 2, answer="reserved", reason="Our board meets in June.")
        page = room.maker.get("/contract").text
        assert page.count("<q>Our board meets in June.</q>") == 1
        clauses = page.count('class="clause-note')
        assert clauses and page.count("agreed with a reservation") == clauses + 1

    def test_several_open_values_are_marked_in_their_clauses_and_stand_in_one_list(self, project):
        room = project(_both_later)
        page, mark = room.shop.get("/contract").text, "[Crates that come back: open, see 2a]"
        assert f'about <a href="#open-2a">{mark}</a> and pays <a href="#open-2b">[Credit: open, see 2b]</a>' in page
        paper, clause = _paper(page), _paper(room.shop.get("/contract/clauses/credit").text)
        assert '<h2>Values still open</h2>' in paper and "to be given by" not in paper
        for shown in (paper, clause):
            assert re.findall(r'<tr id="open-(\w+)"><th scope="row">\1 ([^<]+)</th>', shown) == [
                ("2a", "Crates that come back"), ("2b", "Credit")]
            for said in ("Aurelis Hotels", "1 June 2027", "as counted", "as invoiced"):
                assert said in shown[shown.index('id="open-2a"'):], said
        assert 'id="open-' not in _paper(room.shop.get("/contract/clauses/places").text)

    def test_the_file_says_the_same_of_them_as_the_page(self, project):
        room = project(_both_later)
        assert room.maker.post("/contract/freeze").status_code == 303
        shown = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", _paper(room.shop.get("/contract").text))))
        printed = re.sub(r"\s+", " ", _text_of(room.shop.get("/contract/versions/1/signed.pdf")))
        listed = ("2a Crates that come back Aurelis Hotels 1 June 2027 as counted "
                  "2b Credit Tornby Furniture 1 June 2027 as invoiced")
        for said in (shown, printed):
            assert listed in said and "[Crates that come back: open, see 2a]" in said, said

    def test_once_they_are_given_the_list_is_gone_and_what_changed_says_so(self, project):
        room = project(_both_later)
        room.maker.post("/contract/freeze")
        with room.app.app_context(), transaction() as session:
            projects.go_on(session, room.small, "figures_wrong", reason="Somebody has counted.", now=LATER)
            projects.give_all(session, room.small, now=LATER)
            projects.go_on(session, room.small, "to_terms", now=LATER)
        page = room.shop.get("/contract/versions/1").text
        assert "Values still open" in _paper(page)  # a version keeps its text
        changed = page[page.index('id="changes"'):page.index("<article")]
        assert re.search(r"<h3>Values still open\s*</h3>.*deleted:.*2a Crates that come back: Aurelis Hotels", changed,
                         re.DOTALL)
        assert "Values still open" not in _paper(room.shop.get("/contract").text)

    def test_what_is_missing_stands_once_and_names_its_party_once(self, project):
        page = project(projects.frozen).maker.get("/contract").text
        (waits,) = re.findall(r'<ul class="waits">(.*?)</ul>', page, re.S)
        lines = [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in re.findall(r"<li.*?</li>", waits, re.S)]
        assert len(lines) == len(set(lines)) == 2
        for name in ("Tornby Furniture", "Aurelis Hotels"):
            assert [line.count(name) for line in lines if name in line] == [1]

    def test_everybody_in_the_project_reads_the_same_and_nobody_else_anything(self, app, session, project):
        room = project(projects.frozen)
        texts = {_paper(client.get("/contract").text) for client in (room.maker, room.shop, room.manager)}
        assert len(texts) == 1
        stranger = someone(session)
        session.commit()
        away = Client(app, room.ref, stranger.email)
        for page in ("", "/sign", "/refuse", "/versions/1", "/versions/1/signed.pdf", "/versions/1/check.pdf"):
            assert away.get(f"/contract{page}").status_code == 404

    def test_what_people_wrote_is_never_markup(self, project, session):
        room = project(projects.open_small)
        with room.app.app_context(), transaction() as writing:
            projects.give(writing, room.small, "returns", {"crates": Answer(not_available="<b>x</b> {{ 7*7 }}")})
        assert "<b>x</b>" not in room.maker.get("/contract").text

    def test_what_all_of_many_parties_say_of_a_clause_stands_there_once(self, project):
        room = project(projects.in_a_crowd)
        for path in ("", "/clauses"):
            page = room.manager.get(f"/contract{path}").text
            assert page.count("All parties: <") == 3 and "Shop 4: <" not in page

    def test_costs_few_statements(self, project, query_counter):
        room = project(projects.ready_to_sign)
        room.maker.get("/contract")
        for page in ("/contract", "/contract/sign"):
            with query_counter(max=12):
                assert "Agreement on returned crates" in room.maker.get(page).text


class TestCopyToCheck:
    def test_is_typeset_once_for_exactly_this_text(self, project):
        room = project(projects.in_terms)
        address = "/contract/versions/1/check.pdf"
        first = room.maker.get(address).data
        room.clock.moment += timedelta(minutes=5)
        assert room.maker.get(address).data == first
        room.maker.post("/contract/freeze", data={"key": "the-version-itself"})
        frozen = room.maker.get(address).data
        assert frozen != first
        assert room.shop.get(address).data == frozen


class TestFreeze:
    def test_makes_a_version_ready_and_says_so(self, project):
        room = project(projects.in_terms)
        page = room.maker.get("/contract").text
        assert "Make version 1 ready to read" in page
        answer = room.maker.post("/contract/freeze", follow_redirects=True)
        assert "Version 1 is ready to read. All parties have been told." in answer.text
        assert "not all parties have agreed to version 1" in answer.text
        assert "Read and decide" in answer.text

    def test_sent_twice_makes_one_version(self, project):
        room = project(projects.in_terms)
        for _ in range(2):
            answer = room.maker.post("/contract/freeze", data={"key": "the-same-form-twice"}, follow_redirects=True)
        assert "Nothing has changed since version 1; it still stands." in answer.text
        assert len(room.facts().contracts) == 1

    def test_is_prepared_again_when_something_happened_meanwhile(self, project, monkeypatch):
        room = project(projects.in_terms)

        def invite():
            with transaction() as session:
                people.invite(session, room.ref, party=2, email=f"{projects.key()}@crates.example", name="Tom",
                              parts=("observer",), greeting="", actor=room.small.shop, key=projects.key(), now=NOON)

        store = Slow(room.app.extensions["store"].folder, invite, invite)
        monkeypatch.setitem(room.app.extensions, "store", store)
        assert room.maker.post("/contract/freeze").status_code == 303
        assert store.meanwhile == []
        assert room.facts().contract.number == 1

    def test_who_may_not_reads_who_can(self, project):
        room = project(projects.in_terms)
        take_part_as(room, room.small.shop, "observer")
        page = room.shop.get("/contract").text
        assert "Only Ingrid Solvik can do this." in page and "/contract/freeze" not in page
        assert room.shop.post("/contract/freeze").status_code == 403


class TestVersions:
    def test_nobody_is_asked_for_a_comment_once_it_is_agreed(self, project):
        assert "> Comment<" in project(projects.ready_to_sign).shop.get("/contract/clauses").text
        room = project(projects.agreed)
        for path in ("/contract/clauses", "/contract"):
            assert "> Comment<" not in room.shop.get(path).text

    def test_an_ended_one_stays_readable_and_says_what_changed(self, project):
        room = project(projects.ready_to_sign)
        with room.app.app_context(), transaction() as session:
            projects.go_on(session, room.small, "too_early", reason="Counted again.", now=NOON + timedelta(hours=1))
            projects.give(session, room.small, "returns", projects.answers("returns", crates=9000),
                          now=NOON + timedelta(hours=2))
        page = room.shop.get("/contract/versions/1").text
        assert re.search(r"Version 1 ended on Mon 1 Mar: &#39;Cr[a-z ]+&#39; of \w+ \w+ changed", page)
        assert '<del><span class="visually-hidden">deleted: </span>12,500 </del>' in page
        assert '<ins><span class="visually-hidden">inserted: </span>9,000 </ins>' in page
        assert room.shop.get("/contract/versions/2").status_code == 404

    def test_the_evidence_of_an_ended_one_is_not_said_never_to_have_been(self, project):
        room = project(projects.one_signed)
        with room.app.app_context(), transaction() as session:
            projects.go_on(session, room.small, "too_early", reason="Counted again.", now=NOON + timedelta(hours=1))
        page = html.unescape(room.shop.get("/contract/evidence").text)
        assert "Nothing has been made ready" not in page and "Version 1 ended on Mon 1 Mar: 'Cr" in page
        assert f'href="/p/{room.ref}/contract/versions/1">Version 1</a>' in page
        assert "signed, ended with this version" in room.shop.get("/contract/versions/1").text

    def test_downloads_are_files_that_can_do_nothing(self, project):
        room = project(projects.frozen)
        for kind in ("check", "signed"):
            answer = room.maker.get(f"/contract/versions/1/{kind}.pdf")
            assert answer.mimetype == "application/pdf" and answer.data.startswith(b"%PDF")
            name = answer.headers["Content-Disposition"]
            assert name.startswith("attachment; filename=")
            assert f"version%201%2C%20{'not%20signed' if kind == 'check' else 'as%20signed'}.pdf" in name
            assert answer.headers["Content-Security-Policy"].startswith("sandbox")
            assert answer.headers["Cache-Control"] == "no-store"
        assert hashlib.sha256(answer.data).hexdigest() == room.facts().contract.pdf_sha256
        for kind in ("sealed", "evidence", "other"):
            assert room.maker.get(f"/contract/versions/1/{kind}.pdf").status_code == 404

    def test_a_copy_to_check_is_there_before_any_version(self, project):
        room = project(projects.with_gap)
        assert room.maker.get("/contract/versions/1/check.pdf").data.startswith(b"%PDF")
        assert room.maker.get("/contract/versions/1/signed.pdf").status_code == 404


# helpers


def _settled_later(session, *, now=NOON):
    small = projects.with_gap(session, now=now)
    body = {"parties": [2], "by": "2027-06-01", "rule": "as counted", "reason": "Nobody has counted yet."}
    number = proposals.propose(session, small.ref, kind="later", subject="figures.returns.crates", body=body,
                               actor=small.maker, key=projects.key(), now=now).values["number"]
    proposals.answer(session, small.ref, number=number, agree=True, actor=small.shop, key=projects.key(), now=now)
    return small


def _both_later(session, *, now=NOON):
    """Neither the crates nor the credit for each is known before the signature."""
    small = projects.open_small(session, now=now)
    projects.give(session, small, "returns", {"crates": Answer(not_available="nobody counted")}, now=now)
    projects.give(session, small, "credit", projects.answers("credit") | {"amount": Answer(not_available="no price")},
                  now=now)
    projects.go_on(session, small, "to_terms", now=now)
    for party, path, rule in ((2, "returns.crates", "as counted"), (1, "credit.amount", "as invoiced")):
        body = {"parties": [party], "by": "2027-06-01", "rule": rule, "reason": "Nobody knows yet."}
        number = proposals.propose(session, small.ref, kind="later", subject=f"figures.{path}", body=body,
                                   actor=small.maker, key=projects.key(), now=now).values["number"]
        proposals.answer(session, small.ref, number=number, agree=True, actor=small.shop, key=projects.key(), now=now)
    return small


def _paper(page):
    return page[page.index("<article"):page.index("</article>")]
