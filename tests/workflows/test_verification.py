"""What keeps a definition from being published, and the story that shows it."""

from copy import deepcopy
from typing import Any

import pytest

from workflows import library
from workflows.definition import Definition
from workflows.verification import publishable, verify
from workflows.verification.contracts import placeholders
from workflows.verification.findings import Finding


def task(of: str = "one", **more: Any) -> dict[str, Any]:
    return {"title": "Report", "why": "Needed.", "of": of, "due": {"days": 2},
            "fields": {"mass": {"type": "quantity", "unit": "kg", "label": "Mass", "max": 10},
                       "file": {"type": "file", "label": "File"}, "note": {"type": "text", "label": "Note"},
                       "day": {"type": "date", "label": "Day"}, "rows": ROWS}, **more}


ROWS = {"type": "table", "label": "Duties", "columns": {
    "what": {"type": "text", "label": "What"}, "day": {"type": "date", "label": "When"},
    "who": {"type": "choice", "label": "Who", "of": ["one", "two", "users"]}}}


def who(**more: Any) -> dict[str, Any]:
    """Asks each who signs where it is registered."""
    field = {"type": "text", "label": "Registered address", "certain": True}
    return {**task(), "of": ["one", "two"], "fields": {"address": {**field, **more}}}


def decide(**more: Any) -> dict[str, Any]:
    return {"what": "Go on", "of": "one", "term": "talk.first.mass", "notice": "talk.first.mass", **more}


def gate(**more: Any) -> dict[str, Any]:
    return {"question": "Is it right?", "of": ["one", "two"], "due": {"days": 1}, **more}


BASE: dict[str, Any] = {
    "format": 1, "key": "base", "name": "Base", "strategy": "open", "summary": "s", "ends_in": "An agreement",
    "parties": {"one": {"name": "One", "contracting": True, "side": "a"},
                "two": {"name": "Two", "contracting": True, "side": "b"},
                "guest": {"name": "Guest", "required": False},
                "users": {"name": "Users", "many": {"min": 1, "max": 5}}},
    "stages": {
        "talk": {"name": "Talk", "purpose": "p", "target": 5, "gates": {"talked": gate()},
                 "tasks": {"first": task(accepted_by="two"),
                           "second": task("two", accepted_by="one", after=["first"])}},
        "write": {"name": "Write", "purpose": "p", "target": 5, "contract": "prepared",
                  "gates": {"contract_agreed": gate(about="contract")}, "tasks": {"who": who()}},
        "sign": {"name": "Sign", "purpose": "p", "target": 2, "contract": "signed"}},
    "transitions": {
        "go": {"name": "Go on to Write", "from": "talk", "to": "write", "when": {"all": ["tasks", {"gate": "talked"}]}},
        "to_sign": {"from": "write", "to": "sign", "when": {"gate": "contract_agreed"}},
        "back": {"from": "write", "to": "talk", "reason": "required", "reopens": ["first", "talked"]},
        "done": {"from": "sign", "to": "agreed", "automatic": True, "when": {"contract": "signed"}}},
    "reminders": [{"on": "task_due", "at": [0]}, {"on": "decision_due", "at": [0]}, {"on": "signature_due", "at": [0]}],
    "contract_title": "C", "party_details": {"address": "write.who.address"},
    "clauses": {"all": {"title": "All", "text": "One delivers $mass.", "needs": {"mass": "talk.first.mass"}}},
    "terminal": {"agreed": "success", "declined": "failure"},
}


def findings(**changes: Any) -> tuple[Finding, ...]:
    """Of the base with changes: ``stages__talk__tasks__first={...}``; None takes a key away."""
    data = deepcopy(BASE)
    for path, value in changes.items():
        *way, last = path.split("__")
        place = data
        for key in way:
            place = place[key]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return verify(Definition.model_validate(data))


def codes(**changes: Any) -> list[str]:
    return [finding.code for finding in findings(**changes)]


def listed_in(of: str, *, task: str = "second") -> dict[str, Any]:
    """A table whose words come from a list."""
    columns = {"what": {"label": "What", "type": "text", "listed_in": of}}
    return {f"stages__talk__tasks__{task}__fields__listed": {"type": "table", "label": "L", "columns": columns}}


