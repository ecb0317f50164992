"""Talking beside the work: comments on every thing, and calls for help."""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms.fields.choices import SelectChoice

from cocreate import sentences, words
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain import audience, openness
from cocreate.domain.rights import Act, may
from cocreate.domain.topics import OF_TASK, Topic, audience_of
from cocreate.errors import Invalid, NotFound
from cocreate.forms.base import whole
from cocreate.forms.talk import SayForm
from cocreate.forms.tasks import HelpedForm, HelpForm
from cocreate.services import canvases, comments, unsaid
from cocreate.services.acts.comments import Helped, require_asker
from cocreate.services.canvases import Written
from cocreate.services.comments import Said, Thread
from cocreate.services.unsaid import Words
from cocreate.views.room import frame
from cocreate.views.room import unsaid as unsaid_view
from cocreate.views.room.blueprint import bp
from cocreate.views.room.dialogs import dialog, possible
from cocreate.web import login, pages
from workflows.facts import Facts, TaskFact
from workflows.texts import say

SHORT = 60  # characters of an entry, where it is only named
OPEN = 20  # comments of a talk that are not folded away


@dataclass(frozen=True, slots=True)
class Talk:
    """What ``room/_talk.html`` draws: what is said about one thing, and a form to say more."""

    thread: Thread
    form: SayForm | None  # None: this reader only reads
    labels: dict[str, str]  # topic of a field to its label
    saved: str  # what is kept of the form, in words
    unsaid: tuple["Unsaid", ...]
    ends: TaskFact | None  # the task whose call for help this reader may end
    concern: bool
    late: bool  # what was said before the reader's party came in is not theirs to read

    @property
    def parted(self) -> tuple[list[Said], list[Said]]:
        """What is folded away, and what stands open: of a long talk what was said, or answered, last."""
        said = self.thread.said
        last = sorted(said, key=lambda one: max(each.row.number for each in (one, *one.answers)))[-OPEN:]
        return [one for one in said if one not in last], [one for one in said if one in last]


@dataclass(frozen=True, slots=True)
class Unsaid:
    """What the reader typed elsewhere about the thing. url: where they go on with it, if they can."""

    words: Words
    label: str  # what it is about, where that is not the whole thing
    url: str


def talk(facts: Facts, topic: Topic) -> Talk:
    """The talk about a thing, for a page to show."""
    may_talk = (may(Act.COMMENT, facts.actor) or openness.talks(facts, facts.actor)) and not facts.ended
    thread = comments.thread(db.session(), facts, topic)
    labels = _labels(facts, topic) | _places(facts, thread)
    kept = [one for one in unsaid.about(db.session(), facts, topic) if not one.box]
    begun = _begun(kept, topic, None) if may_talk else None
    return Talk(thread, _form(facts, topic, begun) if may_talk else None, labels,
                unsaid_view.status(begun.at) if begun else "",
                tuple(Unsaid(one, labels.get(str(one.subject), ""), _url(facts, one) if may_talk else "")
                      for one in kept if one is not begun),
                _ends(facts, topic), may(Act.CONCERN, facts.actor) and not facts.ended,
                audience.came_late(facts) is not None)


@bp.route("/talk", methods=["GET", "POST"])
def talk_say(ref: str) -> ResponseReturnValue:
    """Say something; where it cannot be taken, the same words on a page of their own."""
    facts, topic = _of_request(ref)
    sent = request.method == "POST"
    begun = None if sent else _begun(
        unsaid.about(db.session(), facts, topic), topic, request.args.get("reply_to", type=whole))
    form = _form(facts, topic, begun, sent=sent)
    if sent and (away := unsaid_view.put_away(ref, topic, form, where(facts, topic))):
        return away
    if sent and form.validate():
        given = form.values()  # "about" and "private" are not everywhere
        about = Topic.parse(given.get("about") or "") or topic
        try:
            with transaction() as session:
                receipt = comments.say(
                    session, ref, kind="note" if given.get("private") else "comment",
                    topic=str(about if about.whole == topic.whole else topic), text=form.text.data,
                    mentions=form.mentions.data or (), reply_to=form.reply_to.data, actor=login.me().id,
                    key=form.key(), now=now())
                unsaid_view.drop(session, ref, form)
        except Invalid as error:
            form.blame(error.values.get("field"), sentences.error(error, pages.reader(), facts))
        else:
            return redirect(f"{where(facts, topic)}#c-{receipt.values['number']}", 303)
    if sent:
        unsaid_view.save(ref, topic, form)
    body = frame.show("room/talk/say.html", facts, (name_of(facts, topic), where(facts, topic)),
                      (_("Comment"), None), form=form, saved=unsaid_view.status(begun.at) if begun else "",
                      call=comments.call(db.session(), facts, request.values.get("reply_to", type=whole)),
                      thing=name_of(facts, topic), back_url=where(facts, topic))
    return body, 422 if sent else 200


