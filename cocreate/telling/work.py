"""What people give, decide and say, as sentences of the record."""

from datetime import date, timedelta

from cocreate import words
from cocreate.telling.speaker import Speaker, tells
from workflows.facts import Notice


@tells("submit")
def _submit(s: Speaker) -> str:
    if s.details.get("own"):
        return s.gettext("%(who)s answered '%(task)s'; others of %(party)s have not yet.", task=s.task(),
                         party=s.party(s.line.party))
    return s.gettext("%(who)s submitted '%(task)s', version %(number)s, for %(party)s.", task=s.task(),
                     number=s.details["number"], party=s.party(s.line.party))


@tells("count_answers")
def _count_answers(s: Speaker) -> str:
    said: str = s.reader.ngettext(
        "%(who)s let '%(task)s' count for %(party)s with the answers of one person, version %(number)s.",
        "%(who)s let '%(task)s' count for %(party)s with the answers of %(num)s people, version %(number)s.",
        s.details["people"], who=s.who, task=s.task(), party=s.party(s.line.party), number=s.details["number"])
    return said


@tells("take_back")
def _take_back(s: Speaker) -> str:
    return s.gettext("%(who)s took '%(task)s' back to change it.", task=s.task())


@tells("accept")
def _accept(s: Speaker) -> str:
    return s.gettext("%(who)s accepted '%(task)s' from %(giver)s, version %(number)s, for %(party)s.", task=s.task(),
                     giver=s.party(s.details["of"]), number=s.details["number"], party=s.party(s.line.party))


@tells("return")
def _return(s: Speaker) -> str:
    return s.gettext("%(who)s returned '%(task)s' to %(giver)s with a reason.", task=s.task(),
                     giver=s.party(s.details["of"]))


@tells("decide")
def _decide(s: Speaker) -> str:
    values = {"question": s.question(s.details["gate"]), "party": s.party(s.line.party)}
    match s.details["answer"]:
        case "agreed":
            return s.gettext("%(who)s agreed for %(party)s: '%(question)s'", **values)
        case "reserved":
            return s.gettext("%(who)s agreed for %(party)s with a reservation: '%(question)s'", **values)
        case _:
            return s.gettext("%(who)s did not agree for %(party)s: '%(question)s'", **values)


@tells("look_after")
def _look_after(s: Speaker) -> str:
    if s.details.get("to") is None:
        return s.gettext("%(who)s still looks after the duties of %(party)s.", party=s.party(s.details["party"]))
    return s.gettext("%(who)s named %(name)s to look after the duties of %(party)s.", name=s.named(person="to"),
                     party=s.party(s.details["party"]))


@tells("take_on")
def _take_on(s: Speaker) -> str:
    return s.gettext("%(who)s took on for %(party)s by %(day)s, at '%(question)s': %(what)s", what=s.duty(),
                     party=s.party(s.line.party), day=s.day("due"), question=s.question(s.details["gate"]))


@tells("report_duty")
def _report_duty(s: Speaker) -> str:
    duty = next((one for one in s.facts.duties if one.number == s.details["duty"]), None)
    if s.details.get("notice") == Notice.GIVEN:
        return s.gettext("%(who)s said for %(party)s that notice was given on %(day)s: %(what)s", what=s.duty(),
                         party=s.party(s.line.party), day=s.day("day"))
    if s.details.get("notice") == Notice.ON:
        return _goes_on(s)
    if s.details.get("notice") == Notice.ENDS:
        return s.gettext("%(who)s said for %(party)s on %(day)s that it ends: %(what)s", what=s.duty(),
                         party=s.party(s.line.party), day=s.day("day"))
    if duty and duty.gives:
        return s.gettext("%(who)s gave for %(party)s what was settled later: %(what)s", what=s.duty(),
                         party=s.party(s.line.party))
    return s.gettext("%(who)s reported for %(party)s as done: %(what)s", what=s.duty(), party=s.party(s.line.party))


@tells("take_back_report")
def _take_back_report(s: Speaker) -> str:
    if s.details.get("was") == "done":
        return s.gettext("%(who)s took back for %(party)s that it is done: %(what)s", what=s.duty(),
                         party=s.party(s.line.party))
    if "was" in s.details:
        return s.gettext("%(who)s took back for %(party)s what was decided: %(what)s", what=s.duty(),
                         party=s.party(s.line.party))
    return s.gettext("%(who)s took back for %(party)s that notice was given: %(what)s", what=s.duty(),
                     party=s.party(s.line.party))


