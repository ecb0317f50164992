"""Composing the contract of a project from what was submitted, agreed, settled and struck; and the duties in it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import and_

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate.domain import audience, deciding, openness, owing, settling
from cocreate.domain import composing as domain
from cocreate.domain.answers import Answer, Counting, Kept, Row, answer_at, rows_of
from cocreate.domain.asking import as_asked, columns_of, in_columns, with_columns
from cocreate.domain.composing import SettledLater, Table, Value
from cocreate.domain.contract import ClauseText, ContractText, FigureRow, Source
from cocreate.domain.saying import day_text, figure_words, period_choices, phrases, rows, say, with_unit
from cocreate.models.hosts import Host
from cocreate.models.projects import Project
from cocreate.models.work import Contribution
from cocreate.papers import paper_words
from cocreate.services import accepted, describing
from cocreate.services.acts.contracts import NewDuty
from workflows import fields as f
from workflows.facts import DutyFact, Facts, FigureFact
from workflows.facts.disputes import OTHER_VALUE, settlement
from workflows.texts import say as in_language


def compose(session: Session, facts: Facts, paper: str = "") -> ContractText:
    """The contract as it would be frozen now, gaps and all, or the short agreement of a task; as the facts' actor may
    read it: what is kept from them is not in it. See ``whole``.
    """
    return _agreement(session, facts, paper) if paper else _contract(session, facts)


def whole(session: Session, facts: Facts, paper: str = "") -> ContractText:
    """The same as it would be frozen, with every value."""
    return compose(session, replace(facts, actor=None), paper)


def who_sees(session: Session, facts: Facts) -> int:
    """Who may see every value that the contract prints now."""
    paths = openness.in_contract(facts.definition)
    return reduce(and_, (
        *accepted.audiences(session, facts, paths),
        *(figure.sees for path in paths for figure in facts.values(path))), audience.ALL)


def _contract(session: Session, facts: Facts) -> ContractText:
    project = session.execute(select(Project).where(Project.id == facts.project.id)).scalar_one()
    counting = accepted.readable(session, facts)
    language = facts.project.language
    clauses, annexes, open_values = domain.compose(
        facts.definition, _values(facts, counting, project, language),
        replace(settling.given(facts), tables=_tables(facts, counting, language), kept=_kept(session, facts)),
        paper_words.phrases(language), language=language)
    return replace(
        _frame(session, facts, project, in_language(facts.definition.contract_title, language), ""),
        parties=describing.parties(session, facts, counting, facts.present, facts.signing),
        affected=describing.affected(session, facts),
        clauses=clauses, annexes=annexes, open_values=open_values, figures=_figures(facts, counting, language))


def _kept(session: Session, facts: Facts) -> dict[str, str]:
    """The answers on which a clause or an annex hangs and which the reader may not see, with the words instead."""
    found: dict[str, str] = {}
    mask = audience.of_reader(facts)
    for path in facts.definition.contract_hangs_on if facts.actor else ():
        sees = _who_sees_choice(session, facts, path)
        if not sees & mask:
            found[path] = accepted.kept_words(facts, path, sees, paper_words.hangs_on_kept)
    return found


def _who_sees_choice(session: Session, facts: Facts, path: str) -> int:
    """Who sees what each party chose there last; everybody, where none has."""
    _, task, key = path.split(".")
    chose = facts.chosen(path)
    rows = session.execute(
        select(Contribution.party, Contribution.number, Contribution.sees, Contribution.narrower)
        .where(Contribution.project_id == facts.project.id, Contribution.task == task)) if chose else ()
    kept = {(row.party, row.number): json.loads(row.narrower).get(key, row.sees) for row in rows}
    return reduce(and_, (kept[one.party, one.number] for one in facts.instances(task) if one.party in chose),
                  audience.ALL)


def _agreement(session: Session, facts: Facts, paper: str) -> ContractText:
    """What a task of kind ``sign`` asks for: the template's words, between the parties that are asked."""
    project = session.execute(select(Project).where(Project.id == facts.project.id)).scalar_one()
    task, language = facts.definition.tasks[paper][1], facts.project.language
    title, signers = in_language(task.title, language), facts.signers(paper)
    return replace(
        _frame(session, facts, project, title, paper), parties=describing.parties(
            session, facts, accepted.readable(session, facts), signers, signers, required=False),
        clauses=(ClauseText(paper, 0, title, in_language(task.agreement or "", language),
                             sample=task.sample),))


