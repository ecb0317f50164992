"""The course of a project, its proposals and its contract, as sentences of the record."""

from cocreate import words
from cocreate.telling.speaker import Speaker, tells


@tells("open")
def _open(s: Speaker) -> str:
    return s.gettext("%(who)s opened the project.")


@tells("go_on")
def _go_on(s: Speaker) -> str:
    stage = s.stage(s.details["after"])
    if s.details.get("back"):
        back = s.gettext("%(who)s took the project back to %(stage)s.", stage=stage)
        return f"{back} {_to_change(s)}".strip()
    return s.gettext("%(who)s took the project on to %(stage)s.", stage=stage)


def _to_change(s: Speaker) -> str:
    """What was opened again with it, back from the signature or by not signing."""
    what = [s.reader.gettext("'%(task)s' of %(party)s", task=s.title(one["task"]), party=s.party(one["of"]))
            for one in s.details.get("changes", ())]
    if s.details.get("wording"):
        what.append(s.reader.gettext("the wording of the contract"))
    return s.reader.gettext("To be changed: %(what)s.", what=words.listed(what, s.reader)) if what else ""


@tells("freeze")
def _freeze(s: Speaker) -> str:
    if s.paper:
        return s.gettext("%(who)s made '%(paper)s' ready to sign.", paper=s.paper)
    return s.gettext("%(who)s made version %(version)s of the contract ready to read.", version=s.details["version"])


@tells("send_code")
def _send_code(s: Speaker) -> str:
    if s.paper:
        return s.gettext("%(who)s asked for a code to sign '%(paper)s'.", paper=s.paper)
    return s.gettext("%(who)s asked for a code to sign version %(version)s.", version=s.details["version"])


@tells("sign")
def _sign(s: Speaker) -> str:
    signed = s.gettext("%(who)s signed '%(paper)s' for %(party)s.", paper=s.paper, party=s.party(s.line.party)) \
        if s.paper else s.gettext("%(who)s signed version %(version)s for %(party)s.", version=s.details["version"],
                                  party=s.party(s.line.party))
    return f"{signed} {s.gettext('All have signed.')}" if s.details.get("last") else signed


@tells("refuse_to_sign")
def _refuse_to_sign(s: Speaker) -> str:
    if s.paper:
        return s.gettext("%(who)s did not sign '%(paper)s' for %(party)s.", paper=s.paper,
                         party=s.party(s.line.party))
    said = s.gettext("%(who)s did not sign version %(version)s for %(party)s.", version=s.details["version"],
                     party=s.party(s.line.party))
    return f"{said} {_to_change(s)}".strip()


@tells("seal")
def _seal(s: Speaker) -> str:
    if s.paper:
        return s.gettext("The seal of the host was put on '%(paper)s'.", paper=s.paper)
    return s.gettext("The seal of the host was put on version %(version)s.", version=s.details["version"])


@tells("ask_accession_code")
def _ask_accession_code(s: Speaker) -> str:
    if s.paper:
        return s.gettext("%(who)s asked for a code to accede to '%(paper)s'.", paper=s.paper)
    return s.gettext("%(who)s asked for a code to accede to version %(version)s.", version=s.details["version"])


@tells("accede")
def _accede(s: Speaker) -> str:
    if s.paper:
        return s.gettext("%(who)s acceded to '%(paper)s' for %(party)s.", paper=s.paper, party=s.party(s.line.party))
    return s.gettext("%(who)s acceded to version %(version)s for %(party)s.", version=s.details["version"],
                     party=s.party(s.line.party))


@tells("seal_accession")
def _seal_accession(s: Speaker) -> str:
    if s.paper:
        return s.gettext("The seal of the host was put on the accession of %(party)s to '%(paper)s'.", paper=s.paper,
                         party=s.party(s.line.party))
    return s.gettext("The seal of the host was put on the accession of %(party)s.", party=s.party(s.line.party))


@tells("hold")
def _hold(s: Speaker) -> str:
    return s.gettext("%(who)s put the project on hold until %(day)s.", day=s.day("until"))


@tells("resume")
def _resume(s: Speaker) -> str:
    return s.gettext("%(who)s resumed the project.") + _moved(s)


