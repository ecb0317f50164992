"""What axe finds on a page of a real browser."""

import json
from pathlib import Path
from typing import Any

import axe_core_python

AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
WCAG = ("wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice")


def findings(page: Any, *only: str) -> list[tuple[str, list[str]]]:
    """Each rule that is broken, where and why. only: tags or names of rules, else all that axe has.

    Only findings come over: to describe and carry all that is in order took three times as long as to check it.
    """
    how = {"resultTypes": ["violations"], **({"runOnly": list(only)} if only else {})}
    found = page.evaluate(f"{AXE};axe.run({json.dumps(how)}).then(said => said.violations)")
    return [(one["id"], [f"{node['html'][:160]} {node['failureSummary']}" for node in one["nodes"][:3]])
            for one in found]
