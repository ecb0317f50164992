"""The contract's pages: read as printed, made ready, signed with password and code, refused with a reason."""

import hashlib
import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape
from io import BytesIO
from pathlib import Path

import axe_core_python
import pyotp
import pytest
from pypdf import PdfReader
from sqlalchemy import select, update

from cocreate import clock, vault
from cocreate.db import db, transaction
from cocreate.domain import reminding
from cocreate.domain.answers import Answer
from cocreate.models.contracts import ContractVersion, Signature
from cocreate.models.mails import Outbox
from cocreate.models.people import Person, SignIn
from cocreate.models.projects import Member
from cocreate.services import contracts, contributions, duties, people, proposals, sealings, signing
from tests.support import projects
from tests.support.clock import NOON
from tests.support.people import PASSWORD, entered, someone

TICKED = {"read": "y", "may": "y", "electronic": "y", "basis": "managing director"}


class TestRead:
    def test_before_its_stage_it_says_so_and_shows_what_is_known(self, project):
        small = project(projects.open_small)
        page = small.maker.get("/contract").text
        assert "the contract is made ready in the stage Terms" in page
        assert "[Credit: not given]" in page and "/contract/freeze" not in page

    def test_a_value_stands_with_where_it_comes_from(self, project):
        small = project(projects.in_terms)
        page = small.shop.get("/contract").text
        assert "12,500 pieces/a" in page
        assert f'<a href="/p/{small.ref}/tasks/returns">Crates per year</a> v1 (Aurelis Hotels)' in page
        assert small.shop.get("/tasks/returns").status_code == 200
        assert "Oslo" in page and "Annex 1 Places and lorries" in page
        assert "This is a sample text and needs your lawyer." in page

    def test_a_gap_is_marked_in_place_and_no_version_can_be_made(self, project):
        small = project(_with_gap)
        page = small.maker.get("/contract").text
        assert "Not ready to sign: one value is missing." in page
        assert f'<mark><a href="/p/{small.ref}/tasks/returns">[Crates that come back: not given]</a></mark>' in page
        assert "&#39;Crates that come back&#39; is not given (nobody counted)." in page
        assert "/contract/freeze" not in page
        answer = small.maker.post("/contract/freeze")
        assert answer.status_code == 422
        assert "No version was made. A value is missing in clause 2." in answer.text

    def test_what_all_agreed_about_a_clause_stands_beside_it_with_its_reason(self, project):
        small = project(_settled_later)
        for page in ("/contract", "/contract/clauses", "/contract/clauses/credit"):
            assert "agreed by all</a> <q>Nobody has counted yet.</q>" in small.shop.get(page).text, page

    def test_what_is_missing_stands_once_and_names_its_party_once(self, project):
        page = project(projects.frozen).maker.get("/contract").text
        (waits,) = re.findall(r'<ul class="waits">(.*?)</ul>', page, re.S)
        lines = [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in re.findall(r"<li.*?</li>", waits, re.S)]
        assert len(lines) == len(set(lines)) == 2
        for name in ("Tornby Furniture", "Aurelis Hotels"):
            assert [line.count(name) for line in lines if name in line] == [1]

    def test_everybody_in_the_project_reads_the_same_and_nobody_else_anything(self, app, session, project):
        small = project(projects.frozen)
        texts = {_paper(client.get("/contract").text) for client in (small.maker, small.shop, small.manager)}
        assert len(texts) == 1
        stranger = someone(session)
        session.commit()
        away = Room(app, small.ref, stranger.email)
        for page in ("", "/sign", "/refuse", "/versions/1", "/versions/1/signed.pdf", "/versions/1/check.pdf"):
            assert away.get(f"/contract{page}").status_code == 404

    def test_what_people_wrote_is_never_markup(self, project, session):
        small = project(projects.open_small)
        with small.app.app_context(), transaction() as writing:
            projects.give(writing, small.small, "returns", {"crates": Answer(not_available="<b>x</b> {{ 7*7 }}")})
        assert "<b>x</b>" not in small.maker.get("/contract").text

    def test_costs_few_statements(self, project, query_counter):
        small = project(projects.ready_to_sign)
        small.maker.get("/contract")
        with query_counter(max=12):
            small.maker.get("/contract")
        with query_counter(max=12):
            small.maker.get("/contract/sign")


