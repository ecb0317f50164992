"""kill -9 at any statement and any commit: no half act, no lost answer, and the story goes on from there.

Run as a module it is the process that is killed: it forks for every point, so that each starts without a connection.
"""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from cocreate.db import db
from cocreate.models.contracts import ContractVersion
from cocreate.models.projects import Project
from cocreate.models.records import Event
from cocreate.papers.copies import COPIES, Copies
from cocreate.rasterising.kept import PREVIEWS, Pictures
from cocreate.services import files, records, sweeping
from cocreate.storage import LocalStore
from tests.support import stories
from tests.support.apps import make_app
from tests.support.clock import NOON
from tests.support.projects import Small
from tests.support.run import ROOT
from tests.support.stores import age

POINTS = ("before_cursor_execute", "after_cursor_execute", "commit")


class TestKilled:
    @pytest.mark.parametrize("every", [149, pytest.param(1, marks=pytest.mark.long)])
    def test_at_every_point_of_a_story(self, here, first, tmp_path, every):
        """P-09: what is there is what the events tell, as if the acts before had been all."""
        known, points = reference(stories.another(first))
        killed_at = [*range(every // 2 + 1, points + 1, every), points + 1]  # the last comes to its end
        projects = {stories.another(first).ref: point for point in killed_at}
        acknowledged = kill(db.engine.url.render_as_string(hide_password=False), tmp_path, first, projects)
        assert len(acknowledged) == len(killed_at)
        ended = [at_rest(replace(first, ref=ref), known, acknowledged[ref]) for ref in projects]
        assert True in ended
        assert len({len(acknowledged[ref]) for ref in projects}) > min(len(projects), len(known)) // 2  # all over it
        for ref in projects:
            go_on(replace(first, ref=ref), known)
        swept(first)


def reference(small: Small) -> tuple[dict[int, Any], int]:
    """What the database holds after each act of a story that nobody disturbs, and how many points it has."""
    known, counted = {stories.state(small)["version"]: stories.state(small)}, 0

    def count(*_: Any) -> None:
        nonlocal counted
        counted += 1

    for number, step in enumerate(stories.whole(small)):
        for name in POINTS:
            event.listen(Engine, name, count)
        step.do(f"story-{number}")
        for name in POINTS:
            event.remove(Engine, name, count)
        known[stories.state(small)["version"]] = stories.state(small)
    return known, counted + len(known)


def at_rest(small: Small, known: dict[int, Any], acknowledged: list[int]) -> bool:
    """Nothing half, nothing lost, every file there. Answers whether the story came to its end."""
    found = stories.state(small)
    assert found == known[found["version"]]
    assert found["version"] >= max(acknowledged, default=0)
    assert found["version"] - max(acknowledged, default=min(known)) <= 1  # the one whose answer was on its way
    project = db.session.execute(select(Project).where(Project.ref == small.ref)).scalar_one()
    assert records.check(db.session, project.id) is None
    for sha256 in db.session.scalars(select(ContractVersion.pdf_sha256).where(
            ContractVersion.project_id == project.id)):
        assert small.store.read(files.prefix(db.session, small.host_id), sha256)
    return project.stage == "agreed"


def go_on(small: Small, known: dict[int, Any]) -> None:
    """The people press again whatever was not answered, and it ends as it would have ended."""
    done = set(db.session.scalars(select(Event.key).join(Project, Project.id == Event.project_id)
                                  .where(Project.ref == small.ref)))
    for number, step in enumerate(stories.whole(small)):
        if f"story-{number}" not in done:
            step.do(f"story-{number}")
    assert stories.state(small) == known[max(known)]


def swept(small: Small) -> None:
    """Files of acts that were killed before their row go when they are old, and none that a row names."""
    small.store.put(files.prefix(db.session(), small.host_id), b"orphan")  # others may have been given again
    files_there = [path for path in small.store.folder.rglob("*") if len(path.name) == 64]
    for path in files_there:
        age(path)
    wanted = {sha256 for _, sha256 in sweeping.named(db.session())}
    data = small.store.folder.parent
    gone = sweeping.sweep(small.store, Pictures(data / PREVIEWS), Copies(data / COPIES), now=lambda: NOON)
    left = {path.name for path in small.store.folder.rglob("*") if len(path.name) == 64}
    assert left == wanted
    assert gone == len(files_there) - len(left) > 0


# The process that is killed


def kill(database: str, folder: Path, first: Small, projects: dict[str, int]) -> dict[str, list[int]]:
    """Play the story in each project until its point. Answers the numbers of the acts that were answered."""
    people = {"host_id": first.host_id, "manager": first.manager, "maker": first.maker, "shop": first.shop}
    given = json.dumps({"database": database, "folder": str(folder), "people": people, "projects": projects})
    done = subprocess.run([sys.executable, "-m", "tests.test_kills"], input=given, cwd=ROOT, check=False, text=True,
                          capture_output=True, timeout=1800)
    assert done.returncode == 0, done.stderr
    answered: dict[str, list[int]] = {}
    for line in done.stdout.splitlines():
        ref, seq = line.split()
        answered.setdefault(ref, []).extend([int(seq)] if int(seq) else [])
    return answered


def main() -> None:
    given = json.load(sys.stdin)
    app = make_app(given["database"], Path(given["folder"]))
    for ref, point in given["projects"].items():
        small = Small(ref=ref, emails={}, store=LocalStore(Path(given["folder"]) / "store"), **given["people"])
        os.write(1, f"{ref} 0\n".encode())
        child = os.fork()
        if child == 0:
            play(app, small, point)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status and os.WTERMSIG(status) != signal.SIGKILL:
            sys.exit(f"{ref}: ended with {status}")


def play(app: Flask, small: Small, left: int) -> None:
    def point(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    with app.app_context():
        for number, step in enumerate(stories.whole(small)):
            for name in POINTS:
                event.listen(Engine, name, point)
            receipt = step.do(f"story-{number}")
            for name in POINTS:
                event.remove(Engine, name, point)
            point()
            os.write(1, f"{small.ref} {receipt.seq}\n".encode())


@pytest.fixture
def first(here, tmp_path) -> Small:
    return replace(stories.opened(1), store=LocalStore(tmp_path / "store"))


if __name__ == "__main__":
    main()
