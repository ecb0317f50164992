"""What mails look like, and that nothing gets into their heads."""

import re
from dataclasses import replace
from html import unescape
from textwrap import fill

import pytest
from sqlalchemy import update

from cocreate import letters, mail
from cocreate.domain import hearing
from cocreate.domain.hearing import Subject
from cocreate.mail import compose
from cocreate.models.hosts import Host
from cocreate.models.projects import Member
from cocreate.services.letters import Happened
from cocreate.storage import LocalStore
from tests.support.clock import NOON
from tests.support.mailed import ACCOUNT, SETTINGS, body, written
from workflows.definition import Definition
from workflows.facts import DecisionState, TaskState

SUBJECTS = {
    "invitation": "Anna Berg invites you: Garage lighting",
    "invitation_again": "Still open: the invitation of Anna Berg (Garage lighting)",
    "ask": "Your turn: Total cost today (Garage lighting), by Fri 5 Mar",
    "due_soon": "In 4 days: Total cost today (Garage lighting)",
    "due_today": "Today: Total cost today (Garage lighting)",
    "overdue": "Was due Fri 5 Mar: Total cost today (Garage lighting)",
    "escalation": "Please help: Total cost today is open (Garage lighting)",
    "returned": "Returned with a reason: Total cost today (Garage lighting)",
    "submitted": "To check: Total cost today from WMATA (Garage lighting)",
    "entered": "Is this right? Anna Berg entered it for you (Garage lighting)",
    "decision_asked": "Your decision: Is this our common picture? (Garage lighting)",
    "decision_lapsed": "Please decide again: Is this our common picture? (Garage lighting)",
    "decision_agreed": "WMATA agrees: Is this our common picture? (Garage lighting)",
    "not_agreed": "WMATA does not agree: Is this our common picture? (Garage lighting)",
    "gone_on": "Now in Where we stand today (Garage lighting)",
    "gone_back": "Back to Where we stand today (Garage lighting)",
    "hold": "On hold until Wed 31 Mar (Garage lighting)",
    "resumed": "Going on again (Garage lighting)",
    "declined": "Garage lighting has ended",
    "withdrawn": "Garage lighting has ended",
    "ready_to_read": "The contract is ready to read, version 1 (Garage lighting)",
    "please_sign": "Please sign: Lighting service agreement, version 1 (Garage lighting)",
    "signing_code": "Your code for signing version 1 (Garage lighting)",
    "signed": "WMATA has signed: Lighting service agreement (Garage lighting)",
    "signing_declined": "Philips does not sign: Lighting service agreement (Garage lighting)",
    "signature_ended": "Your signature has ended: the text changed (Garage lighting)",
    "all_signed": "Signed by all: Lighting service agreement (Garage lighting)",
    "joined": "WMATA joins (Garage lighting)",
    "mention": "Anna Berg mentions you: Total cost today (Garage lighting)",
    "comment": "Anna Berg writes about: Total cost today (Garage lighting)",
    "help": "Anna Berg asks for help: Total cost today (Garage lighting)",
    "help_ended": "No help is needed any more: Total cost today (Garage lighting)",
    "concern": "A concern was raised (Garage lighting)",
    "concern_answered": "Your concern has an answer (Garage lighting)",
    "concern_ended": "A concern was ended (Garage lighting)",
    "waiting_outside": "Waits for someone outside: Total cost today (Garage lighting)",
    "invitation_accepted": "Grace Lee is in (Garage lighting)",
    "invitation_declined": "Grace Lee says no (Garage lighting)",
    "invitation_expired": "The invitation of Grace Lee has expired (Garage lighting)",
    "invitation_unanswered": "No answer yet: Grace Lee (Garage lighting)",
    "invitation_wanted": "A new invitation is asked for: Grace Lee (Garage lighting)",
    "notice_given": "Notice was given: Lighting service agreement (Garage lighting)",
    "notice_back": "Decide again: a notice was taken back (Garage lighting)",
    "decided": "It ends: Lighting service agreement (Garage lighting)",
    "decided_back": "Taken back, not decided yet: Lighting service agreement (Garage lighting)",
    "contract_ends": "Ends on Thu 30 Dec 2027: Lighting service agreement (Garage lighting)",
    "duty_back": "Taken back, not done yet: Energy report (Garage lighting)",
    "duty_doubted": "Not seen done by Philips: Energy report (Garage lighting)",
    "duty_due": "Due Fri 1 Oct 2027: Energy report (Garage lighting)",
    "duty_overdue": "Was due Fri 1 Oct 2027: Energy report (Garage lighting)",
    "still_you": "Do you still look after: Energy report? (Garage lighting)",
    "settled": "Settled: Energy (Garage lighting)",
    "two_values": "Two values: Energy (Garage lighting)",
    "nobody_can_act": "Nobody can act: Is this our common picture? (Garage lighting)",
    "clause_proposed": "Proposed: to strike the clause 'Clause 2' (Garage lighting)",
    "clause_objected": "Not agreed: to strike the clause 'Clause 2' (Garage lighting)",
    "mail_came_back": "We cannot reach Grace Lee (Garage lighting)",
    "left": "Grace Lee has left (Garage lighting)",
    "handed_over": "Grace Lee stands in until Mon 1 Mar (Garage lighting)",
    "nudge": "Anna Berg asks: Total cost today (Garage lighting)",
    "proposal": "Please answer: to withdraw the project (Garage lighting)",
    "proposal_refused": "WMATA does not agree: to withdraw the project (Garage lighting)",
    "sign_in_link": "Sign-in link",
    "reset": "New password",
    "staff_invitation": "Claire Duval invites you to work for Philips",
    "welcome": "Your account is ready: choose a password",
    "password_changed": "Your password was changed",
    "new_sign_in": "New sign-in",
    "second_step_changed": "Second step changed",
    "signed_out": "You were signed out everywhere",
    "projects_taken": "Ben Ito looks after your projects of Philips",
    "projects_given": "You look after 7 more projects of Philips",
    "test": "Test mail",
    "record_broken": "A record does not fit: line 88 (project 7f3a)",
    "suggestion": "Suggested: Take back our chairs",
    "suggestion_answered": "Answer to your suggestion: Take back our chairs",
}
LINKS = {
    "invitation": "/i/t0ken", "invitation_again": "/i/t0ken", "ask": "/p/{ref}/tasks/cost",
    "decision_asked": "/p/{ref}/gates/common",
    "please_sign": "/p/{ref}/contract/sign", "ready_to_read": "/p/{ref}/contract", "gone_on": "/p/{ref}",
    "left": "/p/{ref}/people", "handed_over": "/p/{ref}/people", "nudge": "/p/{ref}/tasks/cost",
    "proposal": "/p/{ref}/proposals/1", "clause_objected": "/p/{ref}/proposals/1", "duty_due": "/p/{ref}/duties",
    "still_you": "/p/{ref}/duties/who", "two_values": "/p/{ref}/tasks/cost", "concern": "/p/{ref}/concerns",
    "concern_answered": "/p/{ref}/concerns", "concern_ended": "/p/{ref}/concerns",
    "submitted": "/p/{ref}/tasks/cost?party=2", "nobody_can_act": "/p/{ref}/people", "help": "/p/{ref}/tasks/cost#talk",
    "sign_in_link": "/l/t0ken", "reset": "/r/t0ken", "welcome": "/r/t0ken", "staff_invitation": "/h/t0ken",
    "password_changed": "/forgot",
    "new_sign_in": "/account", "second_step_changed": "/account", "signed_out": "/account",
    "record_broken": "/admin/health",
    "suggestion": "/desk", "projects_taken": "/projects", "projects_given": "/desk",
    "suggestion_answered": "/your-turn",
}