class TestFreeze:
    def test_makes_a_version_ready_and_says_so(self, project):
        small = project(projects.in_terms)
        page = small.maker.get("/contract").text
        assert "Make version 1 ready to read" in page
        answer = small.maker.post("/contract/freeze", follow_redirects=True)
        assert "Version 1 is ready to read. All parties have been told." in answer.text
        assert "not all parties have agreed to version 1" in answer.text
        assert "Read and decide" in answer.text

    def test_sent_twice_makes_one_version(self, project):
        small = project(projects.in_terms)
        for _ in range(2):
            answer = small.maker.post("/contract/freeze", data={"key": "the-same-form-twice"}, follow_redirects=True)
        assert "Nothing has changed since version 1; it still stands." in answer.text
        assert len(_facts(small).contracts) == 1

    def test_is_prepared_again_when_something_happened_meanwhile(self, project, monkeypatch):
        small = project(projects.in_terms)
        prepare, moves = contracts.prepare, iter([True, True, False])

        def moved(session, ref, **given):
            found = prepare(session, ref, **given)
            if next(moves):
                with transaction() as writing:
                    people.invite(writing, ref, party=2, email=f"{projects.key()}@crates.example", name="Tom",
                                  parts=("observer",), greeting="", actor=small.small.shop, key=projects.key(),
                                  now=NOON)
            return found

        monkeypatch.setattr(contracts, "prepare", moved)
        assert small.maker.post("/contract/freeze").status_code == 303
        assert _facts(small).contract.number == 1

    def test_who_may_not_reads_who_can(self, project):
        small = project(projects.in_terms)
        _parts(small, small.small.shop, "observer")
        page = small.shop.get("/contract").text
        assert "Only Ingrid Solvik can do this." in page and "/contract/freeze" not in page
        assert small.shop.post("/contract/freeze").status_code == 403


class TestWhoSigns:
    """What each party says of itself stands in the contract, or the page says what is missing and who gives it."""

    def test_waits_for_an_address_and_for_somebody_who_can_sign(self, project):
        small = project(lambda session: projects.in_terms(session, definition=projects.WHO_SIGNS))
        with small.app.app_context(), transaction() as session:
            projects.say_who_signs(session, small.small, 1, "Ingrid Solvik, director", "Storgata 1, Oslo")
        page = unescape(small.maker.get("/contract").text)
        assert "'Registered address' of Aurelis Hotels is not given. Claire Duval can give it in 'Who signs'." in page
        assert 'tasks/signatories?party=2">[Registered address: not given]</a></mark>' in page
        assert "/contract/freeze" not in page
        answer = small.maker.post("/contract/freeze")
        assert answer.status_code == 422 and "No version was made. &#39;Registered address&#39; of" in answer.text
        with small.app.app_context(), transaction() as session:
            projects.say_who_signs(session, small.small, 2, "Rosa Marin, CFO", "Gran Via 3, Madrid")
        page = unescape(small.shop.get("/contract").text)
        assert ("Aurelis Hotels named Rosa Marin, CFO to sign; here only Claire Duval can sign for it. Claire Duval "
                "can make who was named a signatory under People, or change 'Who signs'.") in page
        answer = small.maker.post("/contract/freeze")
        assert answer.status_code == 422 and "named Rosa Marin, CFO to sign" in answer.text

    def test_is_printed_as_it_was_answered_and_who_signs_instead_reads_so(self, project):
        small = project(lambda session: projects.in_terms(session, definition=projects.WHO_SIGNS))
        with small.app.app_context(), transaction() as session:
            projects.say_who_signs(session, small.small, 1, "Ingrid Solvik, director", "Storgata 1, Oslo",
                                   number="Foretaksregisteret 914 778 271")
            projects.say_who_signs(session, small.small, 2, "Claire Duval", "Gran Via 3, Madrid")
            projects.freeze(session, small.small)
        pages = PdfReader(BytesIO(small.maker.get("/contract/versions/1/signed.pdf").data)).pages
        pdf = " ".join(" ".join(page.extract_text() for page in pages).split())
        assert pdf.count("Storgata 1, Oslo, Norway, registered as Foretaksregisteret 914 778 271") == 2
        assert "Ingrid Solvik, director signs for Tornby Furniture" in pdf and "By office" in pdf
        with small.app.app_context(), transaction() as session:
            for party in (1, 2):
                projects.agree(session, small.small, party)
            projects.go_on(session, small.small, "to_signature")
        assert "The text names" not in small.maker.get("/contract/sign").text
        with small.app.app_context(), transaction() as session:  # she hands her part over, he signs
            session.execute(update(Member).where(Member.person == small.small.maker).values(name="Nora Lind"))
        assert "The text names Ingrid Solvik, director for Tornby Furniture. You sign in their place" in \
            small.maker.get("/contract/sign").text

    def test_a_new_answer_ends_the_version_made_of_the_old_one(self, project):
        small = project(lambda session: projects.in_terms(session, definition=projects.WHO_SIGNS))
        with small.app.app_context(), transaction() as session:
            for party, name in ((1, "Ingrid Solvik"), (2, "Claire Duval")):
                projects.say_who_signs(session, small.small, party, name, "Storgata 1")
            projects.freeze(session, small.small)
        with small.app.app_context(), transaction() as session:
            contributions.reopen(session, small.ref, task="signatories", party=1, seen=1, reason="We moved to Bergen.",
                                 actor=small.small.maker, key=projects.key(), now=NOON + timedelta(hours=1))
        assert _facts(small).contract is None


