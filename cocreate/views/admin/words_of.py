"""A definition in words and as a picture, for who decides whether it is sound. A draft may name what is not there."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup, escape

from cocreate import words
from cocreate.domain import units
from cocreate.forms.openings import KINDS
from cocreate.sentences import agreeing
from cocreate.services.templates import TemplatePage, Version
from cocreate.views.conditions import waits_for
from cocreate.web import pages
from cocreate.words import Reader
from workflows.definition import Definition, Due, Gate, Seat, Task, Transition
from workflows.diagram.display import decorate
from workflows.diagram.drawing import score
from workflows.fields import Table
from workflows.texts import each, say
from workflows.verification.findings import Finding

_NAMES = (".unknown",)
_SCORES: dict[tuple[str, str], str] = {}  # (definition, language) -> its diagram
_MOST_SCORES = 200


def strategies() -> dict[str, str]:
    return {"industrial_symbiosis": _("Industrial symbiosis"), "take_back": _("Take-back management"),
            "platform": _("Platform for shared use"), "customer_cooperation": _("Cooperation with the customer"),
            "proximity": _("Proximity and local supply"), "value_network": _("Value-network collaboration"),
            "open": _("Open workflow")}


def parts() -> list[tuple[str, str]]:
    """(key, what it is for) of the first level of a template's text."""
    return [
        ("format, key", _("which language this is (1), and by what the template is known: an import with a key that is "
                          "there becomes its next version")),
        ("name, summary, ends_in", _("what it is called, for whom it is, and what its projects end in")),
        ("strategy, language", _("to which strategy it belongs, and in which language its texts are")),
        ("parties", _("the seats: who takes part, who signs the contract, and how many may sit there")),
        ("stages", _("in their order; each with its tasks (who is asked what, by when, who accepts it) and gates (who "
                     "decides what)")),
        ("transitions", _("how a project goes on or back, who may do it, and what it waits for")),
        ("terminal", _("the ends, and whether each is a success")),
        ("reminders", _("when who is reminded of what")),
        ("contract_title, clauses, annexes", _("the contract and where its values come from; 'sample: false' says that "
                                               "a lawyer has read a clause")),
        ("party_details", _("the fields in which the parties say who they are in papers")),
        ("duties, decide", _("what is owed, and what is decided anew, after the contract")),
        ("may", _("who may do less than in other projects")),
    ]


def top_line(template: TemplatePage, reader: Reader) -> str:
    """Such as "Version 3, published Mon 2 Feb by Petra Sool, used by 14 projects"."""
    published, draft = template.published, template.draft
    if template.retired_at is not None:
        said = _("Retired on %(day)s: no new projects.", day=words.day(template.retired_at, reader))
        said = f"{said} {running_stay(template)}".strip()
    elif published is not None and published.published_at is not None:
        used = ngettext("used by %(num)d project", "used by %(num)d projects", published.used) \
            if published.used else _("used by no project")
        if before := template.used - published.used:
            used += "; " + ngettext("%(num)d began with an earlier one", "%(num)d began with earlier ones", before)
        said = _("Version %(number)s, published %(day)s by %(name)s, %(used)s.", number=published.number, used=used,
                 day=words.day(published.published_at, reader), name=published.published_by)
    else:
        said = _("Not published yet: no project can be opened with it.")
    if draft is not None:
        said += " " + _("Version %(number)s is a draft, saved %(day)s by %(name)s.", number=draft.number,
                        day=words.day(draft.saved_at, reader), name=draft.by)
    return said


def running_stay(template: TemplatePage) -> str:
    """What becomes of running projects where a template is retired; "" where there are none."""
    if not template.running:
        return ""
    return ngettext("%(num)d running one stays.", "%(num)d running ones stay.", template.running)


def stays(template: TemplatePage) -> list[str]:
    """Which running projects stay on which version."""
    return [ngettext("%(num)d running project stays on version %(number)s.",
                     "%(num)d running projects stay on version %(number)s.", version.running, number=version.number)
            for version in template.versions if version.running]


def samples(version: Version) -> list[str]:
    """The titles of the texts that stay sample wording."""
    return [say(title, pages.language()) for title in version.definition.texts(sample=True)]


