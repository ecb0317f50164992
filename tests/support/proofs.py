"""What asks for the password once more: everything that decides, signs, invites, or changes an account or the host.

Reading and contributing never do. Who showed the password within half an hour is asked for nothing; a session that a
mailed link began is asked the first time. An administrator who takes a role or a colleague's projects shows it just
then. Every endpoint that asks stands here, and a test compares both ways.
"""

from enum import StrEnum


class Asks(StrEnum):
    """When the password is asked for."""

    BEFORE = "before"  # before the page is shown
    FILE = "file"  # before the page is shown, and for long enough to fill it in: a chosen file cannot be kept
    ACTING = "acting"  # when it is sent: reading what it is about is everybody's; what was typed is kept
    INVITING = "inviting"  # when it is sent, and only where it brings somebody new in, or opens the project
    UNDOING = "undoing"  # before the page is shown, where it would undo what was decided or signed
    LINK = "link"  # when it is sent, in a session that a mailed link began
    FORM = "form"  # always anew: the form has a field for it


BEFORE, FILE, ACTING, INVITING, UNDOING, LINK, FORM = Asks

PROOFS: dict[str, Asks] = {
    # deciding
    "room.gate": ACTING,
    "room.gate_outside": FILE,
    "room.go_on": ACTING,
    "room.go_back": BEFORE,
    "room.hold": BEFORE,
    "room.resume": BEFORE,
    "room.decline": BEFORE,
    "room.leave": BEFORE,
    "room.withdraw": BEFORE,
    "room.end_contract": BEFORE,
    "room.waive": BEFORE,
    "room.without_signature": BEFORE,
    "room.settle": BEFORE,
    "room.another_value": BEFORE,
    "room.later": BEFORE,
    "room.strike": BEFORE,
    "room.wording": BEFORE,
    "room.proposal": ACTING,
    "room.add_party": BEFORE,
    "room.charter_agree": ACTING,
    "room.charter_words": BEFORE,
    "room.charter_conflict": BEFORE,
    "room.duties_who": ACTING,
    "room.duty_back": UNDOING,
    # signing
    "room.contract_freeze": ACTING,
    "room.short_agreement_begin": ACTING,
    "room.sign": FORM,
    "room.accede": FORM,
    "room.sign_refuse": BEFORE,
    # inviting, and who may what
    "room.people_invite": BEFORE,
    "room.people_resend": ACTING,
    "room.people_withdraw": ACTING,
    "room.people_address": BEFORE,
    "room.people_parts": BEFORE,
    "room.people_remove": BEFORE,
    "room.people_hand_over": BEFORE,
    "room.people_neutral": BEFORE,
    "room.people_propose": BEFORE,
    "room.people_propose_parts": BEFORE,
    "room.people_share": BEFORE,
    "room.people_end_sharing": ACTING,
    "room.people_back": ACTING,
    "room.task_pass": INVITING,
    "room.task_let_in": BEFORE,
    "room.task_reopen": UNDOING,
    "desk.opening_step": INVITING,
    "desk.hand_over": BEFORE,
    # the account
    "account.show": LINK,
    "account.end_device": LINK,
    "account.end_others": LINK,
    "account.password": FORM,
    "account.app_code": BEFORE,
    "account.app_code_off": FORM,
    "account.recovery_codes": BEFORE,
    "account.away": BEFORE,
    "account.back": ACTING,
    "account.leave": BEFORE,
    # the host
    "admin.host": FILE,
    "admin.people_invite": BEFORE,
    "admin.person_roles": BEFORE,
    "admin.person_again": BEFORE,
    "admin.person_address": BEFORE,
    "admin.person_send": ACTING,
    "admin.person_take_back": BEFORE,
    "admin.person_sessions": BEFORE,
    "admin.person_second_step": BEFORE,
    "admin.person_hand_over": BEFORE,
    "admin.person_substitute": BEFORE,
    "admin.person_back": BEFORE,
    "admin.person_deactivate": BEFORE,
    "admin.template_start": ACTING,
    "admin.template_import": FILE,
    "admin.template_publish": BEFORE,
    "admin.template_discard": BEFORE,
    "admin.template_retire": BEFORE,
    "admin.template_back": ACTING,
    "admin.template_draft": ACTING,
}
