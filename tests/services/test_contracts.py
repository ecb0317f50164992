"""The contract: frozen as agreed, signed by both or by nobody, sealed once."""

import hashlib
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import update

from cocreate.domain import contract as domain
from cocreate.domain import openness, saying
from cocreate.domain.answers import Answer
from cocreate.domain.differences import differences
from cocreate.domain.prose import plain
from cocreate.errors import Conflict, Invalid, NotFound
from cocreate.models.hosts import Organisation
from cocreate.models.projects import Project
from cocreate.papers import typesetting
from cocreate.services import accepted, composing, contracts, contributions, missing
from tests.support import projects, several
from tests.support.clock import LATER, NOON
from tests.support.printing import words
from tests.support.projects import facts, key
from workflows.exchange.yaml_text import read


class TestSalt:
    def test_nobody_can_try_by_the_hashes_of_a_version_what_it_says(self, session, app):
        small = projects.frozen(session)
        found = contracts.version(session, facts(session, small), 1)
        row, text = found.row, found.text
        guessed = replace(text, salt="")
        assert len(text.salt) == 32 and domain.text_sha256(guessed) != row.text_sha256
        pdf = typesetting.contract_pdf(guessed, text_sha256=row.text_sha256)
        assert hashlib.sha256(pdf).hexdigest() != row.pdf_sha256
        again = typesetting.contract_pdf(text, text_sha256=row.text_sha256)
        assert hashlib.sha256(again).hexdigest() == row.pdf_sha256


class TestParties:
    @pytest.mark.parametrize(("kind", "said"), [
        ("public_body", "public body"), ("customer", "company"), ("partner", ""), ("facilitator", "")])
    def test_what_a_party_is_is_said_in_plain_words_and_what_it_does_by_its_role(self, session, kind, said):
        small = projects.open_small(session)
        there = facts(session, small)
        session.execute(update(Organisation).where(Organisation.id == there.party(1).organisation).values(kind=kind))
        party = composing.compose(session, there).parties[0]
        assert (party.role, party.kind) == ("Maker", said)


