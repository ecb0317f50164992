"""The form of a task: made from what the task asks, it turns what somebody typed into answers.

Texts are kept exactly as typed, readable or not. Reading never fails: what cannot be read is an error that
``validate`` shows at its input, all of them in one go.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cached_property, partial
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms import BooleanField

from cocreate.domain import countries
from cocreate.domain.answers import Answer, FileAnswer
from cocreate.domain.asking import (
    answers_offered,
    chosen_in,
    comments,
    fields_of,
    hangs_on,
    idle,
    idle_columns,
    is_required,
    may_be_absent,
    open_fields,
    without_idle,
)
from cocreate.domain.owing import Offered
from cocreate.domain.saying import read_out
from cocreate.errors import Invalid
from cocreate.forms import figures, tables
from cocreate.forms.bound import Bound
from cocreate.forms.entries import IN_A_GROUP, Entry, Group, Hanging
from cocreate.forms.inputs import SIDE_BY_SIDE, Control, Ticks, calendar, input_of, part, reply, text
from cocreate.forms.reading import read_date, read_reply, read_text
from cocreate.forms.typed import Typed, file_of, lists
from workflows import fields as f
from workflows.definition import Task
from workflows.texts import say

LARGEST_DRAFT = 1_000_000  # characters of all texts together
WHY_ABSENT = 3  # characters
NOBODY = Offered()
NAMED, IN_THE_BAR = 3, 70  # open fields that the bar names, and how many characters it has for them


class ContributionForm:
    """One task's form with what was typed in it.

    typed: input name to texts, from a request or a draft. files: field to the file the draft has, as FileAnswer or
    its fields. uploads: the request's files by input name. currency: chosen where nobody has chosen one yet.
    marked: the fields named when it was returned. computed: values of computed fields. asked: the
    fields a colleague passed to this reader. suggested: names for inputs that offer some, by list: documents as
    "sources" of a figure, "people"; "currencies" stand first in their list. owing: whom a table offers
    where it asks who owes a row, and the words of columns that have a list.
    """

    def __init__(
        self, task: Task, *, language: str = "en", typed: Mapping[str, Any] | None = None,
        files: Mapping[str, Any] | None = None, uploads: Mapping[str, Any] | None = None, currency: str = "",
        marked: Collection[str] = (), computed: Mapping[str, Answer] | None = None,
        published: Mapping[str, str] | None = None, asked: Collection[str] = (),
        suggested: Mapping[str, Collection[str]] | None = None, owing: Offered = NOBODY,
    ) -> None:
        self.task, self.language = task, language
        self.fields = fields_of(task)
        self.form_errors: list[str] = []
        self.came: frozenset[str] = frozenset()  # fields whose file came with this request
        self.refused: Mapping[str, str] = {}  # fields whose file was not taken, and why
        self.status = 422  # of the answer, if it comes back
        self._asked = asked
        self._suggested = {**(suggested or {}), "parties": owing.parties}
        self._marked, self._computed, self._uploads = marked, computed or {}, uploads or {}
        self._published = published or {}  # what a published case has for a field, in place of the template's example
        texts = lists(typed or {})
        dropped = next(iter(texts.pop("drop-file", ())), "")
        self.rearranged = tables.rearrange(texts, self.fields, language, currency) or dropped in self.fields
        self._bound = Bound(texts, language=language, currency=currency, likely=(suggested or {}).get("currencies", ()),
                            owing=owing)
        self._files = {key: file_of(each) for key, each in (files or {}).items()
                       if isinstance(self.fields.get(key), f.File) and key != dropped}
        self.reply: Any = None  # the place for words to who returned what was given, see ``reply_to``
        self.words = ""
        self.entries = [self._entry(key, field) for key, field in self.fields.items()]
        self._answers: dict[str, Answer] = {}
        for entry in self.entries:
            entry.idle_columns = idle_columns(entry.field, lambda name: chosen_in(self._answers.get(name)))
            if (answer := self._read(entry)) is not None:
                self._answers[entry.key] = answer
        pointless = idle(task, self._answers)
        for entry in self.entries:
            entry.idle = entry.key in pointless
            entry.read_back = self._read_back(entry)
            if entry.reads_back:
                entry.control.read_back = entry.read_back

    def reply_to(self, party: str) -> "ContributionForm":
        """The form with a place for words to the party that returned what was given; "": to none."""
        if party:
            self.reply = self._bound.bind(reply(party))
            self.reply.flags.optional = True
            self.words = self._bound.read(self.reply, read_reply) or ""
        return self

    # what was typed

    def typed(self) -> Typed:
        """What to keep as the draft: the texts of this form's inputs and no others.

        Raises: Invalid if it is more than a draft holds.
        """
        several = {entry.control.name for entry in self.entries if isinstance(entry.control, Ticks)}
        kept = {name: texts if name in several else texts[:1] for name in self._bound.names
                if (texts := self._bound.texts.get(name)) is not None}
        if sum(len(name) + sum(map(len, texts)) for name, texts in kept.items()) > LARGEST_DRAFT:
            raise Invalid("contribution.too_long", most=LARGEST_DRAFT)
        return kept

    @property
    def kept(self) -> list[str]:
        """The names of the inputs whose texts a draft keeps."""
        return list(self._bound.names)

    @property
    def uploaded(self) -> dict[str, Any]:
        """Field to the file that came with this request; store them, then make the form again with ``files``."""
        return {key: upload for key, field in self.fields.items() if isinstance(field, f.File)
                and (upload := self._uploads.get(f"f-{key}")) is not None and upload.filename}

    @property
    def files(self) -> dict[str, FileAnswer]:
        """Field to the file the draft keeps; one whose removal was asked for is gone."""
        return dict(self._files)

    # what it means

    def answers(self) -> dict[str, Answer]:
        """Everything that is asked and could be read; complete and right only after ``validate`` said so."""
        return without_idle(self.task, self._answers)

    def validate(self) -> bool:
        """Whether it can be submitted; if not, every input has its errors, whatever else is wrong beside it."""
        for entry in self.entries:
            if entry.key in self.open and not self._spoken(entry):
                self._bound.wrong(entry.control, self._missing(entry))
        self._add_up()
        pointless = {id(control) for entry in self.entries if entry.idle for control in entry.inputs}
        for control, message, line in self._bound.found:
            if id(control) in pointless:
                continue
            control.errors = [*control.errors, message]
            if line is not None:
                line.errors.append((control, message))
        self._bound.found.clear()
        for row in (line for entry in self.entries for line in entry.lines):
            row.sort_errors()
        return not any(control.errors for control in self)

    def validate_reply(self) -> bool:
        """The same of the reply alone, where nothing else that is typed goes with it."""
        self._bound.found[:] = [wrong for wrong in self._bound.found if wrong.control is self.reply]
        for control, message, _line in self._bound.found:
            control.errors = [message]
        return not self._bound.found

    def _add_up(self) -> None:
        """Say at the last field of a sum what it adds up to, where it has to be something else."""
        for key, field in self.fields.items():
            total = self._computed.get(key)
            if not isinstance(field, f.Computed) or field.sums_to is None or total is None or not isinstance(
                    total.value, Decimal) or total.value == Decimal(str(field.sums_to)):
                continue
            last = next(entry for entry in self.entries if entry.key == field.of[-1].split(".")[2])
            needed = replace(total, value=Decimal(str(field.sums_to)))
            self._bound.wrong(last.control, _(
                "'%(sum)s' is %(value)s; it has to be %(limit)s. Correct a share.",
                sum=say(field.label, self.language), value=read_out(field, total, language=self.language),
                limit=read_out(field, needed, language=self.language)))

    def refuse(self, sentences: Mapping[str, str], *, status: int = 415) -> None:
        """Say at each field why the file that came for it was not taken."""
        self.refused, self.status = sentences, status
        for entry in self.entries:
            if entry.key in sentences:
                entry.control.errors = [sentences[entry.key]]

    @cached_property
    def open(self) -> tuple[str, ...]:
        """Required fields that have neither a value that can be read nor a reason."""
        return open_fields(self.task, self._answers)

    def read_back(self) -> dict[str, str]:
        """Id of the place under an input to the words in which its value was read; empty where it cannot be."""
        return {f"{entry.control.id}-read": entry.read_back for entry in self.entries if entry.reads_back}

    @property
    def open_sentence(self) -> str:
        """For the bar: "2 fields are open: Mass per year, Cost."; empty when nothing is."""
        if not self.open:
            return ""
        labels = [self._open_label(entry) for entry in self.entries if entry.key in self.open]
        named = next((n for n in range(min(NAMED, len(labels)), 1, -1) if sum(map(len, labels[:n])) <= IN_THE_BAR), 1)
        names = ", ".join(labels[:named])
        names = _("%(names)s and more", names=names) if len(labels) > named else names
        said = ngettext("One field is open: %(names)s.", "%(num)d fields are open: %(names)s.", len(self.open),
                        names=names)
        return said.removesuffix(".") if said.endswith("?.") else said

    def _open_label(self, entry: Entry) -> str:
        label = say(entry.field.label, self.language).rstrip(".")
        wrong = entry.kind == "table" and any(each.errors or self._bound.is_wrong(each) for each in entry.inputs)
        return _("%(table)s (look at its rows)", table=label) if wrong else label

    # for pages

    def __iter__(self) -> Iterator[Any]:
        yield from (control for group in self.groups for entry in group.entries for control in entry.inputs)
        yield from (self.reply,) if self.reply else ()

    def __contains__(self, name: str) -> bool:
        return name in self._bound.names

    @cached_property
    def groups(self) -> list[Group]:
        """Fields marked or asked of this reader first, then groups as the template names them, six at most; tables
        alone.
        """
        marked = [entry for entry in self.entries if entry.marked]
        asked = [entry for entry in self.entries if entry.key in self._asked and not entry.marked]
        groups = [Group(title, entries) for title, entries in (
            (_("Marked for you to look at"), marked), (_("You are asked for"), asked)) if entries]
        last: object = None
        for entry in self.entries:
            if entry in (*marked, *asked):
                continue
            title = say(entry.field.group, self.language) if entry.field.group else ""
            alone = entry.kind == "table"
            of = (title, entry.key if alone else "")
            if of != last or len(groups[-1].entries) == IN_A_GROUP:
                groups.append(Group(title or (entry.label if alone else ""), []))
            groups[-1].entries.append(entry)
            last = of
        return groups

    @property
    def suggested(self) -> dict[str, Collection[str]]:
        """Lists of names that inputs of this form offer, by the id they look for."""
        looked_for = {(control.render_kw or {}).get("list") for control in self}
        return {name: found for name, found in self._suggested.items() if name in looked_for}

    @property
    def names_countries(self) -> tuple[tuple[str, str], ...]:
        """Countries for the cells of tables, where there are such cells."""
        asked = any(isinstance(column, f.Country) for entry in self.entries for column in entry.columns.values())
        return countries.choices(self.language) if asked else ()

    # making inputs

    def _hanging(self, part: f.Base, column: str = "") -> Hanging:
        """On which inputs above it a field or a column hangs, for scripts and in words."""
        on, said, elsewhere = [], [], False
        for other, one in hangs_on(part):
            if other not in self.fields:
                elsewhere = True
                continue
            offered = answers_offered(self.fields[other])
            only = tuple(key for key in offered if one.holds((key,)))
            on.append((f"f-{other}", only))
            words = {"field": say(self.fields[other].label, self.language),
                     "answers": ", ".join(say(offered[key], self.language) for key in only)}
            said.append(_("“%(column)s” only if “%(field)s” is: %(answers)s.", column=column, **words) if column else
                        _("Only if “%(field)s” is: %(answers)s.", **words))
        return Hanging(tuple(on), " ".join(said), elsewhere)

    def _entry(self, key: str, field: Any) -> Entry:
        name, label, bound = f"f-{key}", say(field.label, self.language), self._bound
        entry = Entry(key, field, "text", label, say(field.help, self.language),
                      optional=not is_required(field), marked=key in self._marked)
        statement = comments(self.task).get(key)
        if statement is not None:
            entry.help = _("Needed if you choose 1 or 2.")
        if key in self._published:
            entry.published = self._published[key]
        elif field.example:
            entry.published = f"{say(field.example.text, self.language)} ({field.example.source})"
        entry.hangs = self._hanging(field)
        match field:
            case f.Computed():
                entry.kind = "computed"
                return entry
            case f.Table() | f.Schedule():
                tables.build(bound, entry, name)
                entry.hanging = {key: self._hanging(column, say(column.label, self.language))
                                 for key, column in entry.columns.items() if column.only_if}
            case f.File():
                entry.kind, entry.file = "file", self._files.get(key)
                entry.help = " ".join(filter(None, (say(field.contains, self.language), entry.help)))
                entry.control = bound.bind(input_of(field, name, label, "", self.language))
            case _:
                entry.control = bound.bind(input_of(field, name, label, bound.named(name), self.language))
                entry.kind = {"SelectField": "select", "RadioField": "choices", "Ticks": "choices"}.get(
                    entry.control.type, "text")
                entry.wide = isinstance(field, f.LongText | f.ShortText) or (
                    entry.kind == "choices" and len(entry.control.choices) > SIDE_BY_SIDE)
        if statement is not None:  # as ``part`` does: there is one under each statement
            of = say(self.fields[statement].label, self.language).rstrip(".")
            entry.control.render_kw = {**(entry.control.render_kw or {}), "aria-label": f"{of}, {label}"}
        if field.figure:
            figures.build(bound, entry, name)
        if entry.kind != "table":
            entry.control.said = field.label
            self._dress(entry)
        # An optional field may just stay empty.
        if may_be_absent(self.task, key) and (not entry.optional or f"{name}-na" in bound.texts):
            self._absence(entry, name)
        return entry

    def _dress(self, entry: Entry) -> None:
        """What the macros for fields look for at an input."""
        entry.control.description, entry.control.unit = entry.help, entry.unit
        entry.control.published, entry.control.flags.optional = entry.published, entry.optional or None

    def _absence(self, entry: Entry, name: str) -> None:
        bound, by = self._bound, f"{name}-na-by"
        entry.absent = bound.bind(Control(f"{name}-na", BooleanField(_("Not available"))))
        entry.why = bound.bind(part(text, f"{name}-na-why", _("Why, and who might know?"), entry.label))
        entry.by = bound.bind(part(calendar, by, _("Will come by"), entry.label, "date", bound.named(by)))

    # reading

    def _read(self, entry: Entry) -> Answer | None:
        bound = self._bound
        if entry.is_absent:
            return self._read_absence(entry)
        match entry.kind:
            case "computed":
                return None
            case "table":
                return tables.read(bound, entry)
            case "number":
                return figures.read(bound, entry)
            case "file":
                return Answer(entry.file) if entry.file else None
            case _:
                value = bound.value(entry.control, entry.field)
                return None if value is None else Answer(value)

    def _read_absence(self, entry: Entry) -> Answer | None:
        bound, wrong = self._bound, len(self._bound.found)
        why = bound.read(entry.why, partial(read_text, most=1000))
        by = bound.read(entry.by, read_date)
        if len(why or "") < WHY_ABSENT and not bound.is_wrong(entry.why):
            bound.wrong(entry.why, _("Say why, in a few words, and who might know."))
        return Answer(not_available=why, by=by) if len(bound.found) == wrong else None

    def _spoken(self, entry: Entry) -> bool:
        """Whether something said already tells why the field is open."""
        bound, control = self._bound, entry.control
        if entry.is_absent or control.errors or bound.is_wrong(control):
            return True
        typed = entry.kind == "table" or bound.text(control).strip()
        return bool(typed) and any(bound.is_wrong(each) for each in entry.inputs)

    def _missing(self, entry: Entry) -> str:
        if entry.key in comments(self.task):
            return _("You chose 1 or 2: say why, so that the others understand it.")
        if entry.absent is None:
            return _("Give an answer.")
        if entry.kind == "file":
            return _("Choose a file, or tick “Not available” and say why.")
        if entry.kind == "table":
            return _("Fill in a row, or tick “Not available” and say why.")
        return _("Give a value, or tick “Not available” and say why.")

    def _read_back(self, entry: Entry) -> str:
        answer = self._computed.get(entry.key) if entry.kind == "computed" else self._answers.get(entry.key)
        if answer is None or answer.value is None:
            return ""
        words = read_out(entry.field, answer, language=self.language)
        if entry.kind == "computed":
            return words
        return _("Read as %(words)s", words=words) if entry.reads_back else ""
