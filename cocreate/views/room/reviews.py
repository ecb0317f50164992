"""What a review is about, place by place: every field, row and clause with a way to say something just there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from cocreate.db import db
from cocreate.domain import reviewing
from cocreate.domain.answers import FileAnswer
from cocreate.domain.saying import shown
from cocreate.domain.topics import Topic
from cocreate.services import comments, contributions
from cocreate.services.contributions import TaskPage, Version
from cocreate.web import pages
from workflows.facts import Facts, TaskFact
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class Place:
    """Where something can be said, and how many have."""

    title: str
    url: str
    said: int


def reviewed(page: TaskPage) -> list[dict[str, Any]]:
    """What a review is about, in words, with the way to it."""
    facts, key = page.facts, page.facts.task_of(page.task).reviews
    if key is None:
        return []
    task = facts.definition.tasks[key][1]
    again = reviewing.to_open_again(facts, page.task)
    said = {kind: comments.counted(db.session(), facts, kind) for kind in ("field", "row")}
    return [{"title": say(task.title, pages.language()), "party": one.task.party, "version": one.version,
             "url": url_for("room.task", ref=facts.project.ref, key=key, party=one.task.party),
             "answers": shown(task, one.version.answers, language=pages.language()) if one.version else (),
             "places": _places(facts, one.task, one.version, said) if one.version else {},
             "links": file_links(facts, one.task, one.version),
             "again": url_for("room.task_reopen", ref=facts.project.ref, key=key, party=one.task.party)
             if one.task in again else None}
            for one in contributions.reviewed(db.session(), facts, key)]


def clauses(page: TaskPage) -> list[Place]:
    """Of a review in the stage in which the contract is prepared: its clauses, to be commented one by one."""
    facts, definition = page.facts, page.facts.definition
    stage = definition.stages[definition.tasks[page.task.key][0]]
    if facts.task_of(page.task).kind != "review" or stage.contract != "prepared":
        return []
    said = comments.counted(db.session(), facts, "clause")
    return [Place(_("%(number)s. %(title)s", number=number, title=say(clause.title, pages.language())),
                  url_for("room.contract_clause", ref=facts.project.ref, key=key), said.get(key, 0))
            for number, (key, clause) in enumerate(definition.clauses.items(), 1)]


def _places(facts: Facts, task: TaskFact, version: Version, said: Mapping[str, Mapping[str, int]]) -> dict[str, Place]:
    """Field, and field.row of a table, to where one talks about it."""
    found = {}
    for one in shown(facts.task_of(task), version.answers, language=pages.language()):
        if one.key not in facts.task_of(task).fields:
            continue
        found[one.key] = _place(facts, Topic("field", task.key, task.party, one.key), one.label, said)
        for number, _row in enumerate(one.rows, 1):
            found[f"{one.key}.{number}"] = _place(
                facts, Topic("row", task.key, task.party, one.key, number),
                _("%(field)s, row %(number)s", field=one.label, number=number), said)
    return found


def _place(facts: Facts, topic: Topic, title: str, said: Mapping[str, Mapping[str, int]]) -> Place:
    return Place(title, url_for("room.talk_say", ref=facts.project.ref, topic=str(topic), about=str(topic)),
                 said[topic.kind].get(str(topic).partition(":")[2], 0))


def file_links(facts: Facts, task: TaskFact, version: Version | None) -> dict[str, str]:
    """Field -> where its file in this version can be had."""
    return {key: url_for("room.task_file", ref=facts.project.ref, key=task.key, number=version.number, field=key,
                         party=task.party)
            for key, answer in version.answers.items() if isinstance(answer.value, FileAnswer)} if version else {}
