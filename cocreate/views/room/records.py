"""What happened, for everybody, provably."""

import json

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate import pages, telling
from cocreate.db import db
from cocreate.services import records
from cocreate.telling import Told
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp
from workflows.facts import Facts


def tell(line: records.Line, facts: Facts) -> Told:
    """A line of the record for the reader of this page."""
    return telling.tell(line, facts, pages.reader())


@bp.get("/record")
def record(ref: str) -> ResponseReturnValue:
    """Every event, newest first, and whether the chain is whole at this moment."""
    facts = frame.enter(ref)
    party = request.args.get("party", type=int)
    told = [tell(line, facts) for line in records.lines(db.session(), facts)]
    kept = [one for one in told if party is None or one.party == party]
    return frame.show("room/records/list.html", facts, (_("Record"), None), days=telling.grouped(kept, pages.reader()),
                      broken=records.check(db.session(), facts.project.id), party=party,
                      head=facts.project.head, count=facts.project.version)


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
