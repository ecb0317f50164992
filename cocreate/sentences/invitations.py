"""Who has not answered an invitation, and what would be asked of them: the same on a page and in a mail."""

from collections.abc import Callable
from typing import Any

from cocreate import words
from cocreate.domain.invited import beginning
from cocreate.words import Reader
from workflows.facts import ContractState, Facts, MemberFact


def unanswered(facts: Facts, member: MemberFact, reader: Reader, named: Callable[[str], str] = str) -> str:
    """One sentence, whatever it is that waits for it, so that it is said once: of an organisation where nobody of it
    has come in, else of the person. named: how a mail writes a name.
    """
    own = next((party.name for party in facts.parties if party.number == member.party), "")
    said = {"name": named(member.name), "party": named(own)}
    if member.expired_at is not None:
        return reader.gettext("The invitation of %(name)s to act for %(party)s expired on %(date)s, unanswered.",
                              date=words.day(member.expired_at, reader), **said)
    day = words.day(member.invited_at or facts.project.opened_at, reader)
    if any(one.present and one.party == member.party for one in facts.members):
        return reader.gettext("%(name)s has not answered the invitation of %(date)s to act for %(party)s.", date=day,
                              **said)
    return reader.gettext("%(party)s has not answered the invitation of %(date)s (%(name)s).", date=day, **said)


def asked_first(facts: Facts, person: int, reader: Reader, named: Callable[[str], str], said: Callable[[Any], str],
                ) -> list[str]:
    """What somebody would begin with who comes in. named, said: how a name and a text of the template are written."""
    found, tasks, _ = beginning(facts, person), facts.definition.tasks, reader.gettext
    lines = []
    if (task := found.task) is not None:
        about = {"task": said(tasks[task.key][1].title), "minutes": words.minutes(tasks[task.key][1].minutes, reader)}
        lines.append(_("First you are asked for: %(task)s, %(minutes)s, by %(day)s.", **about,
                       day=words.day(task.due_at, reader)) if task.due_at else
                     _("First you are asked for: %(task)s, %(minutes)s.", **about))
    if found.charter:
        lines.append(_("You are also asked to answer 'How we work together', on which all parties agree.") if lines else
                     _("First you are asked to answer 'How we work together', on which all parties agree."))
    member = facts.member(person)
    own = next((one.name for one in facts.parties if member and one.number == member.party), "")
    for paper in found.accedes:
        standing = facts.standing(paper)
        title = tasks[paper][1].title if paper else facts.definition.contract_title
        about = {"party": named(own), "paper": said(title)}
        lines.append(
            _("%(party)s is asked to accede to '%(paper)s', which others have signed, by a document of its own.",
              **about) if standing is not None and standing.state is ContractState.SIGNED else
            _("Once others have signed '%(paper)s', %(party)s is asked to accede to it, by a document of its own.",
              **about))
    for stage, key in found.later:
        about = {"party": named(own), "stage": said(facts.definition.stages[stage].name), "task": said(
            tasks[key][1].title)}
        lines.append(_("In the stage '%(stage)s' %(party)s is asked to sign '%(task)s'.", **about)
                     if tasks[key][1].kind == "sign" else
                     _("The first task of %(party)s comes in the stage '%(stage)s': %(task)s.", **about))
    if found.more:
        lines.append(reader.ngettext("One more thing waits for you in the room.",
                                     "%(num)s more things wait for you in the room.", found.more) if lines else
                     reader.ngettext("One thing waits for you in the room.", "%(num)s things wait for you in the room.",
                                     found.more))
    return lines
