"""Words of a column that come from a list another task gave: offered in the form, and nothing else is taken."""

from cocreate.domain.answers import Answer
from cocreate.services import contributions, proposals
from tests.support import projects
from tests.support.clock import NOON
from tests.support.rooms import hidden, text

GRADED = projects.SMALL.replace(
    "source: true}\n      credit:\n", """source: true}
          grades: {label: Grades, type: table, columns: {grade: {label: Grade, type: text}}}
      credit:
""").replace("        of: maker\n", "        of: maker\n        after: [returns]\n").replace(
    "place: {label: Place, type: text}",
    "place: {label: Place, type: text}\n              grade: {label: Grade, "
    "type: text, listed_in: figures.returns.grades.grade}")


class TestListed:
    def test_the_grades_that_were_given_are_offered_and_no_other_is_taken(self, project):
        def graded(session):
            small = projects.open_small(session, definition=GRADED)
            rows = tuple({"grade": Answer(grade)} for grade in ("A as new", "B used"))
            projects.give(session, small, "returns", projects.answers("returns") | {"grades": Answer(rows)})
            return small

        room = project(graded)
        page = room.maker.get("/tasks/credit").text
        assert '<option value="A as new">' in page and '<option value="B used">' in page
        given = {"f-amount": "0.80", "f-amount-currency": "EUR", "f-amount-year": "2027", "f-places-0-place": "Oslo",
                 "f-places-0-lorries": "2"}
        wrong = room.maker.post("/tasks/credit", data=hidden(page) | given | {"f-places-0-grade": "E"})
        assert "'E' is not in the list. Choose one of: A as new, B used." in text(wrong, 422)
        right = hidden(wrong.text) | given | {"f-places-0-grade": "B used"}
        assert room.maker.post("/tasks/credit", data=right).status_code == 303

    def test_nothing_of_a_list_that_the_charter_keeps_from_the_reader(self, project):
        def kept(session):
            definition = GRADED.replace("        accepted_by: maker\n", "", 1).replace(
                "type: table, columns: {grade", "type: table, matter: costs, columns: {grade")
            small = projects.open_small(session, definition=definition)
            number = proposals.propose(
                session, small.ref, kind="charter", subject="openness", body={"text": "W", "kinds": {"costs": "own"}},
                actor=small.maker, key=projects.key(), now=NOON).values["number"]
            proposals.answer(session, small.ref, number=number, agree=True, actor=small.shop, key=projects.key(),
                             now=NOON)
            rows = ({"grade": Answer("A as new")},)
            contributions.submit(session, small.ref, task="returns", party=2, seen=0, draft=0, actor=small.shop,
                                 answers=projects.answers("returns") | {"grades": Answer(rows)}, key=projects.key(),
                                 now=NOON)
            return small

        assert "A as new" not in project(kept).maker.get("/tasks/credit").text