def lawyered(version: Version) -> str:
    """For which texts it is said by publishing that a lawyer has read them; empty for none."""
    read = [f"'{say(title, pages.language())}'" for title in version.definition.texts(sample=False)]
    return _("No sample text: %(titles)s. By publishing you say for your organisation that a lawyer has read them.",
             titles=words.listed(read, pages.reader())) if read else ""


def counted_units(definition: Definition) -> str:
    """The units that are no measures, in words: each is a counted thing of its own kind, also one that is misspelt."""
    found: dict[str, None] = {}
    for _stage, _task, _field, field in definition.fields():
        for one in (field, *(field.columns.values() if isinstance(field, Table) else ())):
            for unit in filter(None, (getattr(one, "unit", None), getattr(one, "per", None))):
                found |= dict.fromkeys(units.counted(unit))
    return words.listed((f"'{name}'" for name in found), pages.reader()) if found else ""


def picture(version: Version, stage: str) -> Markup | None:
    """The stages as a score with the chosen one marked; None for a draft whose names lead nowhere."""
    if any(finding.code.endswith(_NAMES) for finding in version.errors):
        return None
    language = pages.language()
    key = version.sha256, language
    if key not in _SCORES:
        if len(_SCORES) >= _MOST_SCORES:
            _SCORES.clear()
        _SCORES[key] = score(version.definition, language=language, words=pages.diagram_words())
    return Markup(decorate(_SCORES[key], stage=stage))  # noqa: S704 - made by us of escaped texts


@dataclass(frozen=True, slots=True)
class Step:
    """A stage, or the end, in the list that stands for the picture on a telephone; its name leads to it."""

    name: Markup
    what: str = ""
    state: str = "ahead"


def steps(template: TemplatePage, version: Version) -> list[Step]:
    """The stages with how much is asked in each and what is decided there, and the good end."""
    definition, found = version.definition, []
    number = None if version == template.newest else version.number
    for key, stage in definition.stages.items():
        url = url_for("admin.template", ref=template.ref, version=number, stage=key, _anchor="stage")
        asked = [ngettext("%(num)d task", "%(num)d tasks", len(stage.tasks))] if stage.tasks else []
        asked += [say(gate.question, pages.language()) for gate in stage.gates.values()]
        found.append(Step(Markup('<a href="{}">{}</a>').format(url, say(stage.name, pages.language())),
                          " · ".join(asked)))
    found += [Step(escape(pages.stage(definition, end)), state="end")
              for end, outcome in definition.terminal.items() if outcome == "success"]
    return found


def seats(definition: Definition, keys: Iterable[str]) -> str:
    """Names of seats; a seat that is not there by its key."""
    return words.listed((_seat(definition, key) for key in keys), pages.reader())


def _seat(definition: Definition, key: str) -> str:
    if key == "host":
        return _("the host")
    seat = definition.parties.get(key)
    return say(seat.name, pages.language()) if seat else key


def task(definition: Definition, key: str) -> str:
    found = definition.tasks.get(key)
    return say(found[1].title, pages.language()) if found else key


def due(definition: Definition, of: Due) -> str:
    """Such as "10 working days after the stage begins"."""
    days = {"num": of.days}
    if of.before is not None:
        return ngettext("%(num)d working day before the signing date", "%(num)d working days before the signing date",
                        **days)
    if of.after.startswith("task:"):
        return ngettext("%(num)d working day after '%(task)s'", "%(num)d working days after '%(task)s'",
                        task=task(definition, of.after.removeprefix("task:")), **days)
    if of.after == "project":
        return ngettext("%(num)d working day after the project begins",
                        "%(num)d working days after the project begins", **days)
    return ngettext("%(num)d working day after the stage begins", "%(num)d working days after the stage begins",
                    **days)


def rule(definition: Definition, gate: Gate) -> str:
    """Who must agree."""
    return agreeing.rule_words(gate, pages.reader(), lambda seat: _seat(definition, seat),
                               [_seat(definition, seat) for seat in gate.veto])


def about(definition: Definition, key: str) -> str:
    """What is decided on, and so has to be there before."""
    if definition.gates[key][1].about == "contract":
        return _("It is about the text of the contract.")
    titles = words.listed((f"'{task(definition, one)}'" for one in definition.about(key)), pages.reader())
    return _("It is about %(titles)s, and can be decided when that is accepted.", titles=titles) if titles else ""


