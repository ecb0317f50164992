"""Signing a contract: with password and code on exactly the text that was read, or not, with a reason."""

import re

import pyotp
import pytest

from cocreate.clock import now
from cocreate.db import db, transaction
from tests.support import projects, stories
from tests.support.clock import NOON
from tests.support.mailed import body
from tests.support.mailed import mailed as mail
from tests.support.people import PASSWORD
from tests.support.rooms import by_link, hidden, mails, sign_in
from tests.support.signing import TICKED, code, enrol, evidence, mailed, seal

REACHED = "[document.activeElement.name, document.activeElement.getBoundingClientRect().bottom]"


class TestSign:
    def test_with_password_and_mailed_code(self, project):
        room = project(projects.ready_to_sign)
        page = room.maker.get("/contract/sign").text
        assert "You sign for Tornby Furniture:" in page and "version 1, 3 clauses, 1 annex." in page
        assert "Mail me the code" in page and 'name="password"' not in page
        page = room.maker.post("/contract/sign/code", data=hidden(page) | TICKED).text
        assert "The code counts for exactly this version, for ten minutes." in page
        assert 'value="managing director"' in page and page.count("checked") == 3
        answer = room.maker.post("/contract/sign", data=hidden(page) | TICKED | {
            "password": PASSWORD, "code": code(room, room.small.maker)}, follow_redirects=True)
        assert ("Signed for Tornby Furniture, Mon 1 Mar 12:00 (UTC). Waiting for Aurelis Hotels: "
                "Claire Duval, asked today.") in answer.text
        said = evidence(room)
        assert said["statements"] == ["I have read version 1.",
                                      "I may sign for Tornby Furniture, as managing director.",
                                      "I agree to sign electronically."]
        assert said["methods"][0].startswith("password and a code mailed to m***@crates.example;")
        assert (said["name"], said["basis"], said["opened_at"]) == (
            "Ingrid Solvik", "managing director", NOON.isoformat())

    def test_on_now_the_own_signature_stands_among_what_is_asked_and_the_others_below(self, project):
        room = project(projects.ready_to_sign)
        now_page = " ".join(re.sub("<[^>]+>", "", room.maker.get("").text).split())
        assert "is not signed by Tornby Furniture" not in now_page
        assert "is not signed by &nbsp;Aurelis Hotels" in now_page
        assert "What is asked of you above, and this:" in now_page

    def test_who_is_asked_to_sign_hears_of_a_reservation_and_reads_it_before_the_text(self, project):
        room = project(projects.frozen)
        with room.app.app_context():
            stories.decide(room.small, "our_contract", 1)
            stories.decide(room.small, "our_contract", 2, answer="reserved", reason="Our board meets in June.")
            stories.go_on(room.small, "to_signature")
            said = " ".join(body(mail(db.session(), room.small, room.small.shop, "please_sign")).split())
        assert ("All parties agree on the text, ■ Aurelis Hotels with a reservation: it stands above the text where "
                "you sign.") in said
        page = room.maker.get("/contract/sign").text
        assert page.index("<q>Our board meets in June.</q>") < page.index('id="paper"')
        page = room.maker.get("/contract/evidence").text
        assert "What was reserved" in page and "<q>Our board meets in June.</q>" in page

    def test_where_not_all_have_to_agree_nobody_is_told_that_all_do(self, project):
        small = projects.SMALL.replace("about: contract,", "about: contract, rule: any,")
        rule = "One party that agrees is enough."
        room = project(lambda session: projects.frozen(session, definition=small))
        with room.app.app_context():
            told = " ".join(body(mail(db.session(), room.small, room.small.manager, "ready_to_read")).split())
            assert f"Signatories will be asked to sign once its text is agreed. {rule} A sample" in told
            assert "version 1 is not agreed yet" in room.shop.get("/contract").text
            stories.decide(room.small, "our_contract", 1)
            assert (f"All 3 clauses are agreed on version 1. {rule} Aurelis Hotels has not agreed to it."
                    ) in room.shop.get("/contract").text.replace("&#39;", "'")
            stories.go_on(room.small, "to_signature")
            asked = " ".join(body(mail(db.session(), room.small, room.small.shop, "please_sign")).split())
        assert (f"● Tornby Furniture agrees on the text. {rule} ■ Aurelis Hotels has not agreed to it. "
                "Aurelis Hotels is asked to sign") in asked

    def test_a_phone_that_loads_the_page_again_after_the_mail_goes_on_to_sign(self, project):
        room = project(projects.ready_to_sign)
        mailed(room.maker)
        answer = room.maker.get("/contract/sign/code")
        assert answer.status_code == 302 and answer.location.endswith("/contract/sign")
        assert 'name="code"' in room.maker.get("/contract/sign").text

    @pytest.mark.parametrize(("given", "sentence"), [
        ({"basis": ""}, "Fill in"), ({"may": ""}, "Tick this to sign"),
        ({"opened": "forged"}, "Read the text on this page before you sign it."),
    ])
    def test_no_code_is_mailed_while_what_was_stated_is_not_whole(self, project, given, sentence):
        room = project(projects.ready_to_sign)
        page = room.maker.get("/contract/sign").text
        answer = room.maker.post("/contract/sign/code", data=hidden(page) | TICKED | given)
        assert answer.status_code == 422 and sentence in answer.text and "Mailed to" not in answer.text
        assert ("signing_code", room.small.maker) not in mails(room)
        assert answer.text.count("checked") == (2 if "may" in given else 3)
        assert "basis" in given or 'value="managing director"' in answer.text
        again = room.maker.post("/contract/sign/code", data=hidden(answer.text) | TICKED)
        assert again.status_code == 200 and ("signing_code", room.small.maker) in mails(room)

    def test_with_an_app_code_that_counts_once(self, project):
        room = project(projects.ready_to_sign)
        secret = enrol(room, room.small.maker)
        page = room.maker.get("/contract/sign").text
        assert "6-digit code from your app" in page and "Mail me" not in page
        data = hidden(page) | TICKED | {"password": PASSWORD, "code": pyotp.TOTP(secret).at(NOON)}
        answer = room.maker.post("/contract/sign", data=data)
        assert answer.status_code == 303
        assert evidence(room)["methods"] == ["password and code from an app"]
        again = room.maker.post("/contract/sign", data=data)
        assert again.status_code == 303 and len(room.facts().signatures) == 1

    @pytest.mark.parametrize(("given", "sentence"), [
        ({"password": "wrong"}, "This password is not right."),
        ({"code": "00000000"}, "Type the one of our newest mail, or let us mail you another."),
        ({"read": ""}, "Tick this to sign"), ({"electronic": ""}, "Tick this to sign"),
        ({"basis": ""}, "Fill in"), ({"basis": "x\u202ey"}, "hidden character"),
        ({"opened": "forged"}, "Read the text on this page before you sign it."),
    ])
    def test_what_is_wrong_is_said_and_the_rest_stays(self, project, given, sentence):
        room = project(projects.ready_to_sign)
        page = mailed(room.maker)
        answer = room.maker.post("/contract/sign", data=hidden(page) | TICKED | {
            "password": PASSWORD, "code": code(room, room.small.maker)} | given)
        assert answer.status_code == 422 and sentence in answer.text
        assert PASSWORD not in answer.text and "00000000" not in answer.text
        stays = f'value="{code(room, room.small.maker)}"' in answer.text  # nobody has asked whether it is right
        assert stays is ("code" not in given)
        assert "basis" in given or 'value="managing director"' in answer.text
        assert room.facts().signatures == ()

    def test_a_text_that_ended_meanwhile_is_not_signed(self, project):
        room = project(projects.ready_to_sign)
        page = mailed(room.maker)
        mailed_code = code(room, room.small.maker)
        room.clock.go(hours=2, minutes=2)
        with room.app.app_context(), transaction() as session:
            projects.go_on(session, room.small, "too_early", reason="Counted again.", actor=room.small.shop,
                           now=room.clock.moment)
        answer = room.sign_in(room.small.maker).post("/contract/sign", data=hidden(page) | TICKED | {
            "password": PASSWORD, "code": mailed_code})
        assert answer.status_code == 409
        assert "The text changed at 14:02. Nothing was signed." in answer.text
        assert f"/p/{room.ref}/contract/versions/1#changes" in answer.text
        assert "<dt>Function or power</dt><dd>managing director</dd>" in answer.text
        assert room.facts().signatures == ()

    def test_another_text_than_was_shown_is_not_signed(self, project):
        room = project(projects.ready_to_sign)
        page = mailed(room.maker)
        for wrong in ({"text_sha256": "0" * 64}, {"pdf_sha256": "0" * 64}, {"version": "7"}, {"version": "\u0663"}):
            answer = room.maker.post("/contract/sign", data=hidden(page) | TICKED | {
                "password": PASSWORD, "code": code(room, room.small.maker)} | wrong)
            assert answer.status_code == 409 and "Nothing was signed." in answer.text

    def test_the_page_one_opened_is_no_use_to_somebody_else(self, project):
        room = project(projects.ready_to_sign)
        hers = hidden(mailed(room.maker))
        his = mailed(room.shop)
        answer = room.shop.post("/contract/sign", data=hidden(his) | TICKED | {
            "opened": hers["opened"], "password": PASSWORD, "code": code(room, room.small.shop)})
        assert answer.status_code == 422 and room.facts().signatures == ()

    def test_who_does_not_sign_sees_who_can(self, project):
        room = project(projects.ready_to_sign)
        page = room.manager.get("/contract/sign").text
        assert "Only Ingrid Solvik and Claire Duval can do this." in page
        assert "Mail me the code" not in page and "not signed yet" in page
        for act in ("sign", "sign/code"):
            assert room.manager.post(f"/contract/{act}", data=hidden(room.maker.get("/contract/sign").text)
                                      | TICKED | {"password": PASSWORD, "code": "1"}).status_code == 403

    def test_a_session_by_link_signs_with_the_password(self, project):
        room = project(projects.ready_to_sign)
        page = mailed(by_link(room.maker, room.small.maker))
        assert room.maker.post("/contract/sign", data=hidden(page) | TICKED | {
            "password": PASSWORD, "code": code(room, room.small.maker)}).status_code == 303

    def test_nobody_guesses_the_password_here(self, project):
        room = project(projects.ready_to_sign)
        data = hidden(mailed(room.maker)) | TICKED | {"code": code(room, room.small.maker)}
        for _ in range(10):
            room.maker.post("/contract/sign", data=data | {"password": "wrong"})
        answer = room.maker.post("/contract/sign", data=data | {"password": PASSWORD})
        assert answer.status_code == 429 and "Too many tries." in answer.text
        assert 'value="managing director"' in answer.text

    def test_all_signed_then_sealed_says_agreed_and_gives_the_files(self, project, tmp_path):
        room = project(projects.agreed)
        assert "What was reserved" not in room.shop.get("/contract/evidence").text
        page = room.shop.get("/contract").text
        assert "Agreed by all on Mon 1 Mar." in page and "The seal is being put on; a minute." in page
        assert "/versions/1/sealed.pdf" not in page
        assert "All have signed. The seal of the host is being put on." in room.shop.get("/contract/sign").text
        seal(room, tmp_path)
        page = room.shop.get("/contract").text
        assert "How to check it without us" in page and "This is a sample text and needs your lawyer." in page
        signing = room.shop.get("/contract/sign").text
        assert "All have signed. Sealed on Mon 1 Mar 13:00 (UTC)." in signing
        assert "is being put on" not in signing
        for kind in ("signed", "sealed", "evidence"):
            assert room.shop.get(f"/contract/versions/1/{kind}.pdf").data.startswith(b"%PDF")


