"""Opening a project: what its four steps ask, with a card for each organisation in a seat."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import wtforms
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import DateField, FormField, RadioField, SelectChoice, SelectField, StringField, TextAreaField

from cocreate.domain import countries, suggestions
from cocreate.domain.addresses import address
from cocreate.domain.names import skeleton
from cocreate.errors import CocreateError
from cocreate.forms import likely
from cocreate.forms.accounts import REASONS
from cocreate.forms.addresses import their_address
from cocreate.forms.base import Form, Needed, Part, line, lines
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


def _currencies(likely_ones: Collection[str], language: str) -> list[SelectChoice]:
    return [SelectChoice("", gettext("Not said: each amount asks for it")),
            *likely.first(likely_ones, countries.currency_choices(language))]


@dataclass(frozen=True, slots=True)
class Card:
    """Where an organisation is named: the first place of a seat, or a further one of a seat for several."""

    seat: str
    place: int = 1

    @property
    def name(self) -> str:
        """Of its inputs; no seat has a key that ends like the name of a further card."""
        return f"seat_{self.seat}" if self.place == 1 else f"seat{self.place}_{self.seat}"


@dataclass(frozen=True, slots=True)
class Partner:
    """An organisation that the host knows already."""

    name: str
    kind: str
    country: str


class SeatForm(Part):
    """One place in a seat: which organisation, and who leads for it."""

    organisation = line(_("Organisation"), optional=True, render_kw={"list": "partners", "autocomplete": "off"})
    kind = SelectField(_("Kind"), choices=_offered(KINDS), default="company")
    country = SelectField(_("Country"))
    name = line(_("Champion's name"), optional=True, render_kw={"autocomplete": "off"})
    email = their_address(_("Champion's e-mail"), optional=True)
    language = SelectField(_("Language of the invitation"))

    @property
    def filled(self) -> bool:
        return any(self[name].data for name in ("organisation", "name", "email"))


class OpeningForm(Form):
    """What every opening asks; ``form_for`` makes the fields, so that seats stand where the page has them."""

    definition: Definition
    host_name: str
    places: tuple[Card, ...]
    partners: Mapping[str, Partner]  # by the skeleton of their name
    opener: str  # the address of who opens it

    title: StringField
    purpose: TextAreaField
    target: DateField
    currency: SelectField
    own_seat: SelectField
    affected: TextAreaField
    public_buyer: RadioField
    greeting: TextAreaField

    def offer_currencies(self, likely_ones: Collection[str], language: str) -> None:
        """Those that stand first."""
        self.currency.choices = _currencies(likely_ones, language)

    def cards(self) -> Iterator[tuple[Card, SeatForm]]:
        for card in self.places:
            yield card, self[card.name].form

    def is_own(self, card: Card) -> bool:
        """Whether the host itself sits there."""
        return bool(card.place == 1 and card.seat == self.own_seat.data)

    def others(self) -> Iterator[tuple[Card, SeatForm]]:
        """The places that somebody else takes."""
        return ((card, seat) for card, seat in self.cards() if seat.filled and not self.is_own(card))

    def partner(self, seat: SeatForm) -> Partner:
        """The organisation as the host knows it, or as it was typed."""
        typed = Partner(seat.organisation.data or "", seat.kind.data, seat.country.data)
        return self.partners.get(skeleton(typed.name), typed) if typed.name else typed

    def groups(self) -> tuple[str, ...]:
        return tuple(group for group in (one.strip() for one in (self.affected.data or "").split("\n")) if group)

    def validate(self, extra_validators: Any = None) -> bool:
        """Everything that can be wrong, said at once."""
        super().validate(extra_validators)
        for card, seat in self.cards():
            if not self.is_own(card):
                self._check(card, seat)
        self._check_twice()
        self._check_somebody_is_invited()
        if long := next((group for group in self.groups() if len(group) > GROUP), None):
            _blame(self.affected, gettext("Too long: '%(group)s…'", group=long[:40]))
        return not self.unfold()

    def refuse(self, error: CocreateError, said: str) -> None:
        """Show what only the service could know; ``said`` is what is said of it anywhere."""
        if error.code == "seat.nobody_contracts":
            self.form_errors.append(gettext("Nobody would sign: fill a seat that takes part in the contract."))
        elif error.code == "organisation.looks_alike":  # a colleague entered it meanwhile
            self.form_errors.append(_spelt(str(error.values.get("name", ""))))
        else:
            self.form_errors.append(said)

    def _check(self, card: Card, seat: SeatForm) -> None:
        place = self.definition.parties[card.seat]
        least = (place.many.min if place.many else 1) if place.required else 0
        name = seat.organisation.data
        if not name and (card.place <= least or seat.filled):
            _blame(seat.organisation, gettext("'%(seat)s' needs an organisation.", seat=say(place.name)))
        if name and self.partner(seat).name.casefold() != name.casefold():
            _blame(seat.organisation, _spelt(self.partner(seat).name))
        if seat.name.data and not seat.email.data:
            _blame(seat.email, gettext("Without an address nobody can be invited."))
        if seat.email.data and address(seat.email.data) is None:
            _blame(seat.email, REASONS["email.not_one_address"])

    def _check_somebody_is_invited(self) -> None:
        """Said at the first organisation besides one's own."""
        others = [seat for card, seat in self.cards() if not self.is_own(card)]
        if others and not any(seat.email.data or seat.email.errors for seat in others):
            _blame(next((seat for seat in others if seat.filled), others[0]).email, gettext(
                "Name one champion with an address, so that somebody is invited."))

    def _check_twice(self) -> None:
        """One organisation sits once; one person is on one side."""
        names: dict[str, str] = {skeleton(self.host_name): self.own_seat.data or NONE}
        people: set[str] = set()
        for card, seat in self.others():
            name, email = seat.organisation.data, address(seat.email.data or "")
            if name and skeleton(name) in names:
                before = names[skeleton(name)]
                _blame(seat.organisation, gettext(
                    "%(name)s already sits as %(seat)s. One organisation cannot decide on both sides.", name=name,
                    seat=say(self.definition.parties[before].name)) if before else gettext(
                    "This is you. Choose your seat above."))
            elif name:
                names[skeleton(name)] = card.seat
            if email == self.opener:
                _blame(seat.email, gettext("This is your own address. Name somebody who leads for them."))
            elif email in people:
                _blame(seat.email, gettext("This person already leads for another organisation."))
            elif email:
                people.add(email)


