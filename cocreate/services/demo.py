"""The demo: the case of Ulsan with invented people, played through the services so that its record is a real one.

Whoever figures here does not exist, and no figure is a published one: each is marked as assumed.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate.db import transaction
from cocreate.domain import causes, charter
from cocreate.domain.answers import Answer, Answers
from cocreate.models.mails import Outbox
from cocreate.papers import paper_words
from cocreate.services import (
    accounts,
    contracts,
    contributions,
    gates,
    hosts,
    letters,
    openings,
    outbox,
    passing,
    people,
    progress,
    proposals,
    signing,
    stages,
    templates,
)
from cocreate.services.acts.people import AcceptInvitation
from cocreate.services.facts import look
from cocreate.services.openings import NewProject, Seating
from cocreate.services.sign_ins import masked
from cocreate.storage import Store
from workflows import library
from workflows.progression import subject

TEMPLATE = "industrial_symbiosis"
ZONE = "Asia/Seoul"
CENTER, CITY, PLANT = "Ulsan Eco-industrial Park Center", "Ulsan Metropolitan City", "Hyosung"
ASSUMED = "Assumed for this demo"
BASIS = "head of department"
ALL_PARTS = ("champion", "signatory", "contributor")
GIVER, TAKER = 1, 2  # the parties of the project under way


@dataclass(frozen=True, slots=True)
class _Invented:
    """Somebody who does not exist, and how to sign in as them."""

    name: str
    email: str
    password: str


ADMINISTRATOR = _Invented("Seo Minjae", "minjae.seo@ulsan-epc.example", "copper kettles hum before dawn")
MANAGER = _Invented("Anna Bae", "anna.bae@ulsan-epc.example", "violet harbour lanterns sway")
COLLEAGUE = _Invented("Noh Taeyang", "taeyang.noh@ulsan-epc.example", "seven wooden bridges creak")
CITY_LEAD = _Invented("Han Sora", "sora.han@ulsan.example", "gentle foxes borrow umbrellas")
PLANT_LEAD = _Invented("Kim Dahye", "dahye.kim@hyosung.example", "patient rivers polish stones")
PLANT_HAND = _Invented("Lee Junho", "junho.lee@hyosung.example", "winter apples travel slowly")
WATER_LEAD = _Invented("Ryu Haneul", "haneul.ryu@ulsan.example", "")  # the invitation is still in the mail


def sign_ins() -> list[tuple[str, str, str]]:
    """(kind, address, password): one of each kind of user."""
    return [("administrator", ADMINISTRATOR.email, ADMINISTRATOR.password),
            ("account manager", MANAGER.email, MANAGER.password),
            ("customer champion", PLANT_LEAD.email, PLANT_LEAD.password),
            ("customer contributor", PLANT_HAND.email, PLANT_HAND.password)]


def load(*, store: Store, now: datetime) -> None:
    """Load it once: where there is a host, nothing happens."""
    with transaction() as session:
        if accounts.nothing_set_up(session):
            _load(session, store, now)


def _load(session: Session, store: Store, now: datetime) -> None:
    began = now - timedelta(days=40)
    who = {person.email: accounts.create_person(session, email=person.email, name=person.name, zone=ZONE, now=began)
           for person in (ADMINISTRATOR, MANAGER, COLLEAGUE, CITY_LEAD, PLANT_LEAD, PLANT_HAND, WATER_LEAD)}
    for person in (ADMINISTRATOR, MANAGER, COLLEAGUE):
        accounts.activate(session, who[person.email], name=person.name, password=person.password, context=(CENTER,),
                          now=began)
    host = hosts.create_host(session, name=CENTER, country="KR", zone=ZONE, kind="facilitator", now=began)
    hosts.employ(session, host.id, who[ADMINISTRATOR.email], hosts.ADMINISTRATOR, now=began)
    for person in (MANAGER, COLLEAGUE):
        hosts.employ(session, host.id, who[person.email], hosts.ACCOUNT_MANAGER, now=began)
    for key in library.names():
        templates.ship(session, host.id, library.load(key), actor=who[ADMINISTRATOR.email], now=began)
    _play_steam(_Play(session, store, who, now=now - timedelta(days=36)), host.id, now)
    _play_condensate(_Play(session, store, who, now=now - timedelta(days=3)), host.id, now)
    _tell_the_past(session, now)


def _tell_the_past(session: Session, now: datetime) -> None:
    """Mails of the weeks before went out in their time: a visitor finds those of the last days that still ask.

    What happened in the last days stays for the first digest.
    """
    session.flush()
    old = session.scalars(select(Outbox).where(Outbox.state.in_(["waiting", outbox.FOR_DIGEST]),
                                               Outbox.created_at < now - timedelta(days=1))).all()
    old = [mail for mail in old if mail.state == "waiting" or mail.created_at < now - timedelta(days=6)]
    contexts = letters.contexts(session, [outbox.read(mail) for mail in old if mail.state == "waiting"], now)
    for mail in old:
        asked = causes.asks(mail.kind) or mail.kind == "invitation"
        if not (asked and mail.created_at > now - timedelta(days=10) and contexts.get(mail.message_id)):
            mail.state = "sent" if mail.state == "waiting" else "told"
            mail.sent_at = mail.created_at
            mail.values = "{}"  # with no secret that nobody can follow any more


@dataclass(slots=True)
class _Play:
    """One project while it is played: who acts when."""

    session: Session
    store: Store
    who: dict[str, int]  # address -> person
    now: datetime
    ref: str = ""
    acts: int = 0

    def later(self, *, days: int = 0, hours: int = 0) -> None:
        self.now += timedelta(days=days, hours=hours)

    def key(self) -> str:
        self.acts += 1
        return f"demo-{self.acts}"

    def of(self, person: _Invented) -> int:
        return self.who[person.email]

    def open(self, host_id: int, project: NewProject) -> None:
        self.ref = openings.open_project(self.session, host_id, project, actor=self.of(MANAGER), now=self.now,
                                         key=f"demo-{project.title}")

    def accept_invitation(self, person: _Invented, *, known: bool = False) -> None:
        """known: has come into another project before, and has a password."""
        if not known:
            self._activate(person)
        progress.act(self.session, self.ref, AcceptInvitation(self.of(person), person.name, ""), actor=None,
                     key=self.key(), now=self.now)

    def _activate(self, person: _Invented) -> None:
        accounts.activate(self.session, self.of(person), name=person.name, password=person.password,
                          context=(CENTER, CITY, PLANT), now=self.now)

    def agree_charter(self, person: _Invented) -> None:
        facts = look(self.session, self.ref, person=self.of(person), now=self.now).facts
        for proposal in charter.to_answer(facts, facts.own):
            proposals.answer(self.session, self.ref, number=proposal.number, agree=True, actor=self.of(person),
                             key=self.key(), now=self.now)

    def submit(self, person: _Invented, party: int, task: str, answers: Answers) -> None:
        seen = look(self.session, self.ref, person=self.of(person), now=self.now).facts.task(task, party)
        contributions.submit(self.session, self.ref, task=task, party=party, seen=seen.number if seen else 0, draft=0,
                             answers=answers, actor=self.of(person), key=self.key(), now=self.now)

    def accept(self, person: _Invented, party: int, task: str) -> None:
        contributions.accept(self.session, self.ref, task=task, party=party, seen=1, actor=self.of(person),
                             key=self.key(), now=self.now)

    def sign(self, person: _Invented, paper: str) -> None:
        """A short agreement, as somebody whose password and mailed code were right."""
        actor = self.of(person)
        if look(self.session, self.ref, person=actor, now=self.now).facts.standing(paper) is None:
            prepared = contracts.prepare(self.session, self.ref, store=self.store, actor=actor, now=self.now,
                                         paper=paper)
            contracts.freeze(self.session, self.ref, prepared, actor=actor, key=self.key(), now=self.now)
        facts = look(self.session, self.ref, person=actor, now=self.now).facts
        standing, own = facts.standing(paper), facts.own
        if standing is None or own is None:
            raise LookupError(paper)
        evidence: dict[str, object] = {
            "name": person.name, "basis": BASIS, "methods": [paper_words.by_mail("en", masked(person.email))],
            "statements": [f"I have read version {standing.number}.",
                           f"I may sign for {facts.party(own).name}, as {BASIS}.", "I agree to sign electronically."],
            "zone": ZONE, "language": "en", "address": "", "agent": "", "opened_at": self.now.isoformat()}
        signing.sign(self.session, self.ref, version=standing.number, text_sha256=standing.text_sha256,
                     pdf_sha256=standing.pdf_sha256, evidence=evidence, code=False, actor=actor, key=self.key(),
                     now=self.now, paper=paper)

    def agree(self, person: _Invented, gate: str) -> None:
        facts = look(self.session, self.ref, person=self.of(person), now=self.now).facts
        gates.decide(self.session, self.ref, gate=gate, seen=subject(facts, gate), answer="agreed",
                     actor=self.of(person), key=self.key(), now=self.now)

    def go_on(self, person: _Invented, transition: str) -> None:
        facts = look(self.session, self.ref, person=self.of(person), now=self.now).facts
        stages.go_on(self.session, self.ref, transition=transition, visit=facts.project.visit,
                     actor=self.of(person), key=self.key(), now=self.now)


def _play_steam(play: _Play, host_id: int, now: datetime) -> None:
    """The project under way: two stages behind it, figures on the table in the third."""
    play.open(host_id, NewProject(
        template=TEMPLATE, title="Steam for the chemical plant",
        purpose="Use the waste heat of the city's incinerator as process steam in the chemical plant, in place of "
                "heavy fuel oil.",
        target=_months_after(now.date(), 9), own_seat=None,
        seats=(Seating("giver", CITY, "public_body", "KR", CITY_LEAD.name, CITY_LEAD.email),
               Seating("taker", PLANT, "company", "KR", PLANT_LEAD.name, PLANT_LEAD.email)),
        affected=("Households near the incinerator",), public_buyer="no",
        greeting="As discussed on Monday: shall we look into the steam together?"))
    play.later(days=1)
    play.accept_invitation(CITY_LEAD)
    play.later(hours=5)
    play.accept_invitation(PLANT_LEAD)
    play.later(hours=20)
    for lead in (PLANT_LEAD, CITY_LEAD):
        play.agree_charter(lead)
    play.later(days=1, hours=4)
    play.submit(CITY_LEAD, GIVER, "stream", STREAM)
    play.later(days=3)
    play.submit(PLANT_LEAD, TAKER, "need", NEED)
    _agree_and_go_on(play, "purpose_confirmed", "to_partners")
    play.later(days=3)
    play.submit(PLANT_LEAD, TAKER, "team", {**TEAM, "operations": _words("Lee Junho, boiler house")})
    play.later(days=1)
    play.submit(CITY_LEAD, GIVER, "team", TEAM)
    play.submit(CITY_LEAD, GIVER, "confidentiality", CONFIDENTIALITY)
    play.later(days=2)
    play.accept(PLANT_LEAD, GIVER, "confidentiality")
    for lead in (PLANT_LEAD, CITY_LEAD):
        play.later(hours=2)
        play.sign(lead, "secrecy")
    _agree_and_go_on(play, "team_ready", "to_baseline")
    _play_baseline(play, now)


def _play_baseline(play: _Play, now: datetime) -> None:
    """One contribution in each state: accepted, to be checked, returned, not begun."""
    play.now = max(play.now, now - timedelta(days=9))
    play.submit(CITY_LEAD, GIVER, "stream_data", STREAM_DATA)
    play.later(days=2)
    play.accept(PLANT_LEAD, GIVER, "stream_data")
    play.later(days=2)
    play.submit(PLANT_LEAD, TAKER, "need_data", NEED_DATA)
    play.later(days=1)
    play.submit(PLANT_LEAD, TAKER, "specification", SPECIFICATION)
    play.later(days=2)
    contributions.return_(
        play.session, play.ref, task="specification", party=TAKER, seen=1,
        reason="The limit for moisture is for dry steam only. Please say what holds during start-up.",
        marked=("limits",), actor=play.of(CITY_LEAD), key=play.key(), now=play.now)


def _play_condensate(play: _Play, host_id: int, now: datetime) -> None:
    """The fresh project: a colleague of the plant is asked first, the city's invitation is still in the mail."""
    play.open(host_id, NewProject(
        template=TEMPLATE, title="Condensate goes back",
        purpose="Return the warm condensate of the chemical plant to the incinerator, so that less water is made and "
                "heated.",
        target=_months_after(now.date(), 10), own_seat=None,
        seats=(Seating("giver", PLANT, "company", "KR"), Seating("taker", CITY, "public_body", "KR"))))
    people.invite(play.session, play.ref, party=GIVER, email=PLANT_LEAD.email, name=PLANT_LEAD.name, parts=ALL_PARTS,
                  greeting="The condensate belongs to the steam.", actor=play.of(MANAGER), key=play.key(),
                  now=play.now)
    play.accept_invitation(PLANT_LEAD, known=True)
    people.invite(play.session, play.ref, party=GIVER, email=PLANT_HAND.email, name=PLANT_HAND.name,
                  parts=("contributor",), greeting="You know the boiler house best.", actor=play.of(PLANT_LEAD),
                  key=play.key(), now=play.now)
    people.invite(play.session, play.ref, party=TAKER, email=WATER_LEAD.email, name=WATER_LEAD.name, parts=ALL_PARTS,
                  greeting="Kim Dahye says you are the one to ask about the water.", actor=play.of(MANAGER),
                  key=play.key(), now=play.now)
    play.agree_charter(PLANT_LEAD)
    play.later(days=1)
    play.accept_invitation(PLANT_HAND)
    for task in look(play.session, play.ref, person=play.of(PLANT_LEAD), now=play.now).facts.tasks:
        if task.party == GIVER:
            passing.pass_on(play.session, play.ref, task=task.key, party=GIVER, to=play.of(PLANT_HAND),
                            words="You have the meter readings.", actor=play.of(PLANT_LEAD), key=play.key(),
                            now=play.now)