class TestAnswers:
    """What hangs on an answer, from the row in which the answer is kept to the text of the contract."""

    @pytest.mark.parametrize(("said", "state"), [("deposit", "given"), ("none", "struck")])
    def test_what_it_makes_pointless_is_neither_asked_nor_printed(self, session, said, state):
        data, only = json.loads(read(projects.SMALL).canonical()), {"answer": "figures.returns.kind", "is": ["deposit"]}
        stage = data["stages"]["figures"]["tasks"]
        stage["returns"]["fields"]["kind"] = {"type": "choice", "label": "Kind", "of": ["none", "deposit"]}
        stage["custody"] = {**stage["credit"], "after": ["returns"], "only_if": only}
        data["clauses"]["custody"] = {"title": "Custody", "only_if": only, "text": "Kept apart: $amount.",
                                      "needs": {"amount": "figures.custody.amount"}}
        small = projects.open_small(session, definition=json.dumps(data))
        projects.give(session, small, "returns", projects.answers("returns") | {"kind": Answer(said)})
        projects.give_all(session, small)
        here = facts(session, small)
        assert here.chosen("figures.returns.kind") == {2: (said,)}
        assert bool(here.instances("custody")) == (said == "deposit")
        clause = next(one for one in composing.compose(session, here).clauses if one.key == "custody")
        assert (clause.state, clause.gaps, "Kept apart" in clause.body) == (state, (), said == "deposit")

    @pytest.mark.parametrize("given", [{}, {"amount": Answer(not_available="Nobody has counted.")}])
    def test_who_may_not_see_it_reads_the_same_whatever_it_is(self, session, given):
        read_by = {said: hangs_on_a_kept_answer(session, said, given) for said in ("deposit", "none")}
        for of in ("manager", "maker"):
            texts = [found[of][0] for found in read_by.values()]
            clauses = [next(one for one in text.clauses if one.key == "custody") for text in texts]
            annexes = [next(one for one in text.annexes if one.key == "kept") for text in texts]
            same = clauses[0] == clauses[1] and annexes[0] == annexes[1]
            assert same == (of == "manager")
        assert clauses[0].state != clauses[1].state  # the maker's, who may see it
        (text, missing), who = read_by["deposit"]["manager"], "only Tornby Furniture and Aurelis Hotels may see it"
        assert plain(text.clauses[-1].body) == f"[whether this applies hangs on “Kind”: {who}]"
        assert not text.clauses[-1].gaps and not text.clauses[-1].sources
        assert [(one.code, "n" in one.values) for one in missing] == ([("contract.lacks", False)] if given else [])

    @pytest.mark.parametrize("said", ["deposit", "none"])
    def test_who_may_not_see_it_reads_no_version_that_was_made_of_it(self, session, said):
        small = hanging_on_kept(session, said)
        projects.freeze(session, small)
        standing = contracts.row(session, facts(session, small))
        assert [contracts.may_read(facts(session, small, person=one), standing)
                for one in (small.manager, small.maker, small.shop)] == [False, True, True]

    def test_what_is_missing_in_it_is_not_told_to_who_may_not_see_it(self, session):
        small = hanging_on_kept(session, "deposit", {"amount": Answer(not_available="Nobody has counted.")})
        for person, code in ((small.manager, "contract.lacks"), (small.maker, "contract.gaps")):
            with pytest.raises(Invalid, match=code):
                contracts.prepare(session, small.ref, store=small.store, actor=person, now=NOON)

    @pytest.mark.parametrize(("kind", "given"), [
        ({"kind": "review", "reviews": "returns"}, {"verdict": Answer("fine")}),
        ({"kind": "assessment", "statements": {"e1": {"text": "We agree."}}}, {"e1": Answer("s4")}),
    ])
    def test_who_may_not_see_what_a_task_asks_by_its_kind_reads_the_contract_all_the_same(self, session, kind, given):
        data = json.loads(read(projects.SMALL).canonical())
        data["stages"]["figures"]["tasks"]["checked"] = kind | {
            "title": "Checked", "why": "The other side relies on it.", "of": ["shop"], "due": {"days": 5},
            "visible_to": ["maker", "shop"]}
        small = projects.open_small(session, definition=json.dumps(data))
        for task in ("returns", "credit"):
            projects.give(session, small, task)
        contributions.submit(session, small.ref, task="checked", party=2, seen=0, draft=0, answers=given,
                             actor=small.shop, key=key(), now=NOON)
        texts = [composing.compose(session, facts(session, small, person=one)) for one in (small.manager, small.maker)]
        assert texts[0].clauses == texts[1].clauses

    def test_the_charter_does_not_keep_it_from_who_signs(self, session):
        data = json.loads(several.clause_on_kept())
        del data["stages"]["figures"]["tasks"]["returns"]["visible_to"]
        data["stages"]["figures"]["tasks"]["returns"]["fields"]["kind"]["matter"] = "costs"
        assert "figures.returns.kind" in openness.in_contract(read(json.dumps(data)))

    @pytest.mark.parametrize(("said", "heads"), [("deposit", ("Place", "Lorries")), ("none", ("Place",))])
    def test_a_column_it_makes_pointless_is_in_no_version_no_figure_and_no_annex(self, session, said, heads):
        data = json.loads(read(projects.SMALL).canonical())
        stage = data["stages"]["figures"]["tasks"]
        stage["returns"]["fields"]["kind"] = {"type": "choice", "label": "Kind", "of": ["none", "deposit"]}
        stage["credit"]["after"] = ["returns"]
        stage["credit"]["fields"]["places"]["columns"]["lorries"]["only_if"] = {
            "answer": "figures.returns.kind", "is": ["deposit"]}
        small = projects.open_small(session, definition=json.dumps(data))
        projects.give(session, small, "returns", projects.answers("returns") | {"kind": Answer(said)})
        projects.give(session, small, "credit")  # as a case does: with all that it has
        here = facts(session, small)
        _, given = accepted.answers(session, here)["credit", 1]
        assert [len(row) for row in given["places"].value] == [len(heads)] * 2
        cells = [one.path for one in here.figures if one.path.startswith("figures.credit.places")]
        assert len(cells) == (2 if said == "deposit" else 0)
        (shown,) = (one for one in saying.shown(here.task_of(here.task("credit", 1)), given) if one.key == "places")
        (annex,) = composing.compose(session, here).annexes
        assert annex.columns == shown.columns == heads
        assert [len(row) for row in annex.rows] == [len(heads)] * 2

    def test_the_rows_of_several_parties_are_one_table(self, session):
        data = json.loads(read(projects.SMALL).canonical())
        task = data["stages"]["figures"]["tasks"]["credit"]
        task["of"], task["accepted_by"] = ["maker", "shop"], "nobody"
        del data["clauses"]["credit"], data["clauses"]["places"]  # they print what one party gave
        columns = task["fields"]["places"]["columns"]
        columns["lorries"] = {"type": "money", "label": "Rent", "per": "a", "grade": True}
        small = projects.open_small(session, definition=json.dumps(data))
        for party, currency, grade in ((1, "EUR", "measured"), (2, "USD", None)):
            rent = Answer(Decimal(5), currency=currency, price_year=2027, grade=grade)
            contributions.submit(
                session, small.ref, task="credit", party=party, seen=0, draft=0, actor=small.people[party], key=key(),
                now=NOON, answers=projects.answers("credit") | {
                    "places": Answer(({"place": Answer(f"Place {party}"), "lorries": rent},))})
        (annex,) = composing.compose(session, facts(session, small)).annexes
        assert annex.columns == ("Place", "Rent, per year", "How do you know?")  # no currency: they differ
        assert annex.rows == (("Place 1", "5 EUR, prices of 2027", "measured"),
                              ("Place 2", "5 USD, prices of 2027", ""))