def worked_out(of: str, **more: Any) -> dict[str, Any]:
    """A third task whose number is worked out from another."""
    less = {"type": "computed", "operation": "sum", "of": [of], "label": "Less", **more}
    return {"stages__talk__tasks__third": {**task(), "fields": {"less": less}}}


def when(condition: Any) -> dict[str, Any]:
    return {"transitions__go__when": condition}


class TestNames:
    def test_the_base_has_no_findings(self):
        assert findings() == ()

    @pytest.mark.parametrize(("changes", "code", "path"), [
        ({"stages__talk__tasks__first__of": "none"}, "seat.unknown", "stages.talk.tasks.first.of"),
        ({"stages__talk__tasks__first__accepted_by": "none"}, "seat.unknown", "stages.talk.tasks.first.accepted_by"),
        ({"may": {"leave": ["host"]}}, "seat.unknown", "may.leave"),
        ({"stages__talk__tasks__first__visible_to": ["none"]}, "seat.unknown", "stages.talk.tasks.first.visible_to"),
        ({"stages__talk__gates__talked__of": ["none"]}, "seat.unknown", "stages.talk.gates.talked.of"),
        ({"stages__talk__gates__talked__veto": ["none"]}, "seat.unknown", "stages.talk.gates.talked.veto"),
        ({"transitions__go__by": ["none"]}, "seat.unknown", "transitions.go.by"),
        (when({"party": "none"}), "seat.unknown", "transitions.go.when"),
        ({"clauses__all__only_if": "none"}, "seat.unknown", "clauses.all.only_if"),
        ({"clauses__all__needs": {"mass": "talk.first.mass@none"}}, "seat.unknown", "clauses.all.needs.mass"),
        ({"stages__talk__tasks__first__after": ["none"]}, "task.unknown", "stages.talk.tasks.first.after"),
        ({"stages__talk__tasks__first__due": {"days": 1, "after": "task:none"}}, "task.unknown",
         "stages.talk.tasks.first.due"),
        ({"stages__talk__gates__talked__about": ["none"]}, "task.unknown", "stages.talk.gates.talked.about"),
        (when({"any": [{"task": "none"}, "tasks"]}), "task.unknown", "transitions.go.when"),
        (when({"gate": "none"}), "gate.unknown", "transitions.go.when"),
        ({"transitions__back__reopens": ["none"]}, "reopens.unknown", "transitions.back.reopens"),
        ({"transitions__go__to": "none"}, "stage.unknown", "transitions.go.to"),
        ({"transitions__go__from": "agreed"}, "stage.unknown", "transitions.go.from"),
        ({"transitions__back__to": "write"}, "transition.itself", "transitions.back.to"),
        (when({"document": "talk.first.none"}), "path.unknown", "transitions.go.when"),
        (when({"figure": {"path": "write.first.mass", "above": 1}}), "path.unknown", "transitions.go.when"),
        (when({"figure": {"path": "talk.first.mass", "above": "talk.none.mass"}}), "path.unknown",
         "transitions.go.when"),
        ({"clauses__all__needs": {"mass": "talk.first.none"}}, "path.unknown", "clauses.all.needs.mass"),
        ({"annexes": {"flows": {"title": "Flows", "of": "talk.first.none"}}}, "path.unknown", "annexes.flows.of"),
        ({"annexes": {"flows": {"title": "Flows", "of": "talk.first.rows", "only_if": "none"}}}, "seat.unknown",
         "annexes.flows.only_if"),
        (when({"figure": {"path": "talk.first.mass@none", "above": 1}}), "seat.unknown", "transitions.go.when"),
        ({"stages__talk__tasks__first__due": {"days": 1, "after": "field:talk.first.none"}}, "path.unknown",
         "stages.talk.tasks.first.due"),
        ({"duties": [{"rows": "talk.first.none", "what": "a", "party": "b", "due": "c"}]}, "path.unknown",
         "duties.0.rows"),
        ({"decide": [decide(term="talk.first.none")]}, "path.unknown", "decide.0.term"),
        ({"decide": [decide(of="none")]}, "seat.unknown", "decide.0.of"),
    ])
    def test_unknown(self, changes, code, path):
        found = findings(**changes)
        assert (code, path) in [(finding.code, finding.path) for finding in found if finding.level == "error"]
        assert not publishable(found)


