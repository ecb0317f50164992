"""What parties give: drafts that nobody loses, versions that never change, and who sees which field."""

import threading
from decimal import Decimal

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.engine import Engine

from cocreate.db import db, table_of, transaction
from cocreate.domain.answers import Answer
from cocreate.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from cocreate.models.work import Contribution, Document, DocumentVersion, Draft, Figure
from cocreate.services import accepted, contributions
from tests.support import stories
from tests.support.clock import NOON
from tests.support.stories import REASON, facts


class TestDrafts:
    def test_count_their_saves(self, small):
        assert [stories.save(small, "ramp_0", number, "1") for number in range(3)] == [1, 2, 3]
        assert page(small, "ramp_0", small.shop).draft.texts == {"mass": ["1"]}

    def test_are_of_the_own_party_only(self, small):
        stories.save(small, "credit", 0, "secret 0.70")
        assert page(small, "credit", small.maker).draft.number == 1
        assert page(small, "credit", small.shop).draft == contributions.Typed()
        assert page(small, "credit", small.manager).draft == contributions.Typed()

    def test_a_colleague_goes_on_where_one_stopped(self, small):
        tom = stories.colleague(small, 2)
        stories.save(small, "ramp_0", 0, "1")
        assert stories.save(small, "ramp_0", 1, "12", actor=tom) == 2
        assert page(small, "ramp_0", small.shop).draft.by == "Tom Baker"

    @pytest.mark.parametrize("number", [0, 1, 3])
    def test_one_that_was_saved_elsewhere_is_kept(self, small, number):
        for saved in range(2):
            stories.save(small, "ramp_0", saved, "theirs")
        with pytest.raises(Conflict, match=r"draft\.changed"):
            stories.save(small, "ramp_0", number, "mine")
        assert page(small, "ramp_0", small.shop).draft.texts == {"mass": ["theirs"]}

    def test_one_whose_beginning_is_gone(self, small):
        """It was submitted by a colleague, and came back since."""
        stories.save(small, "credit", 0, "1")
        stories.submit(small, "credit", draft=1)
        stories.return_(small, "credit")
        with pytest.raises(Conflict, match=r"draft\.changed"):
            stories.save(small, "credit", 1, "2")
        assert page(small, "credit", small.maker).draft == contributions.Typed()

    def test_not_of_what_is_submitted(self, small):
        stories.submit(small, "credit")
        with pytest.raises(Conflict, match=r"contribution\.not_open"):
            stories.save(small, "credit", 0, "1")

    def test_not_for_another_party(self, small):
        with pytest.raises(Forbidden):
            stories.save(small, "credit", 0, "1", actor=small.shop)

    def test_not_of_a_task_nobody_is_asked(self, small):
        with pytest.raises(NotFound), transaction() as session:
            contributions.save_draft(session, small.ref, task="nothing", party=1, number=0, typed={}, files={},
                                     actor=small.maker, now=NOON)

    def test_are_no_events(self, small):
        before = facts(small).project
        stories.save(small, "credit", 0, "1")
        assert facts(small).project == before

    def test_one_save_never_lands_after_the_submission(self, small, app):
        """Somebody submits while a save that is on its way has already looked."""
        stories.save(small, "credit", 0, "1")
        submitting = threading.Thread(target=in_context, args=(app, lambda: stories.submit(small, "credit", draft=1)))

        def before(_connection, _cursor, sql, *_):
            if sql.startswith("INSERT INTO draft") and submitting.ident is None:
                submitting.start()
                submitting.join(1)  # where it has to wait for us it cannot end yet

        event.listen(Engine, "before_cursor_execute", before)
        try:
            stories.save(small, "credit", 1, "2")
        finally:
            event.remove(Engine, "before_cursor_execute", before)
        submitting.join()
        state = facts(small).task("credit", 1).state
        assert (state, facts(small).drafts.get(("credit", 1))) == ("open", 2)


