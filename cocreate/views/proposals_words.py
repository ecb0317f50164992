"""What each kind of proposal says on a page: one function per kind, registered by its name.

A new kind writes ``@says("kind")`` and answers with ``Words``; the page and the rows of Your turn do the rest.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from cocreate import words
from cocreate.domain import audience, charter, countries, ending, wordings
from cocreate.domain.composing import label_of
from cocreate.domain.prose import Block, blocks, fill
from cocreate.domain.settling import Settled
from cocreate.papers import paper_words
from cocreate.services.acts.unsigned import UNSIGNED
from cocreate.views.parts import listed
from cocreate.web import pages
from workflows.facts import WAIVE, ContractState, Facts, FigureFact, ProposalFact, ProposalState
from workflows.facts.disputes import OTHER_VALUE
from workflows.progression import open_to
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class Words:
    """One proposal in words. ``says``: what is proposed, line by line. ``follows``: what happens if all agree.

    ``texts``: words of the contract that it is about, under what they are.
    """

    title: str
    says: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    texts: tuple[tuple[str, tuple[Block, ...]], ...] = ()


Body = Mapping[str, Any]
_WORDS: dict[str, Callable[[Facts, ProposalFact, Body], Words]] = {}


def says(kind: str) -> Callable[[Callable[[Facts, ProposalFact, Body], Words]], Callable[..., Words]]:
    """Registers the words of a kind."""
    def register(function: Callable[[Facts, ProposalFact, Body], Words]) -> Callable[..., Words]:
        _WORDS[kind] = function
        return function

    return register


def words_of(facts: Facts, proposal: ProposalFact) -> Words:
    """The words of a proposal in the reader's language."""
    return _WORDS.get(proposal.kind, _other)(facts, proposal, json.loads(proposal.body))


def reason_of(proposal: ProposalFact) -> str:
    return str(json.loads(proposal.body).get("reason", ""))


def _other(_facts: Facts, proposal: ProposalFact, _body: Body) -> Words:
    return Words(_("A proposal about %(subject)s", subject=proposal.subject or _("the project")))


@says("withdraw")
def _withdraw(facts: Facts, _proposal: ProposalFact, _body: Body) -> Words:
    return Words(
        _("Withdraw the project"), (_("The project shall end, because all parties want it to."),),
        (_("The project ends as withdrawn for all %(count)s parties. It cannot be undone.", count=len(facts.present)),
         _("Everything stays readable, nothing can be changed.")))


@says("add_party")
def _add_party(facts: Facts, _proposal: ProposalFact, body: Body) -> Words:
    seat = say(facts.definition.parties[body["seat"]].name, pages.language())
    where = countries.name(body["country"], pages.language()) if body["country"] else ""
    name = f"{body['name']} ({where})" if where else body["name"]
    return Words(
        _("Let %(name)s in as %(seat)s", name=body["name"], seat=seat),
        (_("%(name)s shall take part as %(seat)s. %(champion)s is invited as its champion.", name=name, seat=seat,
           champion=body["champion"]),), newcomer(facts, body["seat"]))


@says("neutral")
def _neutral(_facts: Facts, _proposal: ProposalFact, body: Body) -> Words:
    return Words(
        _("%(name)s as the neutral person", name=body["name"]),
        (_("%(name)s shall be the neutral person of this project and is invited.", name=body["name"]),),
        (_("The neutral person sees what is open to all and what is given to them alone, helps, and reads and answers "
           "concerns addressed to them. They never decide and never sign."),
         _("Who was the neutral person before goes when the new one comes in.")))


@says("colleague")
def _colleague(facts: Facts, proposal: ProposalFact, body: Body) -> Words:
    values = {"name": body["name"], "party": facts.party(proposal.party).name if proposal.party else "",
              "parts": listed(body["parts"])}
    own = facts.actor is not None and facts.actor.party == proposal.party
    return Words(_("Invite %(name)s for %(party)s", **values),
                 (_("%(name)s shall take part for %(party)s: %(parts)s.", **values),
                  *([_("The invitation goes to %(address)s.", address=body["email"])] if own else [])),
                 (_("A champion of %(party)s invites with the answer; nobody else is asked.", **values),))