@pytest.mark.parametrize("kind", sorted(SUBJECTS))
class TestEveryKind:
    def test_its_subject_and_its_one_link(self, contexts, kind):
        context = contexts(kind)
        message = written(context)
        assert message["Subject"] == SUBJECTS[kind]
        links = set(re.findall(r'href="([^"]*)"', body(message, "html"))) - {"https://room.example/account#digest"}
        assert all(link.startswith("https://room.example/") for link in links)
        assert len(links) <= 1
        if (path := LINKS.get(kind, "/account")) != "/account":
            link = "https://room.example" + path.format(ref=context.facts.project.ref if context.facts else "")
            assert links == {link}
            assert f"\n{link}\n" in body(message)

    def test_text_is_short_whole_and_narrow_and_html_says_the_same(self, contexts, kind):
        message = written(contexts(kind))
        own = [line for line in body(message).splitlines() if not line.startswith(("> ", "https://"))]
        assert len(" ".join(own).split()) <= 120
        assert max(len(line) for line in own) <= 72
        text = re.sub(r"https://\S+", "", body(message))
        assert not re.search(r"%\(|\{\{|None", text)
        assert "You get this because" in text
        if kind not in ACCOUNT:
            assert "'Garage lighting'" in " ".join(text[text.index("You get this because"):].split())
        html = re.sub(r"<style>.*?</style>|<title>.*?</title>|<[^>]+>", " ", body(message, "html"), flags=re.S)
        assert set(re.findall(r"\w+", text)) <= set(re.findall(r"\w+", unescape(html)))

    def test_words_of_a_person_stand_apart_from_ours(self, contexts, kind):
        assert "> " not in unescape(re.sub(r"<style>.*?</style>|<[^>]+>", "", body(written(contexts(kind)), "html"),
                                           flags=re.S))


