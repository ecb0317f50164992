"""Words of a column that come from a list given before, such as grades: every row names one of them."""

from collections.abc import Iterator, Mapping

from cocreate.domain.answers import Counting, answer_at, rows_of
from workflows.definition import Task
from workflows.facts import Facts
from workflows.fields import ShortText, Table

Columns = Mapping[tuple[str, str], tuple[str, ...]]  # (field, column) -> words


def columns(task: Task) -> Iterator[tuple[tuple[str, str], str]]:
    """((field, column), path of the list) of every column of a task that has one."""
    for name, field in task.fields.items():
        for column, one in field.columns.items() if isinstance(field, Table) else ():
            if isinstance(one, ShortText) and one.listed_in:
                yield (name, column), one.listed_in


def listed(facts: Facts, task: Task, counting: Counting) -> Columns:
    """What stands in each list, in its order; nothing where nobody gave it, or the reader may not see it."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for where, path in columns(task):
        column = path.rpartition(".")[2]
        answers = [answer_at(counting, path, party.number) for party in facts.present]
        rows = (row for answer in answers if answer is not None for row in rows_of(answer))
        words = dict.fromkeys(str(row[column].value) for row in rows if column in row and row[column].value is not None)
        if words:
            found[where] = tuple(words)
    return found
