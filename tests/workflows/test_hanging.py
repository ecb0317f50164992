"""What is asked or printed only after some answer: what the verification of a definition says of it."""

from typing import Any

import pytest

from tests.support.verifying import ROWS, decide, findings, gate, task, when, who, worked_out

KIND = {"type": "choice", "label": "Kind", "of": ["none", "deposit"]}
ANY = {"type": "choices", "label": "Any", "of": ["a", "b"]}


def only(answer: str = "talk.ask.kind", **words: Any) -> dict[str, Any]:
    return {"only_if": {"answer": answer, **(words or {"is": "deposit"})}}


def hanging(*, second: dict[str, Any] | None = None, **changes: Any) -> list[tuple[str, str]]:
    """Of the base with a task that asks for the kind of deposit first: (code, path) of what is wrong."""
    asked = {**task(), "fields": {"kind": KIND, "any": ANY, "sure": {"type": "yes_no", "label": "Sure"},
                                  "note": {"type": "text", "label": "Note", **only("talk.ask.sure", **{"is": "yes"})}}}
    changes = {"stages__talk__tasks__ask": asked,
               "stages__talk__tasks__second": task("two", accepted_by="one", after=["first", "ask"], **(second or {})),
               **changes}
    return [(finding.code, finding.path) for finding in findings(**changes)]


def field(**more: Any) -> dict[str, Any]:
    return {"stages__talk__tasks__second__fields__note": {"type": "text", "label": "Note", **more}}


def clause(needs: str, **more: Any) -> dict[str, Any]:
    return {"clauses__more": {"title": "More", "text": "$it", "needs": {"it": needs}, **more}}


