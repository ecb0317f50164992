"""The smallest application that can draw pages which use every macro and every layout; they exist only here."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace as Thing

from flask import Flask, flash, render_template, request
from flask_babel import Babel
from flask_wtf import CSRFProtect, FlaskForm
from jinja2 import ChoiceLoader, DictLoader, FileSystemLoader
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FileField,
    Form,
    FormField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    validators,
    widgets,
)

from cocreate import words
from cocreate.web import assets, icons
from cocreate.words import Reader

TEMPLATES = Path(__file__).parents[2] / "templates"
NOON = datetime(2026, 11, 23, 10, 42, tzinfo=UTC)
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft & Söhne AG"

ROOM = """
{% extends "layouts/room.html" %}
{% from "macros/party.html" import badge, ring, seat, shape, signature, who %}
{% from "macros/chips.html" import chip, say %}
{% from "macros/page.html" import empty, note, record_line, section_head, statement, steps, when %}
{% from "macros/forms.html" import submit %}
{% block page_title %}Now{% endblock %}
{% block head_acts %}<a class="btn" href="#hold">{{ icon("pause") }}Put on hold</a>{% endblock %}
{% block main %}
<div class="cols main-side">
  {% set says %}{{ _('We wait for %(party)s to enter volumes for 5 of its 14 hotels.', party=who(parties[1])) }}
    {% endset %}
  {% call statement(parties[1], says, since="Since Tue 10 Nov, 9 working days. Mateo Ferrer can act.") %}
    <a class="btn btn-primary" href="#nudge">{{ icon("bell") }}Nudge Lena</a><a class="btn" href="#help">
      {{ icon("life-preserver") }}Offer help</a>
    <a class="btn btn-quiet" href="#rules">Rules of this project</a>
  {% endcall %}
  <section aria-labelledby="people">{{ section_head("Everybody", "6 parties", id="people") }}
    <p class="row-line">{% for party in parties %}{{ seat(party) }}{% endfor %}</p>
    <p class="row-line">{% for party in parties %}{{ badge(party) }}{% endfor %}{{ seat(parties[0], big=true) }}</p>
  </section>
</div>
<section class="sheet" aria-labelledby="way"><header><h2 id="way">The way to agreement</h2></header>{{ steps(way) }}
  </section>
<section class="stack" aria-labelledby="turns"><h2 id="turns">Whose turn it is</h2>
  <div class="row row-cols-1 row-cols-lg-3 g-4">{% for party in parties[:3] %}
    <div class="col"><div class="party-col p{{ party.number }}"><h3 class="row-line justify-content-between">
      <span>Their turn</span>{{ seat(party) }}</h3>
    <ul class="turns mt-2">
      <li><span class="t"><a href="#a">Refurbishment cost per piece and grade</a></span><span class="side">
        {{ chip("late", "2 days late") }}</span><span class="d">Petra Lund, draft since 18 Nov</span></li>
      <li><span class="t"><a href="#b">Name two pilot hotels</a></span><span class="side">
        {{ chip("soon", "due Wed") }}</span><span class="d">together with Aurelis</span></li>
    </ul></div></div>{% endfor %}</div>
  <p class="row-line">
    {% for kind in ("late", "soon", "done", "draft", "hold", "plain", "due", "waits", "asked", "returned", "now") %}
    {{ chip(kind, kind ~ " Tue 17 Nov") }}{% endfor %}</p>
