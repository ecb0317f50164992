"""Who comes, goes and stands in for whom, as sentences of the record."""

from cocreate import words
from cocreate.telling.speaker import Speaker, tells


@tells("invite")
def _invite(s: Speaker) -> str:
    name = s.line.personal.get("invited") or s.member(s.details.get("person"))
    return s.gettext("%(who)s invited %(name)s for %(party)s.", name=name, party=s.party(s.details["party"]))


@tells("accept_invitation")
def _accept_invitation(s: Speaker) -> str:
    name = s.line.personal.get("name") or s.member(s.details.get("person"))
    if s.line.party is None:
        return s.reader.gettext("%(name)s came in, for no party.", name=name)
    return s.reader.gettext("%(name)s came in for %(party)s.", name=name, party=s.party(s.line.party))


@tells("decline_invitation")
def _decline_invitation(s: Speaker) -> str:
    if s.line.party is None:
        return s.reader.gettext("%(name)s declined the invitation.", name=s.member(s.details.get("person")))
    return s.reader.gettext("%(name)s declined the invitation for %(party)s.",
                            name=s.member(s.details.get("person")), party=s.party(s.line.party))


@tells("resend_invitation")
def _resend(s: Speaker) -> str:
    return s.gettext("%(who)s sent %(name)s a new link.", name=s.named())


@tells("expire_invitation")
def _expire_invitation(s: Speaker) -> str:
    return s.reader.gettext("The invitation of %(name)s has expired.", name=s.named())


@tells("withdraw_invitation")
def _withdraw_invitation(s: Speaker) -> str:
    return s.gettext("%(who)s took the invitation of %(name)s back.", name=s.named())


@tells("correct_address")
def _correct_address(s: Speaker) -> str:
    return s.gettext("%(who)s corrected the address of %(name)s and invited them there.", name=s.named())


@tells("change_parts")
def _change_parts(s: Speaker) -> str:
    named = {"champion": s.reader.gettext("champion"), "signatory": s.reader.gettext("signatory"),
             "contributor": s.reader.gettext("contributor"), "observer": s.reader.gettext("observer")}
    return s.gettext("%(who)s made %(name)s %(parts)s of %(party)s.", name=s.named(), party=s.party(s.line.party),
                     parts=words.listed((named[part] for part in s.details["parts"]), s.reader))


@tells("remove_member")
def _remove_member(s: Speaker) -> str:
    said = s.gettext("%(who)s removed %(name)s from %(party)s.", name=s.named(), party=s.party(s.line.party))
    if s.details.get("to"):
        return f"{said} {s.gettext('Open tasks went to %(to)s.', to=s.member(s.details['to']))}"
    return said


@tells("hand_over_project")
def _hand_over_project(s: Speaker) -> str:
    values = {"to": s.named("to", "to"), "name": s.named("person", "person")}
    said = s.gettext("%(who)s handed the project over from %(name)s to %(to)s.", **values) \
        if s.details["actor"] is None else s.gettext("%(who)s handed the project over to %(to)s.", **values)
    return " ".join((said, *(s.gettext("%(name)s does not stand in any more.", name=s.member(one))
                             for one in s.details.get("stood_in", ()) if one != s.details["to"])))


@tells("share_project")
def _share_project(s: Speaker) -> str:
    return s.gettext("%(who)s shared the project with %(name)s of the host.", name=s.named())


@tells("set_words_by_mail")
def _set_words_by_mail(s: Speaker) -> str:
    party = s.party(s.line.party)
    if s.details["words"]:
        return s.gettext("%(who)s let what the people of %(party)s write go out by mail again.", party=party)
    return s.gettext("%(who)s keeps what the people of %(party)s write out of mails.", party=party)


@tells("end_sharing")
def _end_sharing(s: Speaker) -> str:
    if s.details["actor"] == s.details["person"]:
        return s.gettext("%(who)s left; the project is not shared with them any more.")
    return s.gettext("%(who)s ended the sharing with %(name)s of the host.", name=s.named())


@tells("end_role")
def _end_role(s: Speaker) -> str:
    return s.gettext("%(who)s ended the part of %(name)s, who is no account manager of the host any more and does not "
                     "read the project as one.", name=s.named())


@tells("hand_over_neutral")
def _hand_over_neutral(s: Speaker) -> str:
    return s.gettext("%(who)s invited %(name)s to be the neutral person from now on.", name=s.named("invited"))


@tells("substitute")
def _substitute(s: Speaker) -> str:
    values = {"name": s.named("person", "person"), "to": s.named("to", "to")}
    if s.details["actor"] == s.details["person"]:
        if "until" not in s.details:
            return s.gettext("%(who)s handed their part over to %(to)s for good.", **values)
        return s.gettext("%(who)s handed their part over to %(to)s from %(starts)s until %(until)s.", **values,
                         starts=s.day("starts"), until=s.day("until"))
    if "until" not in s.details:
        return s.gettext("%(who)s handed the part of %(name)s over to %(to)s for good.", **values)
    return s.gettext("%(who)s handed the part of %(name)s over to %(to)s from %(starts)s until %(until)s.", **values,
                     starts=s.day("starts"), until=s.day("until"))


@tells("join_to_stand_in")
def _join_to_stand_in(s: Speaker) -> str:
    return s.gettext("%(who)s let %(name)s in to stand in for %(absent)s.", name=s.named(),
                     absent=s.named("absent", "absent"))


@tells("turn_absence")
def _turn_absence(s: Speaker) -> str:
    values = {"name": s.member(s.details.get("person")), "to": s.member(s.details.get("to"))}
    if s.details["begins"]:
        return s.gettext("%(to)s stands in for %(name)s from today.", **values)
    return s.gettext("%(name)s is back; %(to)s does not stand in any more.", **values)


@tells("come_back")
def _come_back(s: Speaker) -> str:
    return s.gettext("%(who)s ended the time in which %(to)s stood in for %(name)s.",
                     name=s.member(s.details.get("person")), to=s.member(s.details.get("to")))
