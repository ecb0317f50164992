"""Who may import whom, who commits, who reads the clock, who moves a project: read off the source."""

import ast
import re
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = (".ci", "benchmarks", "cocreate", "docs", "examples", "migrations", "templates", "tests", "tools",
           "workflows")
STDLIB = frozenset(sys.stdlib_module_names)

# What a folder may import besides the standard library and itself; a name stands for everything below it.
ALLOWED = {
    "workflows": {"pydantic", "yaml"},
    "workflows/engine.py": {"pydantic", "transitions"},
    "cocreate/domain": {"pydantic", "babel", "holidays", "pint", "puremagic", "workflows", "cocreate.errors"},
    "cocreate/models": {"sqlalchemy", "cocreate.db"},
    # An act is worked out twice where the first time was by facts that are not so: it asks nothing that answers anew.
    "cocreate/services/acts": {"workflows", "cocreate.domain", "cocreate.errors", "cocreate.models", "cocreate.db",
                               "cocreate.services.writes"},
    "cocreate/forms": {"wtforms", "babel", "flask", "flask_babel", "flask_wtf", "markupsafe", "pydantic",
                       "workflows", "cocreate.domain", "cocreate.errors"},
}
# Where an open list is right, what it must never hold.
FORBIDDEN = {
    "cocreate/services": {"flask", "flask_login", "flask_wtf", "wtforms", "cocreate.forms", "cocreate.views"},
    "cocreate/views": {"sqlalchemy", "flask_sqlalchemy", "psycopg", "sqlite3", "cocreate.vault", "cocreate.jobs",
                       "cocreate.cli", "cocreate.upgrading"},
    "migrations": {"cocreate", "workflows"},
}
# migrations/env.py compares the tables with the models; a revision must not know today's.
EXCEPT = {"migrations/env.py"}
BANNED_NAMES = {"manager", "helper", "helpers", "utils", "misc", "common"}
STAGE_WRITERS = {"cocreate/services/progress.py", "cocreate/services/writes.py"}


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in _python_files(ROOT / folder))


def _python_files(place: Path) -> Iterator[Path]:
    return iter([place]) if place.suffix == ".py" else place.rglob("*.py")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module_of(path: Path) -> str:
    return name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


MODULES = {module_of(path): path for path in sources("cocreate", "workflows")}


def imports(tree: ast.AST, module: str) -> Iterator[str]:
    """Full names of what is imported, inside functions too; not what only the type checker sees."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.If(test=ast.Name("TYPE_CHECKING")):
                yield from imports(ast.Module(node.orelse, []), module)
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom():
                yield from _from(node, module)
            case _:
                yield from imports(node, module)


def _from(node: ast.ImportFrom, module: str) -> Iterator[str]:
    base = node.module or ""
    if node.level:  # "from . import x"
        package = module.split(".")[: -node.level]
        base = ".".join([*package, base]).rstrip(".")
    for alias in node.names:
        full = f"{base}.{alias.name}"
        yield full if full in MODULES else base


def imported_by(path: Path) -> set[str]:
    return set(imports(parse(path), module_of(path)))


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def below(name: str, tops: set[str] | frozenset[str]) -> bool:
    return any(name == top or name.startswith(f"{top}.") for top in tops)


class TestImports:
    @pytest.mark.parametrize("folder", ALLOWED)
    def test_inner_layers_import_only_what_is_listed(self, folder):
        itself = folder.split("/")[0] if folder.startswith("workflows") else folder.replace("/", ".")
        may = ALLOWED[folder] | STDLIB | {itself}
        wrong = [f"{name_of(path)} imports {name}" for path in sources(folder) for name in sorted(imported_by(path))
                 if not below(name, may) and name_of(path) not in ALLOWED.keys() - {folder}]
        assert wrong == []

    @pytest.mark.parametrize("folder", FORBIDDEN)
    def test_outer_layers_import_nothing_forbidden(self, folder):
        wrong = [f"{name_of(path)} imports {name}" for path in sources(folder) if name_of(path) not in EXCEPT
                 for name in sorted(imported_by(path)) if below(name, FORBIDDEN[folder])]
        assert wrong == []

    def test_nothing_imports_a_page_but_the_application(self):
        wrong = [name_of(path) for path in sources("cocreate", "workflows")
                 if not name_of(path).startswith("cocreate/views/") and name_of(path) != "cocreate/__init__.py"
                 and any(below(name, {"cocreate.views"}) for name in imported_by(path))]
        assert wrong == []

    def test_no_cycles(self):
        assert cycle_in({module: {name for name in imported_by(path) if name in MODULES and name != module}
                         for module, path in MODULES.items()}) == ""
        assert cycle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == "b -> c -> b"

    def test_imports_inside_functions_are_seen(self):
        tree = ast.parse("def f():\n    if x:\n        from flask import g\n"
                         "if TYPE_CHECKING:\n    import sqlalchemy\nelse:\n    import json")
        assert set(imports(tree, "cocreate.x")) == {"flask", "json"}


def cycle_in(graph: dict[str, set[str]]) -> str:
    """One of them, for a sentence."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as cycle:
        return " -> ".join(reversed(cycle.args[1]))
    return ""


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Calls of a method, as "datetime.now" or "….commit"."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield f"{ast.unparse(node.func.value)}.{node.func.attr}", node