</section>
<div class="cols main-side">
  <section class="sheet" aria-labelledby="gates"><header><h2 id="gates">Decisions</h2>
    <span class="small soft">Every party decides for itself</span></header>
    <ol class="gates">{% for segments in rings %}<li>{{ ring(segments, "big", label="a ring") }}<div>
      <h3>Is this our common picture of flows and cost?</h3>
      <ul class="decisions"><li>{{ seat(parties[0]) }}<span>
        {{ say("yes", "agrees") }} Ingrid Solvik, {{ when(noon, exact=false) }}</span></li>
      <li>{{ seat(parties[1]) }}<span>{{ say("open", "not decided") }} due {{ when(noon.date()) }}</span></li>
      <li>{{ seat(parties[2]) }}<span>{{ say("no", "objects") }} <q>Then our staff carries the damage risk.</q>
        </span></li></ul></div></li>{% endfor %}</ol>
  </section>
  <div class="stack-lg">
    <section aria-labelledby="rec">{{ section_head("Record", id="rec") }}<ol class="record">
      {% for event in events %}{{ record_line(event) }}{% endfor %}</ol></section>
    <ol class="signers"><li>{{ signature(parties[0], true) }}<div>Jonas Rehn</div></li><li>
      {{ signature(parties[1], false) }}<div>Claire Duval</div></li></ol>
    {{ empty("No documents yet. The charter becomes the first one when both sides confirm it.", act) }}
    {% call note("soon") %}<p><strong>If you agree, clause 12 opens again.</strong> It shares the gain.</p>
      {% endcall %}
    {{ note("info", "A plain note.") }}
  </div>
</div>
{% endblock %}
{% block primary %}<span class="small"><strong>Next:</strong> hotel 10 of 14</span>
  <a class="btn btn-primary" href="#go">Continue{{ icon("arrow-right") }}</a>{% endblock %}
"""

TASK = """
{% extends "layouts/room.html" %}
{% from "macros/controls.html" import choices, control, field, not_available %}
{% from "macros/forms.html" import error_summary, hidden, save_status, submit %}
{% from "macros/page.html" import sees_this %}
{% block page_title %}Total cost today{% endblock %}
{% block scripts %}<script type="module" src="{{ asset('autosave.js') }}"></script>
  <script type="module" src="{{ asset('rows.js') }}"></script>{% endblock %}
{% block heading %}<h1>Total cost today</h1>{% endblock %}
{% block tabs %}{% endblock %}
{% block content %}<form id="task" method="post" novalidate data-autosave="/draft">{{ hidden(form) }}
<div class="frame pad"><div class="cols main-side"><div class="stack">
  {{ sees_this("Only WMATA sees your draft. When you submit, Philips sees it too.") }}{{ error_summary(form) }}
  <section class="sheet"><header><h2>1 What it costs</h2></header>
    <div class="row g-4"><div class="col-md-6">{{ field(form.store) }}</div><div class="col-md-6">
      {{ field(form.disposal) }}{{ not_available(form.absent) }}</div></div>
    <hr class="my-4">
    {% for f in (form.name, form.day, form.kind, form.how, form.which, form.words, form.photo, form.read, form.secret)
      %}      {{ field(f) }}{% endfor %}
  </section>
  <section class="sheet" data-rows data-rows-next="{{ form.rows|length }}"><header><h2>2 Rows</h2></header>
    <table class="grid-table"><caption class="visually-hidden">Pieces</caption><thead><tr><th scope="col">Hotel</th>
      <th scope="col" class="num w-n">Pieces</th><th scope="col">Remove</th></tr></thead>
    <tbody data-rows-body>{% for row in form.rows %}<tr data-row><td data-label="Hotel">
      {{ control(row.form.hotel, label="Hotel, row " ~ loop.index) }}</td><td data-label="Pieces">
      {{ control(row.form.pieces, label="Pieces, row " ~ loop.index) }}</td><td>
      <button class="btn btn-sm btn-quiet" name="remove" value="{{ loop.index0 }}" data-rows-remove>
      Remove row {{ loop.index }}
      </button></td></tr>{% endfor %}</tbody></table>
    <template><tr data-row><td data-label="Hotel">
      <input class="form-control" name="rows-__index__-hotel" aria-label="Hotel, row __number__"></td>
      <td data-label="Pieces">
      <input class="form-control" name="rows-__index__-pieces" aria-label="Pieces, row __number__"></td><td>
      <button class="btn btn-sm btn-quiet" data-rows-remove>Remove row __number__</button></td></tr></template>
    <button class="btn btn-sm mt-3" type="submit" name="add" value="rows" data-rows-add>
      {{ icon("plus-lg") }}Add a row</button>
  </section>