class TestHanging:
    """What is asked or printed only after some answer."""

    SECOND = "stages.talk.tasks.second"

    def test_on_an_answer_above_or_before_is_right(self):
        assert hanging() == []
        assert hanging(second=only(), **clause("talk.second.note", **only())) == []
        assert hanging(**field(**only()), **clause("talk.second.note", **only(is_not="none"))) == []
        assert hanging(**field(**only("talk.ask.any", **{"is": ["a"]}))) == []

    def test_on_two_answers_that_both_have_to_be_so(self):
        kind, sure = only()["only_if"], only("talk.ask.sure", **{"is": "yes"})["only_if"]
        both = {"only_if": [kind, sure]}
        assert hanging(**field(**both), **clause("talk.second.note", **both)) == []
        assert hanging(second={"only_if": kind}, **field(only_if=sure), **clause("talk.second.note", **both)) == []
        for one in (kind, sure):
            assert hanging(**field(**both), **clause("talk.second.note", only_if=one)) == [
                ("only_if.printed", "clauses.more.needs.it")]
        assert hanging(second={"only_if": [kind, {**kind, "is": "none"}]}) == [
            ("only_if.same", f"{self.SECOND}.only_if")]
        assert ("only_if.no_answer", f"{self.SECOND}.only_if") in hanging(
            second={"only_if": [sure, {**kind, "is": "gift"}]})

    @pytest.mark.parametrize(("hangs", "code"), [
        (only("talk.ask.none"), "path.unknown"), (only("talk.ask.day"), "path.unknown"),
        (only("talk.first.note"), "only_if.no_choice"), (only(**{"is": "gift"}), "only_if.no_answer"),
        (only(**{"is": ["none", "deposit"]}), "only_if.always"), (only(is_not=["none", "deposit"]), "only_if.never"),
    ])
    def test_on_what_is_no_such_answer(self, hangs, code):
        assert (code, f"{self.SECOND}.only_if") in hanging(second=hangs)

    def test_a_clause_on_an_answer_that_not_all_who_sign_may_read_is_pointed_out(self):
        asked = {**task(), "fields": {"kind": {**KIND, "visible_to": "own"}}}
        own = clause("talk.first.mass", **only())
        assert hanging(stages__talk__tasks__ask=asked, **own) == [("clause.narrow", "clauses.more.only_if")]

    @pytest.mark.parametrize("kept", [
        {"visible_to": "own"}, {"visible_to": "facilitator"}, {"visible_to": ["one", "two", "guest", "users"]}])
    def test_a_task_field_or_column_on_an_answer_that_fewer_see_is_refused(self, kept):
        """Everybody reads what a party is asked, be it on the list of tasks or on the form; so they would know."""
        rows = {"type": "table", "label": "Rows", "columns": {**ROWS["columns"], "more": {
            "type": "text", "label": "More", **only()}}}
        places = {self.SECOND: {"second": only()}, f"{self.SECOND}.fields.note": field(**only()),
                  f"{self.SECOND}.fields.rows.columns.more": {"stages__talk__tasks__second__fields__rows": rows}}
        for place, there in places.items():
            (found,) = findings(**{
                "stages__talk__tasks__ask": {**task(), "fields": {"kind": {**KIND, **kept}}},
                "stages__talk__tasks__second": task("two", accepted_by="one", after=["first", "ask"],
                                                    **there.get("second", {})),
                **{key: one for key, one in there.items() if key != "second"}})
            assert (found.level, found.code, found.path) == ("error", "only_if.seen", f"{place}.only_if")
            assert "'talk.ask.kind'" in found.message

    def test_within_a_task_whoever_sees_its_answers_sees_what_was_asked(self):
        def ask(*, kind, note, rows=None, **whole):
            columns = {**ROWS["columns"], "more": {"type": "text", "label": "More", **only()}}
            fields = {"kind": {**KIND, **kind}, "note": {"type": "text", "label": "Note", **only(), **note},
                      **({"rows": {**ROWS, "columns": columns, **rows}} if rows is not None else {})}
            return hanging(stages__talk__tasks__ask={**task(), "fields": fields, **whole})

        own, both = {"visible_to": "own"}, {"visible_to": ["one", "two"]}
        hidden = ("only_if.seen", "stages.talk.tasks.ask.fields.note.only_if")
        assert ask(kind={}, note={}) == ask(kind={}, note={}, **own) == ask(kind={}, note=own, **both) == []
        assert ask(kind=own, note=own) == [hidden]  # that one answer is kept is told with their number
        assert ask(kind=own, note={}, **both) == [hidden]
        assert ask(kind=both, note={}, rows=own) == [hidden]  # the rows are for fewer: who sees them sees the kind
        assert ask(kind=own, note={}, rows=both) == [
            hidden, ("only_if.seen", "stages.talk.tasks.ask.fields.rows.columns.more.only_if")]

    def test_an_answer_that_the_charter_may_keep_is_refused_like_one_that_the_template_keeps(self):
        asked = {**task(), "fields": {"kind": {**KIND, "matter": "costs"}}}
        more = {"stages__talk__tasks__second": task("two", accepted_by="one", after=["first", "ask"], **only())}
        (found,) = findings(stages__talk__tasks__ask=asked, **more)
        assert (found.code, found.path) == ("only_if.matter", f"{self.SECOND}.only_if")
        assert "'costs'" in found.message and "'talk.ask.kind'" in found.message
        assert findings(stages__talk__tasks__ask=asked, **clause("talk.first.mass", **only())) == ()

    def test_a_column_hangs_like_a_field(self):
        def rows(task, **more):
            return {f"stages__talk__tasks__{task}__fields__rows": {**ROWS, "columns": {
                **ROWS["columns"], "more": {"type": "text", "label": "More", **more}}}}

        def second(**more):
            return rows("second", **more)

        column = f"{self.SECOND}.fields.rows.columns.more.only_if"
        assert hanging(**second(**only())) == []
        assert hanging(**second(**only("talk.second.kind"))) == [("path.unknown", column)]
        assert hanging(**second(**only("talk.second.rows"))) == [
            ("only_if.no_choice", column), ("only_if.below", column)]
        assert hanging(**rows("first", **only())) == [
            ("only_if.later", "stages.talk.tasks.first.fields.rows.columns.more.only_if")]
        assert ("only_if.needed", "stages.talk.tasks.third.fields.less.of") in hanging(
            **second(**only()), **worked_out("talk.second.rows.more"))

    def test_a_duty_is_made_of_no_column_that_may_be_missing(self):
        duty = {"duties": [{"rows": "talk.second.rows", "what": "what", "party": "who", "due": "day"}]}
        hangs = {"stages__talk__tasks__second__fields__rows": {**ROWS, "columns": {
            **ROWS["columns"], "day": {**ROWS["columns"]["day"], **only()}}}}
        assert hanging(**hangs) == []
        assert ("only_if.needed", "duties.0.due") in hanging(**hangs, **duty)

    def test_the_column_that_names_a_row_hangs_on_nothing(self):
        columns = {**ROWS["columns"], "what": {**ROWS["columns"]["what"], **only()}}
        with pytest.raises(ValueError, match="the first column names its row"):
            hanging(stages__talk__tasks__second__fields__rows={**ROWS, "columns": columns})

    def test_on_what_hangs_itself(self):
        fields = {"kind": KIND, "sure": {"type": "yes_no", "label": "Sure", **only("talk.ask.kind")},
                  "note": {"type": "text", "label": "Note", **only("talk.ask.sure", **{"is": "yes"})}}
        assert hanging(stages__talk__tasks__ask={**task(), "fields": fields}) == [
            ("only_if.twice", "stages.talk.tasks.ask.fields.note.only_if")]

    def test_on_what_is_answered_later(self):
        first = {"stages__talk__tasks__first__only_if": only()["only_if"]}
        assert ("only_if.later", "stages.talk.tasks.first.only_if") in hanging(**first)
        first = {"stages__talk__tasks__first__fields__note": {"type": "text", "label": "Note", **only()}}
        assert hanging(**first) == [("only_if.later", "stages.talk.tasks.first.fields.note.only_if")]
        fields = {"note": {"type": "text", "label": "Note", **only()}, "kind": KIND}
        assert hanging(stages__talk__tasks__ask={**task(), "fields": fields}) == [
            ("only_if.below", "stages.talk.tasks.ask.fields.note.only_if")]

    @pytest.mark.parametrize(("changes", "where"), [
        (worked_out("talk.second.mass"), "stages.talk.tasks.third.fields.less.of"),
        (when({"figure": {"path": "talk.second.mass", "above": 1}}), "transitions.go.when"),
        (when({"document": "talk.second.file"}), "transitions.go.when"),
        ({"decide": [decide(notice="talk.second.mass")]}, "decide.0.notice"),
        ({"stages__talk__gates__talked": gate(due={"days": 1, "after": "field:talk.second.day"})},
         "stages.talk.gates.talked.due"),
        ({"stages__write__tasks__more": task(due={"days": 1, "after": "field:talk.second.day"})},
         "stages.write.tasks.more.due"),
    ])
    def test_nothing_rests_on_it(self, changes, where):
        assert ("only_if.needed", where) in hanging(second=only(), **changes)

    def test_what_is_printed_of_each_party_hangs_on_nothing(self):
        more = {"certain": True, **only()}
        assert ("only_if.needed", "party_details.address") in hanging(stages__write__tasks__who=who(**more))

    def test_what_waits_for_it_hangs_on_the_same_answer(self):
        late = {"stages__write__tasks__more": task(due={"days": 1, "after": "task:second"})}
        assert ("only_if.followed", "stages.write.tasks.more.due") in hanging(second=only(), **late)
        late["stages__write__tasks__more"] |= only()
        assert hanging(second=only(), **late) == []
        review = {"stages__talk__tasks__look": {**task(), "kind": "review", "reviews": "second"}}
        assert ("only_if.followed", "stages.talk.tasks.look.reviews") in hanging(second=only(), **review)
        asked = gate(due={"days": 1, "after": "task:second"})
        assert ("only_if.followed", "stages.talk.gates.talked.due") in hanging(
            second=only(), stages__talk__gates__talked=asked)

    def test_a_clause_that_prints_it_hangs_on_the_same_answer(self):
        printed = ("only_if.printed", "clauses.more.needs.it")
        assert hanging(second=only(), **clause("talk.second.note")) == [printed]
        for other in (only("talk.ask.sure", **{"is": "yes"}), only(**{"is": "none"})):
            assert hanging(second=only(), **clause("talk.second.note", **other)) == [printed]
        annex = {"annexes": {"rows": {"title": "Rows", "of": "talk.second.rows"}}}
        assert hanging(second=only(), **annex) == [("only_if.printed", "annexes.rows.of")]
