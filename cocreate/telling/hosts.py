"""The one place where what was done at a host becomes a sentence: past tense, the actor first."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cocreate import words
from cocreate.domain import countries, days_off
from cocreate.domain.hosts import HostAct
from cocreate.services.host_records import Done
from cocreate.words import Reader
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class Changed:
    """A setting of the host; ``before`` is None where only what is so now is said."""

    label: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class HostTold:
    """One line of the host's record as a reader sees it. ``note`` is what somebody wrote to it."""

    seq: int
    moment: datetime
    sentence: str
    note: str
    changed: tuple[Changed, ...]


def tell(done: Done, reader: Reader) -> HostTold:
    speaker = _Speaker(done, reader)
    changed = tuple(_changed(speaker)) if done.act is HostAct.CHANGED else ()
    note = done.after["note"] if done.act in (HostAct.SAVED, HostAct.PUBLISHED) else ""
    return HostTold(done.seq, done.at, HOST_TELLINGS[done.act](speaker), note, changed)


class _Speaker:
    """One line before one reader: its values as words."""

    def __init__(self, done: Done, reader: Reader) -> None:
        self.done, self.reader = done, reader
        self.before, self.after = done.before, done.after

    def gettext(self, text: str, **values: object) -> str:
        return self.reader.gettext(text, who=self.who, **values)

    def counted(self, one: str, many: str, **values: object) -> str:
        projects = self.after.get("projects", 0)
        return self.reader.ngettext(one, many, projects if isinstance(projects, int) else len(projects), who=self.who,
                                    **values)

    @property
    def who(self) -> str:
        if self.done.by_operator:
            return self.reader.gettext("The operator")
        return self.done.personal.get("actor") or self.reader.gettext("Somebody whose name was erased")

    def person(self, key: str = "name") -> str:
        return self.done.personal.get(key) or self.reader.gettext("somebody whose name was erased")

    def address(self, key: str) -> str:
        return self.done.personal.get(key) or self.reader.gettext("an address that was erased")

    def roles(self, of: Mapping[str, Any]) -> str:
        known = {"administrator": self.reader.gettext("administrator"),
                 "account_manager": self.reader.gettext("account manager")}
        return words.listed((known[role] for role in known if role in of["roles"]), self.reader)

    @property
    def template(self) -> dict[str, object]:
        return {"name": say(self.after["name"], self.reader.language), "number": self.after["number"],
                "former": self.before.get("number")}


def _created(s: _Speaker) -> str:
    if "roles" not in s.after:
        return s.gettext("%(who)s made this host.")
    return s.gettext("%(who)s made this host, with %(name)s as its first administrator.", name=s.person())


def _invited(s: _Speaker) -> str:
    values = {"name": s.person(), "email": s.address("email"), "roles": s.roles(s.after)}
    if s.after.get("again"):
        return s.gettext("%(who)s asked %(name)s (%(email)s) to come back, as %(roles)s.", **values)
    return s.gettext("%(who)s invited %(name)s (%(email)s) to work here, as %(roles)s.", **values)


def _deactivated(s: _Speaker) -> str:
    values = {"name": s.person(), "roles": s.roles(s.before)}
    said = s.gettext("%(who)s deactivated %(name)s, who was %(roles)s.", **values) if s.after["account"] else s.gettext(
        "%(who)s let %(name)s go, who was %(roles)s. The account also serves others, and stayed.", **values)
    if "projects" not in s.after:
        return said
    return f"{said} " + s.counted("%(num)s project went to %(to)s.", "%(num)s projects went to %(to)s.",
                                  to=s.person("to"))


def _saved(s: _Speaker) -> str:
    if "number" in s.before:
        return s.gettext("%(who)s saved version %(number)s of the template '%(name)s' as a draft, in place of version "
                         "%(former)s.", **s.template)
    return s.gettext("%(who)s saved version %(number)s of the template '%(name)s' as a draft.", **s.template)


def _published(s: _Speaker) -> str:
    if "number" in s.before:
        return s.gettext("%(who)s published version %(number)s of the template '%(name)s', in place of version "
                         "%(former)s.", **s.template)
    return s.gettext("%(who)s published version %(number)s of the template '%(name)s'.", **s.template)