def cards_of(definition: Definition, more: Mapping[str, int]) -> tuple[Card, ...]:
    """A card for every seat; of a seat for several as many as it needs or as were asked for."""
    found = []
    for key, place in definition.parties.items():
        most, least = (place.many.max, place.many.min) if place.many else (1, 1)
        found += [Card(key, number) for number in range(1, max(least, min(most, more.get(key, 1))) + 1)]
    return tuple(found)


def called(card: Card, definition: Definition, language: str) -> str:
    """The seat's name; a further card of it has its number."""
    name = say(definition.parties[card.seat].name, language)
    return name if card.place == 1 else f"{name} {card.place}"


def form_for(definition: Definition, *, host_name: str, opener: str, language: str,
             languages: Sequence[tuple[str, str]], partners: Iterable[Partner] = (),
             more: Mapping[str, int] | None = None) -> type[OpeningForm]:
    """The form with the cards of ``definition``. more: how many cards were asked for, by seat."""
    places = [(NONE, gettext("None, we only help (neutral person)")),
              *((key, say(seat.name, language)) for key, seat in definition.parties.items())]
    cards = cards_of(definition, more or {})
    lands = _offered([("", gettext("Not said")), *countries.choices(language)])
    spoken = _offered(languages)

    class _Seat(SeatForm):
        country = SelectField(_("Country"), choices=lands)
        language = SelectField(_("Language of the invitation"), choices=spoken)

    class _Required(_Seat):
        def __init__(self, *given: Any, **more: Any) -> None:
            super().__init__(*given, **more)
            self.organisation.flags.optional = None  # unless it is one's own seat, which ``validate`` knows

    def kind_of(card: Card) -> type[SeatForm]:
        place = definition.parties[card.seat]
        return _Required if place.required and card.place <= (place.many.min if place.many else 1) else _Seat

    return type("_OpeningForm", (OpeningForm,), {
        "definition": definition, "host_name": host_name, "opener": address(opener), "places": cards,
        "partners": {skeleton(one.name): one for one in partners},
        "own_seat": SelectField(gettext("Which seat does %(host)s take?", host=host_name), choices=_offered(places),
                                default=NONE),
        **{card.name: FormField(kind_of(card), called(card, definition, language)) for card in cards},
        "affected": lines(_("Affected groups"), most=4000, optional=True, description=_(
            "People whom it touches and who have no seat: one group per line.")),
        "public_buyer": RadioField(_("Does a public buyer take part?"), choices=_offered(PUBLIC_BUYER), default="no"),
        "title": line(_("Title")),
        "purpose": lines(_("Purpose"), most=1000,
                         description=_("In one or two sentences. The link in the invitation leads to it.")),
        "target": DateField(_("Signing date"), [Needed()]),
        "currency": SelectField(_("Currency"), default="", choices=_currencies((), language),
            description=_("Amounts begin with it; whoever gives one can choose another.")),
        "greeting": lines(_("Your line of greeting"), most=500, optional=True,
                          description=_("It stands in every invitation, in your own words.")),
    })


def _spelt(name: str) -> str:
    return gettext("You know it as '%(name)s'. Write it the same way.", name=name)


def not_before(form: OpeningForm, today: date) -> None:
    """A contract is signed in the future."""
    if form.target.data and is_past(form.target.data, today):
        _blame(form.target, gettext("Choose a day after today."))


def is_past(target: date, today: date) -> bool:
    """Whether nothing can be signed on this day any more."""
    return target <= today


def _blame(field: wtforms.Field, sentence: object) -> None:
    field.errors = [*field.errors, str(sentence)]


STEPS = {"seats": ("own_seat", "affected", "public_buyer"), "goal": ("title", "purpose", "target", "currency"),
         "check": ("greeting",)}
_OF_A_CARD = ("organisation", "kind", "country", "name", "email", "language")


def fields_of_step(places: Iterable[Card], step: str) -> tuple[str, ...]:
    """Names of the inputs that a step shows."""
    cards = [f"{card.name}-{name}" for card in places for name in _OF_A_CARD] if step == "seats" else []
    return (*STEPS[step], *cards)


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