class TestVersions:
    def test_an_ended_one_stays_readable_and_says_what_changed(self, project):
        small = project(projects.ready_to_sign)
        with small.app.app_context(), transaction() as session:
            projects.go_on(session, small.small, "too_early", reason="Counted again.", now=NOON + timedelta(hours=1))
            projects.give(session, small.small, "returns", projects.answers("returns", crates=9000),
                          now=NOON + timedelta(hours=2))
        page = small.shop.get("/contract/versions/1").text
        assert re.search(r"Version 1 ended on Mon 1 Mar: &#39;Cr[a-z ]+&#39; of \w+ \w+ changed", page)
        assert '<del><span class="visually-hidden">deleted: </span>12,500 </del>' in page
        assert '<ins><span class="visually-hidden">inserted: </span>9,000 </ins>' in page
        assert small.shop.get("/contract/versions/2").status_code == 404

    def test_downloads_are_files_that_can_do_nothing(self, project):
        small = project(projects.frozen)
        for kind in ("check", "signed"):
            answer = small.maker.get(f"/contract/versions/1/{kind}.pdf")
            assert answer.mimetype == "application/pdf" and answer.data.startswith(b"%PDF")
            assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
            assert answer.headers["Content-Security-Policy"].startswith("sandbox")
            assert answer.headers["Cache-Control"] == "no-store"
        assert hashlib.sha256(answer.data).hexdigest() == _facts(small).contract.pdf_sha256
        for kind in ("sealed", "evidence", "other"):
            assert small.maker.get(f"/contract/versions/1/{kind}.pdf").status_code == 404

    def test_a_copy_to_check_is_there_before_any_version(self, project):
        small = project(_with_gap)
        assert small.maker.get("/contract/versions/1/check.pdf").data.startswith(b"%PDF")
        assert small.maker.get("/contract/versions/1/signed.pdf").status_code == 404


