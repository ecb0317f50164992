"""Acts refused for other reasons, each in one sentence."""

from collections.abc import Callable
from datetime import datetime

from cocreate import words
from cocreate.domain.rights import NARROWED
from cocreate.sentences.speaker import Speaker

ERRORS: dict[str, Callable[[Speaker], str]] = {}


def _explains(*codes: str) -> Callable[[Callable[[Speaker], str]], Callable[[Speaker], str]]:
    def register(function: Callable[[Speaker], str]) -> Callable[[Speaker], str]:
        ERRORS.update(dict.fromkeys(codes, function))
        return function

    return register


def N_(text: str) -> str:
    """Marks a sentence for translation; it is translated when it is spoken."""
    return text


# Sentences that only name what came with the refusal. Those of passwords stand with their forms.
PLAIN = {
    "opening.changed": N_("This opening was saved from another window. Look at it again before you go on."),
    "duty.unknown": N_("There is no such duty."),
    "duty.not_theirs": N_("Choose somebody who has come in and works for the party that owes it."),
    "duty.done": N_("Somebody has reported it as done already."),
    "not_found": N_("This does not exist, or it is not yours to see. Perhaps the link is old."),
    "link": N_("This link has ended. Ask for a new one."),
    "invitation": N_("This invitation is no longer open."),
    "key.used": N_("This was sent before, with something else in it. Look again, then send it once more."),
    "form.broken": N_("The form came in pieces. Nothing was changed. Send it again."),
    "reason.short": N_("Say what is needed, so that it can be answered in one go: %(least)s letters or more."),
    "reason.why": N_("Say why in %(least)s letters or more: all parties read it."),
    "text.hidden": N_("There is a hidden character in it (%(character)s). Type it again instead of pasting it."),
    "text.long": N_("Too long: %(have)s characters, up to %(most)s are possible."),
    "email.not_one_address": N_("This is not one complete address, such as r.kim@wmata.example."),
    "person.exists": N_("There is an account with this address already."),
    "person.active": N_("This account has a password already. Sign in."),
    # projects
    "project.moved": N_("Something in this project changed in the same moment. Nothing of yours was lost; look again."),
    "proposal.ended": N_("This proposal has been answered already."),
    "decision.wanted_missing": N_("Say what would help."),
    "contribution.too_long": N_("This is more than one task can hold. Send the longest part as a file."),
    "contract.changed": N_("The text changed. Nothing was signed. See what changed."),
    "contract.same": N_("Nothing has changed since version %(n)s; it still stands."),
    "agreement.is_signed": N_("This is not submitted but signed, by who signs for the party."),
    "contract.already_signed": N_("Version %(n)s is already signed for your party."),
    "contract.not_signed": N_("Version %(n)s is not signed by all yet."),
    "contract.not_sealed": N_("The seal of the host is being put on version %(n)s. Come back in a moment."),
    "contract.bytes_differ": N_("The file of version %(n)s is not the one that was signed. The operator has to look."),
    # resting, ending, leaving
    "hold.past": N_("Choose a day after today."),
    "neutral.name": N_("Say who it is."),
    "charter.part": N_("This is no part of the charter as it is now. Open the page again."),
    "charter.conflict": N_("Choose two goals of two parties that all have agreed to."),
    "charter.stands": N_("These are the words that stand."),
    "charter.proposed": N_("These are the words that are proposed already."),
    "charter.goals": N_("Only %(party)s says what it wants, with at least one goal."),
    "hold.over": N_("The project is not on hold any more."),
    "title.differs": N_("Type the name as it stands here: %(title)s"),
    "withdraw.others": N_("Others have come in. Withdrawing needs the agreement of all parties now."),
    # people
    "invitation.answered": N_("This invitation has been answered, or taken back."),
    "member.gone": N_("This person is not in the project any more."),
    "member.last_champion": N_("Name another champion first."),
    "parts.none": N_("Choose at least one part."),
    "substitute.not_here": N_("Choose somebody of the same party who has come in."),
    "absence.past": N_("Choose today or a later day."),
    "absence.ends_first": N_("The last day comes before the first."),
    "absence.over": N_("This has ended already."),
    "party.left": N_("%(name)s has been in this project and left it. The same organisation cannot come in again."),
    "logo.large": N_("This picture is too large: up to %(most)s KB are possible."),
    "logo.type": N_("A logo is a PNG or a JPEG."),
    "seat.full": N_("There is no place left in this seat."),
    "nudge.done": N_("There is nothing left to nudge about: it is done, or not asked any more."),
    "nudge.words": N_("Write a line of your own."),
    # opening one
    "organisation.looks_alike": N_("There is '%(name)s' already, which looks the same. Write it like that."),
    "seat.required": N_("Who is the %(seat)s? The project cannot begin without one."),
    "seat.nobody_contracts": N_("At least one organisation must be a party of the contract."),
    "seat.twice": N_("%(name)s already sits as %(seat)s. One organisation cannot decide on both sides."),
    "template.published": N_("Version %(number)s is published, and published versions do not change. Make a draft."),
    # templates and people of a host
    "template.draft_there": N_("There is a draft already: version %(number)s."),
    "template.newer": N_("The draft changed meanwhile: it is version %(number)s now. Look at it first."),
    "staff.roles": N_("Choose at least one role."),
    "staff.last_administrator": N_("Nobody else who can sign in is an administrator. Name another one first."),
    "staff.successor": N_("Choose another account manager of this host."),
    "staff.elsewhere": N_("This account also serves others here. Only its owner, or the operator, can do that."),
    "staff.works_here": N_("This person works here already. Change the roles on the person's page."),
    "staff.not_here": N_("This person does not work here. Invite them first."),
    "staff.not_invited": N_("No invitation waits for an answer."),
    # passing on, waiting, entering
    "pass.nobody": N_("Choose a colleague, or give the name and address of a new one."),
    "pass.elsewhere": N_("This person is not of your party."),
    "pass.cannot": N_("%(person)s only reads here, or does not sign. Choose somebody else, or give them the part."),
    "pass.already": N_("%(person)s is asked for it already."),
    "pass.answered": N_("This was answered already, or the task was passed to somebody else."),
    "outside.who": N_("Say whom it waits for."),
    "outside.until_past": N_("Choose a day after today."),
    "outside.until_far": N_("Choose a day within %(most)s days; then say it again if it still waits."),
    "outside.body": N_("Say which body decided."),
    "outside.future": N_("This day has not come yet. Record the decision when it is made."),
    "outside.file": N_("Add the file that shows the decision."),
    "enter.signed": N_("What is signed cannot be entered for somebody else."),
    "enter.own": N_("What somebody thinks, nobody enters for them: each person answers alone."),
    "enter.canvas": N_("A canvas is entered for nobody: each party writes its own entries into the boxes."),
    "canvas.entries": N_("A canvas is given by its entries. Write entries into its boxes, then submit it."),
    "entry.empty": N_("Write something first."),
    "entry.no_party": N_("Only the parties write on it. You can comment on what they wrote."),
    "entry.supported": N_("Your party supports it already."),
    "entry.no_support": N_("Your party does not support it."),
    "entry.withdrawn": N_("It was withdrawn by who wrote it."),
    "assessment.nobody": N_("Nobody has answered yet, so there is nothing to count. Answer for yourself first."),
    "assessment.few": N_("So few answers would show who said what. They can count once %(least)s people or more have "
                         "answered: ask your colleagues to answer."),
    # talks
    "comment.empty": N_("Write something first."),
    "note.no_party": N_("Notes are private to a party, and you are of none."),
    "mention.unknown": N_("Somebody you mention is not in this project."),
    "mention.cannot_see": N_("%(person)s cannot see this, so they cannot be mentioned here."),
    "concern.nobody": N_("Choose who should read it."),
    # documents
    "document.none": N_("Choose the file."),
    "document.parties": N_("Choose among the parties of this project."),
    "document.same": N_("This is the file that is there already."),
    "document.seen_already": N_("Nothing would change: the same parties see it already."),
    # files
    "upload.empty": N_("'%(name)s' is empty. Look at it on your own device, then send it again."),
    "upload.locked": N_("'%(name)s' is protected by a password. Send it without."),
    "store.full": N_("The file could not be stored, the rest of your text is saved. The operator has been told."),
    "store.missing": N_("This file is not where it should be. The operator has been told."),
}
# What no page of ours offers: only a request made by hand gets there.
UNOFFERED = frozenset({"transition.unknown", "decision.unknown", "parts.unknown", "proposal.unknown",
                       "seat.unknown", "comment.unknown"})


