"""docs/promises.md names tests that exist, for every promise that this product makes now."""

import ast
import re

from tests.support.run import ROOT

TEXT = (ROOT / "docs" / "promises.md").read_text("utf-8")
ROWS = {row[0]: row[1] for row in re.findall(r"^\| (P-\d\d) \| (.+) \|$", TEXT, re.M)}
# P-23 is proven beside the reading of templates.
NOW = {1, 2, 5, 6, 8, 9, 13, 18, 19, 21, 22, *range(24, 36), 41, 42, 45}


def test_every_promise_of_now_has_its_line():
    assert {f"P-{number:02}" for number in NOW} <= ROWS.keys()


def test_each_names_tests_that_are_there():
    for promise, row in ROWS.items():
        named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", row)
        assert named, promise
        for path, name in named:
            tree = ast.parse((ROOT / path).read_text("utf-8"))
            found = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
            assert not name or name in found, (promise, path, name)
            assert any(node.name.startswith("test_") for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_whoever_counts_long_has_a_long_test():
    for promise, row in ROWS.items():
        counted = row.split("|")[-1].strip()
        if counted and counted != "the same":
            assert any("mark.long" in (ROOT / path).read_text("utf-8")
                       for path in re.findall(r"`(tests/[\w/]+\.py)", row)), promise