class TestSign:
    def test_with_password_and_mailed_code(self, project):
        small = project(projects.ready_to_sign)
        page = small.maker.get("/contract/sign").text
        assert "You sign for Tornby Furniture:" in page and "version 1, 3 clauses, 1 annex." in page
        assert "Mail me the code" in page and 'name="password"' not in page
        page = small.maker.post("/contract/sign/code", data=_form(page) | TICKED).text
        assert "The code counts for exactly this version, for ten minutes." in page
        assert 'value="managing director"' in page and page.count("checked") == 3
        answer = small.maker.post("/contract/sign", data=_form(page) | TICKED | {
            "password": PASSWORD, "code": _code(small, small.small.maker)}, follow_redirects=True)
        assert ("Signed for Tornby Furniture, Mon 1 Mar 12:00 (UTC), 12:00 UTC. Waiting for Aurelis Hotels: "
                "Claire Duval, asked today.") in answer.text
        said = _evidence(small)
        assert said["statements"] == ["I have read version 1.",
                                      "I may sign for Tornby Furniture, as managing director.",
                                      "I agree to sign electronically."]
        assert said["methods"][0].startswith("password and a code mailed to m***@crates.example;")
        assert (said["name"], said["basis"], said["opened_at"]) == (
            "Ingrid Solvik", "managing director", NOON.isoformat())

    def test_with_an_app_code_that_counts_once(self, project):
        small = project(projects.ready_to_sign)
        secret = _enrol(small, small.small.maker)
        page = small.maker.get("/contract/sign").text
        assert "6-digit code from your app" in page and "Mail me" not in page
        code = pyotp.TOTP(secret).at(NOON)
        answer = small.maker.post("/contract/sign", data=_form(page) | TICKED | {"password": PASSWORD, "code": code})
        assert answer.status_code == 303
        assert _evidence(small)["methods"] == ["password and code from an app"]
        again = small.maker.post("/contract/sign", data=_form(page) | TICKED | {"password": PASSWORD, "code": code})
        assert again.status_code == 303 and len(_facts(small).signatures) == 1

    @pytest.mark.parametrize(("given", "sentence"), [
        ({"password": "wrong"}, "This password is not right."),
        ({"code": "00000000"}, "This code is not right, or it was used already."),
        ({"read": ""}, "Tick this to sign"), ({"electronic": ""}, "Tick this to sign"),
        ({"basis": ""}, "This is needed."), ({"basis": "x\u202ey"}, "hidden character"),
        ({"opened": "forged"}, "Read the text on this page before you sign it."),
    ])
    def test_what_is_wrong_is_said_and_the_rest_stays(self, project, given, sentence):
        small = project(projects.ready_to_sign)
        page = _mailed(small)
        answer = small.maker.post("/contract/sign", data=_form(page) | TICKED | {
            "password": PASSWORD, "code": _code(small, small.small.maker)} | given)
        assert answer.status_code == 422 and sentence in answer.text
        assert PASSWORD not in answer.text and _code(small, small.small.maker) not in answer.text
        assert "basis" in given or 'value="managing director"' in answer.text
        assert _facts(small).signatures == ()

    def test_a_text_that_ended_meanwhile_is_not_signed(self, project):
        small = project(projects.ready_to_sign)
        page = _mailed(small)
        code = _code(small, small.small.maker)
        small.clock.go(hours=2, minutes=2)
        with small.app.app_context(), transaction() as session:
            projects.go_on(session, small.small, "too_early", reason="Counted again.", actor=small.small.shop,
                           now=small.clock.moment)
        answer = small.fresh(small.small.maker).post("/contract/sign", data=_form(page) | TICKED | {
            "password": PASSWORD, "code": code})
        assert answer.status_code == 409
        assert "The text changed at 14:02. Nothing was signed." in answer.text
        assert f"/p/{small.ref}/contract/versions/1#changes" in answer.text and "managing director" in answer.text
        assert _facts(small).signatures == ()

    def test_another_text_than_was_shown_is_not_signed(self, project):
        small = project(projects.ready_to_sign)
        page = _mailed(small)
        for wrong in ({"text_sha256": "0" * 64}, {"pdf_sha256": "0" * 64}, {"version": "7"}, {"version": "\u0663"}):
            answer = small.maker.post("/contract/sign", data=_form(page) | TICKED | {
                "password": PASSWORD, "code": _code(small, small.small.maker)} | wrong)
            assert answer.status_code == 409 and "Nothing was signed." in answer.text

    def test_the_page_one_opened_is_no_use_to_somebody_else(self, project):
        small = project(projects.ready_to_sign)
        hers = _form(_mailed(small))
        his = _mailed(small, small.shop)
        answer = small.shop.post("/contract/sign", data=_form(his) | TICKED | {
            "opened": hers["opened"], "password": PASSWORD, "code": _code(small, small.small.shop)})
        assert answer.status_code == 422 and _facts(small).signatures == ()

    def test_who_does_not_sign_sees_who_can(self, project):
        small = project(projects.ready_to_sign)
        page = small.manager.get("/contract/sign").text
        assert "Only Ingrid Solvik and Claire Duval can do this." in page
        assert "Mail me the code" not in page and "not signed yet" in page
        for act in ("sign", "sign/code"):
            assert small.manager.post(f"/contract/{act}", data=_form(small.maker.get("/contract/sign").text)
                                      | TICKED | {"password": PASSWORD, "code": "1"}).status_code == 403

    def test_a_session_by_link_signs_with_the_password(self, project):
        small = project(projects.ready_to_sign)
        with small.app.app_context(), transaction() as session:
            session.execute(update(SignIn).where(SignIn.person_id == small.small.maker)
                            .values(method="link", proved_at=None))
        page = _mailed(small)
        assert small.maker.post("/contract/sign", data=_form(page) | TICKED | {
            "password": PASSWORD, "code": _code(small, small.small.maker)}).status_code == 303

    def test_nobody_guesses_the_password_here(self, project):
        small = project(projects.ready_to_sign)
        data = _form(_mailed(small)) | TICKED | {"code": _code(small, small.small.maker)}
        for _ in range(10):
            small.maker.post("/contract/sign", data=data | {"password": "wrong"})
        answer = small.maker.post("/contract/sign", data=data | {"password": PASSWORD})
        assert answer.status_code == 429 and "Too many tries." in answer.text
        assert 'value="managing director"' in answer.text

    def test_all_signed_then_sealed_says_agreed_and_gives_the_files(self, project, tmp_path):
        small = project(projects.agreed)
        page = small.shop.get("/contract").text
        assert "Agreed by all on Mon 1 Mar." in page and "The seal is being put on; a minute." in page
        assert "/versions/1/sealed.pdf" not in page
        assert "All have signed. The seal of the host is being put on." in small.shop.get("/contract/sign").text
        with small.app.app_context():
            with transaction() as session:
                session.execute(update(ContractVersion).where(
                    ContractVersion.host_id != small.small.host_id).values(sealed_at=NOON))
            sealings.run(small.small.store, tmp_path, self_made=True, now=lambda: NOON + timedelta(hours=1))
        page = small.shop.get("/contract").text
        assert "How to check it without us" in page
        signing = small.shop.get("/contract/sign").text
        assert "All have signed. Sealed on Mon 1 Mar 13:00 (UTC)." in signing
        assert "is being put on" not in signing
        for kind in ("signed", "sealed", "evidence"):
            assert small.shop.get(f"/contract/versions/1/{kind}.pdf").data.startswith(b"%PDF")