def other(s: Speaker) -> str:
    return s._("This cannot be done now. Nothing was changed.")


def _plain(s: Speaker) -> str:
    named = {name: words.number(value, s.reader) if isinstance(value, int) else value
             for name, value in s.values.items()}
    return s._(PLAIN[s.refusal.code], **named)


ERRORS.update(dict.fromkeys(PLAIN, _plain) | dict.fromkeys(UNOFFERED, other))


def _when(s: Speaker, name: str) -> str:
    """The hour of a moment today, else its day, hour and place."""
    moment: datetime = s.values[name]
    today = words.local_day(moment, s.reader) == s.reader.today
    return words.clock_time(moment, s.reader) if today else words.day_time(moment, s.reader)


def _faster_by(s: Speaker, what: str) -> str:
    if not isinstance(s.values.get("since"), datetime):
        return s._("Someone else was faster: %(what)s.", what=what)
    return s._("Someone else was faster: %(what)s, %(time)s.", what=what, time=_when(s, "since"))


@_explains("on_hold", "project.on_hold")
def _on_hold(s: Speaker) -> str:
    return s._("The project is on hold until %(date)s.", date=s.day("until"))


@_explains("ended", "project.ended")
def _ended(s: Speaker) -> str:
    outcome = words.stage(s.facts.definition, s.values["outcome"], s.reader).lower()
    return s._("The project has ended (%(outcome)s, %(date)s).", outcome=outcome, date=s.day("at"))