@bp.post("/talk/draft")
def talk_draft(ref: str) -> ResponseReturnValue:
    """What the page saves by itself while one types."""
    facts, topic = _of_request(ref)
    return unsaid_view.saved(ref, topic, _form(facts, topic, sent=True))


def _of_request(ref: str) -> tuple[Facts, Topic]:
    facts = frame.enter(ref)
    topic = Topic.parse(request.values.get("topic", ""))
    if topic is None or not audience_of(topic, facts) & frame.mask(facts):
        raise NotFound
    return facts, topic


@bp.route("/tasks/<key>/help", methods=["GET", "POST"])
def task_help(ref: str, key: str) -> ResponseReturnValue:
    """Ask for help with a task."""
    facts = frame.enter(ref)
    party = request.values.get("party", type=whole) or facts.own
    task = facts.task(key, party or 0)
    if task is None:
        raise NotFound
    form = HelpForm.from_request()
    own = facts.party(task.party).name
    form.who.choices = [SelectChoice("all", _("All parties")), SelectChoice("own", _("Only %(party)s", party=own))]
    title = say(facts.task_of(task).title, pages.language())

    def ask(session: Any) -> str:
        comments.ask_help(session, ref, task=key, party=task.party, text=form.text.data, own=form.who.data == "own",
                          actor=login.me().id, key=form.key(), now=now())
        return _("Asked. It stands on top of their Your turn until somebody has answered; then we ask you whether it "
                 "helped.")

    there = url_for("room.task", ref=ref, key=key, party=task.party)
    return dialog(facts, form, "room/talk/help.html", _("Ask for help with '%(title)s'", title=title), ask, then=there,
                  back=there, trail=_trail(ref, title, there), party=task.party, own=own,
                  by_mail=facts.party(task.party).words_by_mail)


@bp.route("/tasks/<key>/helped", methods=["GET", "POST"])
def task_helped(ref: str, key: str) -> ResponseReturnValue:
    """Did it help? Yes ends the call, no asks again."""
    facts = frame.enter(ref)
    topic = Topic("task", key, request.values.get("party", 0, type=whole))
    call = comments.thread(db.session(), facts, topic).help
    task = facts.task(key, topic.party or 0)
    if task is None:
        raise NotFound
    number = request.form.get("number", call.row.number if call else 0, type=whole)
    if request.method == "GET":  # a form that was sent is answered by its act: again, if it was done
        require_asker(facts, Helped(key, task.party, number))
    form = HelpedForm.from_request()

    def tell(session: Any) -> str:
        said: dict[str, Any] = {"task": key, "party": task.party, "number": number, "actor": login.me().id,
                                "key": form.key(), "now": now()}
        if "stuck" in request.form:
            comments.still_stuck(session, ref, text=form.text.data or "", **said)
            return _("Those who may answer are asked again.")
        comments.helped(session, ref, **said)
        return _("Good. Nobody is asked for help any more.")

    there = url_for("room.task", ref=ref, key=key, party=task.party)
    title = say(facts.task_of(task).title, pages.language())
    return dialog(facts, form, "room/talk/helped.html", _("Did it help?"), tell, then=there, back=there,
                  trail=_trail(ref, title, there), thing=title, call=call, party=task.party,
                  answered=task.helper is not None)


