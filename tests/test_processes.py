"""Two processes act on one project, each with what it kept of it: no act is decided on what was not so any more.

Run as a module it is what becomes the two.
"""

import json
import os
import random
import subprocess
import sys
import time
import traceback
from collections import Counter
from multiprocessing import Barrier
from pathlib import Path

import pytest
from sqlalchemy import select, update

from cocreate.db import db, transaction
from cocreate.errors import CocreateError
from cocreate.models.people import Person
from cocreate.models.records import Event, EventDetail
from cocreate.services import records
from cocreate.services.facts import forget, look
from cocreate.storage import LocalStore
from tests.support import stories
from tests.support.apps import make_app
from tests.support.clock import NOON
from tests.support.projects import Small
from tests.support.run import ROOT

TASKS = ("credit", "offer")  # what is submitted waits for the other side, so it can be taken back and given again


class TestTwo:
    @pytest.mark.parametrize("acts", [25, pytest.param(500, marks=pytest.mark.long)])
    def test_what_stands_in_the_record_could_be_done_in_this_order(self, here, tmp_path, acts):
        small = stories.opened(1)
        first = stories.facts(small).project.version
        ended = at_once(small, tmp_path, acts)
        done = [seq for one in ended for seq in one["done"]]
        project = stories.facts(small).project
        assert sorted(done) == list(range(first + 1, project.version + 1))  # each answered act is one event
        assert records.check(db.session, project.id) is None
        assert all(one["done"] for one in ended)
        assert all(code in {"contribution.changed", "contribution.not_open", "contribution.not_submitted",
                            "draft.changed"} for one in ended for code in one["refused"])
        assert all(one["kept"] for one in ended)  # what each still knew at its end is what is there
        in_order(small, first)
        assert changes_of_hand(ended) > acts // 5  # both had to see what the other one did


def in_order(small, first):
    """Each task was given when it was open, with the next number, and taken back when that number was submitted."""
    project = stories.facts(small).project.id
    newest, open_ = Counter(), dict.fromkeys(TASKS, True)
    for act, text in db.session.execute(select(EventDetail.act, EventDetail.details).where(
            EventDetail.project_id == project, EventDetail.seq > first).order_by(EventDetail.seq)):
        details = json.loads(text)
        task = details["task"]
        assert open_[task] == (act == "submit")
        newest[task] += act == "submit"
        assert details["number"] == newest[task]
        open_[task] = not open_[task]
    assert dict(newest) == {task: stories.instance(small, task).number for task in TASKS}
    times = db.session.scalars(select(Event.at).where(Event.project_id == project).order_by(Event.seq)).all()
    assert times == sorted(times)


def changes_of_hand(ended):
    whose = {seq: place for place, one in enumerate(ended) for seq in one["done"]}
    in_turn = [whose[seq] for seq in sorted(whose)]
    return sum(one != other for one, other in zip(in_turn, in_turn[1:], strict=False))


def at_once(small, folder, acts):
    """What each of the two says that it did."""
    people = {"host_id": small.host_id, "manager": small.manager, "maker": small.maker, "shop": small.shop}
    given = {"database": db.engine.url.render_as_string(hide_password=False), "folder": str(folder), "ref": small.ref,
             "people": people, "acts": acts}
    db.session.rollback()
    ran = subprocess.run([sys.executable, "-W", "ignore", "-m", "tests.test_processes"], input=json.dumps(given),
                         cwd=ROOT, check=False, text=True, capture_output=True, timeout=1800)
    assert ran.returncode == 0, ran.stderr
    return [json.loads((folder / f"{number}.json").read_text()) for number in range(2)]


# The two


def main():
    given = json.load(sys.stdin)
    app = make_app(given["database"], Path(given["folder"]))
    small = Small(ref=given["ref"], emails={}, store=LocalStore(Path(given["folder"]) / "store"), **given["people"])
    together = Barrier(2)
    children = [started(app, small, number, given, together) for number in range(2)]
    ended = [os.waitpid(pid, 0)[1] for pid in children]
    sys.exit(any(ended))


def started(app, small, number, given, together):
    """The number of a process of its own that acts."""
    if pid := os.fork():
        return pid
    failed = 1
    try:
        with app.app_context():
            stories.facts(small)
            together.wait(60)
            done, refused = play(small, f"process-{number}", given["acts"], random.Random(number))
            found = {"done": done, "refused": refused, "kept": kept(small)}
        (Path(given["folder"]) / f"{number}.json").write_text(json.dumps(found))
        failed = 0
    except Exception:  # noqa: BLE001 - it is told, and the process ends
        traceback.print_exc()
    finally:
        os._exit(failed)


def play(small, name, acts, chance):
    """Numbers of the events of what was done, and how often what was refused."""
    done, refused = [], Counter()
    while len(done) < acts:
        task, under = chance.choice(TASKS), f"{name}-{len(done)}"
        there = stories.instance(small, task)
        draft = stories.facts(small).drafts.get((task, there.party), 0)
        try:
            if there.state == "submitted":
                done.append(stories.take_back(small, task, under=under).seq)
            elif chance.random() < 0.3:  # what changes without an event
                stories.save(small, task, draft, "typed")
                zone(small, chance.choice(["Asia/Seoul", "Europe/Oslo"]))
            else:
                done.append(stories.submit(small, task, draft=draft, under=under).seq)
        except CocreateError as error:
            refused[error.code] += 1
        if chance.random() < 0.3:
            let_the_other_act(small)
    return done, refused


def let_the_other_act(small):
    """If it still does."""
    before, until = stories.facts(small).project.version, time.monotonic() + 0.2
    while stories.facts(small).project.version == before and time.monotonic() < until:
        time.sleep(0.001)


def zone(small, name):
    with transaction() as session:
        session.execute(update(Person).where(Person.id == small.shop).values(zone=name, activated_at=NOON))


def kept(small):
    """Whether the facts under the lock are the same to a process that knows nothing."""
    with transaction() as session:  # the other one waits
        known = look(session, small.ref, person=None, now=NOON, lock=True).facts
        forget()
        return known == look(session, small.ref, person=None, now=NOON, lock=True).facts


if __name__ == "__main__":
    main()