class TestSettledLater:
    def test_is_asked_with_a_day_to_come_and_once_all_have_signed_is_a_duty_that_people_are_reminded_of(self, project):
        small = project(_with_gap)
        where = "/contract/later?need=figures.returns.crates"
        given = {"who": "2", "by": "2027-06-01", "rule": "as counted by the lorry", "reason": "Nobody has counted yet."}
        past = small.maker.post(where, data=given | {"by": "2027-02-01"})
        assert past.status_code == 422 and "Choose a day that is still to come" in past.text
        number = int(small.maker.post(where, data=given).location.rpartition("/")[2])
        said = " ".join(re.sub(r"<[^>]+>", " ", small.shop.get(f"/proposals/{number}").text).split())
        assert "Aurelis Hotels gives it by Tue 1 Jun 2027, by this rule: as counted by the lorry" in said
        with small.app.app_context(), transaction() as session:
            proposals.answer(session, small.ref, number=number, agree=True, actor=small.small.shop,
                             key=projects.key(), now=NOON)
            projects.sign_all(session, small.small)
        for page in ("", "/duties"):
            assert "Give “Crates that come back”: as counted by the lorry" in small.shop.get(page).text, page
        facts = _facts(small)
        (duty,), matters = facts.duties, reminding.owed(facts)
        assert (duty.party, duty.due, duty.clause) == (2, date(2027, 6, 1), "credit")
        assert [matter.asked for key, matter in matters.items() if key.startswith("duty:")] == [(small.small.shop,)]


class TestDecideBefore:
    def test_a_notice_is_a_duty_to_decide_from_the_last_signature_on(self, project):
        """Ten years from January 2027, half a year's notice."""
        small = project(_with_notice)
        here = _facts(small)
        assert [(one.party, one.due.isoformat(), one.decide, one.clause) for one in here.duties] == [
            (2, "2036-06-30", True, "term")]
        page = unescape(small.shop.get("/duties").text)
        assert "Next: Aurelis Hotels decides before Tue 1 Jul 2036: Give notice, or it goes on for a year." in page
        assert "decide before Tue 1 Jul 2036" in page and "Say that notice was given" in page
        assert "decide before Tue 1 Jul 2036" in unescape(small.maker.get("").text)
        small.shop.post("/duties/1/done")
        assert "said for Aurelis Hotels that this is decided" in unescape(small.maker.get("/record").text)

    def test_where_nobody_gives_notice_the_day_of_the_next_year_becomes_the_duty(self, project):
        small = project(_with_notice)
        late = datetime(2036, 7, 2, 9, tzinfo=UTC)
        with small.app.app_context():
            assert duties.due(db.session, datetime(2036, 6, 30, 9, tzinfo=UTC)) == []
            for _twice in range(2):  # two schedulers
                for ref, given, key in duties.due(db.session, late):
                    with transaction() as session:
                        duties.decide_later(session, ref, given, key, now=late)
            here = projects.facts(db.session, small.small, now=late)
            assert [one.due.isoformat() for one in here.duties] == ["2037-06-30"]
            assert "duty:1:2" in reminding.owed(here)
            (_ref, given, _key), = duties.due(db.session, datetime(2039, 1, 1, tzinfo=UTC))
            assert given.due.isoformat() == "2039-06-30"  # a year without a scheduler is made up for
        page = unescape(small.maker.get("/record").text)
        assert "Nobody decided for Aurelis Hotels by Mon 30 Jun 2036" in page
        assert "the next decision is before Wed 1 Jul 2037" in page


