"""What people wrote, as mails have it, and where a party keeps it out of them."""

from dataclasses import replace
from datetime import date, timedelta
from html import unescape

import pytest

from cocreate.domain.hearing import Subject
from cocreate.words import Reader
from tests.support.clock import NOON
from tests.support.mailed import body, written
from workflows.facts import DutyFact, SignatureFact


class TestWords:
    def test_in_the_readers_language_and_zone(self, contexts):
        context = contexts("ask")
        context = replace(context, reader=Reader("de", "Europe/Berlin", NOON))
        assert "Gesamtkosten heute" in written(context)["Subject"]
        assert "Fr., 5. März 18:00 (Berlin)" in body(written(context)).replace("\n", " ")

    def test_an_ask(self, contexts):
        assert body(written(contexts("ask"))).startswith(
            "Asked of WMATA: 'Total cost today', until Fri 5 Mar 12:00 (New York). It\n"
            "takes about 15 minutes.\n\n"
            "Philips needs this to calculate the offer.\n\n"
            "After that: Philips can start the offer.\n")

    def test_a_decision_names_who_else_decides(self, contexts):
        assert "Asked as well: ● Philips." in " ".join(body(written(contexts("decision_asked"))).split())

    def test_a_decision_on_the_contract_says_also_that_it_is_ready_to_read(self, contexts):
        context = replace(contexts("decision_asked"), also=(("ready_to_read", Subject("contract", "3"), 3),))
        assert "The contract is ready to read, version 3." in body(written(context))

    def test_one_mail_stands_for_several(self, contexts):
        context = replace(contexts("ask"), also=(
            ("submitted", Subject("task", "cost", 2), 3), ("decision_asked", Subject("decision", "common", 2), 3)))
        assert ("Also waiting for you in the project: 'Check: Total cost today from WMATA' and 'Decide: Is this our "
                "common picture?'.") in body(written(context)).replace("\n", " ")

    def test_one_reminder_stands_for_several(self, contexts):
        context = replace(contexts("due_today"), also=(("due_today", Subject("decision", "common", 2), -7),))
        assert "Also waiting for you in the project: 'Decide: Is this our common picture?'." in body(
            written(context)).replace("\n", " ")

    def test_a_reason_stands_in_full(self, contexts):
        assert "> Only one garage? See (a link; see the project)" in body(written(contexts("returned")))

    def test_of_a_bare_domain_in_it_no_mail_program_makes_a_link(self, contexts):
        context = contexts("returned")
        context = replace(context, happened=replace(context.happened, words={
            "reason": "Sign in at secure-cocreate.com or mail eve@evil.example, e.g. today at 9.30."}))
        said = body(written(context)).replace("\n> ", " ")
        assert "Sign in at secure-cocreate. com or mail eve@evil. example, e.g. today at 9.30." in said

    def test_an_answer_to_ones_own_call_asks_whether_it_helped(self, contexts):
        context = contexts("comment")
        task = replace(context.facts.task("cost", 2), help=1, help_by=context.person, helper=5)
        context = replace(context, facts=context.facts.with_task(task),
                          happened=replace(context.happened, details={"call": 1}))
        message = written(context)
        assert message["Subject"] == "Did it help? Anna Berg answered: Total cost today (Garage lighting)"
        assert f"/p/{context.facts.project.ref}/tasks/cost/helped?party=2" in body(message)

    def test_overdue_says_who_hears_next(self, contexts):
        said = body(written(contexts("overdue"))).replace("\n", " ")
        assert "Since then ●\xa0Philips waits." in said
        assert "You have a draft of Tue 2 Mar." in said

    def test_a_lapsed_decision_says_what_changed(self, contexts):
        said = body(written(contexts("decision_lapsed"))).replace("\n", " ")
        assert "Changed since: Total cost today, version 4." in said

    def test_signed_by_all_says_when(self, contexts):
        context, facts = contexts("all_signed"), contexts("all_signed").facts
        for party, hours in ((1, 0), (2, 2)):
            facts = facts.with_signature(SignatureFact("", 1, party, party, NOON + timedelta(hours=hours), "t", "p"))
        assert "version 1. Agreed by all on Mon 1 Mar 09:00 (New York)." in " ".join(
            body(written(replace(context, facts=facts))).split())

    def test_signed_by_all_has_what_the_reader_owes_first_and_says_before_which_day_to_decide(self, contexts):
        context = contexts("all_signed")
        facts, own = context.facts, context.facts.member(context.person).party
        for number, decide in enumerate((False, False, False, True), 1):
            party = own if number == 4 else 3 - own
            facts = facts.with_duty(DutyFact(number, party, f"Thing {number}", date(2036, 1, 29), decide=decide))
        said = " ".join(body(written(replace(context, facts=facts))).split())
        assert ("WMATA decides before Wed 30 Jan 2036: Thing 4. Due Tue 29 Jan 2036 from Philips: Thing 1. "
                "Due Tue 29 Jan 2036 from Philips: Thing 2. The signed file") in said

    @pytest.mark.parametrize(("because", "said"), [
        ("task:cost@2", "Changed: 'Total cost today' of ■\xa0WMATA."), ("parties", "Changed: who takes part."),
        ("clause", "Changed: a clause, as all parties agreed."), ("replaced", "A newer version took its place.")])
    def test_an_ended_signature_says_what_changed(self, contexts, because, said):
        context = contexts("signature_ended")
        ended = replace(context.facts.papers[0], ended_at=NOON, ended_because=because)
        mail_ = written(replace(context, facts=context.facts.with_contract(ended)))
        assert f"with the signatures on it.\n\n{said}\n" in body(mail_).replace("has\nended", "has ended")

    def test_only_who_had_signed_is_asked_to_sign_again(self, contexts):
        context = contexts("signature_ended")
        other = replace(context, facts=replace(context.facts, signatures=()))
        message = written(other)
        assert message["Subject"] == "Signatures have ended: the text changed (Garage lighting)"
        assert "sign again" not in body(message)
        message = written(context)
        assert message["Subject"] == "Your signature has ended: the text changed (Garage lighting)"
        said = " ".join(body(message).split())
        assert ("Nobody is bound by it. Your signature is one of them. There is nothing to sign until the next "
                "version is agreed; then we ask you to sign again.") in said

    def test_who_had_signed_is_asked_again_once_there_is_something_to_sign(self, contexts):
        context = contexts("please_sign")
        before = SignatureFact("", 1, 2, context.person, NOON, "t", "p", ended_at=NOON)
        signed = replace(context, facts=replace(context.facts, signatures=(before,)))
        assert written(context)["Subject"].startswith("Please sign: Lighting service agreement, version 1")
        message = written(signed)
        assert message["Subject"] == "Please sign again: Lighting service agreement, version 1 (Garage lighting)"

    def test_a_code_is_in_the_text_and_not_in_the_subject(self, contexts):
        message = written(contexts("signing_code"))
        assert "    123456" in body(message)
        assert "123456" not in message["Subject"]


