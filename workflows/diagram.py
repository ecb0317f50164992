"""A definition drawn as a score: stages on one rail, gates as rings, below it a lane per seat with a mark per task.

The layout is made once per definition. What is done, now and agreed is added at display by classes on elements that
carry an id; no element has a style. Classes and proportions are those of the theme's section ``score``.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from math import ceil, cos, radians, sin

from workflows.definition import Definition, Transition
from workflows.texts import say

WIDTH, FIRST, LAST = 1216.0, 64.0, 1162.0
ONE_ROW, PER_ROW, ONE_LEVEL = 16, 12, 9  # stages
HEAD, ARC, LINE, LANE = 40.0, 26.0, 18.0, 24.0  # heights
EM, SUB_EM = 16.5, 14.5  # of the larger letters on narrow screens; labels that fit those fit everywhere

_MARK = (
    "M23.58 26.44C23.11 26.67 21.74 27.50 20.75 27.83C19.77 28.17 18.72 28.37 17.70 28.44C16.68 28.51 "
    "15.63 28.43 14.64 28.24C13.66 28.04 12.68 27.70 11.80 27.27C10.92 26.84 10.08 26.27 9.36 25.65C8.63 "
    "25.02 7.99 24.28 7.46 23.51C6.94 22.74 6.52 21.88 6.21 21.03C5.91 20.19 5.72 19.28 5.65 18.41C5.57 "
    "17.54 5.61 16.65 5.75 15.82C5.89 14.99 6.15 14.17 6.47 13.43C6.80 12.68 7.23 11.98 7.72 11.37C8.20 "
    "10.75 8.77 10.20 9.36 9.73C9.95 9.27 10.61 8.89 11.27 8.59C11.93 8.30 12.63 8.09 13.32 7.96C14.00 "
    "7.84 14.71 7.80 15.38 7.83C16.05 7.87 16.72 7.99 17.35 8.17C17.98 8.35 18.58 8.61 19.14 8.92C19.69 "
    "9.22 20.42 9.83 20.68 10.01",
    "M8.42 5.56C8.89 5.33 10.26 4.50 11.25 4.17C12.23 3.83 13.28 3.63 14.30 3.56C15.32 3.49 16.37 3.57 "
    "17.36 3.76C18.34 3.96 19.32 4.30 20.20 4.73C21.08 5.16 21.92 5.73 22.64 6.35C23.37 6.98 24.01 7.72 "
    "24.54 8.49C25.06 9.26 25.48 10.12 25.79 10.97C26.09 11.81 26.28 12.72 26.35 13.59C26.43 14.46 26.39 "
    "15.35 26.25 16.18C26.11 17.01 25.85 17.83 25.53 18.57C25.20 19.32 24.77 20.02 24.28 20.63C23.80 "
    "21.25 23.23 21.80 22.64 22.27C22.05 22.73 21.39 23.11 20.73 23.41C20.07 23.70 19.37 23.91 18.68 "
    "24.04C18.00 24.16 17.29 24.20 16.62 24.17C15.95 24.13 15.28 24.01 14.65 23.83C14.02 23.65 13.42 "
    "23.39 12.86 23.08C12.31 22.78 11.58 22.17 11.32 21.99",
)


@dataclass(frozen=True, slots=True)
class Words:
    """What the diagram says itself; the caller translates."""

    title: str = "Stages of the project"
    stages: str = "The stages are {stages}."
    days: str = "{n} days"
    end: str = "Agreed"


ENGLISH = Words()


def score(definition: Definition, *, language: str = "en", words: Words = ENGLISH) -> str:
    """The diagram of a definition as SVG, with nothing done yet."""
    points = [_Point(key, say(stage.name, language), words.days.format(n=stage.target))
              for key, stage in definition.stages.items()]
    end = next((key for key, outcome in definition.terminal.items() if outcome == "success"), None)
    if end is not None:
        points.append(_Point(end, words.end if end == "agreed" else definition.stage_name(end, language), ""))
    drawing = _Drawing(definition, language, end)
    top = 0.0
    for row in _rows(points):
        top = drawing.row(row, top)
    names = ", ".join(point.name for point in points)
    head = (f'<svg class="score" viewBox="0 0 {WIDTH:.0f} {top:.0f}" role="img" aria-labelledby="score-t score-d">'
            f'<title id="score-t">{escape(words.title)}</title>'
            f'<desc id="score-d">{escape(words.stages.format(stages=names))}</desc>')
    return f"{head}{''.join(drawing.parts)}</svg>"


def decorate(svg: str, *, stage: str, done: Collection[str] = (), accepted: Mapping[tuple[str, str], str] | None = None,
             decisions: Mapping[tuple[str, str], str] | None = None, note: str | None = None,
             description: str | None = None) -> str:
    """Say on the diagram of ``score`` how one project stands.

    accepted: (task, seat) -> state of the contribution; "accepted" fills the mark.
    decisions: (gate, seat) -> "agreed" or "reserved" close the segment, "refused" alarms.
    note: below the name of the present stage, "day 15 of 25".
    description: the same facts in words, for who cannot see the picture.
    """
    state = _State(stage, frozenset(done), accepted or {}, decisions or {}, note)
    svg = _MARKED.sub(state.drawn, svg)
    if description is not None:
        svg = _DESC.sub(lambda match: f"{match[1]}{escape(description)}</desc>", svg, count=1)
    return svg


# Display -------------------------------------------------------------------------------------------------------------

_MARKED = re.compile(r'<(\w+) id="score-(stage|name|sub|rail|task|gate|end)-([a-z0-9_]+)(?:-([a-z0-9_]+))?" '
                     r'class="([^"]*)"([^>]*?)(/?)>(?:([^<]*)(?=</text>))?')
_DESC = re.compile(r'(<desc id="score-d">)[^<]*</desc>')
_CENTRE = re.compile(r'cx="([\d.]+)" cy="([\d.]+)"')


@dataclass(frozen=True, slots=True)
class _State:
    stage: str
    done: frozenset[str]
    accepted: Mapping[tuple[str, str], str]
    decisions: Mapping[tuple[str, str], str]
    note: str | None

    def drawn(self, match: re.Match[str]) -> str:
        """One element with the classes of this moment."""
        kind, key, seat, classes = match.group(2, 3, 4, 5)
        match kind:
            case "stage":
                return self._node(match, key)
            case "rail" if key in self.done:
                return _with(match, f"{classes} done")
            case "name" if key == self.stage:
                return _with(match, f"{classes} now-name".strip())
            case "sub" if key == self.stage and self.note is not None:
                return _with(match, classes, text=self.note)
            case "task" if self.accepted.get((key, seat)) == "accepted":
                return _with(match, classes.replace(" todo", ""))
            case "gate":
                return _segment(match, classes, self.decisions.get((key, seat), ""))
            case "end" if key == self.stage:
                return _with(match, "signed")
        return match[0]

    def _node(self, match: re.Match[str], key: str) -> str:
        x, y = (float(one) for one in _CENTRE.findall(match[6])[0])
        if key == self.stage:
            return (f'<circle id="score-stage-{key}" class="node now" cx="{_n(x)}" cy="{_n(y)}" r="16"/>'
                    f'<circle class="node now-core" cx="{_n(x)}" cy="{_n(y)}" r="8.5"/>')
        if key in self.done:
            return (f'<circle id="score-stage-{key}" class="node done" cx="{_n(x)}" cy="{_n(y)}" r="11"/>'
                    f'<path class="tick" d="M{_n(x - 4.6)} {_n(y + 0.3)}l3.2 3.3 6-6.8"/>')
        return match[0]


def _segment(match: re.Match[str], classes: str, state: str) -> str:
    """Closed where agreed; broken and alarming where refused, since colour never speaks alone."""
    closed = classes.replace(" open", "")
    if state in ("agreed", "reserved"):
        return _with(match, closed)
    return _with(match, f"{closed} bad", more=' stroke-dasharray="2.6 2.2"') if state == "refused" else match[0]


def _with(match: re.Match[str], classes: str, *, text: str | None = None, more: str = "") -> str:
    """The same element with other classes and, where given, another text and more attributes."""
    before = match[0][:match.start(5) - match.start()]
    words = match[8] or "" if text is None else escape(text)
    return f'{before}{classes}"{match[6]}{more}{match[7]}>{words}'


# Layout --------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Point:
    """A stage, or the end, on the rail."""

    key: str
    name: str
    sub: str
    x: float = 0.0


@dataclass(slots=True)
class _Row:
    points: list[_Point]
    number: int
    last: bool
    levels: int  # of labels
    gap: float

    def x(self, key: str) -> float | None:
        return next((point.x for point in self.points if point.key == key), None)


@dataclass(slots=True)
class _Arc:
    """A way that does not lead to the next stage."""

    start: float
    end: float
    label: str
    back: bool
    stub: bool = False  # leads to another row
    level: int = 0

    @property
    def middle(self) -> float:
        half = _width(self.label, SUB_EM) / 2
        return min(max((self.start + self.end) / 2, half + 2), WIDTH - half - 2)

    @property
    def span(self) -> tuple[float, float]:
        """Everything the arc and its label cover."""
        half = _width(self.label, SUB_EM) / 2 + 6
        ends = sorted((self.start, self.end))
        return min(ends[0], self.middle - half), max(ends[1], self.middle + half)


def _rows(points: list[_Point]) -> Iterator[_Row]:
    count = 1 if len(points) <= ONE_ROW + 1 else ceil(len(points) / PER_ROW)
    per_row = ceil(len(points) / count)
    gap = (LAST - FIRST) / max(per_row - 1, 1)
    levels = 1 if len(points) <= ONE_LEVEL + 1 else 2
    for number in range(count):
        row = points[number * per_row:(number + 1) * per_row]
        for place, point in enumerate(row):
            point.x = FIRST + place * gap
        if row:
            yield _Row(row, number, (number + 1) * per_row >= len(points), levels, gap)


@dataclass(slots=True)
class _Drawing:
    definition: Definition
    language: str
    end: str | None
    parts: list[str] = field(default_factory=list)

    def row(self, row: _Row, top: float) -> float:
        """Draw one row below ``top`` and return where it ends."""
        arcs = _levelled(self._arcs(row))
        rail = top + HEAD + ARC * (1 + max((arc.level for arc in arcs), default=-1))
        labels = _Labels(row)
        lanes = rail + 25 + labels.height
        bottom = lanes + LANE * len(self.definition.parties)
        self._lanes(lanes)
        self._rail(row, rail)
        for arc in arcs:
            self.parts.append(_arc(arc, rail))
        for place, point in enumerate(row.points):
            self._gates(point, row, rail)
            self._point(point, rail)
            self.parts.append(labels.drawn(place, rail))
            self._marks(point, row, lanes)
        for arc in arcs:
            self.parts.append(_arc_label(arc, rail))
        return bottom + (2 if row.last else 22)

    def _lanes(self, top: float) -> None:
        for number, seat in enumerate(self.definition.parties.values()):
            y = top + LANE * number
            if number % 2 == 0:
                size = f'width="{WIDTH:.0f}" height="{LANE:.0f}"'
                self.parts.append(f'<rect class="lane" x="0" y="{_n(y)}" {size} rx="3"/>')
            classes = f"fp{_colour(number)}" if number < 4 else f"mk todo sp{_colour(number)}"
            shape = _shape(number, 14, y + LANE / 2, 6, f'class="{classes}"')
            self.parts.append(f"<g><title>{escape(say(seat.name, self.language))}</title>{shape}</g>")

    def _rail(self, row: _Row, y: float) -> None:
        following = {(t.from_, t.to) for t in self.definition.transitions.values()}
        order = [*self.definition.stages, *([self.end] if self.end else [])]
        for key, to in zip(order, order[1:], strict=False):
            start, end = row.x(key), row.x(to)
            if (key, to) not in following or (start is None and end is None):
                continue
            x1, x2 = (0.0 if start is None else start), (WIDTH if end is None else end)
            id_ = f'id="score-rail-{key}" ' if start is not None else ""
            self.parts.append(f'<path {id_}class="rail" d="M{_n(x1)} {_n(y)}H{_n(x2)}"/>')

    def _arcs(self, row: _Row) -> list[_Arc]:
        """The ways of this row that do not lead to the next stage; of another row's stage a short piece."""
        arcs = []
        order = self.definition.order
        for transition in self.definition.transitions.values():
            start = row.x(transition.from_)
            next_ = order[transition.to] == order[transition.from_] + 1 or transition.to == self.end and \
                order[transition.from_] == len(self.definition.stages) - 1
            if start is None or next_ or self.definition.terminal.get(transition.to) == "failure":
                continue
            back = self.definition.is_back(transition)
            end = row.x(transition.to)
            label = self._label(transition, elsewhere=end is None)
            if end is None:
                away = max(start - 70, 8) if back else min(start + 70, WIDTH - 8)
                arcs.append(_Arc(start, away, label, back, stub=True))
            else:
                arcs.append(_Arc(start, end, label, back))
        return arcs

    def _label(self, transition: Transition, *, elsewhere: bool) -> str:
        to = self.definition.stage_name(transition.to, self.language)
        name = say(transition.name, self.language) or to
        return _cut(f"{name} → {to}" if elsewhere and name != to else name, 250, SUB_EM)

    def _gates(self, point: _Point, row: _Row, y: float) -> None:
        """The rings right of a stage, in its half of the way to the next."""
        stage = self.definition.stages.get(point.key)
        gates = list(stage.gates.items()) if stage else []
        half = min(row.gap / 2, (WIDTH - point.x + 12) / 2)
        radius = min(9.0, (2 * half - 36) / (2.9 * max(len(gates), 1)))
        x = point.x + half - 1.45 * radius * (len(gates) - 1)
        for key, gate in gates:
            question = f"<title>{escape(say(gate.question, self.language))}</title>"
            ring = "".join(f'<path id="score-gate-{key}-{seat}" class="seg sp{self._colour_of(seat)} open" d="{d}"/>'
                           for seat, d in zip(gate.of, _ring(x, y, radius, len(gate.of)), strict=True))
            plate = f'<circle class="plate" cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius * 1.5)}"/>'
            self.parts.append(f"<g>{question}{plate}{ring}</g>")
            x += 2.9 * radius

    def _point(self, point: _Point, y: float) -> None:
        if point.key in self.definition.stages:
            name = f"<title>{escape(point.name)}</title>"
            self.parts.append(f'<g>{name}<circle id="score-stage-{point.key}" class="node" cx="{_n(point.x)}" '
                              f'cy="{_n(y)}" r="10"/></g>')
            return
        halves = "".join(f'<path class="sp{n}" d="{d}"/>' for n, d in enumerate(_MARK, 1))
        self.parts.append(f'<g transform="translate({_n(point.x - 16)} {_n(y - 16)})"><circle cx="16" cy="16" r="16" '
                          f'class="plate"/><g id="score-end-{point.key}" class="end" fill="none" stroke-width="3.2">'
                          f"{halves}</g></g>")

    def _marks(self, point: _Point, row: _Row, top: float) -> None:
        stage = self.definition.stages.get(point.key)
        for number, seat in enumerate(self.definition.parties):
            tasks = [(key, task) for key, task in (stage.tasks if stage else {}).items() if seat in task.of]
            step = min(14.5, (row.gap - 10) / max(len(tasks), 1))
            x = point.x - step * (len(tasks) - 1) / 2
            for key, task in tasks:
                colour = _colour(number)
                attributes = f'id="score-task-{key}-{seat}" class="mk sp{colour} fp{colour} todo"'
                shape = _shape(number, x, top + LANE * (number + 0.5), min(4.4, step * 0.32), attributes)
                self.parts.append(f"<g><title>{escape(say(task.title, self.language))}</title>{shape}</g>")
                x += step

    def _colour_of(self, seat: str) -> int:
        return _colour(list(self.definition.parties).index(seat)) if seat in self.definition.parties else 1


