"""What a transition waits for, in words: on the page of a template, and on the rules of a project."""

import pytest
from flask import Flask
from flask_babel import Babel

from cocreate.views.conditions import waits_for
from tests.support.spaces import spaced
from workflows import library
from workflows.conditions import All, Condition
from workflows.fields import Strict


class _Holds(Strict):
    when: Condition


@pytest.mark.parametrize(("when", "said"), [
    ("tasks", ["all required tasks of the stage are accepted"]),
    ({"all": ["tasks", {"gate": "pilot_passed"}]},
     ["all required tasks of the stage are accepted", "'Did the pilot show what we need to know?' is agreed"]),
    ({"any": [{"task": "stream"}, {"contract": "signed"}]},
     ["'The stream we have' is accepted or all have signed the contract"]),
    ({"figure": {"path": "pilot.pilot_result.arrived", "at_most": 105, "unit": "%"}},
     ["'Of what was delivered this arrived' is at most 105 %"]),
    ({"not": {"figure": {"path": "pilot.pilot_result.pass_rate", "at_least": "pilot.pilot_result.arrived"}}},
     ["'Tests passed' is less than 'Of what was delivered this arrived'"]),
    ({"answered": "0.9"}, ["90 % of the required fields of the stage have a value"]),
    ({"party": "carrier"}, ["the seat 'Carrier' is taken"]),
    ({"signed": "memorandum"}, ["'Memorandum of understanding' is signed by all who are asked"]),
    ({"not": {"date": {"not_before": "2027-03-01", "not_after": "2027-09-30"}}},
     ["it is before Mon 1 Mar 2027 or it is after Thu 30 Sep 2027"]),
    ({"date": {"not_before": "some day"}}, ["it is some day or later"]),
    ({"all": [{"gate": "gone"}, {"task": "gone"}, {"document": "a.gone.file"}]},
     ["'gone' is agreed", "'gone' is accepted", "'a.gone.file' is there and accepted"]),
], ids=str)
def test_a_condition_is_said_in_words(words, when, said):
    assert [spaced(one) for one in words(when)] == said


def test_every_condition_of_the_shipped_templates_is(words):
    for name in library.names():
        for way in library.load(name).transitions.values():
            said = words(way.when, name)
            assert all(said) and bool(said) == (way.when is not None)
            assert len(said) == len(way.when.all) if isinstance(way.when, All) else len(said) < 2


@pytest.fixture
def words():
    app = Flask(__name__)
    Babel(app, locale_selector=lambda: "en")

    def said(when, template="industrial_symbiosis"):
        with app.test_request_context():
            return waits_for(library.load(template), when if when is None else _Holds(when=when).when)
    return said