def _frame(session: Session, facts: Facts, project: Project, title: str, paper: str) -> ContractText:
    """What every paper says of itself, before anything stands in it."""
    language = facts.project.language
    return ContractText(
        project_ref=facts.project.ref, title=title, project_title=project.title, purpose=project.purpose,
        language=language, host=session.scalars(select(Host.name).where(Host.id == project.host_id)).one(),
        template_name=in_language(facts.definition.name, language), template_sha256=facts.definition.sha256,
        version=1 + max((one.number for one in facts.versions(paper)), default=0),
        frozen_at=facts.now.replace(microsecond=0), parties=(), affected=(), clauses=(), annexes=(), figures=(),
        head_seq=facts.project.version, head_hash=facts.project.head, specimen=project.specimen)


def _values(facts: Facts, counting: Counting, project: Project, language: str) -> dict[str, Value]:
    needs = {need for clause in facts.definition.clauses.values() for need in clause.needs.values()}
    return {need: value for need in needs if (value := value_of(need, facts, counting, project, language)) is not None}


def value_of(need: str, facts: Facts, counting: Counting, project: Project, language: str) -> Value | None:
    """What a clause's placeholder becomes; None where nothing was given."""
    if need.startswith("project:"):
        return Value(getattr(project, need.removeprefix("project:")))
    if need.startswith("seat:"):
        holders = facts.holders([need.removeprefix("seat:")])
        return Value(", ".join(party.name for party in holders)) if holders else None
    return _at(need, facts, counting, language)


def _at(need: str, facts: Facts, counting: Counting, language: str) -> Value | None:
    """What stands where a clause prints a field, perhaps of one seat only."""
    path, _, seat = need.partition("@")
    _, task, key = path.split(".")
    field = facts.definition.tasks[task][1].fields[key]
    annex = next((number for number, one in enumerate(facts.definition.annexes.values(), 1) if one.of == path), None)
    settled = _settled_for(facts, counting, path)
    if settled is not None:
        return _settled(facts, settled, language)
    if settling.disputed(facts, need):
        return Value(missing_reason=paper_words.two_values(language), later=_later(facts, need))
    if isinstance(field, f.Computed):
        return _worked_out(facts, path, need, language)
    parts, sources, missing = [], [], None
    for party in facts.present:
        number, answers = counting.get((task, party.number), (0, {}))
        answer = answers.get(key)
        if answer is None or (seat and party.seat != seat):
            continue
        if answer.not_available is not None:
            missing = answer.not_available
            continue
        if (name := owing.nobodys(facts, path, answer)) is not None:
            return Value(missing_reason=paper_words.nobodys(language, name))
        words = say(field, answer, language=language, bare=True)
        parts.append(paper_words.phrases(language).annex.format(number=annex) if annex else words)
        sources.append(Source(in_language(facts.definition.tasks[task][1].title, language),
                              f"tasks/{task}", number, party.name))
    if not parts:
        later = _later(facts, need)
        return Value(missing_reason=missing, later=later) if missing or later else None
    return Value("; ".join(dict.fromkeys(parts)), tuple(sources))


def _settled_for(facts: Facts, counting: Counting, path: str) -> FigureFact | None:
    """What all agreed that a figure is; of what is kept from the reader there is none."""
    given = (answer_at(counting, path, party.number) for party in facts.present)
    kept = any(answer is not None and isinstance(answer.value, Kept) for answer in given)
    return None if kept else facts.settled(path)


def _settled(facts: Facts, figure: FigureFact, language: str) -> Value:
    """A figure that had two values, as all agreed it is."""
    task = figure.path.split(".")[1]
    proposal = settlement(figure.path, facts.proposals)
    words = _seen(facts, figure, figure_words(figure, language))
    return Value(words, (Source(in_language(facts.definition.tasks[task][1].title, language),
                                f"proposals/{proposal.number}" if proposal else "", 1, ""),))