class _Labels:
    """Names below the stages: wrapped to two lines, and on two levels where there are many."""

    def __init__(self, row: _Row) -> None:
        self.row = row
        room = min(row.gap - 10 if row.levels == 1 else 2 * row.gap - 16, 220)
        edges = [2 * min(point.x, WIDTH - point.x) for point in row.points]
        self.lines = [_wrapped(point.name, min(room, edge), EM) for point, edge in zip(row.points, edges, strict=True)]
        subs = LINE if any(point.sub for point in row.points) else 0
        self.blocks = [max((len(lines) for lines in self.lines[level::row.levels]), default=0) * LINE + subs
                       for level in range(row.levels)]
        self.height = sum(self.blocks) + 8 * row.levels

    def drawn(self, place: int, rail: float) -> str:
        point, level = self.row.points[place], place % self.row.levels
        y = rail + 37 + (self.blocks[0] + 8 if level else 0)
        parts = [f'<path class="rail" d="M{_n(point.x)} {_n(rail + 20)}V{_n(y - 15)}"/>'] if level else []
        lines = self.lines[place]
        more = "".join(f'<tspan x="{_n(point.x)}" dy="{LINE:.0f}">{escape(line)}</tspan>' for line in lines[1:])
        parts.append(f'<text id="score-name-{point.key}" class="" x="{_n(point.x)}" y="{_n(y)}" '
                     f'text-anchor="middle">{escape(lines[0])}{more}</text>')
        if point.sub:
            parts.append(f'<text id="score-sub-{point.key}" class="sub" x="{_n(point.x)}" '
                         f'y="{_n(y + LINE * len(lines))}" text-anchor="middle">{escape(point.sub)}</text>')
        return "".join(parts)