</div><aside aria-label="Help"><h2>Help</h2><p class="small soft">Rent and staff, without VAT.</p></aside></div></div>
<div class="next-bar"><div class="frame">{{ save_status("Draft saved 14:32, only Aurelis sees it") }}
  <span class="row-line">{{ submit("Save and close", "plain", name="do", value="later") }}
  {{ submit("Submit to Tornby", symbol="check2") }}</span></div></div>
</form>{% endblock %}
"""

SHEET = """
{% extends "layouts/narrow.html" %}{% from "macros/controls.html" import field %}
{% from "macros/forms.html" import hidden, submit %}
{% block page_title %}Sign in{% endblock %}
{% block sheet %}<form method="post" novalidate>{{ hidden(form) }}{{ field(form.name) }}{{ field(form.secret) }}
  <div class="acts">{{ submit("Sign in", big=true) }}{{ submit("Mail me a sign-in link", "quiet") }}</div></form>
  {% endblock %}
"""

TURN = """
{% extends "layouts/narrow.html" %}{% from "macros/chips.html" import chip %}
  {% from "macros/party.html" import ring %}
{% block page_title %}Your turn{% endblock %}
{% block main %}<section class="stack" aria-labelledby="y"><h2 class="visually-hidden" id="y">Tasks</h2>
<article class="turn-card first p2"><div class="spread">{{ chip("late", "due Tue 17 Nov, 4 days late") }}
  <span class="small soft">for Mateo</span></div>
<h3><a href="#t">Volumes and condition per hotel</a></h3>
  <p class="why">Tornby Furniture plans lorries and workshop hours with these figures.</p>
<ul class="meta-line"><li>{{ icon("clock") }}about 15 minutes</li></ul><div class="row-line">
  <a class="btn btn-primary btn-lg flex-grow-1" href="#t">Continue with hotel 10</a></div></article>
<article class="turn-card"><div class="spread">{{ chip("due", "due Wed 2 Dec") }}</div><h3>
  <a href="#u">How are we doing together?</a></h3><div class="row-line">{{ ring(rings[0]) }}
  <span class="small">2 of 3 decided</span></div></article></section>{% endblock %}
{% block primary %}<span class="row-line"><a class="btn btn-primary" href="#t">Continue</a></span>{% endblock %}
"""

DESK = """
{% extends "layouts/desk.html" %}{% from "macros/chips.html" import chip %}
  {% from "macros/page.html" import empty, step_bar %}{% from "macros/party.html" import shape %}
{% block page_title %}Board{% endblock %}{% block head_acts %}<a class="btn btn-primary" href="#o">
  {{ icon("plus-lg") }}Open a project</a>{% endblock %}
{% block main %}{{ step_bar([{"label": "What"}, {"label": "Who"}, {"label": "Where to"}], 2) }}
<dl class="tally"><div><dd>4</dd><dt>wait for you</dt></div><div><dd class="late">5</dd><dt>overdue</dt></div></dl>
<div class="board"><table><caption class="visually-hidden">Projects</caption><thead><tr>
  <th scope="col">Project and parties</th><th scope="col">Stage</th><th scope="col">Waits for</th>
  <th scope="col">Due</th></tr></thead>
<tbody><tr class="group"><th colspan="4" scope="rowgroup">Your turn</th></tr>{% for party in parties %}<tr>
  <th scope="row"><a class="p-name" href="#p">Office chairs as a service</a><span class="sub">{{ party.name }}
  </span></th>
