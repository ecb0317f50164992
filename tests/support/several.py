"""Further small templates: several organisations in one seat, and a task that hangs on an answer."""

from datetime import datetime, timedelta

from tests.support.facts import TWO_SIDES

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