@_explains("only")
def _only(s: Speaker) -> str:
    if not s.values["persons"]:
        narrowed = next((key for act, key in NARROWED.items() if act.value == s.values["act"]), None)
        if narrowed and getattr(s.facts.definition.may, narrowed) == []:
            return s._("The rules of this project let nobody do this.")
        return s._("Nobody in this project can do this yet.")
    return s._("Only %(names)s can do this.", names=s.people(*s.values["persons"]))


@_explains("opener")
def _opener(s: Speaker) -> str:
    if not s.values["names"]:
        return s._("Nobody may open projects here yet. An administrator can change that.")
    return s._("Only %(names)s can do this.", names=words.listed(s.values["names"], s.reader))


@_explains("role")
def _role(s: Speaker) -> str:
    names = {"account_manager": s._("account managers"), "administrator": s._("administrators")}
    return s._("Only %(names)s can do this.", names=names[s.values["role"]])


@_explains("two_parties")
def _two_parties(s: Speaker) -> str:
    return s._("%(person)s cannot decide for two parties.", person=s.people(s.values["person"]))


@_explains("faster")
def _faster(s: Speaker) -> str:
    return s._("Someone else was faster: %(what)s, %(time)s.", what=s.values["what"], time=_when(s, "at"))


@_explains("too_often")
def _too_often(s: Speaker) -> str:
    return s._("Too many tries. It works again at %(time)s.", time=_when(s, "until"))


@_explains("contribution.changed", "contribution.not_open", "contribution.not_submitted", "contribution.not_entered",
           "contribution.not_accepted")
def _contribution_changed(s: Speaker) -> str:
    done = {
        "open": s._("'%(task)s' is being changed", task=s.task),
        "entered": s._("'%(task)s' was entered and waits for confirmation", task=s.task),
        "submitted": s._("'%(task)s' is submitted", task=s.task),
        "returned": s._("'%(task)s' was returned", task=s.task),
        "accepted": s._("'%(task)s' is accepted", task=s.task),
    }
    newer = s._("there is a newer version of '%(task)s'", task=s.task)
    return _faster_by(s, done.get(s.values.get("state", ""), newer))


@_explains("contribution.incomplete")
def _incomplete(s: Speaker) -> str:
    return s.reader.ngettext(
        "%(num)s field is open. Submitting is possible when it has a value or is marked not available.",
        "%(num)s fields are open. Submitting is possible when each has a value or is marked not available.",
        len(s.values["fields"]))


@_explains("duty.nobodys")
def _nobodys_duty(s: Speaker) -> str:
    return s._("'%(name)s' is no party of this project, so nobody would owe the row. Write one of: %(parties)s.",
               name=s.values["name"], parties=s.parties(s.values["parties"]))


@_explains("draft.changed")
def _draft_changed(s: Speaker) -> str:
    return _faster_by(s, s._("the draft of '%(task)s' was saved elsewhere", task=s.task))


@_explains("task.not_begun_yet")
def _not_begun_yet(s: Speaker) -> str:
    return s._("'%(task)s' is not asked yet.", task=s.task)


@_explains("task.stage_passed")
def _stage_passed(s: Speaker) -> str:
    return s._("'%(task)s' belongs to an earlier stage. Going back to that stage opens it again.", task=s.task)