class TestRefuse:
    def test_ends_the_version_with_a_reason_that_all_read(self, project):
        room = project(projects.one_signed)
        page = room.shop.get("/contract/refuse").text
        assert "Do not sign for Aurelis Hotels" in page and "Ingrid Solvik (Tornby Furniture)" in page
        answer = room.shop.post("/contract/refuse", follow_redirects=True,
                                 data=hidden(page) | {"reason": "Clause 2 has no index.", "wording": "y"})
        assert "Not signed for Aurelis Hotels. The project is back in Terms" in answer.text
        page = room.maker.get("/contract").text
        assert "Claire Duval did not sign it for Aurelis Hotels." in page
        assert "version 2 has not been made ready to read yet" in page
        assert "<q>Clause 2 has no index.</q>" in page

    def test_a_reason_too_short_comes_back(self, project):
        room = project(projects.ready_to_sign)
        answer = room.shop.post("/contract/refuse", data={"version": "1", "reason": "no"})
        assert answer.status_code == 422 and "10 letters or more" in answer.text and "no</textarea>" in answer.text
        assert room.facts().contract is not None

    def test_is_for_who_could_sign(self, project):
        room = project(projects.ready_to_sign)
        assert room.manager.get("/contract/refuse").status_code == 302
        assert room.manager.post("/contract/refuse", data={
            "version": "1", "reason": "Long enough.", "wording": "y"}).status_code == 403

    def test_asks_a_session_by_link_for_the_password_first(self, project):
        room = project(projects.ready_to_sign)
        room.clock.go(minutes=29)
        room.shop.get("/contract")
        room.clock.go(minutes=2)
        assert room.shop.get("/contract/refuse").location == "/prove"


class TestOnAPhone:
    def test_nothing_lies_over_what_is_signed_with(self, live, new_page):
        with live.app.app_context(), transaction() as session:
            small = projects.ready_to_sign(session, now=now())
        page = new_page(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
        sign_in(page, small.emails[small.maker])
        page.goto(f"/p/{small.ref}/contract/sign")
        page.get_by_role("link", name="I read it elsewhere").click()
        bar, form = (page.locator(which).bounding_box() for which in (".next-bar", "#yours"))
        assert bar["y"] + bar["height"] <= form["y"]
        dock = page.locator(".bottom-bar").bounding_box()["y"]
        reached = []
        for _ in range(5):
            page.keyboard.press("Tab")
            reached.append(page.evaluate(REACHED))
        assert [name for name, _bottom in reached] == ["read", "may", "basis", "electronic", ""]
        assert all(bottom <= dock for _name, bottom in reached)
