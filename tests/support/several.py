"""Further small templates: several organisations in one seat, and what hangs on an answer."""

import json
from datetime import datetime, timedelta

from tests.support.facts import TWO_SIDES
from tests.support.projects import SMALL
from workflows.exchange.yaml_text import read

USERS = """
parties: {maker: {contracting: true}, user: {many: {max: 5}}}
stages:
  work:
    tasks:
      plan: {of: maker}
    gates: {planned: {of: [user]}}
  end: {contract: signed}
transitions:
  go: {from: work, to: end, when: {gate: planned}, by: [maker]}
  done: {from: end, to: agreed}
"""

DEPOSIT = TWO_SIDES.replace(
    "need: {of: taker, accepted_by: giver}",
    "need: {of: taker, fields: {kind: {type: choice, of: [none, deposit]}, sum: {type: number, only_if: "
    "{answer: figures.need.kind, is: deposit}}}}").replace(
    "batch: {of: taker}",
    "batch: {of: taker}\n      custody: {of: giver, accepted_by: taker, "
    "only_if: {answer: figures.need.kind, is: deposit}}"
).replace("passed: {of: [giver, taker], about: [batch]}", "passed: {of: [giver, taker]}")


def working_days_later(moment: datetime, days: int) -> datetime:
    """The end of the working day that is so many days later."""
    day = moment
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day.replace(hour=17, minute=0, second=0)


def clause_on_kept():
    """A clause and an annex that hang on an answer of the shop, which only the two parties see, and print what it was
    asked after that.
    """
    data, only = json.loads(read(SMALL).canonical()), {"answer": "figures.returns.kind", "is": ["deposit"]}
    returns, credit = (data["stages"]["figures"]["tasks"][key] for key in ("returns", "credit"))
    returns["visible_to"] = ["maker", "shop"]
    returns["fields"] |= {"kind": {"type": "choice", "label": "Kind", "of": ["none", "deposit"]},
                          **{key: {**field, "only_if": only} for key, field in credit["fields"].items()}}
    data["clauses"]["custody"] = {"title": "Custody", "only_if": only, "text": "Kept apart: $amount.",
                                  "needs": {"amount": "figures.returns.amount"}}
    data["annexes"]["kept"] = {"title": "Places", "only_if": only, "of": "figures.returns.places"}
    return json.dumps(data)