@pytest.mark.parametrize("part", ["plain", "html"])
def test_a_day_stays_whole_in_both_parts(contexts, part):
    assert "Fri\xa05\xa0Mar" in written(contexts("ask")).get_body((part,)).get_content()


@pytest.mark.parametrize("kind", ["duty_back", "duty_doubted"])
def test_of_what_was_taken_on_at_a_question_the_mail_names_that_and_no_contract(contexts, kind):
    context = contexts(kind)
    for gate, there, not_there in ((None, "under 'Lighting service agreement'", "at the question"),
                                   ("common", "at the question 'Is this our common picture?'", "service agreement")):
        duty = replace(context.facts.duties[0], gate=gate)
        said = " ".join(body(written(replace(context, facts=context.facts.with_duty(duty)))).split())
        assert there in said and not_there not in said


@pytest.mark.parametrize(("kind", "subject"), [
    ("duty_due", "Decide before Sat 2 Oct 2027: Energy report (Garage lighting)"),
    ("duty_overdue", "Not decided before Sat 2 Oct 2027: Energy report (Garage lighting)")])
def test_what_is_to_be_decided_says_before_when(contexts, kind, subject):
    context = contexts(kind)
    duty = replace(context.facts.duties[0], decide=True)
    message = written(replace(context, facts=context.facts.with_duty(duty)))
    assert message["Subject"] == subject
    said = " ".join(body(message).split())
    assert "before Sat 2 Oct 2027: Energy report." in said and "owe " not in said and "owes" not in said


@pytest.mark.parametrize(("values", "said"), [
    ({"what": "used", "left": 9}, "9 are left."),
    ({"what": "made"}, "Ten new recovery codes were made on"),
    ({"what": "off", "by": "Petra Sool"}, "Petra Sool, who administers your organisation here, took your second step"),
    ({"what": "off"}, "It was switched off on")])
def test_what_changed_of_a_second_step_is_said(contexts, values, said):
    context = contexts("second_step_changed")
    message = written(replace(context, values={**context.values, "by": "", **values}))
    assert said in " ".join(body(message).split())


def test_every_kind_is_known():
    templates = {path.stem for path in mail.FOLDER.glob("[!_]*.txt")} - {"digest"}
    assert templates == set(SUBJECTS)
    mailed = {kind for kind, cells in hearing.TABLE.items() if hearing.Channel.MAIL in cells}
    assert mailed - templates == {"template_corrected", "migrated"}  # templates do not change under projects
    # Letters of an act, which no table names.
    own = {"signing_code", "invitation_again", "invitation_expired", "invitation_wanted", "nudge", "proposal",
           "proposal_refused"}
    assert templates - ACCOUNT - own <= hearing.KINDS
    assert set(letters.LINKS) - {"invitation", "invitation_again", "digest"} == ACCOUNT


