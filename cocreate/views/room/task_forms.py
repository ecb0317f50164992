"""The form of one task as a request needs it: with the draft, the files that came, and what can be worked out."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from flask import request

from cocreate import sentences, words
from cocreate.db import db
from cocreate.domain import assessing, countries, listing, owing
from cocreate.domain.answers import Answer, Answers, FileAnswer
from cocreate.domain.asking import asks_currency
from cocreate.domain.figures import FigureValue, compute, figures
from cocreate.errors import CocreateError, Invalid
from cocreate.forms.contributions import ContributionForm
from cocreate.forms.typed import typed_of
from cocreate.services import accepted, casebook, describing, files
from cocreate.services.acts.contributions import NewFile, require_owed
from cocreate.services.contributions import TaskPage
from cocreate.views.room import frame, uploads
from cocreate.web import login, pages
from workflows.definition import Task
from workflows.facts import Facts
from workflows.fields import Computed
from workflows.figures import named
from workflows.guards import accepting


def make_form(page: TaskPage, typed: Any, kept: Mapping[str, Any] | None, uploads: Any = None) -> ContributionForm:
    """The form with what was typed; a task given before begins with what was given."""
    task, language = page.facts.task_of(page.task), pages.language()
    if task.kind == "assessment":
        if typed is None and (mine := assessing.own(page.facts, page.task)) is not None:
            typed = typed_of(task, mine, language=language)
    elif typed is None and page.newest is not None:
        typed, kept = typed_of(task, page.newest.answers, language=language), given_files(page)
        if page.again and page.newest.number > page.again.number:  # submitted since, and taken back
            typed["reply"] = [page.newest.reply]
    case = casebook.of_project(db.session(), page.facts.project.ref)
    path = f"{page.facts.definition.tasks[page.task.key][0]}.{page.task.key}"
    beside = {key: "; ".join(lines) for key in task.fields
              if case and (lines := casebook.published(case, f"{path}.{key}"))}
    if case and typed is None and (begun := casebook.begun(case, page.task.key, task)):
        typed = typed_of(task, begun, language=language)
    asks = asks_currency(task)
    currency = page.facts.project.currency if asks else ""
    asked = page.task.shared_with.get(login.me().id, ())
    make = partial(ContributionForm, task, language=language, typed=typed, files=kept, uploads=uploads,
                   marked=_marked(page), asked=asked, currency=currency, published=beside,
                   suggested={"sources": _sources(page.facts), "people": _people(page.facts),
                              "currencies": _currencies(page.facts) if asks else ()},
                   owing=_offered(page.facts, page.task.key, task))
    answered = _answered(page, typed)
    form = make().reply_to(answered)
    if not _computes(task):
        return form
    # The row that a button asked for is in the form now; made a second time it would be there twice.
    again = make(typed=form.typed(), computed=computed(page, form.answers())).reply_to(answered)
    again.rearranged = form.rearranged
    return again


def kept_form(page: TaskPage) -> ContributionForm:
    """The form with what stands on the server."""
    return make_form(page, page.draft.texts, page.draft.files)


def _offered(facts: Facts, key: str, task: Task) -> owing.Offered:
    """Who may owe a row, and the words of columns that have a list: read only where there are such columns."""
    found = owing.offered(facts, key)
    return replace(found, lists=listing.listed(facts, task, accepted.readable(db.session(), facts))) if any(
        listing.columns(task)) else found


def _sources(facts: Facts) -> list[str]:
    """Documents that this reader may name as where a figure comes from."""
    return sorted({document.name for document in files.visible(facts, frame.mask(facts))})


def _currencies(facts: Facts) -> tuple[str, ...]:
    """Those of the countries of host and parties."""
    return countries.currencies_of(describing.countries_of(db.session(), facts), facts.today)


def _people(facts: Facts) -> list[str]:
    return sorted({member.name for member in facts.members if member.left_at is None})


def given_files(page: TaskPage) -> Mapping[str, Any]:
    """The files a form begins with: those of the draft; before there is one, those that were given last."""
    if page.draft.texts is not None or page.newest is None:
        return page.draft.files or {}
    return {key: asdict(answer.value) for key, answer in page.newest.answers.items()
            if isinstance(answer.value, FileAnswer)}


def filled(page: TaskPage, typed: Any, kept: Mapping[str, Any] | None) -> ContributionForm:
    """The form of a request with its files stored; one that was refused has its sentence at its field."""
    form = make_form(page, typed, kept, request.files)
    if not form.uploaded:
        return form
    stored, refused = _stored(page, form)
    rearranged = form.rearranged
    came = {key: FileAnswer(None, None, new.sha256, new.name, new.media_type, new.size) for key, new in stored.items()}
    form = make_form(page, form.typed(), {**form.files, **came})
    form.rearranged, form.came = rearranged, frozenset(came)
    if refused:
        form.refuse({field: sentences.error(error, pages.reader(), page.facts) for field, error in refused.items()},
                    status=max(map(uploads.status_of, refused.values())))
    return form


def files_of(form: ContributionForm) -> dict[str, dict[str, Any]]:
    """The files of a form as a draft keeps them."""
    return {key: {k: v for k, v in asdict(file).items() if k not in ("document", "version")}
            for key, file in form.files.items()}


def chosen(form: ContributionForm) -> dict[str, str]:
    """Id of the place at each file field to what is chosen there; empty where nothing is."""
    return {f"f-{entry.key}-chosen": f"{entry.file.name}, {words.size(entry.file.size, pages.reader())}"
            if entry.file else "" for entry in form.entries if entry.kind == "file"}


def complete(page: TaskPage, form: ContributionForm) -> bool:
    """Whether it can be submitted, each mistake at its field: also what only the project can tell."""
    if not form.validate():
        return False
    try:
        require_owed(page.facts, page.task, form.answers())
    except Invalid as error:
        form.refuse({str(error.values["field"]): sentences.error(error, pages.reader(), page.facts)}, status=422)
        return False
    return True


def _computes(task: Task) -> bool:
    return any(isinstance(field, Computed) for field in task.fields.values())


def computed(page: TaskPage, answers: Answers) -> dict[str, Answer]:
    """Values of computed fields: from what this reader may see, and from what stands in this very task."""
    facts, key = page.facts, page.task.key
    stage, task = facts.definition.tasks[key]
    if not _computes(task):
        return {}
    mask, here = frame.mask(facts), f"{stage}.{key}."
    given = [*figures(stage, key, task, answers), *(
        FigureValue(one.path, one.path.split(".")[2], one.value, one.unit) for one in facts.figures
        if one.sees & mask and not one.path.startswith(here))]
    return {name: answer for name, field in task.fields.items() if isinstance(field, Computed) and (
        answer := compute(field, lambda path: [one for one in given if named(path, one.path)])) is not None}


def _marked(page: TaskPage) -> tuple[str, ...]:
    """Fields named when the task was returned."""
    return page.again.marked if page.again else ()


def _answered(page: TaskPage, typed: Any) -> str:
    """Who returned it and reads the words that go with the new answer; "" where there is no place for them.

    What is sent a second time, for its answer was lost, is returned no more, and known for the same by the same words.
    """
    if (again := page.again) and again.act == "return" and again.party is not None:
        return page.facts.party(again.party).name
    return ", ".join(party.name for party in accepting(page.facts, page.task)) if (
        page.newest and typed and "reply" in typed) else ""


def _stored(page: TaskPage, form: ContributionForm) -> tuple[dict[str, NewFile], dict[str, CocreateError]]:
    """Files that came with this request, by field: kept in the store, or why they were not."""
    kept: dict[str, NewFile] = {}
    refused: dict[str, CocreateError] = {}
    for field, upload in form.uploaded.items():
        try:
            kept[field] = uploads.keep(page.facts, upload, field)
        except CocreateError as error:
            refused[field] = error
    return kept, refused