@_explains("outside.ended", "outside.not_yet")
def _outside_ended(s: Speaker) -> str:
    if s.refusal.code == "outside.not_yet":
        return s._("'%(task)s' still waits.", task=s.task)
    return s._("'%(task)s' does not wait for anybody outside any more.", task=s.task)


@_explains("help.open", "help.unanswered", "help.ended")
def _help(s: Speaker) -> str:
    if s.refusal.code == "help.open":
        return s._("Help is asked for '%(task)s' already. Say more there, or say that it helped.", task=s.task)
    if s.refusal.code == "help.unanswered":
        return s._("Nobody has answered your call for help with '%(task)s' since you asked last.", task=s.task)
    return s._("Nobody asks for help with '%(task)s' any more.", task=s.task)


@_explains("document.changed")
def _document_changed(s: Speaker) -> str:
    return s._("There is a newer version of this document. Look at it, then send yours again.")


@_explains("document.asked_for")
def _document_asked_for(s: Speaker) -> str:
    return s._("This file belongs to '%(task)s'. Change it there: it comes with the next version.", task=s.task)


# files that were not taken


@_explains("upload.too_large")
def _too_large(s: Speaker) -> str:
    limit = s.values["limit_mb"]
    if "size_mb" not in s.values:
        return s._("This file is too large; the limit is %(limit)s MB. Send it in parts or make it smaller.",
                   limit=limit)
    return s._("'%(name)s' has %(size)s MB; the limit is %(limit)s. Send it in parts or make it smaller.",
               name=s.values["name"], size=s.values["size_mb"], limit=limit)


@_explains("upload.type")
def _type(s: Speaker) -> str:
    named = {"name": s.values["name"], "extension": s.values["extension"]}
    match s.values["kind"]:
        case "program":
            return s._("'%(name)s' is a program. We do not keep programs.", **named)
        case "archive":
            return s._("'%(name)s' is an archive. Unpack it and send its files one by one.", **named)
        case "old_office":
            return s._("'%(name)s' is in an old format. Save it as .docx, .xlsx, .pptx or PDF, then send it again.",
                       **named)
        case "macro":
            return s._("'%(name)s' may hold macros. Save it without them, or as PDF, then send it again.", **named)
    return s._("We take PDF, pictures, text and office files. '%(name)s' is none of them; a PDF of it will do.",
               **named)


@_explains("upload.disguised")
def _disguised(s: Speaker) -> str:
    claims = str(s.values["claims"]).upper()
    if s.values["found"] in ("program", "script"):
        return s._("This file is a program disguised as a %(claims)s. We did not keep it.", claims=claims)
    return s._("'%(name)s' is not a %(claims)s, whatever its name says. We did not keep it. Save it anew in the "
               "program it was made with.", name=s.values["name"], claims=claims)


@_explains("upload.active")
def _active(s: Speaker) -> str:
    name = s.values["name"]
    ways = {
        "virus": s._("'%(name)s' is what virus scanners warn of. We did not keep it.", name=name),
        "macro": s._("'%(name)s' holds macros. We did not keep it. Save it without them, or as PDF.", name=name),
        "embedded": s._("'%(name)s' holds another file inside. We did not keep it. Send that one on its own.",
                        name=name),
        "form": s._("'%(name)s' is a form that calculates by itself. We did not keep it. Print it to a new PDF.",
                    name=name),
        "external": s._("'%(name)s' fetches something from elsewhere when it is opened. We did not keep it. Save it "
                        "with everything inside, or as PDF.", name=name),
    }
    return ways.get(s.values["what"], s._(
        "'%(name)s' does something by itself when it is opened. We did not keep it. Print it to a new PDF.",
        name=name))


@_explains("upload.bomb")
def _bomb(s: Speaker) -> str:
    name = s.values["name"]
    if s.values["what"] == "pixels":
        return s._("'%(name)s' is a picture far larger than any screen. We did not keep it. Make it smaller.",
                   name=name)
    return s._("'%(name)s' unpacks to far more than it seems. We did not keep it. Save it anew, or send a PDF of it.",
               name=name)


@_explains("upload.broken")
def _broken(s: Speaker) -> str:
    name = s.values["name"]
    if s.values["why"] == "encoding":
        return s._("'%(name)s' is not in a spelling we can read. Save it as UTF-8, then send it again.", name=name)
    return s._("'%(name)s' cannot be read; it may have been cut off on the way. Send it again.", name=name)