@says("parts")
def _parts(facts: Facts, proposal: ProposalFact, body: Body) -> Words:
    member = facts.member(int(proposal.subject))
    values = {"name": body["name"], "party": facts.party(proposal.party).name if proposal.party else "",
              "parts": listed(body["parts"]), "before": listed(member.own) if member else ""}
    return Words(_("Other parts for %(name)s", **values),
                 (_("%(name)s shall do this for %(party)s: %(parts)s.", **values),
                  *([_("Now it is: %(before)s.", **values)] if proposal.state is ProposalState.OPEN else [])),
                 (_("A champion of %(party)s gives them with the answer; nobody else is asked.", **values),
                  _("It counts at once. Decisions and signatures given before stay.")))


@says("hold")
def _hold(_facts: Facts, _proposal: ProposalFact, body: Body) -> Words:
    until = words.day(date.fromisoformat(body["until"]), pages.reader())
    return Words(_("Put on hold until %(day)s", day=until),
                 (_("The project shall rest until %(day)s.", day=until),),
                 (_("One champion who agrees is enough: each of them can put the project on hold."),
                  _("No reminders until then. Reading and drafts stay possible, everything else waits.")))


def newcomer(facts: Facts, seat: str | None = None) -> tuple[str, ...]:
    """What an organisation that comes in will see, and what follows for the others."""
    lines = [_("The newcomer sees from the day it comes in: who takes part, the way and its stages, which tasks and "
               "decisions are done, and everything that is given to all parties from then on."),
             _("It does not see what was given, said, uploaded or recorded before. Showing it something of that is an "
               "act of whoever gave it.")]
    stage = facts.definition.stages.get(facts.project.stage)
    asked = [say(task.title, pages.language()) for task in stage.tasks.values() if seat in task.of] if stage else []
    asked += [say(facts.definition.tasks[key][1].title, pages.language()) for key in open_to(facts, seat)]
    if asked:
        lines.append(_("It is asked at once: %(titles)s", titles=", ".join(asked)))
    if facts.contract is not None:
        lines.append(_("Version %(number)s of the contract ends, and every signature under it: it does not name the "
                       "newcomer.", number=facts.contract.number))
    return tuple(lines)


@says(WAIVE)
def _waive(facts: Facts, proposal: ProposalFact, _body: Body) -> Words:
    title, name, paths = waived_words(facts, proposal.subject), field_words(facts, proposal.subject), proposal.subject
    if " " in paths:
        return Words(title, (_("Going on shall not wait for these limits any more."),),
                     (_("The values stay as they are, for all to read."),))
    if facts.values(paths):
        return Words(title, (_("Going on shall not wait for the limit of '%(name)s' any more.", name=name),),
                     (_("The value stays as it is, for all to read."),))
    return Words(title,
                 (_("Going on shall not wait for '%(name)s' any more.", name=name),),
                 (_("The value may still be given later; what depends on it says that it was not there."),))


@says(UNSIGNED)
def _unsigned(facts: Facts, proposal: ProposalFact, _body: Body) -> Words:
    paper, _at, number = proposal.subject.rpartition("@")
    party, title = facts.party(int(number)).name, say(facts.definition.tasks[paper][1].title, pages.language())
    return Words(unsigned_words(facts, int(number)),
                 (_("%(party)s shall not be asked to sign '%(title)s' any more. The others sign it.", party=party,
                    title=title),), unsigned_follows(facts, paper, int(number)))


def unsigned_words(facts: Facts, number: int) -> str:
    return _("Go on without the signature of %(party)s", party=facts.party(number).name)


def unsigned_follows(facts: Facts, paper: str, number: int) -> tuple[str, ...]:
    """What it means that a party does not sign a short agreement."""
    party, standing = facts.party(number).name, facts.standing(paper)
    lines = [_("%(party)s stays in the project, is not bound by it, and reads what is open to all.", party=party),
             _("What %(party)s shall not read is kept from it by 'How we work together': openness.", party=party)]
    if standing is not None and standing.state is ContractState.FROZEN:
        lines.append(_("Version %(number)s ends, and every signature under it: it names %(party)s. The others sign "
                       "again.", number=standing.number, party=party))
    return tuple(lines)


@says("settle")
def _settle(facts: Facts, proposal: ProposalFact, body: Body) -> Words:
    name = field_words(facts, proposal.subject)
    value, given = _value_words(body), _readable(facts, facts.said(proposal.subject))
    return Words(_("Settle '%(name)s'", name=name),
                 (_("%(value)s shall be the value that counts.", value=value),
                  *([_("Given: %(values)s.", values="; ".join(given))] if given else [])),
                 (_("All values given stay readable with their sources. If one of them changes, this is open again."),))