class TestHead:
    def test_of_a_project(self, contexts):
        context = contexts("ask")
        message = written(context)
        ref = context.facts.project.ref
        assert message["From"] == "Anna Berg via Philips Lighting <cocreate@room.example>"
        assert message["To"] == f"Renee Kim <{context.to}>"
        assert message["Reply-To"].startswith("anna.berg")
        assert message["Message-ID"] == f"<{context.message_id}@room.example>"
        assert message["References"] == message["In-Reply-To"] == f"<{ref}@room.example>"
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["X-Cocreate-Record"].split() == ["1", "9c41" * 16]
        assert message["List-Id"] is None
        assert "Record: 1 event, last fingerprint 9c41 9c41" in body(message)

    @pytest.mark.parametrize("kind", ["signed", "signing_code"])
    def test_nobody_gets_a_mail_from_themselves(self, contexts, kind):
        context = contexts(kind)
        own = replace(context, sender=context.name, happened=Happened(
            NOON, "sign", context.person, 1, {}, {}))
        message = written(own)
        assert message["From"] == "Philips Lighting <cocreate@room.example>"
        if kind == "signed":
            assert message["Subject"] == "You signed: Lighting service agreement (Garage lighting)"
            assert "You signed version 1 of" in body(message)

    def test_of_an_account(self, contexts):
        message = written(contexts("sign_in_link"))
        assert message["From"] == "cocreate <cocreate@room.example>"
        assert message["References"] is None

    @pytest.mark.parametrize("kind", ["suggestion", "suggestion_answered", "staff_invitation", "projects_taken",
                                      "projects_given"])
    def test_of_an_account_that_a_person_caused(self, contexts, kind):
        message = written(contexts(kind))
        assert message["From"] == "Claire Duval via Philips <cocreate@room.example>"

    def test_before_acceptance_the_record_is_not_named(self, contexts):
        assert "Record" not in body(written(contexts("invitation")))

    @pytest.mark.parametrize("kind", ["invitation", "invitation_again"])
    def test_an_invitation_says_that_no_is_an_answer_and_silence_is_none(self, contexts, kind):
        said = " ".join(body(written(contexts(kind))).split())
        assert "A no is fine too: say so, and we stop writing. If you do not answer, you have agreed to nothing." \
            in said

    @pytest.mark.parametrize("kind", ["invitation", "invitation_again"])
    def test_an_invitation_names_the_seat_and_what_it_means(self, contexts, kind):
        context = contexts(kind)
        assert "WMATA takes the seat 'Customer'. " in " ".join(body(written(context)).split())
        definition = context.facts.definition.model_dump(by_alias=True)
        definition["parties"]["customer"]["purpose"] = "Uses the light and pays for it, see https://evil.example/x."
        meant = replace(context, facts=replace(context.facts, definition=Definition.model_validate(definition)))
        said = " ".join(body(written(meant)).split())
        assert "WMATA takes the seat 'Customer': Uses the light and pays for it, see " in said and "evil" not in said

    @pytest.mark.parametrize("evil", [
        "Eve\r\nBcc: all@evil.example", "Eve\nSubject: x", "Eve\0", "a, b; c", 'q "uo" ted', "(comment) Eve",
        "=?utf-8?q?Bcc=3A_x?=", "Zoë 合同", "E" * 10_000, "eve@evil.example", "Eve <eve@evil.example>,", "\u202eevE",
        "https://evil.example/x Eve", "www.evil.example", "evil.example"])
    def test_nothing_typed_gets_in(self, contexts, evil):
        context = contexts("returned")
        facts = context.facts.with_project(title=evil)
        facts = facts.with_member(replace(facts.members[0], name=evil)).with_party(replace(facts.party(1), name=evil))
        context = replace(context, name=evil, host=evil, sender=evil, facts=facts, happened=replace(
            context.happened, words={"reason": evil}))
        message = written(context)
        heads = ("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "In-Reply-To",
                 "References", "X-Cocreate-Event", "X-Cocreate-Record", "MIME-Version", "Content-Type")
        assert sorted(message.keys()) == sorted(heads)
        assert [address.addr_spec for address in message["To"].addresses] == [context.to]
        assert [address.addr_spec for address in message["From"].addresses] == ["cocreate@room.example"]
        assert "evil.example" not in str(message["Subject"])
        for said in (body(message), body(message, "html")):
            assert not re.search(r"(https?://|www\.)(?!room\.example)", said)
            assert "\u202e" not in said and "\0" not in said

    @pytest.mark.parametrize(("kind", "subject"), [
        ("ask", "Your turn: Total cost today of all garages at every station of the… (Garage lighting as a service "
                "in the…), by Fri 5 Mar"),
        ("not_agreed", "Washington Metropolitan Area… does not agree: Is this our common picture? (Garage lighting "
                       "as a service in the…)")])
    def test_long_titles_are_cut_after_a_word_and_the_project_stays(self, contexts, kind, subject):
        context = contexts(kind)
        definition = context.facts.definition.model_dump(by_alias=True)
        definition["stages"]["today"]["tasks"]["cost"]["title"] = {
            "en": "Total cost today of all garages at every station of the whole network"}
        facts = replace(context.facts, definition=Definition.model_validate(definition)).with_project(
            title="Garage lighting as a service in the garages of the city")
        facts = facts.with_party(replace(facts.party(2), name="Washington Metropolitan Area Transit Authority"))
        assert written(replace(context, facts=facts))["Subject"] == subject

    def test_html_of_names_is_harmless(self, contexts):
        context = contexts("hold")
        evil = replace(context, facts=context.facts.with_project(title="<script>alert(1)</script>"))
        assert "<script" not in body(written(evil), "html")