def _levelled(arcs: list[_Arc]) -> list[_Arc]:
    """Short arcs low, long ones above them; no two arcs or labels of one level touch."""
    placed: list[_Arc] = []
    for arc in sorted(arcs, key=lambda one: (abs(one.start - one.end), one.start)):
        left, right = arc.span
        taken = {other.level for other in placed if left < other.span[1] and other.span[0] < right}
        arc.level = next(level for level in range(len(placed) + 1) if level not in taken)
        placed.append(arc)
    return arcs


def _arc(arc: _Arc, rail: float) -> str:
    """A dashed curve above the rail for a way back, a plain one for a short cut; the arrow at where it leads."""
    side = -1 if arc.end < arc.start else 1
    y, peak = rail - 18, rail - 18 - (24 + ARC * arc.level) * 4 / 3
    x1, x2 = arc.start + side * 5, arc.end - side * 6
    if arc.stub:
        y2 = rail - 42 - ARC * arc.level
        curve = f"M{_n(x1)} {_n(y)}C{_n(x1 + side * 6)} {_n(y2)} {_n(x1 + side * 12)} {_n(y2)} {_n(arc.end)} {_n(y2)}"
        head = f"M{_n(arc.end + side * 4)} {_n(y2)}l{_n(-side * 9)} -4.6v9.2z"
    else:
        bend = f"{_n(x1 + side * 13)} {_n(peak)} {_n(x2 - side * 12)} {_n(peak)}"
        curve = f"M{_n(x1)} {_n(y)}C{bend} {_n(x2)} {_n(y - 1)}"
        x, foot = arc.end - side * 1.6, rail - 13.5
        head = f"M{_n(x)} {_n(foot)}l{_n(side * 0.6)} -9.4l{_n(-side * 8.6)} 4z"
    return f'<path class="{"back" if arc.back else "rail"}" d="{curve}"/><path class="back-head" d="{head}"/>'


