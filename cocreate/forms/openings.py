"""Opening a project: one page whose cards are the seats of the chosen template."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import wtforms
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import DateField, FormField, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from cocreate.domain import countries, suggestions
from cocreate.domain.addresses import address
from cocreate.domain.names import skeleton
from cocreate.errors import CocreateError
from cocreate.forms.accounts import REASONS
from cocreate.forms.base import Form, Needed, line, lines
from workflows.definition import Definition
from workflows.texts import say

NONE = ""  # "we only help"
KINDS = [("company", _("Company")), ("public_body", _("Public body")), ("ngo", _("Association or charity")),
         ("community", _("Community")), ("recycler", _("Recycler")), ("partner", _("Other"))]
PUBLIC_BUYER = [("no", _("No")), ("before", _("Yes, before a tender")), ("during", _("Yes, in a tender")),
                ("after", _("Yes, after the award"))]
GROUP = 200  # characters
NOT_SURE = (suggestions.NOT_SURE, _("Not sure"))
QUESTIONS: tuple[tuple[Any, tuple[Any, ...]], ...] = (  # each with its answers, in the order of their points
    (_("What is it mainly about?"), (
        _("Something left over: material, by-product, heat, water"), _("Products that could come back after use"),
        _("Things, space or know-how that stand idle"), _("What the customer needs done, whoever owns the product"),
        _("Where goods come from and how far they travel"), _("A problem none of us can solve alone"))),
    (_("Who has to act for it to work?"), (
        _("Two organisations"), _("Two, with support such as a carrier or recycler"),
        _("Many users of the same things, and someone who runs it"), _("Several suppliers in one area"),
        _("Three or more of different kinds: business, public body, charity, community"))),
    (_("Who should own the thing while it is used?"), (
        _("The supplier; the user pays for use or result"), _("The user, with a right or duty to give it back"),
        _("One owner; several take turns"), _("It changes hands for good"), _("Ownership is not the point"))),
    (_("What comes after the first use?"), (
        _("It becomes an input of someone's production"), _("It goes back to the maker or an agreed partner"),
        _("The next user takes it"), _("The supplier looks after it as part of the service"),
        _("It is used up; how it gets here is what counts"), _("It stays as something all of us share"))),
    (_("What holds you back most today?"), (
        _("We throw it away or pay to get rid of it"), _("Nobody organises or pays for the return"),
        _("Everyone buys their own"), _("The purchase price, or the supplier earns by selling more"),
        _("Long distances; small local suppliers cannot get in"),
        _("Goals differ and no one can pay or decide alone"))),
)


def _offered(choices: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in choices]


class SeatForm(wtforms.Form):
    """One seat: which organisation, and who leads for it."""

    organisation = line(_("Organisation"), optional=True)
    kind = SelectField(_("Kind"), choices=_offered(KINDS), default="company")
    country = SelectField(_("Country"))
    name = line(_("Champion's name"), optional=True)
    email = line(_("Champion's e-mail"), most=254, optional=True, render_kw={
        "inputmode": "email", "autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"})

    @property
    def filled(self) -> bool:
        return any(self[name].data for name in ("organisation", "name", "email"))


class OpeningForm(Form):
    """What every opening asks; ``form_for`` makes the fields, so that seats stand where the page has them."""

    definition: Definition
    host_name: str

    template: RadioField
    title: StringField
    purpose: TextAreaField
    target: DateField
    own_seat: SelectField
    affected: TextAreaField
    public_buyer: RadioField
    greeting: TextAreaField

    def seats(self) -> Iterator[tuple[str, SeatForm]]:
        for key in self.definition.parties:
            yield key, self[f"seat_{key}"].form

    def others(self) -> Iterator[tuple[str, SeatForm]]:
        """The seats that somebody else takes."""
        return ((key, seat) for key, seat in self.seats() if key != self.own_seat.data and seat.filled)

    def groups(self) -> tuple[str, ...]:
        return tuple(group for group in (one.strip() for one in (self.affected.data or "").split("\n")) if group)

    def validate(self, extra_validators: Any = None) -> bool:
        """Everything that can be wrong, said at once."""
        super().validate(extra_validators)
        for key, seat in self.seats():
            if key != self.own_seat.data:
                self._check(key, seat)
        self._check_twice()
        if not any(seat.email.data for _key, seat in self.others()) and not self.errors:
            self.form_errors.append(gettext("Name one champion with an address, so that somebody is invited."))
        if long := next((group for group in self.groups() if len(group) > GROUP), None):
            _blame(self.affected, gettext("Too long: '%(group)s…'", group=long[:40]))
        return not self.unfold()

    def refuse(self, error: CocreateError) -> None:
        """Show what only the service could know."""
        name = str(error.values.get("name", ""))
        if error.code == "organisation.looks_alike":
            seat = next((seat for _key, seat in self.others() if skeleton(seat.organisation.data) == skeleton(name)),
                        None)
            _blame(seat.organisation if seat else self.own_seat,
                   gettext("You know it as '%(name)s'. Write it the same way.", name=name))
        elif error.code == "seat.nobody_contracts":
            self.form_errors.append(gettext("Nobody would sign: fill a seat that takes part in the contract."))
        else:
            raise error

    def _check(self, key: str, seat: SeatForm) -> None:
        definition = self.definition.parties[key]
        if not seat.organisation.data and (definition.required or seat.filled):
            _blame(seat.organisation, gettext("'%(seat)s' needs an organisation.", seat=say(definition.name)))
        if seat.name.data and not seat.email.data:
            _blame(seat.email, gettext("Without an address nobody can be invited."))
        if seat.email.data and address(seat.email.data) is None:
            _blame(seat.email, REASONS["email.not_one_address"])

    def _check_twice(self) -> None:
        """One organisation sits once; one person is on one side."""
        names: dict[str, str] = {skeleton(self.host_name): self.own_seat.data or NONE}
        people: dict[str, str] = {}
        for key, seat in self.others():
            name, email = seat.organisation.data, address(seat.email.data or "")
            if name and skeleton(name) in names:
                before = names[skeleton(name)]
                _blame(seat.organisation, gettext(
                    "%(name)s already sits as %(seat)s. One organisation cannot decide on both sides.", name=name,
                    seat=say(self.definition.parties[before].name)) if before else gettext(
                    "This is you. Choose your seat above."))
            elif name:
                names[skeleton(name)] = key
            if email and people.setdefault(email, key) != key:
                _blame(seat.email, gettext("This person already leads for another seat."))


def form_for(definition: Definition, *, templates: Sequence[tuple[str, str]], host_name: str, language: str,
             ) -> type[OpeningForm]:
    """The form with one card for each seat of ``definition``."""
    places = [(NONE, gettext("None, we only help (facilitator)")),
              *((key, say(seat.name, language)) for key, seat in definition.parties.items())]

    class _Seat(SeatForm):
        country = SelectField(_("Country"), choices=_offered([("", gettext("Not said")), *countries.choices(language)]))

    class _Required(_Seat):
        def __init__(self, *given: Any, **more: Any) -> None:
            super().__init__(*given, **more)
            self.organisation.flags.optional = None  # unless it is one's own seat, which ``validate`` knows

    return type("_OpeningForm", (OpeningForm,), {
        "definition": definition, "host_name": host_name,
        "template": RadioField(_("What do you want to do together?"), choices=_offered(templates)),
        "title": line(_("Title")),
        "purpose": lines(_("Purpose"), most=1000,
                         description=_("In one or two sentences. It appears in the invitation.")),
        "target": DateField(_("Signing date"), [InputRequired(_("This is needed."))]),
        "own_seat": SelectField(_("Which seat is yours?"), choices=_offered(places), default=NONE),
        **{f"seat_{key}": FormField(_Required if seat.required else _Seat, say(seat.name, language))
           for key, seat in definition.parties.items()},
        "affected": lines(_("Affected groups"), most=4000, optional=True, description=_(
            "People whom it touches and who have no seat: one group per line.")),
        "public_buyer": RadioField(_("Does a public buyer take part?"), choices=_offered(PUBLIC_BUYER), default="no",
                                   description=_("In a tender, working this closely with one bidder may break equal "
                                                 "treatment. Ask your purchasing office first.")),
        "greeting": lines(_("Your line of greeting"), most=500, optional=True,
                          description=_("It stands in the invitation, in your own words.")),
    })


def not_before(form: OpeningForm, today: date) -> None:
    """A contract is signed in the future."""
    if form.target.data and form.target.data <= today:
        _blame(form.target, gettext("Choose a day after today."))


def _blame(field: wtforms.Field, sentence: object) -> None:
    field.errors = [*field.errors, str(sentence)]



STEPS = {"seats": ("own_seat", "affected", "public_buyer"), "goal": ("title", "purpose", "target"),
         "check": ("greeting",)}
_OF_A_SEAT = ("organisation", "kind", "country", "name", "email")


def fields_of_step(definition: Definition, step: str) -> tuple[str, ...]:
    """Names of the inputs that a step shows."""
    seats = [f"seat_{key}-{name}" for key in definition.parties for name in _OF_A_SEAT] if step == "seats" else []
    return (*STEPS[step], *seats)


def _question(number: int) -> RadioField:
    label, answers = QUESTIONS[number]
    choices = [*zip(suggestions.LETTERS, answers, strict=False), NOT_SURE]
    return RadioField(label, [Needed(_("Choose an answer, or 'Not sure'."))], choices=_offered(choices))


class QuestionsForm(Form):
    """Five questions on one page."""

    what, who, own, after, back = (_question(number) for number in range(len(QUESTIONS)))

    def answers(self) -> str:
        return "".join(self[name].data for name in ("what", "who", "own", "after", "back"))


class SuggestForm(Form):
    """What a customer would like to do together with a host."""

    host = RadioField(_("With whom?"), [Needed()], choices=[])
    title = line(_("What would you like to do together?"), description=_("In a few words: 'Take back our chairs'."))
    words = lines(_("A few lines about it"), most=1000,
                  description=_("What you have, what you need, and who should be in it. No figures are needed yet."))


class AnswerForm(Form):
    """The answer to a suggestion that is not opened."""

    words = lines(_("Your answer"), most=1000, description=_("It goes to them by mail, in your own words."))
