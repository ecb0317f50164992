"""What a task holds is of its kind, and nothing that is printed as it stands waits for a value."""

from collections.abc import Iterator

from workflows.definition import Definition, Task
from workflows.texts import Text
from workflows.verification.contracts import placeholders
from workflows.verification.findings import Finding, error

_OF_KIND = {"form": "fields", "document": "fields", "assessment": "statements", "canvas": "boxes",
            "review": "reviews", "sign": "agreement"}


def contents(d: Definition) -> Iterator[Finding]:
    for key, (stage, task) in d.tasks.items():
        path = f"stages.{stage}.tasks.{key}"
        yield from _foreign(task, path)
        if task.agreement:
            yield from _waiting(task.agreement, f"{path}.agreement")
    yield from _waiting(d.contract_title, "contract_title")
    for key, clause in d.clauses.items():
        yield from _waiting(clause.title, f"clauses.{key}.title")
    for key, annex in d.annexes.items():
        yield from _waiting(annex.title, f"annexes.{key}.title")


def _foreign(task: Task, path: str) -> Iterator[Finding]:
    """What nobody would ever be asked, since tasks of this kind do not have it."""
    own = _OF_KIND[task.kind]
    for name in dict.fromkeys(_OF_KIND.values()):
        if name != own and getattr(task, name):
            kinds = " or ".join(kind for kind, of in _OF_KIND.items() if of == name)
            yield error("task.not_its_kind", f"{path}.{name}",
                        f"A task of kind {task.kind} has {own} and no {name}. Take them out, or make them a task of "
                        f"their own of kind {kinds}.")


def _waiting(text: Text, path: str) -> Iterator[Finding]:
    """People would sign the name of a value."""
    for language, names in placeholders(text):
        yield from (error("text.placeholder", f"{path}.{language}".rstrip("."),
                          f"${name} would be printed as it stands; only the text of a clause is filled in. Write it "
                          "out.")
                    for name in sorted(names))