@tells("expire")
def _expire(s: Speaker) -> str:
    return s.gettext("The hold was over; the project goes on.") + _moved(s)


def _moved(s: Speaker) -> str:
    days = s.details.get("days", 0)
    if not days:
        return ""
    return " " + s.reader.ngettext("Open dates moved by %(num)s working day.",
                                   "Open dates moved by %(num)s working days.", days)


@tells("decline")
def _decline(s: Speaker) -> str:
    return s.gettext("%(who)s declined for %(party)s; the project ended for all.", party=s.party(s.line.party))


@tells("withdraw_early")
def _withdraw_early(s: Speaker) -> str:
    return s.gettext("%(who)s withdrew the project before anybody else had come in.")


@tells("leave")
def _leave(s: Speaker) -> str:
    said = s.gettext("%(who)s left with %(party)s; the project goes on.", party=s.party(s.line.party))
    if words_ := s.line.personal.get("open_tasks"):
        return f"{said} {s.reader.gettext('Of the open tasks:')} {words_}"
    return said


def _proposed(s: Speaker) -> str:
    """What a proposal is about, as a part of a sentence."""
    figures = s.figures(str(s.details.get("subject", "")))
    return {
        "withdraw": s.reader.gettext("to withdraw the project"),
        "add_party": s.reader.gettext("to let a further party in"),
        "colleague": s.reader.gettext("to invite a colleague"),
        "parts": s.reader.gettext("to give %(name)s other parts", name=s.member(_number(s))),
        "neutral": s.reader.gettext("a neutral person"), "hold": s.reader.gettext("to put the project on hold"),
        "waive": s.reader.gettext("to go on without waiting for %(figures)s", figures=figures),
        "unsigned": s.reader.gettext("to go on without the signature of %(party)s", party=s.party(_signer(s))),
        "settle": s.reader.gettext("which value of %(figures)s counts", figures=figures),
        "other_value": s.reader.gettext("another value of %(figures)s", figures=figures),
        "charter": s.reader.gettext("words of the charter (%(part)s)", part=words.charter_part(
            str(s.details.get("subject", "")), s.reader, s.party)),
        "conflict": s.reader.gettext("whether two goals pull apart"),
        "later": s.reader.gettext("to settle %(figures)s later", figures=figures),
        "strike": s.reader.gettext("to strike a clause"),
        "wording": s.reader.gettext("other words for the clause %(clause)s", clause=s.clause(
            str(s.details.get("subject", "")))),
        "end": s.reader.gettext("to end the contract"),
    }.get(s.details["kind"], str(s.details["kind"]))


def _number(s: Speaker) -> int | None:
    """The person whom a proposal is about."""
    subject = str(s.details.get("subject", ""))
    return int(subject) if s.details["kind"] == "parts" and subject.isdecimal() else None


def _signer(s: Speaker) -> int | None:
    """The party that need not sign."""
    number = str(s.details.get("subject", "")).rpartition("@")[2]
    return int(number) if s.details["kind"] == "unsigned" and number.isdecimal() else None


@tells("propose")
def _propose(s: Speaker) -> str:
    return s.gettext("%(who)s proposed %(what)s.", what=_proposed(s)) + _agreed_by_all(s)


@tells("answer")
def _answer(s: Speaker) -> str:
    values = {"what": _proposed(s), "party": s.party(s.line.party)}
    if not s.details["agree"]:
        return s.gettext("%(who)s did not agree for %(party)s: %(what)s.", **values)
    return s.gettext("%(who)s agreed for %(party)s: %(what)s.", **values) + _agreed_by_all(s)


@tells("take_back_proposal")
def _take_back_proposal(s: Speaker) -> str:
    return s.gettext("%(who)s took a proposal back: %(what)s.", what=_proposed(s))


def _agreed_by_all(s: Speaker) -> str:
    said = s.reader.gettext("All have agreed.") if s.details.get("all") else ""
    if s.details.get("joined"):
        said += " " + s.reader.gettext("%(party)s came in.", party=s.party(s.details["joined"]))
    return f" {said}" if said else ""