def _worked_out(facts: Facts, path: str, need: str, language: str) -> Value | None:
    """A computed figure, where all that it rests on was given."""
    figure = next(iter(facts.values(path)), None)
    if figure is None:
        return Value(later=later) if (later := _later(facts, need)) is not None else None
    task = path.split(".")[1]
    number = next((one.number for one in facts.instances(task)), 0)
    return Value(_seen(facts, figure, with_unit(figure.value, figure.unit, language)), (Source(
        in_language(facts.definition.tasks[task][1].title, language), f"tasks/{task}", number,
        facts.party(figure.party).name),))


def _seen(facts: Facts, figure: FigureFact, words: str) -> str:
    return words if figure.sees & audience.of_reader(facts) else accepted.kept_words(
        facts, figure.path, figure.sees)


def _later(facts: Facts, need: str) -> SettledLater | None:
    """What all contracting parties agreed about a value that will be given after signature."""
    settled = settling.settled(facts, need)
    if settled is None:
        return None
    return SettledLater(who=", ".join(facts.party(number).name for number in settled.parties),
                        by=day_text(settled.due, facts.project.language), rule=settled.rule)


def _tables(facts: Facts, counting: Counting, language: str) -> dict[str, Table]:
    found: dict[str, Table] = {}
    for annex in facts.definition.annexes.values():
        _, task, key = annex.of.split(".")
        field = facts.definition.tasks[task][1].fields[key]
        if not isinstance(field, f.Table | f.Schedule):
            raise TypeError(f"annex of {annex.of}: verified to be a table or a schedule")
        if (table := _table(facts, counting, field, (task, key), language)) is not None:
            found[annex.of] = table
        elif (later := _later(facts, annex.of)) is not None:
            found[annex.of] = Table((), (), later=later)
    return found


def _table(facts: Facts, counting: Counting, field: f.Table | f.Schedule, of: tuple[str, str], language: str,
           ) -> Table | None:
    """The rows of all parties as one table: a head says what all of them share, and a column is there that any of
    them is asked for.
    """
    (task, key), note, columns = of, "", set[str]()
    lines: list[Row] = []
    for party in facts.present:
        instance, answers = facts.task(task, party.number), counting.get((task, party.number), (0, {}))[1]
        answer, asked = answers.get(key), facts.task_of(instance) if instance else None
        if asked is None or key not in asked.fields or answer is None or answer.value is None:
            continue
        if isinstance(answer.value, Kept):
            note = answer.value
            continue
        own = as_asked(asked, key, answers)
        columns |= columns_of(own).keys() if isinstance(own, f.Table | f.Schedule) else set()
        lines += rows_of(in_columns(own, answer))
    if not columns:
        return Table((), (), note) if note else None
    heads, said = rows(with_columns(field, columns) if isinstance(field, f.Table) else field, Answer(tuple(lines)),
                       language=language)
    return Table(heads, said, note)


def _figures(facts: Facts, counting: Counting, language: str) -> tuple[FigureRow, ...]:
    """The numbers that clauses rest on, each with where it comes from."""
    needed = {need.partition("@")[0] for clause in facts.definition.clauses.values() for need in clause.needs.values()}
    found: list[FigureRow] = []
    for stage, task, key, field in facts.definition.fields():
        if (path := f"{stage}.{task}.{key}") not in needed or not field.figure:
            continue
        label, settled = in_language(field.label, language), _settled_for(facts, counting, path)
        if settled is not None:
            found.append(_settled_row(facts, counting, settled, label, language))
            continue
        if settling.disputed(facts, path):
            continue  # nothing rests on one of two values
        for party in facts.present:
            answer = answer_at(counting, path, party.number)
            if answer is not None and answer.value is not None:
                bare = replace(answer, period=None, price_year=None, grade=None)  # these have columns of their own
                found.append(FigureRow(
                    label=label, value=say(field, bare, language=language), unit="",
                    period=dict(period_choices(language)).get(answer.period or "", ""),
                    price_year=str(answer.price_year or ""),
                    grade=phrases(language).grades[answer.grade] if answer.grade else "", source=answer.source or "",
                    giver=party.name))
    return tuple(found)