def _agree_and_go_on(play: _Play, gate: str, transition: str) -> None:
    play.later(days=1)
    play.agree(CITY_LEAD, gate)
    play.later(days=1, hours=2)
    play.agree(PLANT_LEAD, gate)
    play.go_on(CITY_LEAD, transition)


def _months_after(day: date, months: int) -> date:
    """A Friday about so many months later."""
    later = day + timedelta(days=30 * months)
    return later + timedelta(days=(4 - later.weekday()) % 7)


# What they answer. Every number is assumed, and none is one of the published case.


def _words(text: str) -> Answer:
    return Answer(text)


def _figure(number: str, unit: str | None = None) -> Answer:
    return Answer(Decimal(number), unit=unit, source=ASSUMED, grade="assumed")


def _won(number: str) -> Answer:
    return replace(_figure(number), currency="KRW", price_year=2026)


STREAM: Answers = {
    "stream_name": _words("Steam of the waste incinerator"),
    "giver_process": _words("Boilers behind the incineration of household waste"),
    "today": _words("released"),
    "rough_mass": _figure("88000", "t/a"),
    "sponsor": _words("Head of the environment bureau"),
}
NEED: Answers = {
    "taker_process": _words("Process steam of the chemical plant"),
    "substitutes": _words("Heavy fuel oil in two boilers"),
    "rough_need": _figure("76000", "t/a"),
    "benefit": _words("Lower and steadier cost of steam, and fewer emissions at the site. Cost decides."),
    "sponsor": _words("Plant manager"),
}
TEAM: Answers = {
    "operations": _words("Shift leader of the incinerator"),
    "quality": _words("Laboratory of the works"),
    "legal": _words("Cho Eunji, environmental law"),
    "visit": Answer(True),
}
CONFIDENTIALITY: Answers = {
    "confidential": _words("Composition, cost and volumes of both sides."),
    "years": _figure("3", "a"),
    "competitors": Answer(False),
}
STREAM_DATA: Answers = {
    "mass": _figure("87500", "t/a"),
    "month_least": _figure("5100", "t"),
    "month_most": _figure("8300", "t"),
    "physical_form": _words("gas"),
    "temperature": _figure("211", "°C"),
    "disposal_cost": _won("0"),
    "stops": _words("Revision in October, about two weeks"),
}
NEED_DATA: Answers = {
    "needed_mass": _figure("75200", "t/a"),
    "price_now": _won("31400"),
    "stops": _words("Shutdown in May, ten days"),
    "distance": _figure("3.4", "km"),
    "mode": _words("pipe"),
}
SPECIFICATION: Answers = {
    "main_share_least": _figure("99", None),
    "contaminant_most": _figure("0.4", "mg/kg"),
    "limits": Answer(({"parameter": _words("Moisture"), "most": Answer(Decimal("2")), "unit": _words("%"),
                       "method": _words(ASSUMED)},)),
    "test": _words("Conductivity, measured at the meter; either laboratory is fine."),
}