@tells("doubt_duty")
def _doubt_duty(s: Speaker) -> str:
    return s.gettext("%(who)s said for %(party)s that it does not see done what %(giver)s reported: %(what)s",
                     what=s.duty(), party=s.party(s.line.party), giver=s.party(s.details["of"]))


@tells("see_duty")
def _see_duty(s: Speaker) -> str:
    return s.gettext("%(who)s said for %(party)s that it sees done what %(giver)s reported: %(what)s",
                     what=s.duty(), party=s.party(s.line.party), giver=s.party(s.details["of"]))


def _goes_on(s: Speaker) -> str:
    values = {"what": s.duty(), "party": s.party(s.line.party), "day": s.day("day")}
    if "due" not in s.details:
        return s.gettext("%(who)s said for %(party)s on %(day)s that it goes on: %(what)s", **values)
    due = date.fromisoformat(s.details["due"]) + timedelta(days=1)
    return s.gettext("%(who)s said for %(party)s on %(day)s that it goes on: %(what)s. The next decision is before "
                     "%(next)s.", next=words.day(due, s.reader), **values)


@tells("decide_later")
def _decide_later(s: Speaker) -> str:
    was, due = (date.fromisoformat(s.details[name]) for name in ("was", "due"))
    return s.reader.gettext("Nobody decided for %(party)s by %(was)s: %(what)s. So it goes on; the next decision is "
                            "before %(day)s.", party=s.party(s.line.party), what=s.duty(), was=words.day(was, s.reader),
                            day=words.day(due + timedelta(days=1), s.reader))


@tells("hand_duty")
def _hand_duty(s: Speaker) -> str:
    return s.gettext("%(who)s handed to %(name)s for %(party)s: %(what)s", what=s.duty(), name=s.named(),
                     party=s.party(s.line.party))


@tells("nudge")
def _nudge(s: Speaker) -> str:
    people = words.listed((s.member(person) for person in s.details["persons"]), s.reader)
    return s.gettext("%(who)s nudged %(people)s of %(party)s.", people=people, party=s.party(s.details["of"]))


@tells("pass_on")
def _pass_on(s: Speaker) -> str:
    name = s.line.personal.get("invited") or s.line.personal.get("name") or s.member(s.details.get("to"))
    if s.details.get("asks"):
        return s.gettext("%(who)s proposed to invite %(name)s for '%(task)s'.", name=name, task=s.task())
    if fields := s.details.get("fields"):
        said: str = s.reader.ngettext("%(who)s asked %(name)s for one field of '%(task)s'.",
                                      "%(who)s asked %(name)s for %(num)s fields of '%(task)s'.", len(fields),
                                      name=name, task=s.task(), who=s.who)
        return said
    if s.details.get("invited"):
        return s.gettext("%(who)s passed '%(task)s' to %(name)s and invited them.", name=name, task=s.task())
    return s.gettext("%(who)s passed '%(task)s' to %(name)s.", name=name, task=s.task())


@tells("answer_pass")
def _answer_pass(s: Speaker) -> str:
    name = s.line.personal.get("invited") or s.line.personal.get("name") or s.member(s.details.get("to"))
    if s.details.get("invited"):
        return s.gettext("%(who)s agreed to invite %(name)s, who is asked for '%(task)s' now.", name=name,
                         task=s.task())
    return s.gettext("%(who)s did not agree to invite %(name)s for '%(task)s'.", name=name, task=s.task())


@tells("wait_outside")
def _wait_outside(s: Speaker) -> str:
    outsider = s.line.personal.get("outsider") or s.reader.gettext("somebody outside")
    return s.gettext("%(who)s said that '%(task)s' waits for %(outsider)s until %(date)s.", task=s.task(),
                     outsider=outsider, date=s.day("until"))


@tells("end_wait")
def _end_wait(s: Speaker) -> str:
    if s.details.get("actor") is None:
        return s.reader.gettext("'%(task)s' waited until %(date)s; it is asked again.", task=s.task(),
                                date=s.day("until"))
    return s.gettext("%(who)s ended the wait of '%(task)s'.", task=s.task())