class TestSample:
    """Whether its words still need a lawyer, a short agreement says as a clause does."""

    @pytest.mark.parametrize("sample", [True, False])
    def test_a_short_agreement_is_one_unless_its_template_says_otherwise(self, session, sample):
        data = json.loads(read(projects.SMALL).canonical())
        data["stages"]["figures"]["tasks"]["secrecy"] = {
            "title": "Confidentiality", "why": "Figures stay with us.", "of": ["maker", "shop"], "kind": "sign",
            "due": {"days": 3}, "agreement": "We keep to it.", "sample": sample}
        small = projects.open_small(session, definition=json.dumps(data))
        (text,) = composing.compose(session, facts(session, small), "secrecy").clauses
        assert text.sample is sample


class TestFreeze:
    def test_keeps_the_text_and_the_pdf_made_of_it(self, session):
        small = projects.frozen(session)
        kept = contracts.version(session, facts(session, small))
        assert domain.text_sha256(kept.text) == kept.row.text_sha256
        pdf = contracts.pdf(session, facts(session, small), small.store, 1, kind="signed")
        assert hashlib.sha256(pdf).hexdigest() == kept.row.pdf_sha256
        assert "12,500" in words(pdf)

    def test_a_blank_is_never_frozen(self, session):
        small = projects.open_small(session)
        projects.give(session, small, "returns", {"crates": Answer(not_available="nobody counted")})
        projects.give(session, small, "credit")
        projects.go_on(session, small, "to_terms")
        with pytest.raises(Invalid, match="contract.gaps") as refused:
            projects.freeze(session, small)
        assert refused.value.values["numbers"] == (2,)
        assert facts(session, small).contract is None

    def test_the_same_words_are_not_frozen_twice(self, session):
        small = projects.frozen(session)
        with pytest.raises(Conflict, match="contract.same") as same:
            projects.freeze(session, small, now=LATER)
        assert same.value.values["n"] == 1
        assert facts(session, small).contract.number == 1

    def test_sent_twice_it_happens_once(self, session):
        small = projects.in_terms(session)
        prepared = contracts.prepare(session, small.ref, store=small.store, actor=small.maker, now=NOON)
        first, second = (contracts.freeze(session, small.ref, prepared, actor=small.maker, key="one-key", now=NOON)
                         for _ in range(2))
        assert first == second
        assert len(facts(session, small).contracts) == 1

    def test_what_was_prepared_before_something_happened_is_refused(self, session):
        small = projects.in_terms(session)
        prepared = contracts.prepare(session, small.ref, store=small.store, actor=small.maker, now=NOON)
        projects.freeze(session, small)
        with pytest.raises(Conflict, match="project.moved"):
            contracts.freeze(session, small.ref, prepared, actor=small.maker, key=key(), now=NOON)

    def test_other_words_end_the_version_that_stood_and_its_decisions(self, session):
        small = projects.frozen(session)
        projects.agree(session, small, 1)
        _rename(session, small, "Crates and lids come back")
        assert projects.freeze(session, small, now=LATER) == 2
        here = facts(session, small, now=LATER)
        first = next(c for c in here.contracts if c.number == 1)
        assert (first.state, first.ended_because) == ("ended", "replaced")
        assert here.decision("our_contract", 1).state == "lapsed"

    def test_is_not_for_another_stage_nor_for_who_is_not_asked(self, session):
        small = projects.open_small(session)
        with pytest.raises(Conflict, match="contract.not_here"):
            contracts.prepare(session, small.ref, store=small.store, actor=small.manager, now=NOON)
        with pytest.raises(NotFound):
            contracts.prepare(session, small.ref, store=small.store, actor=10**9, now=NOON)

    def test_nothing_is_frozen_after_the_end(self, session):
        small = projects.agreed(session)
        with pytest.raises(Conflict, match="project.ended"):
            contracts.prepare(session, small.ref, store=small.store, actor=small.manager, now=LATER)


