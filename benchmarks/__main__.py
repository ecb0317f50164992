"""``python -m benchmarks``: W1 as JSON. Ratios within one run count, absolute times do not."""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from benchmarks import bare, product
from benchmarks.story import COUNT

PROJECTS, ROUNDS = 12, 3


def main() -> int:
    url = sys.argv[1] if len(sys.argv) > 1 else ""
    with tempfile.TemporaryDirectory() as folder:
        report: dict[str, Any] = {"workload": "W1", "steps_per_project": COUNT, "projects": PROJECTS}
        if url:
            report["postgresql"] = _postgresql(url, Path(folder))
        with product.ready(f"sqlite:///{folder}/bench.sqlite", Path(folder)) as project:
            report["sqlite"] = {"product": _rate(project)}
    print(json.dumps(report, indent=2))
    return 0


def _postgresql(url: str, folder: Path) -> dict[str, Any]:
    """Limit, floor and product, taking turns so that all see the same minutes."""
    with psycopg.connect(url.replace("+psycopg", ""), prepare_threshold=0) as connection, \
            product.ready(url, folder) as project:
        bare.prepare(connection)
        runs: dict[str, Callable[[], None]] = {
            "limit": lambda: bare.limit_project(connection), "floor": lambda: bare.floor_project(connection),
            "product": project}
        found: dict[str, list[float]] = {name: [] for name in runs}
        for run in runs.values():
            run()  # warm
        for _ in range(ROUNDS):
            for name, run in runs.items():
                found[name].append(_rate(run))
    rates = {name: statistics.median(rate) for name, rate in found.items()}
    return {"steps_per_second": {name: round(rate) for name, rate in rates.items()},
            "times_the_limit": round(rates["limit"] / rates["product"], 2),
            "times_the_floor": round(rates["floor"] / rates["product"], 2)}


def _rate(run: Callable[[], None]) -> float:
    start = time.perf_counter()
    for _ in range(PROJECTS):
        run()
    return PROJECTS * COUNT / (time.perf_counter() - start)


if __name__ == "__main__":
    raise SystemExit(main())