def _arc_label(arc: _Arc, rail: float) -> str:
    y = rail - 48 - ARC * arc.level
    half = _width(arc.label, SUB_EM) / 2
    return (f'<rect class="plate" x="{_n(arc.middle - half)}" y="{_n(y - 12)}" width="{_n(2 * half)}" height="15"/>'
            f'<text class="sub" x="{_n(arc.middle)}" y="{_n(y)}" text-anchor="middle">{escape(arc.label)}</text>')


def _ring(x: float, y: float, radius: float, parts: int) -> Iterator[str]:
    """One arc per deciding seat, the first at the left, then clockwise."""
    whole = 360 / parts
    gap = min(13.0, whole / 6)
    for number in range(parts):
        start = 270 - whole + number * whole + gap
        end = start + whole - 2 * gap
        x1, y1 = x + radius * cos(radians(start)), y + radius * sin(radians(start))
        x2, y2 = x + radius * cos(radians(end)), y + radius * sin(radians(end))
        large = int(end - start > 180)
        yield f"M{_n(x1)} {_n(y1)}A{_n(radius)} {_n(radius)} 0 {large} 1 {_n(x2)} {_n(y2)}"


def _colour(number: int) -> int:
    """The first four seats have a colour of their own; then they repeat from the third."""
    return number + 1 if number < 4 else 3 + number % 2