class TestDifferences:
    def test_words_that_changed_stand_between_those_that_did_not(self, session):
        small = projects.in_terms(session)
        before = composing.compose(session, facts(session, small))
        projects.go_on(session, small, "figures_wrong", reason="Counted again.", now=LATER)
        projects.give(session, small, "returns", projects.answers("returns", crates=9_000), now=LATER)
        projects.give(session, small, "credit", now=LATER)
        after = composing.compose(session, facts(session, small, now=LATER))
        clause, figures = differences(before, after)
        assert (clause.part, clause.label, figures.part) == ("clause", "2 Credit", "figures")
        assert ("deleted", "12,500 ") in clause.pieces
        assert ("inserted", "9,000 ") in clause.pieces

    def test_none_between_the_same_words(self, session):
        small = projects.in_terms(session)
        text = composing.compose(session, facts(session, small))
        assert differences(text, text) == ()


# helpers


def _rename(session, small, title):
    session.execute(update(Project).where(Project.ref == small.ref).values(title=title))


def hanging_on_kept(session, said, given=None):
    """In the stage of the contract. given: to what is asked only after a deposit."""
    small = projects.open_small(session, definition=several.clause_on_kept())
    after = projects.answers("credit") | (given or {}) if said == "deposit" else {}
    projects.give(session, small, "returns", projects.answers("returns") | {"kind": Answer(said)} | after)
    projects.give_all(session, small)
    projects.go_on(session, small, "to_terms")
    return small


def hangs_on_a_kept_answer(session, said, given):
    """(the text as it would be, what is missing) as the account manager and as the maker may read it."""
    small = hanging_on_kept(session, said, given)
    found = {name: facts(session, small, person=getattr(small, name)) for name in ("manager", "maker")}
    return {name: (composing.compose(session, here), missing.known(session, here).missing)
            for name, here in found.items()}
