"""Who holds up what, and what one can do about it in ten seconds."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cocreate import words
from cocreate.db import db, spare_transaction
from cocreate.domain.invited import awaited
from cocreate.domain.leading import shared_with
from cocreate.domain.openings import Typed
from cocreate.services import boards, hosts, openings_under_way, returned, suggestions, templates
from cocreate.services.boards import GROUPS, BoardRow, Situation
from cocreate.services.returned import Unreachable
from cocreate.views.asks import ask
from cocreate.views.desk.blueprint import bp
from cocreate.views.portal import standings
from cocreate.views.room import frame, nudges
from cocreate.views.room.cards import to_remind
from cocreate.web import login, pages
from workflows.facts import Facts
from workflows.texts import say

KEPT, FILTERS = ("q", "show", "sort"), "board"  # how the list was looked at last, in the cookie
SORTS = ("wait", "next", "signing", "title")


@dataclass(frozen=True, slots=True)
class Row:
    """One project in words."""

    title: str
    url: str
    parties: tuple[frame.PartyView, ...]
    stage: str
    place: int
    stages: int
    days: str
    long_here: bool
    waits: str
    waits_url: str
    waits_party: frame.PartyView | None
    further: int  # how many more things it waits for
    offers: tuple[nudges.Offer, ...]
    chip: tuple[str, str] | None
    signing: str
    later: str
    unread: int | None
    returned: tuple[tuple[str, str], ...]  # "Mail to r.kim@... came back", and where to correct it
    shared: str = ""  # whose it is, where it is only shared with the reader
    host: str = ""  # its name, where there are several


@dataclass(frozen=True, slots=True)
class Counter:
    """A number that is a filter."""

    key: str
    number: int
    label: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Unopened:
    """A project that is being opened, or that a customer suggests."""

    ref: str
    title: str
    text: str
    url: str
    suggested: bool
    words: str  # a customer's


@bp.get("")
def board() -> ResponseReturnValue:
    """Every project one looks after or that is shared with one, by whose turn it is."""
    rows = _rows()
    q, show, sort = (request.args.get(name, "").strip() for name in KEPT)
    if cookie.get(FILTERS) != (kept := {name: text for name in KEPT if (text := request.args.get(name, "").strip())}):
        cookie[FILTERS] = kept
    sort = sort if sort in SORTS else SORTS[0]
    shown = sorted((row for row in rows if _shown(row, show) and _matches(row, q)), key=lambda row: _order(row, sort))
    gone = returned.unreachable(db.session(), [row.ref for row in shown])
    named = standings.hosts_of(row.host_id for row in rows)
    groups = [(key, _heading(key), found) for key in GROUPS
              if (found := [_said(row, gone.get(row.ref, ()), named) for row in shown if row.group == key])]
    return render_template("desk/board.html", groups=groups, counters=_counters(rows, q, show), any=bool(rows), q=q,
                           show=show, sort=sort, sorts=_sorts(), many=len(shown),
                           unopened=[one for one in _unopened() if one.suggested or not (q or show)],
                           may_open=bool(hosts.opening_for(db.session(), login.me().id)),
                           administers=login.me().is_("administrator"))


def _rows() -> Sequence[BoardRow]:
    """Every row with its words; those that had to be said anew are kept for the next time."""
    me, reader = login.me().id, pages.reader()
    whose = f"{reader.language} {reader.zone}"
    rows = boards.board(db.session(), me, reader=whose, now=reader.now)
    rows = [replace(row, words=json.dumps(asdict(_row(row.situation)))) if row.situation else row for row in rows]
    said = [(row, row.words, _until(row.next_at, reader)) for row in rows if row.situation and row.words]
    if said:
        with spare_transaction() as session:
            boards.keep(session, me, said, reader=whose)
    return rows


def _until(next_at: datetime | None, reader: words.Reader) -> datetime:
    """When words about days become untrue: tomorrow, or when the next date has passed."""
    zone = ZoneInfo(reader.zone)
    tomorrow = datetime.combine(reader.today + timedelta(days=1), time(), zone).astimezone(UTC)
    return min(tomorrow, next_at) if next_at is not None and next_at > reader.now else tomorrow


def _said(row: BoardRow, gone: Sequence[Unreachable], named: Mapping[int, str]) -> Row:
    kept = json.loads(row.words or "")
    if row.concerns:
        kept |= _concern(row, kept)
    party, chip = kept["waits_party"], kept["chip"]
    return Row(**kept | {
        "parties": tuple(frame.PartyView(**one) for one in kept["parties"]),
        "waits_party": frame.PartyView(**party) if party else None,
        "offers": tuple(nudges.Offer(**one) for one in kept["offers"]),
        "chip": tuple(chip) if chip else None, "unread": row.unread,
        "host": named.get(row.host_id, ""),
        "returned": tuple((_("Mail to %(address)s came back", address=one.address), _to_correct(row.ref, one))
                          for one in gone)})


def _concern(row: BoardRow, kept: Mapping[str, Any]) -> dict[str, Any]:
    """A concern comes before whatever else is asked of the reader, as on Your turn."""
    since, number = row.concerns[0]
    others = kept["further"] + 1 if row.besides else 0
    return {"waits": _("Answer the concern of %(day)s", day=words.day(since, pages.reader())),
            "waits_url": url_for("room.concerns", ref=row.ref, _anchor=f"c{number}"),
            "waits_party": next((one for one in kept["parties"] if one["mine"]), None),
            "further": others + len(row.concerns) - 1, "offers": ()}


def _to_correct(ref: str, one: Unreachable) -> str:
    """Where the address is corrected; who is of no party is named or invited anew among the people."""
    return url_for("room.people", ref=ref) if one.party is None else url_for(
        "room.people_address", ref=ref, person=one.person)


def _unopened() -> list[Unopened]:
    """What waits to be opened: suggestions first, then what one began oneself."""
    reader, session = pages.reader(), db.session()
    drafts = openings_under_way.drafts(session, login.me().id)
    known = {(host, key): templates.ever_published(session, host, key)
             for host, key in {(d.host_id, d.typed.template) for d in drafts}}
    looked_after = {host.id: host for host in hosts.hosts_of(session, login.me().id, hosts.ACCOUNT_MANAGER)} if any(
        draft.suggested for draft in drafts) else {}
    found = []
    for draft in drafts:
        named = {"name": draft.by, "day": words.day(draft.suggested or draft.saved_at, reader)}
        said = _("Suggested by %(name)s on %(day)s, answer promised by %(until)s", **named, until=words.day(
            suggestions.promised(looked_after[draft.host_id], draft.suggested), reader)) if draft.suggested else \
            _("Saved on %(day)s", **named) if draft.author == login.me().id else \
            _("Saved on %(day)s by %(name)s, who is no account manager any more", **named)
        if template := known[draft.host_id, draft.typed.template]:
            what = say(template.definition.name)
            if template.retired:
                what = _("%(name)s was retired: choose another template", name=what)
            said = f"{what} · {said}"
        url = url_for("desk.opening_step", ref=draft.ref, step=draft.typed.left_at) \
            if template and not template.retired else url_for("desk.opening_new", opening=draft.ref)
        found.append(Unopened(draft.ref, draft.typed.title or _without_title(draft.typed), said, url,
                              draft.suggested is not None,
                              draft.words))
    return found


def _without_title(typed: Typed) -> str:
    """Whom it is opened with tells one draft from another."""
    names = words.listed(typed.organisations, pages.reader())
    return _("No title yet, with %(names)s", names=names) if names else _("No title yet")


def _shown(row: BoardRow, show: str) -> bool:
    match show:
        case "overdue":
            return row.overdue
        case "you" | "customers" | "others" | "nobody" | "hold" | "agreed" | "ended":
            return row.group == show
        case _:
            return row.group not in boards.OVER


def _matches(row: BoardRow, q: str) -> bool:
    return all(any(word in name.casefold() for name in row.names) for word in q.casefold().split())


def _order(row: BoardRow, sort: str) -> tuple[Any, ...]:
    match sort:
        case "next":
            return row.next_at is None, row.next_at or row.since
        case "signing":
            return (row.signing,)
        case "title":
            return (row.names[0].casefold(),)
        case _:
            return (row.since,)


def _heading(group: str) -> str:
    return {"you": _("Your turn"), "customers": _("The customers' turn"), "others": _("The others' turn"),
            "nobody": _("Nobody can act"), "hold": _("On hold"), "agreed": _("Agreed"), "ended": _("Ended")}[group]


def _counters(rows: Sequence[BoardRow], q: str, show: str) -> list[Counter]:
    labels = {"you": _("waiting for you"), "customers": _("waiting for customers"), "others": _("waiting for others"),
              "nobody": _("nobody can act"), "overdue": _("overdue"), "hold": _("on hold"), "agreed": _("agreed"),
              "ended": _("ended")}
    return [Counter(key, sum(_shown(row, key) for row in rows), label,
                    url_for("desk.board", q=q or None, show=None if key == show else key), key == show)
            for key, label in labels.items()]


def _sorts() -> Iterable[tuple[str, str]]:
    return zip(SORTS, (_("Longest wait"), _("Next date"), _("Signing date"), _("Project")), strict=True)


def _row(row: Situation) -> Row:
    facts = row.facts
    views = frame.party_views(facts)
    stages, here = frame.stages(facts), facts.definition.order[facts.project.stage]
    says, url, party, further = _waits(row)
    return Row(
        title=facts.project.title, url=url_for("room.now", ref=facts.project.ref),
        parties=tuple(views[number] for number in sorted(party.number for party in facts.present)),
        stage=pages.stage(facts.definition, facts.project.stage), shared=_shared(facts),
        place=min(here, stages), stages=stages, days=_days(row),
        long_here=bool(row.days_planned) and row.days > row.days_planned, waits=says, waits_url=url,
        waits_party=party, further=further, offers=_offers(row), chip=_chip(row),
        signing="–" if row.group == "ended" else words.day(boards.signing(facts), pages.reader()),
        later=ngettext("later by %(num)d working day", "later by %(num)d working days", row.later) if row.later else "",
        unread=None, returned=())


def _shared(facts: Facts) -> str:
    if facts.actor is None or not shared_with(facts, facts.actor):
        return ""
    return _("Shared with you; %(name)s looks after it", name=frame.person_name(facts, facts.project.manager_id))


def _days(row: Situation) -> str:
    if row.facts.project.ended_at is not None:
        return _("since %(day)s", day=words.day(row.facts.project.ended_at, pages.reader()))
    if not row.days_planned:
        return ""
    return _("%(place)s of %(all)s, day %(day)s of %(planned)s", day=row.days + 1, planned=row.days_planned,
             place=row.facts.definition.order[row.facts.project.stage] + 1, all=len(row.facts.definition.stages))


def _waits(row: Situation) -> tuple[str, str, frame.PartyView | None, int]:
    """The sentence, where to look, the party it waits for, how many more things it waits for."""
    facts = row.facts
    room = url_for("room.now", ref=facts.project.ref)
    if row.turns:
        mine = ask(row.turns[0], facts)
        own = facts.own
        return mine.label, mine.url, frame.party_views(facts).get(own) if own else None, len(row.turns) - 1
    found = standings.waits(facts)
    if not found:
        return standings.says(facts), room, None, 0
    return found[0].text, found[0].url, found[0].party, len(found) - 1


def _offers(row: Situation) -> tuple[nudges.Offer, ...]:
    """The nudges for what the project waits for first, or the reminder of an invitation; none where it waits for the
    reader.
    """
    if not row.waits or row.turns:
        return ()
    facts, own = row.facts, row.facts.own
    coming = awaited(facts, row.waits[0], own)
    again = to_remind(facts, coming) if coming else None
    url = url_for("room.now", ref=facts.project.ref)
    return (*((nudges.Offer(f"{url}/{again.page}", again.label, ""),) if again else ()),
            *nudges.offers(facts, row.waits[0]))


def _chip(row: Situation) -> tuple[str, str] | None:
    reader, project = pages.reader(), row.facts.project
    if project.hold_until is not None:
        return "hold", _("until %(day)s", day=words.day(project.hold_until, reader))
    if row.next_at is None or row.group == "ended":
        return None
    days = (words.local_day(row.next_at, reader) - reader.today).days
    if row.next_at < reader.now:
        return "late", ngettext("%(num)d day late", "%(num)d days late", -days) if days else _("due today")
    return "soon" if days <= 3 else "plain", _("due %(day)s", day=words.day(row.next_at, reader))