def _settled_row(facts: Facts, counting: Counting, figure: FigureFact, label: str, language: str) -> FigureRow:
    """The value that all agreed on, with where it comes from; of values given before the contract says nothing."""
    grade = _grade(facts, counting, figure)
    return FigureRow(
        label=label, value=figure_words(replace(figure, period=None, price_year=None), language), unit="",
        period=dict(period_choices(language)).get(figure.period or "", ""), price_year=str(figure.price_year or ""),
        grade=phrases(language).grades[grade] if grade else "",
        source=figure.source or paper_words.settled(language), giver=facts.party(figure.party).name)


def _grade(facts: Facts, counting: Counting, figure: FigureFact) -> str | None:
    """How its giver knows it, said with the value: beside the given one, or as another."""
    if any(one.party == figure.party and one.says == figure.says for one in facts.given(figure.path)):
        answer = answer_at(counting, figure.path, figure.party)
        return answer.grade if answer else None
    bodies = [json.loads(one.body) for one in facts.proposals
              if (one.kind, one.subject) == (OTHER_VALUE, f"{figure.path}@{figure.party}")]
    return next((body["grade"] for body in reversed(bodies) if figure.says == (
        Decimal(body["value"]), body["unit"], body["period"], body["price_year"])), None)


def duties(facts: Facts, counting: Counting) -> tuple[NewDuty, ...]:
    """Every dated row that the definition makes a duty, what is to be given and what decided by a day, by days."""
    return tuple(sorted((*_owed(facts, counting), *_to_give(facts, counting), *_to_decide(facts, counting)),
                        key=lambda duty: duty.due))


def _owed(facts: Facts, counting: Counting) -> Iterator[NewDuty]:
    for rule in facts.definition.duties:
        for party in facts.present:
            for what, due, named in owing.dated(rule, answer_at(counting, rule.rows, party.number)):
                for owes in owing.owing(facts, named):
                    yield NewDuty(owes, what, due, _clause_with(facts, rule.rows))


def _to_give(facts: Facts, counting: Counting) -> Iterator[NewDuty]:
    """Each value that was settled later, and is still missing in what all signed."""
    language = facts.project.language
    for need, clause in domain.printed(facts.definition, settling.given(facts)).items():
        settled, value = settling.settled(facts, need), _at(need, facts, counting, language) if "." in need else None
        if settled is not None and value is not None and value.later is not None:
            what = paper_words.to_give(language, domain.called(facts.definition, need, language), settled.rule)
            yield from (NewDuty(party, what, settled.due, clause, gives=need) for party in settled.parties)


def _to_decide(facts: Facts, counting: Counting) -> Iterator[NewDuty]:
    signed = facts.today
    for rule in facts.definition.decide:
        due = deciding.last_day(facts.definition, rule, _answers(facts, counting), signed=signed, after=signed)
        if due is not None:
            what, clause = in_language(rule.what, facts.project.language), _clause_with(facts, rule.notice)
            yield from (NewDuty(party.number, what, due, clause, decide=True, goes_on_by=rule.goes_on_by)
                        for party in facts.holders(rule.of))


def decided_again(facts: Facts, counting: Counting, duty: DutyFact) -> date | None:
    """The next last day of a decision whose day has passed; None where no rule of the template is about it any more."""
    for rule in facts.definition.decide:
        if duty.party in {party.number for party in facts.holders(rule.of)} and duty.what == in_language(
                rule.what, facts.project.language):
            return deciding.last_day(facts.definition, rule, _answers(facts, counting), after=duty.due,
                                     signed=facts.day(facts.project.ended_at or facts.now))
    return None


def _answers(facts: Facts, counting: Counting) -> Callable[[str], Answer | None]:
    """What counts at a path, whoever gave it."""
    def answer(path: str) -> Answer | None:
        given = (answer_at(counting, path, party.number) for party in facts.present)
        return next((one for one in given if one is not None), None)

    return answer


def _clause_with(facts: Facts, path: str) -> str | None:
    return next((name for name, one in facts.definition.clauses.items() if path in one.needs.values()), None)