HOST_TELLINGS: dict[HostAct, Callable[[_Speaker], str]] = {
    HostAct.CREATED: _created,
    HostAct.CHANGED: lambda s: s.gettext("%(who)s changed the settings of the host."),
    HostAct.INVITED: _invited,
    HostAct.INVITED_AGAIN: lambda s: s.gettext("%(who)s sent %(name)s another link.", name=s.person()),
    HostAct.TAKEN_BACK: lambda s: s.gettext("%(who)s took the invitation of %(name)s back.", name=s.person()),
    HostAct.JOINED: lambda s: s.gettext("%(who)s accepted the invitation and works here since, as %(roles)s.",
                                        roles=s.roles(s.after)),
    HostAct.ADDRESS: lambda s: s.gettext(
        "%(who)s corrected the address of %(name)s: %(email)s in place of %(former)s.", name=s.person(),
        email=s.address("email"), former=s.address("former")),
    HostAct.ROLES: lambda s: s.gettext("%(who)s made %(name)s %(after)s; before: %(before)s.", name=s.person(),
                                       before=s.roles(s.before), after=s.roles(s.after)),
    HostAct.SESSIONS: lambda s: s.gettext("%(who)s signed %(name)s out everywhere.", name=s.person()),
    HostAct.SECOND_STEP: lambda s: s.gettext("%(who)s reset the second step of %(name)s.", name=s.person()),
    HostAct.HANDED_OVER: lambda s: s.counted(
        "%(who)s handed %(num)s project over from %(name)s to %(to)s.",
        "%(who)s handed %(num)s projects over from %(name)s to %(to)s.", name=s.person(), to=s.person("to")),
    HostAct.SUBSTITUTE: lambda s: s.counted(
        "%(who)s let %(to)s stand in for %(name)s in %(num)s project until %(day)s.",
        "%(who)s let %(to)s stand in for %(name)s in %(num)s projects until %(day)s.", name=s.person(),
        to=s.person("to"), day=words.day(date.fromisoformat(s.after["until"]), s.reader)),
    HostAct.BACK: lambda s: s.gettext("%(who)s let nobody stand in for %(name)s any more.", name=s.person()),
    HostAct.DEACTIVATED: _deactivated,
    HostAct.SAVED: _saved,
    HostAct.DISCARDED: lambda s: s.gettext("%(who)s discarded the draft version %(number)s of the template "
                                           "'%(name)s'.", **s.template),
    HostAct.PUBLISHED: _published,
    HostAct.RETIRED: lambda s: s.gettext("%(who)s retired the template '%(name)s'.", **s.template),
    HostAct.BROUGHT_BACK: lambda s: s.gettext("%(who)s took the template '%(name)s' into use again.", **s.template),
}


def _changed(s: _Speaker) -> Iterator[Changed]:
    """Every setting with what it was and what it is."""
    _ = s.reader.gettext
    labels = {
        "name": _("Name"), "country": _("Country"), "zone": _("Time zone"), "working_days": _("Working days"),
        "days_off": _("Further days off"), "sender_name": _("Sender of mails"),
        "sender_address": _("Sender's address"), "greeting": _("Standard text of invitations"),
        "legal_note": _("Legal note"),
        "attach_signed": _("Attach the signed contract to the mail that all have signed"),
        "second_step": _("Second step at sign-in"), "logo_sha256": _("Logo")}
    for key, label in labels.items():
        if key in s.after:
            yield Changed(label, _value(s, key, s.before[key]), _value(s, key, s.after[key]))
    opening = {"may": _("May open projects since"), "may_not": _("May open projects no more")}
    for key, label in opening.items():
        if key in s.done.personal:
            yield Changed(label, None, words.listed(s.done.personal[key], s.reader))


def _value(s: _Speaker, key: str, value: Any) -> str:
    _ = s.reader.gettext
    match key, value:
        case _key, "" | None:
            return _("none")
        case _key, bool():
            return _("yes") if value else _("no")
        case "country", _code:
            return countries.name(value, s.reader.language)
        case "working_days", _numbers:
            return words.listed((words.weekday(int(one), s.reader) for one in value), s.reader)
        case "days_off", _days:
            return days_off.write(map(date.fromisoformat, value.split()))
        case "second_step", _rule:
            return _("Our people must have one") if value == "required" else _("Each of our people decides")
        case "logo_sha256", _hash:
            return _("a picture, fingerprint %(hash)s", hash=value[:12])
    return str(value)