def _trail(ref: str, title: str, there: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return (_("Tasks"), url_for("room.tasks", ref=ref)), (title, there)


# parts of pages


def where(facts: Facts, topic: Topic) -> str:
    """The page on which a thing is talked about."""
    ref = facts.project.ref
    match topic.kind:
        case "task" | "field" | "row" | "entry":
            return url_for("room.task", ref=ref, key=topic.key, party=topic.party)
        case "gate":
            return url_for("room.gate", ref=ref, key=topic.key)
        case "document":
            return url_for("room.document", ref=ref, number=int(topic.key))
        case _:
            return url_for("room.contract_clause", ref=ref, key=topic.key)


def _begun(kept: Iterable[Words], topic: Topic, reply_to: int | None) -> Words | None:
    return unsaid_view.chosen(one for one in kept
                              if not one.box and one.subject == topic and one.reply_to == reply_to)


def _url(facts: Facts, kept: Words) -> str:
    """The form that goes on with these words."""
    return url_for("room.talk_say", ref=facts.project.ref, topic=str(kept.subject), reply_to=kept.reply_to,
                   begun=kept.key)


def _form(facts: Facts, topic: Topic, begun: Words | None = None, *, sent: bool = False) -> SayForm:
    """With what was sent, what was typed before, or empty."""
    if sent:
        form = SayForm.from_request(topic=str(topic))
    elif begun is not None:
        form = SayForm(unsaid_view.typed(begun), topic=str(topic), begun=begun.key)
    else:
        form = SayForm(topic=str(topic), reply_to=request.args.get("reply_to", type=whole),
                       mentions=request.args.getlist("mention", type=whole))
    sees = audience_of(topic, facts)
    form.mentions.choices = [SelectChoice(member.person, member.name) for member in facts.members
                             if member.present and member is not facts.actor
                             and sees & audience.reader(member)]
    labels = _labels(facts, topic)
    if labels and topic.kind in ("task", "field"):
        form.about.choices = [SelectChoice(str(topic.whole), _("the whole task")),
                              *(SelectChoice(key, label) for key, label in labels.items())]
    else:
        del form.about
    if facts.actor is None or facts.actor.party is None:
        del form.private
    form.seen_by = _seen_by(facts, sees)
    return form


def _seen_by(facts: Facts, sees: int) -> str:
    """Who reads it, said before one types."""
    there = [party.number for party in facts.present]
    names = [facts.party(number).name for number in audience.parties_in(sees, there)]
    if len(names) == len(there):
        return _("All parties read what you say here: %(names)s.", names=words.listed(names, pages.reader()))
    return ngettext("Only %(names)s reads what you say here.", "Only %(names)s read what you say here.", len(names),
                    names=words.listed(names, pages.reader()))


def _ends(facts: Facts, topic: Topic) -> TaskFact | None:
    task = facts.task(topic.key, topic.party) if topic.kind == "task" and topic.party is not None else None
    ends = task is not None and task.help is not None and possible(
        lambda: require_asker(facts, Helped(task.key, task.party, task.help or 0)))
    return task if ends else None


def _labels(facts: Facts, topic: Topic) -> dict[str, str]:
    """The fields of a task that this reader may talk about."""
    if topic.kind not in OF_TASK:
        return {}
    topics = {Topic("field", topic.key, topic.party, key): field
              for key, field in facts.definition.tasks[topic.key][1].fields.items()}
    return {str(one): say(field.label, pages.language()) for one, field in topics.items()
            if audience_of(one, facts) & frame.mask(facts)}


def _places(facts: Facts, thread: Thread) -> dict[str, str]:
    """The rows and entries that were talked about."""
    topics = [one for said in thread.said if (one := said.topic) is not None and one.kind in ("row", "entry")]
    written = next((_written(facts, one) for one in topics if one.kind == "entry"), ())
    return {str(one): _place(facts, one, written) for one in topics}


def _written(facts: Facts, topic: Topic) -> Sequence[Written]:
    return canvases.entries(db.session(), facts, topic.key, topic.party or 0) if topic.kind == "entry" else ()


def _place(facts: Facts, topic: Topic, written: Sequence[Written]) -> str:
    """A row or an entry in few words."""
    if topic.kind == "entry":
        text = next((one.text for one in written if one.number == topic.number), "")
        return _("an entry: %(text)s", text=textwrap.shorten(text, SHORT, placeholder="…")) if text else _("an entry")
    field = facts.definition.tasks[topic.key][1].fields[topic.field or ""]
    return _("%(field)s, row %(number)s", field=say(field.label, pages.language()), number=topic.number)


def name_of(facts: Facts, topic: Topic) -> str:
    definition, language = facts.definition, pages.language()
    match topic.kind:
        case "row" | "entry":
            place = _place(facts, topic, _written(facts, topic))
            return f"{say(definition.tasks[topic.key][1].title, language)}: {place}"
        case "task" | "field":
            return say(definition.tasks[topic.key][1].title, language)
        case "gate":
            return say(definition.gates[topic.key][1].question, language)
        case "document":
            return next(one.name for one in facts.documents if str(one.number) == topic.key)
        case _:
            return say(definition.clauses[topic.key].title, language)
