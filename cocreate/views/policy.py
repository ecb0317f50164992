"""Who may ask for what: every endpoint has exactly one entry, and what has none is answered to nobody.

This is the first door only. Whether a thing is one's own is decided where it is looked up; a foreign id answers like
a missing one.
"""

from enum import StrEnum

from flask import request
from flask.typing import ResponseReturnValue

from cocreate.errors import Forbidden
from cocreate.web import login


class Access(StrEnum):
    PUBLIC = "public"
    HALF = "half"  # password or link shown, the second step still to come
    SIGNED_IN = "signed_in"
    IN_PROJECT = "in_project"  # signed in; the service answers NotFound to who is not in the project
    ACCOUNT_MANAGER = "account_manager"  # of any host
    ADMINISTRATOR = "administrator"  # of any host


PUBLIC, HALF, SIGNED_IN, IN_PROJECT, ACCOUNT_MANAGER, ADMINISTRATOR = Access

POLICY: dict[str, Access] = {
    "asset": PUBLIC,
    "auth.sign_in": PUBLIC,
    "auth.sign_out": PUBLIC,  # also for who was signed out meanwhile
    "auth.ask_link": PUBLIC,
    "auth.link_arrives": PUBLIC,
    "auth.by_link": PUBLIC,
    "auth.forgot": PUBLIC,
    "auth.reset_arrives": PUBLIC,
    "auth.reset": PUBLIC,
    "auth.second_step": HALF,
    "auth.recovery": HALF,
    "auth.prove": SIGNED_IN,
    "account.show": SIGNED_IN,
    "account.password": SIGNED_IN,
    "account.app_code": SIGNED_IN,
    "account.app_code_off": SIGNED_IN,
    "account.recovery_codes": SIGNED_IN,
    "account.end_device": SIGNED_IN,
    "account.end_others": SIGNED_IN,
    "account.away": SIGNED_IN,
    "account.back": SIGNED_IN,
    "account.leave": SIGNED_IN,
    "portal.home": SIGNED_IN,
    "portal.your_turn": SIGNED_IN,
    "portal.projects": SIGNED_IN,
    "portal.suggest": SIGNED_IN,
    "portal.invitation_arrives": PUBLIC,
    "portal.invitation": PUBLIC,
    "portal.accept_invitation": PUBLIC,
    "portal.decline_invitation": PUBLIC,
    "portal.pass_invitation_on": PUBLIC,
    "portal.invitation_answered": PUBLIC,
    "portal.invitation_again": PUBLIC,
    "portal.joining_arrives": PUBLIC,
    "portal.joining": PUBLIC,
    "desk.board": ACCOUNT_MANAGER,
    "desk.opening_new": ACCOUNT_MANAGER,
    "desk.opening_choose": ACCOUNT_MANAGER,
    "desk.opening_questions": ACCOUNT_MANAGER,
    "desk.opening_cases": ACCOUNT_MANAGER,
    "desk.opening_step": ACCOUNT_MANAGER,
    "desk.opening_draft": ACCOUNT_MANAGER,
    "desk.opening_drop": ACCOUNT_MANAGER,
    "desk.opening_answer": ACCOUNT_MANAGER,
    "desk.hand_over": ACCOUNT_MANAGER,
    "admin.templates": ADMINISTRATOR,
    "admin.template": ADMINISTRATOR,
    "admin.template_start": ADMINISTRATOR,
    "admin.template_import": ADMINISTRATOR,
    "admin.template_task": ADMINISTRATOR,
    "admin.template_yaml": ADMINISTRATOR,
    "admin.template_publish": ADMINISTRATOR,
    "admin.template_discard": ADMINISTRATOR,
    "admin.template_retire": ADMINISTRATOR,
    "admin.template_back": ADMINISTRATOR,
    "admin.template_draft": ADMINISTRATOR,
    "admin.people": ADMINISTRATOR,
    "admin.people_invite": ADMINISTRATOR,
    "admin.person": ADMINISTRATOR,
    "admin.person_roles": ADMINISTRATOR,
    "admin.person_again": ADMINISTRATOR,
    "admin.person_send": ADMINISTRATOR,
    "admin.person_take_back": ADMINISTRATOR,
    "admin.person_address": ADMINISTRATOR,
    "admin.person_sessions": ADMINISTRATOR,
    "admin.person_second_step": ADMINISTRATOR,
    "admin.person_hand_over": ADMINISTRATOR,
    "admin.person_substitute": ADMINISTRATOR,
    "admin.person_back": ADMINISTRATOR,
    "admin.person_deactivate": ADMINISTRATOR,
    "admin.template_shipped": ADMINISTRATOR,
    "admin.template_schema": ADMINISTRATOR,
    "admin.health": ADMINISTRATOR,
    "admin.health_records": ADMINISTRATOR,
    "admin.health_mail": ADMINISTRATOR,
    "admin.host": ADMINISTRATOR,
    "admin.host_logo": ADMINISTRATOR,
    "admin.host_record": ADMINISTRATOR,
    "admin.mails": ADMINISTRATOR,
    "admin.mail": ADMINISTRATOR,
    "admin.mail_html": ADMINISTRATOR,
    "room.now": IN_PROJECT,
    "room.tasks": IN_PROJECT,
    "room.task": IN_PROJECT,
    "room.submit": IN_PROJECT,
    "room.task_draft": IN_PROJECT,
    "room.talk_draft": IN_PROJECT,
    "room.asked_draft": IN_PROJECT,
    "room.notes": IN_PROJECT,
    "room.entry_draft": IN_PROJECT,
    "room.task_take_back": IN_PROJECT,
    "room.task_accept": IN_PROJECT,
    "room.task_count": IN_PROJECT,
    "room.entry_add": IN_PROJECT,
    "room.entry_support": IN_PROJECT,
    "room.entry_withdraw": IN_PROJECT,
    "room.canvas_submit": IN_PROJECT,
    "room.task_return": IN_PROJECT,
    "room.task_version": IN_PROJECT,
    "room.task_compare": IN_PROJECT,
    "room.task_file": IN_PROJECT,
    "room.task_draft_file": IN_PROJECT,
    "room.task_pass": IN_PROJECT,
    "room.task_let_in": IN_PROJECT,
    "room.task_wait": IN_PROJECT,
    "room.task_wait_end": IN_PROJECT,
    "room.task_enter": IN_PROJECT,
    "room.task_confirm": IN_PROJECT,
    "room.task_deny": IN_PROJECT,
    "room.task_reopen": IN_PROJECT,
    "room.task_help": IN_PROJECT,
    "room.task_helped": IN_PROJECT,
    "room.talk_say": IN_PROJECT,
    "room.concern": IN_PROJECT,
    "room.concerns": IN_PROJECT,
    "room.concern_answer": IN_PROJECT,
    "room.concern_again": IN_PROJECT,
    "room.concern_end": IN_PROJECT,
    "room.gate_outside": IN_PROJECT,
    "room.document_new": IN_PROJECT,
    "room.document_new_version": IN_PROJECT,
    "room.document_seen_by": IN_PROJECT,
    "room.document_withdraw": IN_PROJECT,
    "room.gate": IN_PROJECT,
    "room.go_on": IN_PROJECT,
    "room.go_back": IN_PROJECT,
    "room.people": IN_PROJECT,
    "room.people_invite": IN_PROJECT,
    "room.people_resend": IN_PROJECT,
    "room.people_withdraw": IN_PROJECT,
    "room.people_address": IN_PROJECT,
    "room.people_parts": IN_PROJECT,
    "room.people_remove": IN_PROJECT,
    "room.people_hand_over": IN_PROJECT,
    "room.people_share": IN_PROJECT,
    "room.people_words_by_mail": IN_PROJECT,
    "room.people_propose": IN_PROJECT,
    "room.people_propose_parts": IN_PROJECT,
    "room.people_end_sharing": IN_PROJECT,
    "room.people_neutral": IN_PROJECT,
    "room.people_back": IN_PROJECT,
    "room.hold": IN_PROJECT,
    "room.resume": IN_PROJECT,
    "room.decline": IN_PROJECT,
    "room.leave": IN_PROJECT,
    "room.withdraw": IN_PROJECT,
    "room.end_contract": IN_PROJECT,
    "room.proposal": IN_PROJECT,
    "room.add_party": IN_PROJECT,
    "room.nudge": IN_PROJECT,
    "room.record": IN_PROJECT,
    "room.record_download": IN_PROJECT,
    "room.record_check": IN_PROJECT,
    "room.rules": IN_PROJECT,
    "room.documents": IN_PROJECT,
    "room.charter": IN_PROJECT,
    "room.duties": IN_PROJECT,
    "room.duty_done": IN_PROJECT,
    "room.duty_back": IN_PROJECT,
    "room.duty_doubt": IN_PROJECT,
    "room.duty_seen": IN_PROJECT,
    "room.take_on": IN_PROJECT,
    "room.duties_who": IN_PROJECT,
    "room.duty_hand_over": IN_PROJECT,
    "room.charter_agree": IN_PROJECT,
    "room.charter_words": IN_PROJECT,
    "room.charter_conflict": IN_PROJECT,
    "room.waive": IN_PROJECT,
    "room.without_signature": IN_PROJECT,
    "room.settle": IN_PROJECT,
    "room.another_value": IN_PROJECT,
    "room.later": IN_PROJECT,
    "room.strike": IN_PROJECT,
    "room.wording": IN_PROJECT,
    "room.document": IN_PROJECT,
    "room.document_download": IN_PROJECT,
    "room.document_picture": IN_PROJECT,
    "room.document_page": IN_PROJECT,
    "room.contract": IN_PROJECT,
    "room.contract_clauses": IN_PROJECT,
    "room.contract_clause": IN_PROJECT,
    "room.contract_evidence": IN_PROJECT,
    "room.contract_bundle": IN_PROJECT,
    "room.short_agreement": IN_PROJECT,
    "room.short_agreement_begin": IN_PROJECT,
    "room.contract_freeze": IN_PROJECT,
    "room.contract_version": IN_PROJECT,
    "room.contract_pdf": IN_PROJECT,
    "room.sign": IN_PROJECT,
    "room.sign_code": IN_PROJECT,
    "room.sign_refuse": IN_PROJECT,
    "room.accede": IN_PROJECT,
    "room.accede_code": IN_PROJECT,
    "room.accession_file": IN_PROJECT,
}


def check() -> ResponseReturnValue | None:
    """Before each request: let it pass, ask to sign in, or refuse."""
    if request.endpoint is None:  # no such address: the error page follows
        return None
    access = POLICY.get(request.endpoint)
    match access:
        case None:
            raise LookupError(f"{request.endpoint} is not classified in cocreate.views.policy")
        case Access.PUBLIC:
            return None
        case Access.HALF if login.visitor():
            return login.onward()
        case Access.HALF:
            return None if login.half() else login.ask_to_sign_in()
        case _ if login.visitor() is None:
            return login.ask_to_sign_in()
        case _ if login.me().second_step_due and request.blueprint not in ("account", "auth"):
            return login.ask_for_second_step()
        case Access.ACCOUNT_MANAGER | Access.ADMINISTRATOR if not login.me().is_(access):
            raise Forbidden("role", role=str(access))
        case _:
            return None