class TestOnlyOne:
    def test_committer(self):
        wrong = [name_of(path) for path in sources("cocreate", "workflows") if module_of(path) != "cocreate.db"
                 for called, _ in calls(path) if called.endswith(".commit")]
        assert wrong == []

    def test_clock(self):
        clocks = re.compile(r"\b(datetime|date|time|func)\.(now|utcnow|today|time|current_timestamp)$")
        wrong = [f"{name_of(path)}: {called}()" for path in sources("cocreate", "workflows")
                 if name_of(path) != "cocreate/clock.py" for called, _ in calls(path) if clocks.search(called)]
        assert wrong == []

    def test_writer_of_stages(self):
        wrong = [f"{name_of(path)}:{line}" for path in sources("cocreate") if name_of(path) not in STAGE_WRITERS
                 for line in stage_writes(parse(path))]
        assert wrong == []

    @pytest.mark.parametrize("source", [
        "project.stage = 'agreed'",
        "setattr(project, 'stage', 'agreed')",
        "update(Project).where(x).values(stage='agreed')",
        "update(Project).values({'stage': 'agreed'})",
        "update(Project).values({Project.stage: 'agreed'})",
        "text('UPDATE project SET version = 2, stage = :stage')",
    ])
    def test_writing_a_stage_is_recognised(self, source):
        assert list(stage_writes(ast.parse(source))) == [1]

    @pytest.mark.parametrize("source", [
        "Row(stage=project.stage)", "insert(Project).values(stage='idea')", "update(Task).values(done=True)",
        "if project.stage == 'idea': pass", "stage = project.stage",
    ])
    def test_reading_and_opening_are_not(self, source):
        assert list(stage_writes(ast.parse(source))) == []


STAGE_IN_SQL = re.compile(r"update\s+project\b.*\bset\b.*\bstage\s*=", re.I | re.S)


def stage_writes(tree: ast.AST) -> Iterator[int]:
    """Lines that change the stage of a project that exists."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr="stage", ctx=ast.Store()):
                yield node.lineno
            case ast.Call(func=ast.Name("setattr"), args=[_, ast.Constant("stage"), _]):
                yield node.lineno
            case ast.Call(func=ast.Attribute(attr="values", value=of)) if "update(" in ast.unparse(of):
                if any(re.search(r"\bstage\b", key) for key in _written(node)):
                    yield node.lineno
            case ast.Constant(str() as words) if STAGE_IN_SQL.search(words):
                yield node.lineno


def _written(values: ast.Call) -> Iterator[str]:
    yield from (keyword.arg for keyword in values.keywords if keyword.arg)
    for given in values.args:
        if isinstance(given, ast.Dict):
            yield from (ast.unparse(key) for key in given.keys if key)


class TestFiles:
    def test_no_name_says_nothing(self):
        assert [name_of(path) for path in files() if path.stem in BANNED_NAMES] == []

    def test_no_address_of_one_machine(self):
        machine = re.compile(rb"(?<![\w./-])/wor[k]\b")
        assert [name_of(path) for path in files() if machine.search(path.read_bytes())] == []


def files() -> Iterator[Path]:
    """What belongs to the repository, found without git: an unpacked archive is checked too."""
    for path in (*ROOT.iterdir(), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))):
        if path.is_file() and "__pycache__" not in path.parts and path.name not in (".env", ".git"):
            yield path