@_explains("task.lapsed")
def _task_lapsed(s: Speaker) -> str:
    return s._("'%(task)s' is not asked any more.", task=s.task)


@_explains("gate.changed")
def _gate_changed(s: Speaker) -> str:
    return s._("What '%(question)s' is about has changed. Nothing was decided. See what changed.", question=s.question)


@_explains("gate.recorded")
def _gate_recorded(s: Speaker) -> str:
    return s._("This answer to '%(question)s' is already recorded, on the same versions.", question=s.question)


@_explains("gate.passed")
def _gate_passed(s: Speaker) -> str:
    return s._("The project is in another stage now; '%(question)s' cannot be decided there.", question=s.question)


@_explains("stage.changed")
def _stage_changed(s: Speaker) -> str:
    stage = words.stage(s.facts.definition, s.values["stage"], s.reader)
    return _faster_by(s, s._("the project is in %(stage)s now", stage=stage))


@_explains("contract.not_here")
def _contract_not_here(s: Speaker) -> str:
    stage = words.stage(s.facts.definition, s.values["stage"], s.reader)
    return s._("The contract is not written in the stage %(stage)s.", stage=stage)


@_explains("contract.gaps")
def _contract_gaps(s: Speaker) -> str:
    clauses, annexes = (words.numbers(s.values[name], s.reader) for name in ("numbers", "annexes"))
    if not annexes:
        return s._("A value is missing in clause %(numbers)s.", numbers=clauses)
    annex = s._("Rows are missing in annex %(numbers)s.", numbers=annexes)
    return f"{s._('A value is missing in clause %(numbers)s.', numbers=clauses)} {annex}" if clauses else annex


@_explains("contract.address")
def _contract_address(s: Speaker) -> str:
    return s._("'%(label)s' of %(party)s is not given. %(people)s can give it in '%(task)s'.", label=s.values["label"],
               party=s.party("party"), people=s.holding("champion", s.values["party"]), task=s.task)


@_explains("contract.signatory")
def _contract_signatory(s: Speaker) -> str:
    return s._("%(party)s named %(named)s to sign; here only %(people)s can sign for it. %(champions)s can make who "
               "was named a signatory under People, or change '%(task)s'.", party=s.party("party"),
               named=s.values["named"], people=s.people(*s.values["persons"], either=True), task=s.task,
               champions=s.holding("champion", s.values["party"]))


@_explains("member.there")
def _member_there(s: Speaker) -> str:
    return s._("%(person)s is in this project already.", person=s.people(s.values["person"]))


@_explains("member.elsewhere")
def _member_elsewhere(s: Speaker) -> str:
    return s._("%(person)s is in this project for another party. One person cannot be on both sides.",
               person=s.people(s.values["person"]))


@_explains("hold.long")
def _hold_long(s: Speaker) -> str:
    return s._("%(date)s is the latest day that is possible.", date=s.day("latest"))


@_explains("party.optional")
def _party_optional(s: Speaker) -> str:
    return s._("%(party)s can leave; the project goes on without it.", party=s.party("party"))


@_explains("party.required")
def _party_required(s: Speaker) -> str:
    return s._("The project cannot go on without %(party)s. Declining ends it for all.", party=s.party("party"))


@_explains("member.looks_after")
def _member_looks_after(s: Speaker) -> str:
    return s._("%(person)s looks after this project and hands it over first.", person=s.people(s.values["person"]))


@_explains("member.heir")
def _member_heir(s: Speaker) -> str:
    return s._("Who takes over the open tasks of %(person)s?", person=s.people(s.values["person"]))


@_explains("nudge.soon")
def _nudge_soon(s: Speaker) -> str:
    return s._("%(party)s was nudged about this already. It is possible again on %(date)s.", party=s.party("party"),
               date=s.day("possible"))


@_explains("nudge.nobody")
def _nudge_nobody(s: Speaker) -> str:
    return s._("Nobody of %(party)s who could do it has come in yet.", party=s.party("party"))


@_explains("template.errors")
def _template_errors(s: Speaker) -> str:
    return s.reader.ngettext("%(num)s error stands in the way.", "%(num)s errors stand in the way.",
                             len(s.values["findings"]))


@_explains("staff.projects")
def _staff_projects(s: Speaker) -> str:
    return s.reader.ngettext("%(num)s project needs a new account manager: choose.",
                             "%(num)s projects need a new account manager: choose.", s.values["count"])