@tells("enter_for")
def _enter_for(s: Speaker) -> str:
    return s.gettext("%(who)s entered '%(task)s' for %(party)s, version %(number)s; not confirmed.", task=s.task(),
                     party=s.party(s.details["of"]), number=s.details["number"])


@tells("confirm")
def _confirm(s: Speaker) -> str:
    return s.gettext("%(who)s confirmed for %(party)s what was entered as '%(task)s': version %(number)s.",
                     task=s.task(), party=s.party(s.line.party), number=s.details["number"])


@tells("deny")
def _deny(s: Speaker) -> str:
    return s.gettext("%(who)s said for %(party)s that what was entered as '%(task)s' is not right.", task=s.task(),
                     party=s.party(s.line.party))


@tells("reopen")
def _reopen(s: Speaker) -> str:
    return s.gettext("%(who)s opened '%(task)s' of %(giver)s again, with a reason.", task=s.task(),
                     giver=s.party(s.details["of"]))


@tells("decide_outside")
def _decide_outside(s: Speaker) -> str:
    values = {"question": s.question(s.details["gate"]), "party": s.party(s.line.party), "date": s.day("on"),
              "body": s.line.personal.get("body") or s.reader.gettext("a body of theirs")}
    if s.details["answer"] == "refused":
        return s.gettext("%(who)s recorded for %(party)s that %(body)s did not agree on %(date)s: '%(question)s'",
                         **values)
    return s.gettext("%(who)s recorded for %(party)s that %(body)s agreed on %(date)s: '%(question)s'", **values)


@tells("add_entry")
def _add_entry(s: Speaker) -> str:
    return s.gettext("%(who)s added an entry to '%(task)s' for %(party)s.", task=s.task(), party=s.party(s.line.party))


@tells("support_entry")
def _support_entry(s: Speaker) -> str:
    if s.details.get("back"):
        return s.gettext("%(who)s took back the support of %(party)s for an entry in '%(task)s'.", task=s.task(),
                         party=s.party(s.line.party))
    return s.gettext("%(who)s supported an entry in '%(task)s' for %(party)s.", task=s.task(),
                     party=s.party(s.line.party))


@tells("withdraw_entry")
def _withdraw_entry(s: Speaker) -> str:
    return s.gettext("%(who)s withdrew an entry from '%(task)s'.", task=s.task())


@tells("say")
def _say(s: Speaker) -> str:
    if s.details.get("kind") == "note":
        return s.gettext("%(who)s wrote a note of %(party)s about %(thing)s.", party=s.party(s.line.party),
                         thing=s.topic())
    if s.details.get("call"):
        return s.gettext("%(who)s answered a call for help with %(thing)s.", thing=s.topic())
    return s.gettext("%(who)s commented on %(thing)s.", thing=s.topic())


@tells("ask_help")
def _ask_help(s: Speaker) -> str:
    return s.gettext("%(who)s asked for help with '%(task)s'.", task=s.task())


@tells("still_stuck")
def _still_stuck(s: Speaker) -> str:
    return s.gettext("%(who)s is still stuck with '%(task)s' and asked for help again.", task=s.task())


@tells("helped")
def _helped(s: Speaker) -> str:
    return s.gettext("%(who)s said that the help with '%(task)s' helped.", task=s.task())


@tells("raise_concern")
def _raise_concern(s: Speaker) -> str:
    if s.details.get("anew"):
        return s.reader.gettext("A concern was raised anew.")
    return s.reader.gettext("A concern was raised.")


@tells("end_concern")
def _end_concern(s: Speaker) -> str:
    return s.reader.gettext("A concern was ended.")


@tells("share")
def _share(s: Speaker) -> str:
    return s.gettext("%(who)s shared %(document)s.", document=s.document())


@tells("new_version")
def _new_version(s: Speaker) -> str:
    return s.gettext("%(who)s shared version %(number)s of %(document)s.", document=s.document(),
                     number=s.details["version"])


@tells("widen")
@tells("narrow")
def _seen_by(s: Speaker) -> str:
    names = words.listed((s.party(number) for number in s.details["parties"]), s.reader)
    return s.gettext("%(who)s changed who sees %(document)s: %(names)s.", document=s.document(), names=names)


@tells("withdraw_document")
def _withdraw_document(s: Speaker) -> str:
    return s.gettext("%(who)s withdrew %(document)s.", document=s.document())
