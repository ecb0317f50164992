"""Why a condition does not hold, and a crowd that decides."""

from tests.support.facts import Story, begin, condition
from workflows.guards import reasons


def why(facts, when, stage=None):
    return reasons(facts, condition(when), stage or facts.project.stage)


def codes(facts, when, stage=None):
    return [refusal.code for refusal in why(facts, when, stage)]


def crowd(users: int, rule: str = "all", veto: str = "[]") -> Story:
    return begin(f"""
parties: {{maker: {{contracting: true, side: a}}, user: {{many: {{max: 9}}, side: b}}}}
stages:
  work:
    tasks:
      plan: {{of: maker}}
      own: {{of: user, required: false}}
    gates: {{planned: {{of: [maker, user], about: [plan], rule: {rule}, veto: {veto}}}}}
  end: {{}}
transitions: {{go: {{from: work, to: end, when: {{gate: planned}}}}, done: {{from: end, to: agreed}}}}
""", user=users)
