"""Stories into a dead end: what the verification of a definition finds by walking it."""

from copy import deepcopy

from tests.support.verifying import BASE, codes, findings, gate, task, when
from workflows.definition import Definition
from workflows.verification import verify


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
