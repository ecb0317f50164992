"""What keeps a definition from being published, and the story that shows it."""

import pytest

from tests.support.verifying import (
    BASE,
    agreement,
    board,
    codes,
    decide,
    findings,
    gate,
    listed_in,
    task,
    when,
    who,
    worked_out,
)
from workflows import library
from workflows.verification import publishable, verify
from workflows.verification.contracts import placeholders


class TestNames:
    def test_the_base_has_no_findings(self):
        assert findings() == ()

    @pytest.mark.parametrize(("changes", "code", "path"), [
        ({"stages__talk__tasks__first__of": "none"}, "seat.unknown", "stages.talk.tasks.first.of"),
        ({"stages__talk__tasks__first__accepted_by": "none"}, "seat.unknown", "stages.talk.tasks.first.accepted_by"),
        ({"stages__talk__tasks__third": board("none")}, "seat.unknown", "stages.talk.tasks.third.boxes.aim.of"),
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


class TestFinal:
    def test_nothing_reopens_it_and_its_line_says_so(self):
        final = [one for one in findings(stages__talk__tasks__first__final=True) if one.code == "reopens.final"]
        assert [(one.level, one.path, one.message) for one in final] == [
            ("error", "transitions.back.reopens",
             "This reopens 'first', which is final: once accepted it is not opened again. Leave it out here, or let "
             "the task be without final.")]

    def test_a_limit_on_it_is_told_since_nobody_can_change_the_figure(self):
        limit = when({"all": ["tasks", {"gate": "talked"}, {"figure": {"path": "talk.second.mass", "at_least": 5}}]})
        told = [one for one in findings(stages__talk__tasks__second__final=True, **limit) if one.code == "figure.final"]
        assert [(one.level, one.path) for one in told] == [("warning", "transitions.go.when")]
        assert "figure.final" not in codes(**limit)


class TestTargets:
    def test_a_stage_that_lasts_longer_than_it_says_is_told_with_what_lasts(self):
        found = findings(stages__talk__tasks__first__due={"days": 5},
                         stages__talk__gates__talked__due={"days": 3, "after": "task:first"})
        assert [(one.level, one.code, one.path, one.message) for one in found] == [
            ("warning", "stage.longer", "stages.talk.target",
             "Talk takes about 5 working days, and 'talked' is due only after 8.")]

    def test_about_as_long_is_no_finding(self):
        assert findings(stages__talk__tasks__first__due={"days": 6}) == ()

    def test_what_is_due_by_something_else_says_nothing(self):
        assert "stage.longer" not in codes(stages__talk__tasks__first__due={"days": 60, "before": "target"})


class TestRules:
    @pytest.mark.parametrize(("changes", "code"), [
        ({"stages__talk__tasks__first__after": ["second"]}, "task.circle"),
        ({"stages__talk__tasks__first__accepted_by": "guest"}, "task.acceptor_absent"),
        ({"stages__talk__tasks__first__visible_to": "own"}, "visible.acceptor"),
        ({"stages__talk__tasks__third": board("two", visible_to="own")}, "visible.box"),
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
        ({"stages__talk__tasks__first__due": {"days": 1, "after": "task:second"}}, "due.circle"),
        ({"stages__talk__tasks__first__due": {"days": 1, "after": "task:third"}, "stages__talk__tasks__third":
          task("one", due={"days": 1, "after": "task:first"})}, "due.circle"),
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
        ({"stages__talk__tasks__third": agreement("$one keeps it to itself.")}, "text.placeholder"),
        ({"stages__talk__tasks__third": agreement({"en": "We keep it.", "de": "${one} behält es."})},
         "text.placeholder"),
        ({"clauses__all__title": "Price of $mass"}, "text.placeholder"),
        ({"contract_title": "Contract of $one"}, "text.placeholder"),
        ({"stages__talk__tasks__third": agreement("We keep it.") | {"fields": task()["fields"]}}, "task.not_its_kind"),
        ({"stages__talk__tasks__third": board("one") | {"statements": {"fit": {"text": "We are fit."}}}},
         "task.not_its_kind"),
        ({"stages__talk__tasks__third": {**task(), "agreement": "We keep it."}}, "task.not_its_kind"),
        ({"stages__talk__tasks__third": {**task(), "reviews": "first"}}, "task.not_its_kind"),
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

    def test_an_amount_in_dollars_is_no_placeholder(self):
        assert "text.placeholder" not in codes(stages__talk__tasks__third=agreement("It costs $5, or $$5, or US$ 5."))

    def test_a_limit_may_be_another_field_of_the_same_unit(self):
        comparison = {"path": "talk.first.mass", "at_most": "talk.second.mass"}
        assert codes(**when({"figure": comparison})) == []
        grams = task("two", accepted_by="one")
        grams["fields"]["mass"]["unit"] = "g"
        assert "figure.units" in codes(**when({"figure": comparison}), stages__talk__tasks__second=grams)

    def test_what_is_due_may_follow_a_day_that_somebody_named(self):
        assert codes(stages__talk__gates__talked__due={"days": 1, "after": "field:talk.first.day"}) == []

    def test_what_is_owed_and_not_printed_is_told(self):
        owed = {"duties": [{"rows": "talk.first.rows", "what": "what", "party": "who", "due": "day"}]}
        assert codes(**owed) == ["duty.not_printed"] and publishable(findings(**owed))
        assert not codes(**owed, annexes={"duties": {"title": "Duties", "of": "talk.first.rows"}})

    def test_a_duty_may_name_a_seat_and_an_annex_may_need_one(self):
        guest = {"stages__talk__tasks__third": task("guest"),
                 "annexes": {"flows": {"title": "Flows", "of": "talk.third.rows", "only_if": "guest"},
                             "duties": {"title": "Duties", "of": "talk.first.rows"}}}
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


class TestLibrary:
    @pytest.mark.parametrize("key", library.names())
    def test_every_shipped_template_is_proven(self, key):
        assert verify(library.load(key)) == ()