class TestRules:
    @pytest.mark.parametrize(("changes", "code"), [
        ({"stages__talk__tasks__first__after": ["second"]}, "task.circle"),
        ({"stages__talk__tasks__first__accepted_by": "guest"}, "task.acceptor_absent"),
        ({"stages__talk__tasks__first__visible_to": "own"}, "visible.acceptor"),
        ({"stages__talk__gates__talked__of": ["guest"]}, "gate.nobody_certain"),
        ({"stages__talk__gates__talked__veto": ["guest"]}, "gate.veto_not_asked"),
        ({"stages__talk__gates__talked": gate(rule="one_per_side", of=["one", "users"])}, "gate.no_side"),
        ({"stages__talk__gates__talked": gate(rule={"at_least": 1, "of": "users"})}, "gate.rule_not_asked"),
        ({"transitions__go__by": ["guest"]}, "transition.nobody_certain"),
        ({"transitions__back__to": "write", "transitions__back__from": "sign"}, "reopens.unanswerable"),
        (when({"document": "talk.first.mass"}), "document.not_file"),
        (when({"signed": "first"}), "signed.not_agreement"),
        (when({"figure": {"path": "talk.first.note", "above": 1}}), "figure.no_number"),
        (when({"figure": {"path": "talk.first.mass", "above": 1, "unit": "t"}}), "figure.units"),
        (when({"figure": {"path": "talk.first.mass", "at_least": 11}}), "figure.never"),
        (when({"date": {"not_before": "March"}}), "date.unreadable"),
        (when({"date": {"not_before": "2027-03-01", "not_after": "2027-02-01"}}), "date.never"),
        ({"stages__talk__tasks__first__due": {"days": 1, "after": "task:first"}}, "due.itself"),
        ({"stages__talk__tasks__third": task("guest"),
          "stages__talk__gates__talked__due": {"days": 1, "after": "task:third"}}, "due.absent"),
        ({"stages__talk__gates__talked__due": {"days": 1, "after": "field:talk.first.mass"}}, "due.no_date"),
        ({"stages__talk__tasks__first__due": {"days": 1, "after": "field:talk.first.day"}}, "due.itself"),
        ({"stages__talk__tasks__third": task("guest"),
          "annexes": {"flows": {"title": "Flows", "of": "talk.third.rows"}}}, "annex.seat_empty"),
        ({"duties": [{"rows": "talk.first.rows", "what": "what", "party": "what", "due": "day"}]}, "duty.no_party"),
        ({"duties": [{"rows": "talk.first.rows", "what": "what", "party": "who", "due": "day"}],
          "parties__users": None}, "duty.no_seat"),
        (when({"figure": {"path": "talk.first.mass@two", "above": 1}}), "figure.not_asked"),
        (worked_out("talk.first.note"), "computed.no_number"),
        (worked_out("talk.first.rows"), "computed.no_number"),
        (worked_out("talk.third.less"), "computed.circle"),
        (worked_out("talk.first.mass", sums_to=100), "computed.elsewhere"),
        (listed_in("talk.first.mass"), "list.no_words"),
        (listed_in("talk.first.rows.what", task="first"), "list.later"),
        (listed_in("talk.first.rows.what") | {"stages__talk__tasks__first__visible_to": "own"}, "list.hidden"),
        (worked_out("write.fourth.mass") | {"stages__write__tasks": {"fourth": task()}}, "computed.later"),
        ({"stages__talk__tasks__third": {**task(), "kind": "review", "reviews": "fourth"},
          "stages__write__tasks": {"fourth": task()}}, "task.reviews_later"),
        ({"decide": [decide(notice="talk.first.mass")]}, "decide.no_span"),
        ({"decide": [decide(only="talk.first.note")]}, "decide.no_span"),
        ({"decide": [decide(notice="talk.second.days")], "stages__talk__tasks__second__fields__days": {
            "type": "whole", "unit": "d", "label": "Days"}}, "decide.no_max"),
        ({"decide": [decide(start="talk.first.note")]}, "decide.no_date"),
        ({"decide": [decide(of="guest")]}, "decide.signs_nothing"),
        ({"stages__write__tasks__who": who(certain=False)}, "details.may_be_blank"),
        ({"stages__write__tasks__who": who(required=False)}, "details.may_be_blank"),
        ({"stages__write__tasks__who": who(visible_to="own")}, "details.narrow"),
        ({"stages__write__tasks__who__of": "one"}, "details.not_asked"),
        ({"party_details": {"address": "talk.first.day"}}, "details.kind"),
        ({"stages__write__tasks": {}, "stages__sign__tasks": {"who": who()},
          "party_details": {"address": "sign.who.address"}}, "details.too_late"),
        ({"stages__write__contract": None}, "contract.stage"),
        ({"stages__talk__contract": "signed", "stages__sign__contract": None}, "contract.order"),
        ({"stages__write__gates__contract_agreed__about": []}, "contract.no_gate"),
        ({"stages__talk__gates__talked__about": "contract"}, "contract.gate_elsewhere"),
        ({"clauses": {}}, "contract.empty"),
        ({"terminal": {"agreed": "success", "declined": "success"}}, "terminal.success"),
        ({"terminal__talk": "failure"}, "terminal.is_stage"),
        ({"clauses__all__text": "One delivers $mass to $whom."}, "clause.undeclared"),
        ({"clauses__all__text": {"en": "$mass", "de": "$masse"}}, "clause.undeclared"),
        ({"clauses__all__text": "One delivers."}, "clause.unused"),
        ({"clauses__all__needs": {"mass": "seat:guest"}}, "clause.seat_empty"),
        ({"clauses__all__needs": {"mass": "talk.first.mass@two"}}, "clause.not_asked"),
        ({"stages__talk__tasks__first": task(["one", "two"])}, "clause.whose"),
        ({"annexes": {"flows": {"title": "Flows", "of": "talk.first.mass"}}}, "annex.no_table"),
        ({"duties": [{"rows": "talk.first.mass", "what": "a", "party": "b", "due": "c"}]}, "duty.no_table"),
        ({"parties__one__required": False, "parties__two__required": False, "parties__users__required": False},
         "stage.nobody"),
    ])
    def test_error(self, changes, code):
        assert code in codes(**changes)
        assert not publishable(findings(**changes))

    @pytest.mark.parametrize(("changes", "code"), [
        ({"stages__talk__tasks__first__required": False}, "clause.may_be_blank"),
        ({"stages__talk__tasks__first__visible_to": ["one"], "stages__talk__tasks__first__accepted_by": "nobody"},
         "clause.narrow"),
        ({"stages__talk__tasks__second__accepted_by": "nobody"}, "fairness.accepts"),
        ({"transitions__go__by": ["one"]}, "fairness.by"),
        ({"may": {"hold": ["one", "host"]}}, "fairness.may"), ({"may": {"decline": []}}, "fairness.no_end"),
        ({"stages__talk__gates__talked__veto": ["two"]}, "fairness.veto"),
        ({"stages__talk__gates__talked__of": ["two"]}, "fairness.decides"),
        ({"stages__talk__tasks__third": task(visible_to="facilitator")}, "fairness.sees"),
        ({"stages__talk__tasks__second__due": {"days": 9}}, "fairness.time"),
        ({"transitions__done__when": {"gate": "contract_agreed"}}, "contract.end_unsigned"),
        ({"reminders": []}, "reminders.none"),
        ({"party_details": {}}, "details.no_address"),
        ({"transitions__to_sign__when": {"all": [{"gate": "contract_agreed"}, {"figure": {
            "path": "talk.first.mass", "above": 1}}]}}, "figure.left"),
        (when({"figure": {"path": "talk.first.mass", "above": 1}}) | {
            "stages__talk__tasks__first": task(["one", "two"], accepted_by="two"),
            "clauses__all__needs": {"mass": "talk.first.mass@one"}}, "figure.whose"),
    ])
    def test_warning(self, changes, code):
        found = findings(**changes)
        assert code in [finding.code for finding in found]
        assert publishable(found)

    def test_a_limit_may_be_another_field_of_the_same_unit(self):
        comparison = {"path": "talk.first.mass", "at_most": "talk.second.mass"}
        assert codes(**when({"figure": comparison})) == []
        grams = task("two", accepted_by="one")
        grams["fields"]["mass"]["unit"] = "g"
        assert "figure.units" in codes(**when({"figure": comparison}), stages__talk__tasks__second=grams)

    def test_what_is_due_may_follow_a_day_that_somebody_named(self):
        assert codes(stages__talk__gates__talked__due={"days": 1, "after": "field:talk.first.day"}) == []

    def test_a_duty_may_name_a_seat_and_an_annex_may_need_one(self):
        guest = {"stages__talk__tasks__third": task("guest"),
                 "annexes": {"flows": {"title": "Flows", "of": "talk.third.rows", "only_if": "guest"}}}
        rule = {"rows": "talk.first.rows", "what": "what", "party": "who", "due": "day"}
        assert codes(**guest, duties=[rule]) == []

    def test_automatic_transitions_that_go_round(self):
        round_ = {**BASE["transitions"], "there": {"from": "talk", "to": "write", "automatic": True},
                  "again": {"from": "write", "to": "talk", "automatic": True}}
        assert "automatic.circle" in codes(transitions=round_)

    @pytest.mark.parametrize(("one", "other", "both"), [
        ({"figure": {"path": "talk.first.mass", "at_least": 5}},
         {"figure": {"path": "talk.first.mass", "below": 5}}, 0),
        ({"figure": {"path": "talk.first.mass", "above": 5}},
         {"all": ["tasks", {"not": {"figure": {"path": "talk.first.mass", "above": 5}}}]}, 0),
        ({"date": {"not_after": "2027-01-01"}}, {"not": {"date": {"not_after": "2027-01-01"}}}, 0),
        ({"figure": {"path": "talk.first.mass", "above": 5}}, {"figure": {"path": "talk.first.mass", "below": 7}}, 1),
        ("tasks", {"gate": "talked"}, 1)])
    def test_two_that_go_by_themselves_never_go_together(self, one, other, both):
        automatic = {"from": "talk", "to": "write", "automatic": True}
        assert codes(transitions__go={**automatic, "when": one}, transitions__other={**automatic, "when": other}).count(
            "automatic.together") == both

    def test_a_value_that_some_way_leaves_out(self):
        figures = {"stages__more": {"name": "More", "purpose": "p", "target": 1, "tasks": {"third": task()}},
                   "clauses__all__needs": {"mass": "more.third.mass"}}
        ways = {"transitions__go": {"from": "talk", "to": "more", "when": {"all": ["tasks", {"gate": "talked"}]}},
                "transitions__on": {"from": "more", "to": "write", "when": "tasks"}}
        stages = {"stages": {key: {**BASE["stages"], "more": figures["stages__more"]}[key]
                             for key in ("talk", "more", "write", "sign")}, **ways,
                  "clauses__all__needs": figures["clauses__all__needs"]}
        assert codes(**stages) == []
        (found,) = findings(**stages, transitions__short={"from": "talk", "to": "write", "when": "tasks"})
        assert (found.level, found.code, found.path) == ("warning", "clause.way_without", "clauses.all.needs.mass")
        assert found.story == ("A project begins in Talk.", "It goes on to Write.")

    def test_placeholders(self):
        assert dict(placeholders({"en": r"$a and ${b}s, $Mass, 5 $$c, \$d, $ 5", "de": ""})) == \
            {"en": frozenset({"a", "b", "Mass"}), "de": frozenset()}