class TestAccede:
    def test_who_accedes_under_another_name_than_the_party_gave_is_told_so(self, project, tmp_path):
        small = project(lambda session: projects.agreed_with_one_to_accede(session, named="Rosa Marin, CFO"))
        with small.app.app_context():
            with transaction() as session:
                session.execute(update(ContractVersion).where(
                    ContractVersion.host_id != small.small.host_id).values(sealed_at=NOON))
            sealings.run(small.small.store, tmp_path, self_made=True, now=lambda: NOON + timedelta(hours=1))
        page = unescape(small.shop.get("/contract/accede").text)
        assert ("The text names Rosa Marin, CFO for Aurelis Hotels. You sign in their place: say below on what "
                "authority. If that is not right, let who is named accede: a champion makes them a signatory under "
                "People.") in page

    def test_from_your_turn_to_the_document(self, project, tmp_path):
        small = project(projects.agreed_with_one_to_accede)
        assert "has not acceded yet" in small.shop.get("/contract").text
        assert "The seal of the host is being put on" in small.shop.get("/contract/accede").text
        with small.app.app_context():
            with transaction() as session:
                session.execute(update(ContractVersion).where(
                    ContractVersion.host_id != small.small.host_id).values(sealed_at=NOON))
            sealings.run(small.small.store, tmp_path, self_made=True, now=lambda: NOON + timedelta(hours=1))
        assert "/contract/accede" in small.shop.get("").text
        page = small.shop.get("/contract/accede").text
        assert "You accede for Aurelis Hotels, by a document of its own." in page
        assert "Accession to: Agreement on returned crates" in page
        assert "signed by <strong>Aurelis Hotels</strong>" in page and "The text names" not in page
        mailed = small.shop.post("/contract/accede/code", data=_form(page) | TICKED).text
        data = _form(mailed) | TICKED | {"password": PASSWORD, "code": "00000000"}
        wrong = small.shop.post("/contract/accede", data=data)
        assert wrong.status_code == 422 and "managing director" in wrong.text
        data |= {"code": _code(small, small.small.shop)}
        done = small.shop.post("/contract/accede", data=data, follow_redirects=True)
        assert "Acceded for Aurelis Hotels." in done.text and "acceded on" in done.text
        again = small.shop.post("/contract/accede", data=data, follow_redirects=True)
        assert "Acceded for Aurelis Hotels." in again.text
        assert len(_facts(small).accessions) == 1
        assert small.maker.get("/contract/accessions/2/signed.pdf").data.startswith(b"%PDF")
        for missing in ("1/signed.pdf", "2/sealed.pdf", "2/bundle.zip"):
            assert small.maker.get(f"/contract/accessions/{missing}").status_code == 404
        with small.app.app_context():
            sealings.run(small.small.store, tmp_path, self_made=True, now=lambda: NOON + timedelta(hours=2))
        assert "/contract/accessions/2/bundle.zip" in small.maker.get("/contract").text
        assert b"/ByteRange" in small.maker.get("/contract/accessions/2/sealed.pdf").data
        assert "acceded to version 1 for Aurelis Hotels." in small.maker.get("/record").text

    def test_who_was_renamed_meanwhile_reads_the_document_again_and_keeps_what_was_stated(self, project, tmp_path):
        small = project(projects.agreed_with_one_to_accede)
        with small.app.app_context():
            with transaction() as session:
                session.execute(update(ContractVersion).where(
                    ContractVersion.host_id != small.small.host_id).values(sealed_at=NOON))
            sealings.run(small.small.store, tmp_path, self_made=True, now=lambda: NOON + timedelta(hours=1))
        page = small.shop.post("/contract/accede/code", data=_form(small.shop.get("/contract/accede").text)).text
        with small.app.app_context(), transaction() as session:
            session.execute(update(Member).where(Member.person == small.small.shop).values(name="Claire Duval-Ruiz"))
        answer = small.shop.post("/contract/accede", data=_form(page) | TICKED | {
            "password": PASSWORD, "code": _code(small, small.small.shop)})
        assert answer.status_code == 409 and "The document changed. Nothing was signed." in answer.text
        assert 'value="managing director"' in answer.text and "Claire Duval-Ruiz" in answer.text
        assert _facts(small).accessions == ()

    def test_is_not_for_who_signed(self, project):
        small = project(projects.agreed_with_one_to_accede)
        assert "Only Claire Duval can do this." in small.maker.get("/contract/accede").text
        assert small.maker.post("/contract/accede", data={"version": "1"}).status_code == 403