class TestSubmit:
    def test_is_accepted_at_once_where_nobody_has_to(self, small):
        assert stories.submit(small, "ramp_0").values == {"number": 1, "state": "accepted"}
        assert stories.submit(small, "credit").values == {"number": 1, "state": "submitted"}

    def test_versions_are_dense_through_returns_and_rounds(self, small):
        for again in (stories.take_back, stories.return_):
            stories.submit(small, "returns")
            again(small, "returns")
        stories.give_all(small)
        for party in (1, 2):
            stories.decide(small, "picture", party)
        stories.go_on(small, "to_terms")
        stories.go_on(small, "figures_wrong", reason=REASON)
        stories.give(small, "returns")
        rows = db.session.execute(select(Contribution.number, Contribution.round).where(
            Contribution.project_id == facts(small).project.id, Contribution.task == "returns")
            .order_by(Contribution.number)).all()
        assert [tuple(row) for row in rows] == [(1, 1), (2, 1), (3, 1), (4, 2)]

    def test_ends_the_draft_it_was_made_from(self, small):
        stories.save(small, "credit", 0, "1")
        stories.submit(small, "credit", draft=1)
        assert rows(small, Draft) == []

    def test_not_over_a_newer_draft(self, small):
        """A colleague has typed since: his words are not thrown away."""
        for number in range(2):
            stories.save(small, "credit", number, "1")
        with pytest.raises(Conflict, match=r"draft\.changed"):
            stories.submit(small, "credit", draft=1)
        assert len(rows(small, Draft)) == 1

    @pytest.mark.parametrize(("more", "error"), [
        ({"seen": 3}, Conflict), ({"given": {"price": Answer(value=Decimal(1), currency="EUR")}}, Invalid)])
    def test_not_what_is_not_whole_or_not_newest(self, small, more, error):
        with pytest.raises(error):
            stories.submit(small, "offer", **more)
        assert rows(small, Contribution) == []

    def test_twice_without_looking(self, small):
        stories.submit(small, "credit")
        with pytest.raises(Conflict, match=r"contribution\.not_open"):
            stories.submit(small, "credit")

    def test_a_figure_for_every_number(self, small):
        stories.submit(small, "credit")
        assert {(row.path, row.value, row.unit) for row in rows(small, Figure)} == {
            ("figures.credit.amount", Decimal("0.80"), "EUR/piece"),
            ("figures.credit.places.1.lorries", Decimal(2), None),
            ("figures.credit.places.2.lorries", Decimal(1), None)}

    def test_figures_of_an_older_version_stay_and_do_not_count(self, small):
        stories.submit(small, "offer")
        stories.take_back(small, "offer")
        stories.submit(small, "offer")
        assert {row.number for row in rows(small, Figure)} == {1, 2}
        assert {figure.number for figure in facts(small).figures} == {2}

    def test_a_file_is_a_document_and_the_next_its_next_version(self, small):
        stories.submit(small, "offer", files=(stories.file(small, b"%PDF-1.7 one"),))
        stories.take_back(small, "offer")
        stories.submit(small, "offer", files=(stories.file(small, b"%PDF-1.7 two"),))
        document, = rows(small, Document)
        assert (document.number, document.newest, document.path, document.party) == (1, 2, "figures.offer.proof", 1)
        assert [row.number for row in rows(small, DocumentVersion)] == [1, 2]

    def test_by_whom_the_table_of_rights_lets(self, small):
        tom, observer = stories.colleague(small, 2), stories.colleague(small, 2, "observer")
        stories.submit(small, "ramp_0", actor=tom)
        for person in (observer, small.maker, small.manager):
            with pytest.raises(Forbidden):
                stories.submit(small, "ramp_1", actor=person)


class TestTakeBack:
    def test_only_what_nobody_has_answered(self, small):
        stories.submit(small, "credit")
        stories.accept(small, "credit")
        with pytest.raises(Conflict, match=r"contribution\.not_submitted"):
            stories.take_back(small, "credit")