class TestWalks:
    def test_a_seat_that_may_stay_empty_blocks_the_way(self):
        (found,) = (one for one in findings(**when({"party": "guest"})) if one.code == "stage.dead_end")
        assert found.path == "stages.talk"
        assert found.story == (
            "Every seat that may be empty is empty, every other has as few as it may.", "A project begins in Talk.",
            "Here it stays: 'Go on to Write' cannot be taken: 'Guest' must be there, and that seat may stay empty.")

    def test_a_task_of_an_empty_seat_blocks_nothing(self):
        assert codes(stages__talk__tasks__third=task("guest")) == []
        assert codes(**when({"all": [{"task": "third"}, {"gate": "talked"}]}),
                     stages__talk__tasks__third=task("guest")) == []

    def test_a_figure_of_an_empty_seat_blocks_and_another_way_frees(self):
        figure = {"figure": {"path": "talk.third.mass", "above": 1}}
        third = {"stages__talk__tasks__third": task("guest")}
        assert "stage.dead_end" in codes(**when(figure), **third)
        assert codes(**when({"any": [figure, {"gate": "talked"}]}), **third) == []

    def test_fewer_than_the_rule_needs(self):
        asked = gate(of=["users", "one", "two"], rule={"at_least": 2, "of": "users"})
        (found,) = (one for one in findings(stages__talk__gates__talked=asked) if one.code == "stage.dead_end")
        assert "'Is it right?' needs 2 and there may be only 1" in found.message
        assert "stage.dead_end" not in codes(stages__talk__gates__talked=asked,
                                             parties__users__many={"min": 2, "max": 5})

    def test_what_is_asked_only_later(self):
        (found,) = (one for one in findings(**when({"gate": "contract_agreed"})) if one.code == "transition.never")
        assert found.path == "transitions.go.when"
        assert "is decided only in Write" in found.message
        assert found.story == ("A project begins in Talk.",)

    def test_a_stage_nobody_reaches(self):
        stage = {"name": "Aside", "purpose": "p", "target": 1}
        assert "No story leads to Aside." in [one.message for one in findings(stages__aside=stage)]

    def test_a_stage_without_a_way_on(self):
        aside = {"from": "talk", "to": "aside"}
        stage = {"name": "Aside", "purpose": "p", "target": 1}
        found = findings(stages__aside=stage, transitions__aside=aside)
        (found,) = (one for one in found if one.code == "stage.dead_end")
        assert found.story == ("A project begins in Talk.", "It goes on to Aside.", "Here it stays: no way leads on.")

    def test_going_round_for_ever(self):
        assert "stage.dead_end" in codes(transitions__to_sign__to="talk")

    def test_skipping_what_is_asked_later(self):
        """Over the short cut nobody is asked for what signing waits for."""
        short = {"from": "talk", "to": "sign"}
        late = {"contract": "signed"}
        found = findings(transitions__short=short, transitions__done__when={"all": [{"gate": "contract_agreed"}, late]})
        (dead,) = (one for one in found if one.code == "stage.dead_end")
        assert dead.story[:2] == ("A project begins in Talk.", "It goes on to Sign.")

    ASKED_LATER = {"transitions__to_sign__when": {"all": [{"gate": "contract_agreed"}, {"gate": "extra"}]},
                   "transitions__back": None}

    def test_a_gate_that_its_stage_was_left_without(self):
        found = findings(**self.ASKED_LATER, stages__talk__gates__extra=gate(question="Is it worth it?"))
        (dead,) = (one for one in found if one.code == "stage.dead_end")
        assert dead.story == (
            "A project begins in Talk.", "It goes on to Write, without an answer to 'Is it worth it?'.",
            "Here it stays: 'to_sign' cannot be taken: 'Is it worth it?' is decided only in Talk.")
        both = {"all": ["tasks", {"gate": "talked"}, {"gate": "extra"}]}
        assert codes(**self.ASKED_LATER, **when(both), stages__talk__gates__extra=gate()) == []
        back = {"from": "write", "to": "talk", "reason": "required"}  # it can go back and ask
        assert codes(**{**self.ASKED_LATER, "transitions__back": back}, stages__talk__gates__extra=gate()) == []

    def test_a_gate_that_somebody_can_still_make_lapse_when_it_cannot_be_decided_again(self):
        both = when({"all": ["tasks", {"gate": "talked"}, {"gate": "extra"}]})
        late = {"stages__talk__tasks__third": task(required=False), "stages__talk__gates__extra": gate(about=["third"])}
        assert "stage.dead_end" in codes(**self.ASKED_LATER, **both, **late)
        assert "stage.dead_end" not in codes(**both, **late)

    def test_one_of_two_gates_is_enough_where_one_of_them_was(self):
        either = {"any": [{"gate": "talked"}, {"gate": "extra"}]}
        assert codes(**when({"all": ["tasks", either]}), stages__talk__gates__extra=gate(),
                     transitions__to_sign__when={"all": [{"gate": "contract_agreed"}, either]}) == []
        assert "stage.dead_end" in codes(**when({"all": ["tasks", either]}), stages__talk__gates__extra=gate(),
                                         **self.ASKED_LATER)

    def test_what_can_be_given_only_when_the_project_comes_to_a_later_stage_again(self):
        late = {"stages__write__tasks__third": task(), "transitions__back__reopens": ["first", "talked", "third"]}
        ask = when({"any": [{"all": ["tasks", {"gate": "talked"}]}, {"task": "third"}]})
        assert codes(**late, **ask) == []
        only = {"transitions__aside": {"from": "talk", "to": "sign", "when": {"task": "third"}}}
        assert "transition.never" in [one.code for one in findings(**late, **only)]

    def test_a_contract_that_nobody_agreed_to_is_never_signed(self):
        (dead,) = (one for one in findings(transitions__to_sign__when={"contract": "complete"})
                   if one.code == "stage.dead_end")
        assert dead.path == "stages.sign"
        assert "nobody signs a contract that was not agreed" in dead.message

    def test_a_party_that_leaves_on_the_way(self):
        aside = {"stages__aside": {"name": "Aside", "purpose": "p", "target": 1},
                 "transitions__off": {"from": "talk", "to": "aside", "when": {"party": "guest"}}}
        back = {"from": "aside", "to": "write"}
        assert codes(**aside, transitions__on=back) == []
        found = findings(**aside, transitions__on={**back, "when": {"party": "guest"}})
        (dead,) = (one for one in found if one.code == "stage.dead_end")
        assert dead.story[:3] == ("A project begins in Talk.", "It goes on to Aside.", "Then 'Guest' leaves.")

    def test_a_day_that_passes(self):
        last = {"date": {"not_after": "2027-06-30"}}
        (dead,) = (one for one in findings(**when({"all": ["tasks", last]})) if one.code == "stage.dead_end")
        assert dead.story == ("A project begins in Talk.", "The last day that is named passes.",
                              "Here it stays: 'Go on to Write' cannot be taken: the last day for it has passed.")
        assert codes(**when({"any": [{"all": ["tasks", last]}, {"gate": "talked"}]})) == []
        assert codes(**when({"date": {"not_before": "2027-06-30"}})) == []
        assert "stage.dead_end" in codes(**when({"not": {"date": {"not_before": "2027-06-30"}}}))

    def test_what_goes_by_itself_before_anybody_can_take_the_other_way(self):
        by_itself = {"from": "talk", "to": "write", "automatic": True, "when": "tasks"}
        (never,) = (one for one in findings(transitions__first=by_itself) if one.code == "transition.never")
        assert (never.path, never.message) == ("transitions.go.when",
                                               "This can never be taken: 'first' goes before it.")
        assert codes(transitions__first={**by_itself, "when": {"task": "second"}}, **when("tasks")) == []

    def test_the_largest_definition_is_proven_in_time(self):
        data = deepcopy(BASE)
        names = [f"s{n}" for n in range(197)]
        for n, (name, following) in enumerate(zip(names, [*names[1:], "talk"], strict=True)):
            data["stages"][name] = {"name": name, "purpose": "p", "target": 1,
                                    "tasks": {f"t{n}x{k}": task() for k in range(10)}}
            data["transitions"][name] = {"from": name, "to": following, "when": "tasks"}
        data["stages"] = {name: data["stages"][name] for name in (*names, "talk", "write", "sign")}
        assert verify(Definition.model_validate(data)) == ()


class TestLibrary:
    @pytest.mark.parametrize("key", library.names())
    def test_every_shipped_template_is_proven(self, key):
        assert verify(library.load(key)) == ()


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
