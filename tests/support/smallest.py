"""The smallest template as text, and what is wrong in one."""

import pytest

from workflows.exchange.mistakes import DefinitionErrors
from workflows.exchange.yaml_text import read

SMALL = """\
format: 1
key: small
name: Small
strategy: open
summary: As little as there can be.
ends_in: An agreement
parties:
  one: {name: One, contracting: true}
stages:
  talk:
    name: Talk
    purpose: Say it.
    target: 5
    contract: prepared
    tasks:
      report:
        title: Report
        why: It is needed.
        of: one
        due: {days: 2}
        fields:
          yield: {type: quantity, unit: kg, label: Yield, max: 5}
    gates:
      ok: {question: OK?, of: [one], about: contract, due: {days: 1}}
  sign: {name: Sign, purpose: Sign it., target: 2, contract: signed}
transitions:
  on: {from: talk, to: sign, when: {all: [tasks, {gate: ok}, {figure: {path: talk.report.yield, at_least: 2.50}}]}}
  done: {from: sign, to: agreed, automatic: true, when: {contract: signed}}
reminders:
  - {on: task_due, at: [-1]}
contract_title: Agreement
clauses:
  all: {title: All, text: "One delivers $mass.", needs: {mass: talk.report.yield}}
terminal: {agreed: success, declined: failure}
"""


def changed(old: str, new: str) -> str:
    assert old in SMALL
    return SMALL.replace(old, new)


def mistakes(text: str | bytes) -> list[tuple[str, int | None, str]]:
    with pytest.raises(DefinitionErrors) as caught:
        read(text)
    return [(error.path, error.line, error.message) for error in caught.value.errors]
