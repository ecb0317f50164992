"""Words that come from a list: it is a column of words, given before, and whoever is asked may read it."""

from collections.abc import Iterator

from workflows.definition import Definition
from workflows.fields import ShortText, Table
from workflows.verification.findings import Finding, error, listed
from workflows.verification.hanging import known_before
from workflows.verification.names import field_at
from workflows.verification.tasks import kept_from


def lists(d: Definition) -> Iterator[Finding]:
    for stage, key, name, field in d.fields():
        for column, one in field.columns.items() if isinstance(field, Table) else ():
            if isinstance(one, ShortText) and one.listed_in:
                yield from _list(d, key, one.listed_in,
                                 f"stages.{stage}.tasks.{key}.fields.{name}.columns.{column}.listed_in")


def _list(d: Definition, key: str, of: str, path: str) -> Iterator[Finding]:
    other, words = of.split(".")[1], field_at(d, of)
    if words is None:
        return  # said elsewhere
    if not isinstance(words, ShortText) or len(of.split(".")) != 4:
        yield error("list.no_words", path, f"'{of}' is no column of words in a table.")
        return
    if not known_before(d, key, other):
        yield error("list.later", path, f"'{of}' may be given only after this is asked. Name a list of an earlier "
                                        "stage, or put its task in after.")
    task = d.tasks[other][1]
    if hidden := kept_from(d.tasks[key][1].of, task, task.fields[of.split(".")[2]]):
        yield error("list.hidden", path, f"{listed(hidden)} may not see this list.")