@dataclass(frozen=True, slots=True)
class Way:
    """How a project leaves a stage. waits: each thing that has to be there before."""

    said: str
    waits: list[str]


def ways(definition: Definition, stage: str) -> list[Way]:
    """Every way out of a stage."""
    return [Way(_way(definition, way), waits_for(definition, way.when))
            for way in definition.transitions.values() if way.from_ == stage]


def _way(definition: Definition, way: Transition) -> str:
    to = pages.stage(definition, way.to)
    if way.automatic:
        return _("Goes on to %(stage)s by itself.", stage=to)
    by = seats(definition, way.by) if way.by else _("every contracting party")
    name = say(way.name, pages.language()) or to
    said = (_("%(name)s: %(names)s may do it.", name=name, names=by) if to in name else
            _("%(name)s, to %(stage)s: %(names)s may do it.", name=name, stage=to, names=by))
    return f"{said} {_('A reason is needed that all see.')}" if way.reason else said


def sees(definition: Definition, of: Task) -> str:
    """Who sees what is filled in, as its page says it to a party that has a name."""
    if of.kind == "assessment":
        return _("Each person sees only what they answer themselves; of all answers, how they spread.")
    if of.kind == "canvas":
        return _("An entry is read by all who see this page as soon as it is added. It counts when %(party)s submits "
                 "the canvas.", party=seats(definition, of.of))
    if of.kind == "sign":
        return _("All who are asked sign this text. Nothing is filled in.")
    if of.visible_to == "own":
        return _("Only the organisation that fills this in sees it, also after it is submitted.")
    if isinstance(of.visible_to, list):
        return _("Only the organisation that fills this in sees its draft. Once submitted, it is seen by: %(seats)s.",
                 seats=seats(definition, of.visible_to))
    return _("Only the organisation that fills this in sees its draft. Once submitted, every party sees it.")


def filled(seat: Seat) -> str:
    """How many organisations may sit there, where it is not exactly one; else nothing."""
    if seat.many and seat.required:
        return _("%(min)s to %(max)s organisations", min=seat.many.min, max=seat.many.max)
    if seat.many:
        return _("need not be filled; up to %(max)s organisations", max=seat.many.max)
    return "" if seat.required else _("need not be filled")


def usual(seat: Seat) -> str:
    """What kind of organisation mostly sits there, where it is no company."""
    return "" if seat.usually == "company" else _("mostly: %(kind)s", kind=dict(KINDS)[seat.usually])


def texts(definition: Definition) -> list[tuple[str, list[tuple[str, str, list[str]]]]]:
    """Everything people read as (path, text, languages), by what it belongs to: a stage, the seats, the clauses."""
    found = each("", definition.model_dump(mode="json", by_alias=True, exclude_defaults=True))
    groups: dict[str, list[tuple[str, str, list[str]]]] = {}
    for path, text in found:
        part, _dot, rest = path.partition(".")
        stage = definition.stages.get(rest.partition(".")[0]) if part == "stages" else None
        about = say(stage.name, pages.language()) if stage else {
            "parties": _("Seats"), "clauses": _("Clauses"), "annexes": _("Annexes"), "transitions": _("Ways"),
        }.get(part, _("The template"))
        groups.setdefault(about, []).append(
            (path, say(text, pages.language()), [] if isinstance(text, str) else sorted(text)))
    return list(groups.items())


def element_url(template: TemplatePage, version: Version, finding: Finding) -> str:
    """Where the element is that a finding is about: its stage, or nothing."""
    _top, _dot, rest = finding.path.partition("stages.")
    stage = rest.partition(".")[0] if not _top else ""
    if stage not in version.definition.stages:
        return ""
    return url_for("admin.template", ref=template.ref, version=version.number, stage=stage)


def at(version: Version, stage: str) -> list[Finding]:
    """The findings about one stage, fairness apart."""
    return [finding for finding in defects(version) if f"{finding.path}.".startswith(f"stages.{stage}.")]


def defects(version: Version) -> list[Finding]:
    return [finding for finding in version.findings if not finding.code.startswith("fairness.")]


def fairness(version: Version) -> list[Finding]:
    return [finding for finding in version.findings if finding.code.startswith("fairness.")]