@says(OTHER_VALUE)
def _other_value(facts: Facts, proposal: ProposalFact, body: Body) -> Words:
    path, _at, _by = proposal.subject.rpartition("@")
    given = _readable(facts, facts.given(path))
    return Words(_("Another value of '%(name)s'", name=field_words(facts, path)),
                 (_("%(value)s, says %(party)s. Source: %(source)s", value=_value_words(body),
                    party=facts.party(proposal.party or 0).name, source=body["source"]),
                  *([_("Given: %(values)s.", values="; ".join(given))] if given else [])),
                 (_("It is the value that counts."), _("All values given stay readable with their sources.")))


def _readable(facts: Facts, values: Iterable[FigureFact]) -> list[str]:
    """Of what was given, as far as the reader may see it: it may be for fewer than the proposal is."""
    return [given_words(facts, one) for one in values if one.sees & audience.reader(facts.actor)]


def _value_words(body: Body) -> str:
    figure = FigureFact("", 0, 0, Decimal(body["value"]), body.get("unit"), period=body.get("period"),
                        price_year=body.get("price_year"))
    return words.figure(figure, pages.reader())


def given_words(facts: Facts, figure: FigureFact) -> str:
    """A value with who gave it and where it comes from."""
    value, party = words.figure(figure, pages.reader()), facts.party(figure.party).name
    return f"{value} ({party}: {figure.source})" if figure.source else f"{value} ({party})"


@says("charter")
def _charter(facts: Facts, proposal: ProposalFact, body: Body) -> Words:
    return Words(_("How we work together: %(part)s", part=charter_part(facts, proposal.subject)),
                 (str(body["text"]), *(f"{kind}: {who}" for kind, who in openness_words(facts, body))),
                 (_("Until all agree, the words agreed before go on to hold."),))


@says("conflict")
def _conflict(_facts: Facts, _proposal: ProposalFact, body: Body) -> Words:
    return Words(_("Two goals pull apart: '%(a)s' and '%(b)s'", a=body["a"], b=body["b"]),
                 (_("Can both be reached? Agree when it is settled between you; until then the charter shows it."),),
                 (_("The charter shows it as settled. Both goals stay as they are."),))


@says("later")
def _later(facts: Facts, proposal: ProposalFact, body: Body) -> Words:
    name, settled, reader = field_words(facts, proposal.subject.partition("@")[0]), Settled.read(body), pages.reader()
    who = [facts.party(number).name for number in settled.parties]
    return Words(_("Settle '%(name)s' later", name=name),
                 (_("%(who)s gives it by %(by)s, by this rule: %(rule)s", who=words.listed(who, reader),
                    by=words.day(settled.due, reader, year=True), rule=settled.rule),),
                 (_("The clause says so in these words. When all have signed, it is a duty with that date."),
                  *_ends(facts)))


@says("strike")
def _strike(facts: Facts, proposal: ProposalFact, _body: Body) -> Words:
    clause = facts.definition.clauses.get(proposal.subject)
    name = say(clause.title, pages.language()) if clause else proposal.subject
    return Words(_("Strike the clause '%(name)s'", name=name),
                 (_("The contract shall do without this clause; its number stays, with the reason."),),
                 tuple(_ends(facts)))


@says("wording")
def _wording(facts: Facts, proposal: ProposalFact, body: Body) -> Words:
    key = proposal.subject
    clause = facts.definition.clauses.get(key)
    if clause is None:
        return _other(facts, proposal, body)
    called = values_called(facts, key)
    now = wordings.before(facts, proposal)
    gone = [label_of(facts.definition, need, paper_words.phrases(pages.language()), pages.language())
            for need in wordings.left_out(clause, now, body["text"])]
    was = _("It said before") if proposal.state is ProposalState.AGREED else _("It said then")
    was = _("Now it says") if proposal.state is ProposalState.OPEN else was
    named = {name: f"[{label}]" for name, label in called.items()}
    return Words(_("Other words for the clause '%(name)s'", name=say(clause.title, pages.language())),
                 follows=(_("These words stand in the contract in place of those that stand there now."),
                          *([_("No longer in it: %(values)s.", values=words.listed(gone, pages.reader()))]
                            if gone else []),
                          *_ends(facts)),
                 texts=tuple((what, blocks(fill(text, named))) for what, text in (
                     (_("It shall say"), body["text"]), (was, now))))