def _shape(number: int, x: float, y: float, size: float, attributes: str) -> str:
    """Disc, square, hexagon, diamond: the shape of a seat by its place in the template."""
    match _colour(number):
        case 1:
            return f'<circle {attributes} cx="{_n(x)}" cy="{_n(y)}" r="{_n(size)}"/>'
        case 2:
            half = size * 0.9
            return (f'<rect {attributes} x="{_n(x - half)}" y="{_n(y - half)}" width="{_n(2 * half)}" '
                    f'height="{_n(2 * half)}" rx="0.6"/>')
        case 3:
            corners = [(cos(radians(a)), sin(radians(a))) for a in range(-90, 270, 60)]
        case _:
            corners = [(cos(radians(a)), sin(radians(a))) for a in range(-90, 270, 90)]
    points = " ".join(f"{_n(x + size * 1.08 * dx)},{_n(y + size * 1.08 * dy)}" for dx, dy in corners)
    return f'<polygon {attributes} points="{points}"/>'


# Letters -------------------------------------------------------------------------------------------------------------

_NARROW, _WIDE = frozenset("iIjlftr.,:;'|!()[] -"), frozenset("mwMW@%→")


def _width(text: str, em: float) -> float:
    """About how wide a text is; on the safe side, since no browser is here to measure."""
    return em * sum(0.33 if one in _NARROW else 0.9 if one in _WIDE else 0.68 if one.isupper() else
                    1.0 if ord(one) > 0x2E7F else 0.56 for one in text)


def _cut(text: str, room: float, em: float) -> str:
    if _width(text, em) <= room:
        return text
    while text and _width(f"{text}…", em) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _wrapped(text: str, room: float, em: float) -> list[str]:
    """At most two lines; what does not fit ends in an ellipsis and stands whole in the title."""
    first, rest = "", text.split()
    while rest and _width(f"{first} {rest[0]}".strip(), em) <= room:
        first = f"{first} {rest.pop(0)}".strip()
    if not first:  # one word longer than a line
        word = _cut(rest.pop(0), room, em).removesuffix("…")
        first, rest = f"{word}-", [text[len(word):].strip()]
    return [first, _cut(" ".join(rest), room, em)] if rest else [first]


def _n(value: float) -> str:
    """A coordinate with at most two digits."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
