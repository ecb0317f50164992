"""Nobody has to trust us about how it works: the template version in plain words, and who may do what."""

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate.domain.rights import PARTS, TABLE, Act, Right
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp
from cocreate.views.room.gates import rule_words
from cocreate.views.room.people import part_words


@bp.get("/rules")
def rules(ref: str) -> ResponseReturnValue:
    """Stages, who is asked what, who decides by which rule, who may go on or back, when reminders go to whom."""
    facts = frame.enter(ref)
    return frame.show("room/rules.html", facts, (_("Rules of this project"), None), definition=facts.definition,
                      rule_words=lambda gate: rule_words(facts, gate), table=TABLE, parts=PARTS, acts=act_words(),
                      rights=right_words(), part_words=part_words() | {"administrator": _("administrator")})


def right_words() -> dict[Right, str]:
    return {Right.NO: _("no"), Right.YES: _("yes"), Right.OWN: _("own party"), Right.OTHER: _("other parties"),
            Right.ASKED: _("own party, if asked"), Right.PROPOSE: _("proposes"),
            Right.FIRST: _("first champion of each seat"), Right.HELPS: _("answers only"),
            Right.CHOSEN: _("if chosen"), Right.CHARTER: _("if the charter says so"),
            Right.HOST: _("for the host's people")}


def act_words() -> dict[Act, str]:
    """Every act of the table in words."""
    return {
        Act.OPEN: _("open a project"), Act.SUGGEST: _("suggest a project"),
        Act.READ: _("read the room (within visibility)"), Act.DRAFT: _("save a draft"),
        Act.SUBMIT: _("submit, take back"),
        Act.ENTER_FOR: _("enter for a party (to be confirmed)"), Act.CONFIRM: _("confirm what was entered for us"),
        Act.ACCEPT: _("accept or return another party's contribution"), Act.PASS_ON: _("pass a task to a colleague"),
        Act.COMMENT: _("comment, mention, answer help"), Act.UPLOAD: _("upload, new version"),
        Act.WIDEN: _("widen who sees an item"), Act.DECIDE: _("decide at a gate"),
        Act.DECIDE_OUTSIDE: _("record what was decided outside"), Act.GO_ON: _("go on (all conditions hold)"),
        Act.GO_BACK: _("go back with a reason"), Act.HOLD: _("put on hold, resume"), Act.DECLINE: _("decline, leave"),
        Act.WITHDRAW_EARLY: _("withdraw before anybody accepted"), Act.WITHDRAW: _("withdraw later (all agree)"),
        Act.CHARTER: _("agree to or propose charter wording"),
        Act.HELP: _("ask for help, offer help, say what we wait for outside"),
        Act.WAIVE: _("go on without a missing value (waiver)"), Act.DUTY_DONE: _("report a duty as done"),
        Act.ANSWER_SUGGESTION: _("answer a suggested project"), Act.PEOPLE: _("invite, remove, change parts of people"),
        Act.ADD_PARTY: _("add a party, name a neutral person"), Act.SUBSTITUTE: _("name a substitute"),
        Act.NUDGE: _("nudge"),
        Act.CLAUSES: _("propose clause wording, agree a clause"), Act.SIGN: _("sign"),
        Act.SETTLE: _("settle a figure"), Act.CONCERN: _("raise a concern"), Act.READ_CONCERNS: _("read concerns"),
        Act.RECORD: _("verify and download the record, evidence"),
        Act.CORRECT_ADDRESS: _("correct an undeliverable address"),
        Act.TEMPLATES: _("edit, publish, retire templates"), Act.HOST: _("people, policies, health of the host"),
    }