def _ends(facts: Facts) -> list[str]:
    """That what is ready to read or being signed ends, where there is something that could."""
    if facts.contract is not None and wordings.is_signed(facts):
        return [_("The version that is being signed ends, with every signature under it, and the project goes back to "
                  "make the next one.")]
    return [_("A version of the contract that is ready to read ends.")] if facts.contract is not None else []


def values_called(facts: Facts, clause: str) -> dict[str, str]:
    """What the values of a clause are called, in the language of the contract: name -> label, each label once."""
    language = facts.project.language
    found: dict[str, str] = {}
    for name, need in facts.definition.clauses[clause].needs.items():
        label = " ".join(label_of(facts.definition, need, paper_words.phrases(language), language).split())
        label = label.replace("[", "(").replace("]", ")")
        found[name] = label if label not in found.values() else f"{label} ({name})"
    return found


@says("end")
def _end(facts: Facts, proposal: ProposalFact, body: Body) -> Words:
    found, reader = ending.Ending.read(body), pages.reader()
    day = words.day(found.day, reader, year=True)
    named = {one.number: _("%(duty)s (%(party)s)", duty=one.what, party=facts.party(one.party).name)
             for one in facts.duties}
    over = [named[one.number] for one in ending.over(facts, found)] if proposal.state is ProposalState.OPEN else []
    stay = [named[number] for number in sorted(found.stay) if number in named]
    return Words(_("End the contract on %(day)s", day=day),
                 (_("All who signed shall end the contract together. Its last day is %(day)s.", day=day),),
                 (*([_("Not owed any more, and not reminded of: %(duties)s.", duties="; ".join(over))] if over else []),
                  *([_("Owed all the same: %(duties)s.", duties="; ".join(stay))] if stay else []),
                  _("What is owed until that day stays owed. What was signed stays as it is, and readable."),
                  _("Everybody in the project is told by mail. It cannot be undone here."),
                  _("If the contract or the law asks for an end in writing on paper, write that as well.")))


def charter_part(facts: Facts, key: str) -> str:
    """How a part of the charter is called."""
    if (party := charter.party_of(key)) is not None:
        return _("Goals of %(party)s", party=facts.party(party).name)
    return charter_parts().get(key, key)


def charter_parts() -> dict[str, str]:
    """The parts of the charter that are not one party's, by name."""
    return {"purpose": _("Purpose"), "decisions": _("How we decide"), "openness": _("Openness"),
            "sharing": _("How we will share costs and gains"), "public_buyer": _("Public buyer and publication"),
            "words": _("Words we use"), "contacts": _("Contacts and neutral person")}


def matter_words() -> dict[str, str]:
    """The kinds of items whose openness the parties choose."""
    return {"costs": _("Costs and prices"), "composition": _("Composition"), "volumes": _("Volumes and quantities"),
            "designs": _("Designs and other files")}


def openness_words(facts: Facts, body: Body) -> list[tuple[str, str]]:
    """(kind of item, who sees it) as a proposal says, nothing where it says nothing of kinds."""
    said = {"all": _("all parties"), "neutral": _("who gives it, and the neutral person"),
            "own": _("only who gives it")}
    names = {party.number: party.name for party in facts.parties}
    found = [(words_, said[level] if isinstance(level, str) else _(
        "who gives it, and %(parties)s", parties=words.listed((names[n] for n in level), pages.reader())))
        for kind, words_ in matter_words().items() if (level := body.get("kinds", {}).get(kind)) is not None]
    return [*found, (_("Observers"), _("may comment"))] if body.get("observers") else found


def currency_said(facts: Facts) -> str:
    """What amounts begin with; "" where each asks for its own."""
    code = facts.project.currency
    return _("Amounts begin with the currency %(name)s (%(code)s); whoever gives one can choose another.", code=code,
             name=countries.currency_name(code, pages.language())) if code else ""


def waived_words(facts: Facts, paths: str) -> str:
    """To go on without a value, or although it misses its limit, or several do."""
    if " " in paths:
        names = words.listed((f"'{field_words(facts, path)}'" for path in paths.split()), pages.reader())
        return _("Go on although %(names)s miss their limits", names=names)
    name = field_words(facts, paths)
    return (_("Go on although '%(name)s' misses its limit", name=name) if facts.values(paths) else
            _("Go on without '%(name)s'", name=name))


def field_words(facts: Facts, path: str) -> str:
    """The label of the field at a path."""
    parts = path.split(".")
    task = facts.definition.tasks.get(parts[1]) if len(parts) > 2 else None
    field = task[1].fields.get(parts[2]) if task else None
    return say(field.label, pages.language()) if field else path
