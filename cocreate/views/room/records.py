"""What happened, for everybody, provably."""

import json
from collections.abc import Mapping, Sequence

from flask import Response, current_app, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate import telling
from cocreate.clock import now
from cocreate.db import db, spare_transaction
from cocreate.services import health, records
from cocreate.telling import Told
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp
from cocreate.web import pages
from workflows.facts import Facts
from workflows.texts import say


def tell(line: records.Line, facts: Facts) -> Told:
    """A line of the record for the reader of this page."""
    return telling.tell(line, facts, pages.reader())


@bp.get("/record")
def record(ref: str) -> ResponseReturnValue:
    """Every event, newest first, and whether the chain is whole at this moment."""
    facts = frame.enter(ref)
    broken = records.check(db.session(), facts.project.id)
    if broken is not None:
        with spare_transaction() as session:
            health.report(session, current_app.config["SETTINGS"].folder, facts.project.host_id, ref, broken,
                          now=now())
    chosen = {name: request.args.get(name, "") for name in ("party", "kind", "task")}
    told = [tell(line, facts) for line in records.lines(db.session(), facts)]
    kept = [one for one in told if all(value in ("", str(getattr(one, name))) for name, value in chosen.items())]
    return frame.show(
        "room/records/list.html", facts, (_("Record"), None), days=telling.grouped(kept, pages.reader()),
        broken=broken, head=facts.project.head, count=facts.project.version, chosen=any(chosen.values()),
        filters=_filters(facts, told, chosen))


def _filters(facts: Facts, told: Sequence[Told], chosen: Mapping[str, str]) -> list[frame.Filter]:
    """By party, by kind, by the task it is about: only what occurs."""
    tasks = {one.task for one in told}
    kinds = {"work": _("Tasks, decisions, documents"), "people": _("People"), "course": _("Course and contract")}
    offered = {
        "party": (_("Party"), _("All parties"), {str(party.number): party.name for party in facts.parties}),
        "kind": (_("Kind"), _("Everything"), kinds),
        "task": (_("Task"), _("All tasks"), {key: say(task.title, pages.language()) for key, (_stage, task)
                                             in facts.definition.tasks.items() if key in tasks})}
    return [frame.Filter.of(name, label, every, options, chosen[name])
            for name, (label, every, options) in offered.items()]


@bp.get("/record.json")
def record_download(ref: str) -> ResponseReturnValue:
    """The chain with the details this reader may open: enough to check it without this software."""
    facts = frame.enter(ref)
    body = json.dumps(records.export(db.session(), facts), ensure_ascii=False, indent=1)
    return Response(body, mimetype="application/json", headers={
        "Content-Disposition": f'attachment; filename="record-{facts.project.ref}.json"'})


@bp.get("/record/how-to-check")
def record_check(ref: str) -> ResponseReturnValue:
    """How anybody checks a downloaded record with a few lines of Python."""
    facts = frame.enter(ref)
    return frame.show("room/records/check.html", facts, (_("Record"), url_for("room.record", ref=ref)),
                      (_("How to check it"), None))