class TestKeptOut:
    """What the people of a party write, where it keeps that out of mails."""

    KEPT = ("The words are there to read in the project: Philips keeps them out of mails.")

    @pytest.mark.parametrize("kind", [
        "returned", "not_agreed", "declined", "hold", "nudge", "signature_ended", "comment", "mention", "help",
        "proposal", "proposal_refused", "invitation_declined"])
    def test_a_mail_says_that_there_are_words_to_read(self, contexts, kind):
        message = written(kept_out(contexts(kind)))
        said = " ".join(body(message).split())
        assert said.count(self.KEPT) == 1 and self.KEPT in unescape(" ".join(body(message, "html").split()))
        for of in (said, body(message, "html")):
            assert not any(words in of for words in ("Only one garage", "The staff cost", "bill of May", "is sold"))
        assert "Philips keeps" not in body(written(contexts(kind)))

    def test_only_of_the_party_that_chose_so(self, contexts):
        context = contexts("returned")
        facts = context.facts.with_party(replace(context.facts.party(2), words_by_mail=False))
        assert "> Only one garage?" in body(written(replace(context, facts=facts)))

    def test_a_greeting_stands_on_the_page_of_the_invitation(self, contexts):
        assert "> See you on Monday." in body(written(contexts("invitation")))
        assert "See you on Monday." not in body(written(kept_out(contexts("invitation"))))

    def test_who_is_waited_for_outside_is_not_named(self, contexts):
        context = contexts("waiting_outside")
        facts = context.facts.with_party(replace(context.facts.party(2), words_by_mail=False))
        said = " ".join(body(written(replace(context, facts=facts))).split())
        assert "waits for someone outside until" in said and "energy supplier" not in said


def kept_out(context):
    philips = replace(context.facts.party(1), words_by_mail=False)
    return replace(context, facts=context.facts.with_party(philips))