<td class="of-stage" data-label="Stage">Business model</td>
<td class="of-wait" data-label="Waits for"><span class="row-line gap-2 flex-nowrap">
  <span class="seat">{{ shape(party) }}</span>Answer the counter-offer on the fee</span></td><td data-label="Due">
  {{ chip("soon", "due Wed") }}</td></tr>{% endfor %}</tbody></table></div>{% endblock %}
"""

DIALOG = """
{% extends "layouts/dialog.html" %}{% from "macros/forms.html" import submit %}
  {% from "macros/page.html" import note %}
{% block page_title %}Put on hold{% endblock %}
{% block follows %}{{ note("soon", "No reminders until 1 Sep. Reading and drafts stay possible.") }}
  <ul class="follows"><li>Any champion can resume earlier.</li></ul>{% endblock %}
{% block act %}{{ submit("Put on hold until 1 Sep") }}
  {{ submit("Decline for WMATA", "danger", name="do", value="decline") }}{% endblock %}
"""

PAGES = {"room": ROOM, "task": TASK, "sheet": SHEET, "turn": TURN, "desk": DESK, "dialog": DIALOG}
PATHS = ["/room", "/task", "/sheet", "/turn", "/desk", "/dialog", "/error"]


class Absent(Form):
    absent = BooleanField("Not available")
    why = StringField("Why, and who might know?", [validators.Optional()])
    by = DateField("It will come by", [validators.Optional()])


class Row(Form):
    hotel = StringField("Hotel")
    pieces = IntegerField(
        "Pieces", [validators.InputRequired("Give a number of pieces.")], render_kw={"aria-label": "Pieces"}
    )


class Answers(FlaskForm):
    store = IntegerField(
        "Storage of old furniture",
        [validators.InputRequired("Give a number, or mark it not available.")],
        description="Rent and staff, without VAT. Last year’s invoices are enough.",
    )
    disposal = StringField("Disposal", [validators.Optional()])
    absent = FormField(Absent)
    name = StringField(
        "What we call it",
        [validators.Length(min=3, message="Too short: 3 letters or more.")],
        render_kw={"autocomplete": "username"},
    )
    day = DateField("From which day", [validators.Optional()])
    kind = SelectField("How do you know?", choices=["measured", "calculated", "estimated"])
    how = RadioField(
        "Who should own the thing while it is used?",
        [validators.InputRequired("Choose one.")],
        choices=["the supplier", "the user"],
        validate_choice=False,
    )
    which = SelectMultipleField(
        "Which kinds?",
        [validators.Optional()],
        choices=["oak", "steel"],
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )
    words = TextAreaField("In your own words", [validators.Optional()], description="As short as you like.")
    photo = FileField("A bill", [validators.Optional()], description="PDF, pictures, spreadsheets, up to 25 MB")
    read = BooleanField("I have read version 7.")
    secret = PasswordField("Password", render_kw={"autocomplete": "current-password"})
    rows = FieldList(FormField(Row), min_entries=2)


class Hold(FlaskForm):
    why = StringField("Reason, which all see")
    until = DateField("Until when")


def tiny_app() -> Flask:
    """The smallest app that can draw every page."""
    app = Flask("look", template_folder=str(TEMPLATES), static_folder=None)
    app.config.update(SECRET_KEY="only here")
    app.jinja_options = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    app.jinja_loader = ChoiceLoader([FileSystemLoader(TEMPLATES), DictLoader(PAGES)])
    Babel(app)
    CSRFProtect(app)
    assets.init_app(app)
    icons.init_app(app)
    app.jinja_env.filters["lang"] = lambda _text: ""
    app.jinja_env.filters["things"] = lambda count: words.things(count, Reader())
    app.jinja_env.filters.update(day=lambda d: f"{d:%a %-d %b}", day_time=lambda d: f"{d:%a %-d %b, %H:%M} Madrid")
    app.add_url_rule("/<name>", "page", draw, methods=["GET", "POST"])
    app.add_url_rule("/draft", "draft", lambda: {"status": "Draft saved 10:42, only Aurelis sees it"}, methods=["POST"])

    @app.after_request
    def guarded(answer):
        answer.headers["Content-Security-Policy"] = assets.CSP
        return answer

    return app


def draw(name: str) -> str:
    names = ["Tornby Furniture", "Aurelis Hotels", "Vandhaus Logistics", LONG, "Bank", "City of Brinhaven"]
    letters = ["TF", "AH", "VL", "DL", "BA", "CB"]
    parties = [
        Thing(number=i, name=n, initials=s, mine=i == 1) for i, (n, s) in enumerate(zip(names, letters, strict=True), 1)
    ]
    tabs = ["Now", "Tasks", "Documents", "Contract", "People", "Charter", "Record"]
    form = Hold() if name == "dialog" else Answers(meta={"csrf": name != "task"})
    if name == "task":
        form.store.unit, form.store.read_back = "EUR a year, 2026 prices", "Read as 18,400 euros a year, prices of 2026"
        form.store.published = "13,000 fittings (Mass Transit, 2013)"
        form.disposal.unit = "EUR per tonne"
        form.validate()
    if name == "room" and "said" in request.args:
        flash("Submitted. Tornby accepts it or returns it with a reason by Tue 11 Feb.", "done")
    here = "/" if name == "sheet" else name
    return render_template(
        "errors/error.html" if name == "error" else name,
        theme=request.args.get("theme", ""),
        nav=[]
        if name == "sheet"
        else [
            Thing(label="Your turn", url="/turn", count=3, current=here == "turn"),
            Thing(label="Projects", url="/room", count=0, current=here != "turn"),
            Thing(label="Board", url="/desk", count=0, current=False),
        ],
        viewer=None
        if name == "sheet"
        else Thing(
            name="Ingrid Solvik",
            initials="IS",
            organisation="Tornby Furniture",
            url="/account",
            sign_out_url="/sign-out",
        ),
        room=None
        if name in ("turn", "desk", "sheet", "error")
        else Thing(
            ref="x",
            title="Guest-room furniture comes back",
            parties=parties[:4],
            stage_line="Stage 4 of 8: Joint value, day 15 of 25",
            seen_rest="and Sofia Marin, facilitator.",
            tabs=[Thing(label=t, url=f"#{t}", count=i, current=i == 0) for i, t in enumerate(tabs)],
        ),
        trail=[
            Thing(label="Projects", url="/desk"),
            Thing(label="Guest-room furniture comes back", url="/room"),
            Thing(label="Total cost today", url=None),
        ],
        parties=parties,
        form=form,
        noon=NOON,
        back_url="/room",
        act=Thing(label="Upload a document", url="#up"),
        events=[
            Thing(
                sentence="Lena Brandt entered Hotel Mirador: 288 pieces",
                moment=NOON,
                party=parties[1],
                detail="version 5",
            ),
            Thing(sentence="Reminders ran", moment=NOON, party=None, detail=None),
        ],
        rings=[
            [(1, "agreed"), (2, "open"), (3, "agreed")],
            [(1, "agreed"), (2, "agreed")],
            [(1, "agreed"), (2, "objects")],
            [(i, "agreed") for i in range(1, 7)],
        ],
        way=[
            Thing(name="Scoping", state="done", what="14 days", segments=None),
            Thing(name="Joint value", state="now", what="15 of 25 working days", segments=None),
            Thing(
                name="Is this our common picture?",
                state="ahead",
                what="2 of 3 agree",
                segments=[(1, "agreed"), (2, "open"), (3, "agreed")],
            ),
            Thing(name="Pilot", state="ahead", what=None, segments=None),
            Thing(name="Agreed", state="end", what="about 31 Mar", segments=None),
        ],
        heading="This is not here",
        sentence="This does not exist, or it is not yours to see. Perhaps the link is old.",
        act_label="Your turn",
        act_url="/turn",
        kept=[("Reason", "Two lines\nof text")],
        again=None,
    )