class TestRefuse:
    def test_ends_the_version_with_a_reason_that_all_read(self, project):
        small = project(_one_signed)
        page = small.shop.get("/contract/refuse").text
        assert "Do not sign for Aurelis Hotels" in page and "Ingrid Solvik (Tornby Furniture)" in page
        answer = small.shop.post("/contract/refuse", follow_redirects=True,
                                 data=_form(page) | {"reason": "Clause 2 has no index."})
        assert "Not signed for Aurelis Hotels. The project is back in Terms" in answer.text
        page = small.maker.get("/contract").text
        assert "Claire Duval did not sign it for Aurelis Hotels." in page
        assert "<q>Clause 2 has no index.</q>" in page

    def test_a_reason_too_short_comes_back(self, project):
        small = project(projects.ready_to_sign)
        answer = small.shop.post("/contract/refuse", data={"version": "1", "reason": "no"})
        assert answer.status_code == 422 and "10 letters or more" in answer.text and "no</textarea>" in answer.text
        assert _facts(small).contract is not None

    def test_is_for_who_could_sign(self, project):
        small = project(projects.ready_to_sign)
        assert small.manager.get("/contract/refuse").status_code == 302
        assert small.manager.post("/contract/refuse", data={"version": "1", "reason": "Long enough."}
                                  ).status_code == 403

    def test_asks_a_session_by_link_for_the_password_first(self, project):
        small = project(projects.ready_to_sign)
        small.clock.go(minutes=29)
        small.shop.get("/contract")
        small.clock.go(minutes=2)
        assert small.shop.get("/contract/refuse").location == "/prove"


class TestLook:
    """In a real browser: nothing wider than the screen, nothing that a reader of the page cannot use."""

    @pytest.mark.parametrize("width", [360, *(pytest.param(w, marks=pytest.mark.long) for w in (768, 1280))])
    def test_every_page_fits_and_passes_axe(self, live, new_page, width):
        axe = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text("utf-8")
        with live.app.app_context(), transaction() as session:
            ready, terms, done = (make(session, now=_today())
                                  for make in (projects.ready_to_sign, projects.in_terms, _refused))
        for small, page_names in ((ready, ("contract", "contract/sign", "contract/refuse")), (terms, ("contract",)),
                                  (done, ("contract", "contract/versions/1"))):
            page = new_page(viewport={"width": width, "height": 900})
            _sign_in(page, small.emails[small.maker])
            for name in page_names:
                page.goto(f"/p/{small.ref}/{name}")
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                page.evaluate(axe)
                found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag22aa', 'best-practice']})")
                assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found["violations"]] == []

    def test_a_signature_in_the_browser(self, live, new_page):
        with live.app.app_context(), transaction() as session:
            small = projects.ready_to_sign(session, now=_today())
        page = new_page()
        _sign_in(page, small.emails[small.maker])
        page.goto(f"/p/{small.ref}/contract/sign")
        page.get_by_label("I have read version 1.").check()
        page.get_by_label("I may sign for Tornby Furniture, as").check()
        page.get_by_label("Function or power").fill("managing director")
        page.get_by_label("I agree to sign electronically.").check()
        page.get_by_role("button", name="Mail me the code").click()
        page.get_by_label("Password").fill(PASSWORD)
        with live.app.app_context():
            page.get_by_label("8-digit code from our mail").fill(_last_code(small.maker))
        page.get_by_role("button", name="Sign version 1 for Tornby Furniture").click()
        page.get_by_text("Signed for Tornby Furniture").wait_for()
        assert page.locator("#answer").evaluate("element => element === document.activeElement")


# helpers


class Room:
    """One person's browser inside one project."""

    def __init__(self, app, ref, email):
        self.client, self.start = entered(app, email), f"/p/{ref}"

    def get(self, path, **given):
        return self.client.get(self.start + path, **given)

    def post(self, path, **given):
        return self.client.post(self.start + path, **given)