class TestAcceptAndReturn:
    def test_returned_with_the_reason_and_what_is_meant(self, small):
        stories.submit(small, "credit")
        stories.return_(small, "credit")
        seen = facts(small)
        task = seen.task("credit", 1)
        assert (task.state, task.reason) == ("returned", REASON)
        page = contributions.page(db.session, small.ref, "credit", 1, person=small.people[1], now=NOON)
        assert page.again and page.again.marked == ("amount",)

    def test_a_reason_that_says_nothing(self, small):
        stories.submit(small, "credit")
        with pytest.raises(Invalid, match=r"reason\.short"):
            stories.return_(small, "credit", reason="   no    ")

    @pytest.mark.parametrize("verb", [stories.accept, stories.return_])
    def test_not_what_was_never_given(self, small, verb):
        with pytest.raises(Conflict):
            verb(small, "credit")

    def test_not_ones_own(self, small):
        stories.submit(small, "credit")
        with pytest.raises(Forbidden), transaction() as session:
            contributions.accept(session, small.ref, task="credit", party=1, seen=1, actor=small.maker, key="k",
                                 now=NOON)

    def test_not_a_version_one_has_not_seen(self, small):
        stories.submit(small, "credit")
        stories.take_back(small, "credit")
        stories.submit(small, "credit")
        with pytest.raises(Conflict, match=r"contribution\.changed"), transaction() as session:
            contributions.accept(session, small.ref, task="credit", party=1, seen=1, actor=small.shop, key="k",
                                 now=NOON)

    def test_an_accepted_one_counts(self, small):
        stories.give(small, "credit")
        stories.submit(small, "offer")
        assert {key: number for key, (number, _) in accepted.answers(db.session, facts(small)).items()} == {
            ("credit", 1): 1}


class TestAboutAGate:
    def test_is_one_statement_however_much_it_is_about(self, small, query_counter):
        for task in ("credit", "returns", "offer"):
            stories.give(small, task)
        seen = facts(small, person=small.shop)
        with query_counter(max=1):
            found = contributions.versions_about(db.session(), seen, "picture")
        assert {of: [one.number for one in versions] for of, versions in found.items()} == {
            ("credit", 1): [1], ("offer", 1): [1], ("returns", 2): [1], ("ramp_0", 2): [], ("ramp_1", 2): []}
        assert found["offer", 1][0].hidden == 1


class TestPage:
    def test_newest_version_first_with_its_author(self, small):
        stories.submit(small, "credit")
        stories.take_back(small, "credit")
        stories.submit(small, "credit")
        seen = page(small, "credit", small.shop)
        assert [(version.number, version.by) for version in seen.versions] == [(2, "Ingrid Solvik"),
                                                                               (1, "Ingrid Solvik")]
        assert seen.newest.answers == stories.answers("credit")

    def test_a_field_of_fewer_readers_is_left_out_and_counted(self, small):
        stories.submit(small, "offer")
        assert set(page(small, "offer", small.maker).newest.answers) == {"price", "margin"}
        for person in (small.shop, small.manager):
            version = page(small, "offer", person).newest
            assert (set(version.answers), version.hidden) == ({"price"}, 1)

    def test_its_figure_is_as_hidden(self, small):
        stories.submit(small, "offer")
        sees = {row.path: row.sees for row in rows(small, Figure)}
        assert sees["figures.offer.margin"] == 1 << 2
        assert sees["figures.offer.price"] & 1 << 3

    def test_a_version_of_fewer_readers_is_not_there(self, small):
        stories.submit(small, "credit")
        with transaction() as session:
            session.execute(update(table_of(Contribution)).where(
                table_of(Contribution).c.project_id == facts(small).project.id).values(sees=1 << 2))
        assert len(page(small, "credit", small.maker).versions) == 1
        assert page(small, "credit", small.shop).versions == ()

    def test_what_one_may_do_there(self, small):
        may = {person: (seen.may_edit, seen.may_accept) for person in (small.maker, small.shop, small.manager)
               if (seen := page(small, "credit", person))}
        assert may == {small.maker: (True, False), small.shop: (False, False), small.manager: (False, False)}
        stories.submit(small, "credit")
        assert page(small, "credit", small.shop).may_accept

    def test_a_task_nobody_is_asked(self, small):
        with pytest.raises(NotFound):
            page(small, "nothing", small.shop)

    def test_refused_before_what_must_come_first(self, app):
        with app.app_context():
            small = stories.opened(2, after={"ramp_1": ["ramp_0"]})
            with pytest.raises(Refused):
                stories.submit(small, "ramp_1")


def page(small, task, person):
    db.session.rollback()
    return contributions.page(db.session, small.ref, task, None, person=person, now=NOON)


def rows(small, model):
    db.session.expunge_all()
    return list(db.session.scalars(select(model).where(model.project_id == facts(small).project.id)
                                   .order_by(*table_of(model).primary_key)))


def in_context(app, do):
    with app.app_context():
        try:
            do()
        except Conflict:
            pass


@pytest.fixture
def small(app):
    with app.app_context():
        yield stories.opened(2)