class TestSignedFile:
    """The sealed contract is in the mail only where the host says so."""

    def test_is_attached_where_the_host_wants_it(self, session, contexts, tmp_path):
        session.execute(update(Host).values(attach_signed=True))
        context, settings = contexts("all_signed"), replace(SETTINGS, data=str(tmp_path))
        put = LocalStore(tmp_path / "files").put(context.head.host_ref, b"%PDF sealed")
        context = replace(context, more={**context.more, "sealed": put.sha256})
        message = compose(context, settings)
        attached, = message.iter_attachments()
        assert (attached.get_content_type(), attached.get_content()) == ("application/pdf", b"%PDF sealed")
        assert attached.get_filename() == "contract-version-1.pdf"
        assert "The signed file is attached." in body(message)

    @pytest.mark.parametrize(("attach", "sealed"), [(True, "d" * 64), (False, "")])
    def test_the_host_decides(self, session, contexts, attach, sealed):
        session.execute(update(Host).values(attach_signed=attach))
        assert contexts("all_signed").more["sealed"] == sealed

    def test_nobody_gets_it_who_may_not_read_it(self, session, contexts):
        session.execute(update(Host).values(attach_signed=True))
        session.execute(update(Member).where(Member.name == "Grace Lee").values(parts="facilitator", party=None))
        assert contexts("all_signed").more["sealed"] == ""

    def test_else_it_is_by_link(self, contexts):
        message = written(contexts("all_signed"))
        assert not list(message.iter_attachments()) and "attached" not in body(message)


def test_what_was_broken_to_fit_a_mail_is_whole_again_on_a_page():
    long = "It is a shared room in which the organisations work out an offer and its contract. All see the same plan."
    kept = "See the invitation:\nhttps://room.example/i/x\n\n> Their words.\n> More.\n\n-- \nYou get this."
    wrapped, quoted = fill(long, mail.WIDTH), fill(long, mail.WIDTH, initial_indent="> ", subsequent_indent="> ")
    assert "\n" in wrapped and "\n> " in quoted
    assert mail.unwrapped(f"{wrapped}\n\n{quoted}\n\n{kept}") == f"{long}\n\n> {long}\n\n{kept}"


def test_a_no_names_who_can_do_something_about_it_as_now_does(contexts):
    context = contexts("not_agreed")
    accepted = [replace(task, state=TaskState.ACCEPTED, number=1) for task in context.facts.tasks]
    facts = replace(context.facts, tasks=tuple(accepted))
    assert "can act" not in body(written(replace(context, facts=facts)))  # nothing stops yet
    said_no = replace(facts.decision("common", 2), state=DecisionState.REFUSED)
    said = " ".join(body(written(replace(context, facts=facts.with_decision(said_no)))).split())
    assert "then all decide again. Anna Berg" in said and "can act." in said, said


def test_a_nudge_about_what_the_contract_lacks_leads_to_the_contract(contexts):
    context = contexts("nudge")
    message = written(replace(context, subject=Subject("lacks", "contract", 2)))
    assert message["Subject"].endswith("asks: What the contract lacks (Garage lighting)"), message["Subject"]
    assert f"/p/{context.facts.project.ref}/contract" in body(message)


def test_a_nudge_after_a_no_names_the_question_and_leads_to_it(contexts):
    context = contexts("nudge")
    message = written(replace(context, subject=Subject("after_no", "common", 2)))
    assert "asks: What was not agreed: " in message["Subject"], message["Subject"]
    assert f"/p/{context.facts.project.ref}/gates/common" in body(message)