class Played:
    """A project with everybody signed in."""

    def __init__(self, app, small, clock):
        self.app, self.small, self.ref, self.clock = app, small, small.ref, clock
        self.maker, self.shop, self.manager = (
            self.fresh(person) for person in (small.maker, small.shop, small.manager))

    def fresh(self, person):
        return Room(self.app, self.ref, self.small.emails[person])


@pytest.fixture
def project(app, session, clock):
    def play(make):
        small = make(session)
        session.commit()
        return Played(app, small, clock)
    return play


def _with_gap(session, *, now=NOON):
    small = projects.open_small(session, now=now)
    projects.give(session, small, "returns", {"crates": Answer(not_available="nobody counted")}, now=now)
    projects.give(session, small, "credit", now=now)
    projects.go_on(session, small, "to_terms", now=now)
    return small


def _settled_later(session, *, now=NOON):
    small = _with_gap(session, now=now)
    body = {"parties": [2], "by": "2027-06-01", "rule": "as counted", "reason": "Nobody has counted yet."}
    number = proposals.propose(session, small.ref, kind="later", subject="figures.returns.crates", body=body,
                               actor=small.maker, key=projects.key(), now=now).values["number"]
    proposals.answer(session, small.ref, number=number, agree=True, actor=small.shop, key=projects.key(), now=now)
    return small


def _one_signed(session, *, now=NOON):
    small = projects.ready_to_sign(session, now=now)
    projects.sign(session, small, 1, now=now)
    return small


def _with_notice(session, *, now=NOON):
    term = projects.SMALL.replace("""\
          places:
            label: Places
""", """\
          start: {label: Start, type: date}
          term: {label: Term, type: whole, unit: a, max: 30}
          notice: {label: Notice, type: whole, unit: month, max: 24}
          places:
            label: Places
""").replace("annexes:\n", """\
  term: {title: Term, needs: {notice: figures.credit.notice}, text: Notice of $notice.}
annexes:
""").replace("terminal:", """\
decide:
  - what: Give notice, or it goes on for a year
    of: shop
    start: figures.credit.start
    term: figures.credit.term
    notice: figures.credit.notice
    goes_on_by: 12
terminal:""")
    small = projects.open_small(session, now=now, definition=term)
    projects.give(session, small, "returns", now=now)
    projects.give(session, small, "credit", projects.answers("credit") | {
        "start": Answer(date(2027, 1, 1)), "term": Answer(Decimal(10)), "notice": Answer(Decimal(6))}, now=now)
    projects.go_on(session, small, "to_terms", now=now)
    projects.sign_all(session, small, now=now)
    return small


def _refused(session, *, now=NOON):
    small = _one_signed(session, now=now)
    signing.refuse_to_sign(session, small.ref, version=1, reason="Clause 2 has no index.", actor=small.shop,
                             key=projects.key(), now=now)
    return small


def _facts(small):
    with small.app.app_context():
        return projects.facts(db.session(), small.small, now=small.clock.moment)


def _form(page):
    """The hidden fields of the form on a page."""
    return dict(re.findall(r'<input name="(\w+)" type="hidden" value="([^"]*)">', page)) | dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


def _mailed(small, client=None):
    client = client or small.maker
    return client.post("/contract/sign/code", data=_form(client.get("/contract/sign").text) | TICKED).text


def _code(small, person):
    with small.app.app_context():
        return _last_code(person)


def _last_code(person):
    row = db.session().scalars(select(Outbox).where(Outbox.kind == "signing_code", Outbox.recipient == person)
                               .order_by(Outbox.created_at.desc(), Outbox.seq.desc())).first()
    return vault.unlock(json.loads(row.values)["secret"])


def _evidence(small):
    with small.app.app_context():
        return json.loads(db.session().scalars(select(Signature.evidence).where(
            Signature.project_id == _facts(small).project.id)).one())


def _enrol(small, person):
    secret = pyotp.random_base32()
    with small.app.app_context(), transaction() as session:
        session.execute(update(Person).where(Person.id == person).values(totp_secret=vault.lock(secret), totp_step=0))
        session.execute(update(SignIn).where(SignIn.person_id == person).values(second_factor_at=NOON))
    return secret


def _parts(small, person, parts):
    with small.app.app_context(), transaction() as session:
        session.execute(update(Member).where(Member.person == person).values(parts=parts))


def _paper(page):
    return page[page.index("<article"):page.index("</article>")]


def _sign_in(page, email):
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def _today():
    return clock.now()
