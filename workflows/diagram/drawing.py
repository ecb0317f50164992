"""A definition drawn as a score: stages on one rail, gates as rings, below it a lane per seat with a mark per task.

A lane has the shape and colour of the party in its seat; one that several share, or that is empty, has those of nobody.
The layout is made once per definition; ``display`` says how one project stands, by classes on elements that carry an
id. Classes and proportions are those of the theme's section ``score``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from math import ceil

from workflows.definition import Definition, Transition
from workflows.diagram.arcs import ARC, WIDTH, Arc, curve_label, curved, levelled
from workflows.diagram.letters import EM, SUB_EM, cut, wrapped
from workflows.diagram.shapes import EMPTY, SHARED, at, colour_of, ring_parts, shaped
from workflows.texts import say

FIRST, LAST = 64.0, 1162.0
ONE_ROW, PER_ROW, ONE_LEVEL = 16, 12, 9  # stages
HEAD, LINE, LANE = 40.0, 18.0, 24.0  # heights
LEAST_NAME = 40.0  # a name that would be cut to less than this is none

MARK = (
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


def score(definition: Definition, *, language: str = "en", words: Words = ENGLISH,
          lanes: Mapping[str, int] | None = None) -> str:
    """The diagram of a definition as SVG, with nothing done yet.

    lanes: the seats in their order, each with the number of its party, or SHARED, or EMPTY; unless a project says it,
    as if the seats of the template were its parties.
    """
    points = [_Point(key, say(stage.name, language), words.days.format(n=stage.target))
              for key, stage in definition.stages.items()]
    end = next((key for key, outcome in definition.terminal.items() if outcome == "success"), None)
    if end is not None:
        points.append(_Point(end, words.end if end == "agreed" else definition.stage_name(end, language), ""))
    drawing = _Drawing(definition, language, end,
                       lanes or {key: number for number, key in enumerate(definition.parties, 1)})
    top = 0.0
    for row in _rows(points):
        top = drawing.row(row, top)
    names = ", ".join(point.name for point in points)
    head = (f'<svg class="score" viewBox="0 0 {WIDTH:.0f} {top:.0f}" role="img" aria-labelledby="score-t score-d">'
            f'<title id="score-t">{escape(words.title)}</title>'
            f'<desc id="score-d">{escape(words.stages.format(stages=names))}</desc>')
    return f"{head}{''.join(drawing.parts)}</svg>"


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
    lanes: Mapping[str, int]
    parts: list[str] = field(default_factory=list)

    def row(self, row: _Row, top: float) -> float:
        """Draw one row below ``top`` and return where it ends."""
        arcs = levelled(self._arcs(row))
        rail = top + HEAD + ARC * (1 + max((arc.level for arc in arcs), default=-1))
        labels = _Labels(row)
        lanes = rail + 25 + labels.height
        bottom = lanes + LANE * len(self.lanes)
        self._lanes(lanes)
        self._rail(row, rail)
        for arc in arcs:
            self.parts.append(curved(arc, rail))
        for place, point in enumerate(row.points):
            self._gates(point, row, rail)
            self._point(point, rail)
            self.parts.append(labels.drawn(place, rail))
            self._marks(point, row, lanes)
        if row.last:
            self._names(row, lanes)
        for arc in arcs:
            self.parts.append(curve_label(arc, rail))
        return bottom + (2 if row.last else 22)

    def _lanes(self, top: float) -> None:
        for place, (key, number) in enumerate(self.lanes.items()):
            y = top + LANE * place
            if place % 2 == 0:
                size = f'width="{WIDTH:.0f}" height="{LANE:.0f}"'
                self.parts.append(f'<rect class="lane" x="0" y="{at(y)}" {size} rx="3"/>')
            filled = SHARED <= number <= 4
            classes = f"fp{colour_of(number)}" if filled else f"mk todo sp{colour_of(number)}"
            shape = shaped(number, 14, y + LANE / 2, 6, f'class="{classes}"')
            name = say(self.definition.parties[key].name, self.language)
            self.parts.append(f"<g><title>{escape(name)}</title>{shape}</g>")

    def _names(self, row: _Row, top: float) -> None:
        """At the right of a lane that has the shape of no party, behind its last task: whose it is."""
        stages = self.definition.stages
        for place, (key, number) in enumerate(self.lanes.items()):
            last = max((point.x + row.gap / 2 for point in row.points if point.key in stages and any(
                key in task.of for task in stages[point.key].tasks.values())), default=FIRST)
            room = WIDTH - 16 - last
            if number in (SHARED, EMPTY) and room > LEAST_NAME:
                seat = self.definition.parties[key]
                name = say(seat.plural or seat.name if number == SHARED else seat.name, self.language)
                y = top + LANE * (place + 0.5) + 4.5
                self.parts.append(f'<text class="sub" x="{at(WIDTH - 8)}" y="{at(y)}" text-anchor="end">'
                                  f"{escape(cut(name, room, SUB_EM))}</text>")

    def _rail(self, row: _Row, y: float) -> None:
        following = {(t.from_, t.to) for t in self.definition.transitions.values()}
        order = [*self.definition.stages, *([self.end] if self.end else [])]
        for key, to in zip(order, order[1:], strict=False):
            start, end = row.x(key), row.x(to)
            if (key, to) not in following or (start is None and end is None):
                continue
            x1, x2 = (0.0 if start is None else start), (WIDTH if end is None else end)
            id_ = f'id="score-rail-{key}" ' if start is not None else ""
            self.parts.append(f'<path {id_}class="rail" d="M{at(x1)} {at(y)}H{at(x2)}"/>')

    def _arcs(self, row: _Row) -> list[Arc]:
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
                arcs.append(Arc(start, away, label, back, stub=True))
            else:
                arcs.append(Arc(start, end, label, back))
        return arcs

    def _label(self, transition: Transition, *, elsewhere: bool) -> str:
        to = self.definition.stage_name(transition.to, self.language)
        name = say(transition.name, self.language) or to
        return cut(f"{name} → {to}" if elsewhere and name != to else name, 250, SUB_EM)

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
                           for seat, d in zip(gate.of, ring_parts(x, y, radius, len(gate.of)), strict=True))
            plate = f'<circle class="plate" cx="{at(x)}" cy="{at(y)}" r="{at(radius * 1.5)}"/>'
            self.parts.append(f"<g>{question}{plate}{ring}</g>")
            x += 2.9 * radius

    def _point(self, point: _Point, y: float) -> None:
        if point.key in self.definition.stages:
            name = f"<title>{escape(point.name)}</title>"
            self.parts.append(f'<g>{name}<circle id="score-stage-{point.key}" class="node" cx="{at(point.x)}" '
                              f'cy="{at(y)}" r="10"/></g>')
            return
        halves = "".join(f'<path class="sp{n}" d="{d}"/>' for n, d in enumerate(MARK, 1))
        self.parts.append(f'<g transform="translate({at(point.x - 16)} {at(y - 16)})"><circle cx="16" cy="16" r="16" '
                          f'class="plate"/><g id="score-end-{point.key}" class="end" fill="none" stroke-width="3.2">'
                          f"{halves}</g></g>")

    def _marks(self, point: _Point, row: _Row, top: float) -> None:
        stage = self.definition.stages.get(point.key)
        for place, (seat, number) in enumerate(self.lanes.items()):
            tasks = [(key, task) for key, task in (stage.tasks if stage else {}).items() if seat in task.of]
            step = min(14.5, (row.gap - 10) / max(len(tasks), 1))
            x = point.x - step * (len(tasks) - 1) / 2
            for key, task in tasks:
                colour = colour_of(number)
                attributes = f'id="score-task-{key}-{seat}" class="mk sp{colour} fp{colour} todo"'
                shape = shaped(number, x, top + LANE * (place + 0.5), min(4.4, step * 0.32), attributes)
                self.parts.append(f"<g><title>{escape(say(task.title, self.language))}</title>{shape}</g>")
                x += step

    def _colour_of(self, seat: str) -> int:
        return colour_of(self.lanes.get(seat, SHARED))


class _Labels:
    """Names below the stages: wrapped to two lines, and on two levels where there are many."""

    def __init__(self, row: _Row) -> None:
        self.row = row
        room = min(row.gap - 10 if row.levels == 1 else 2 * row.gap - 16, 220)
        edges = [2 * min(point.x, WIDTH - point.x) for point in row.points]
        self.lines = [wrapped(point.name, min(room, edge), EM) for point, edge in zip(row.points, edges, strict=True)]
        subs = LINE if any(point.sub for point in row.points) else 0
        self.blocks = [max((len(lines) for lines in self.lines[level::row.levels]), default=0) * LINE + subs
                       for level in range(row.levels)]
        self.height = sum(self.blocks) + 8 * row.levels

    def drawn(self, place: int, rail: float) -> str:
        point, level = self.row.points[place], place % self.row.levels
        y = rail + 37 + (self.blocks[0] + 8 if level else 0)
        parts = [f'<path class="rail" d="M{at(point.x)} {at(rail + 20)}V{at(y - 15)}"/>'] if level else []
        lines = self.lines[place]
        more = "".join(f'<tspan x="{at(point.x)}" dy="{LINE:.0f}">{escape(line)}</tspan>' for line in lines[1:])
        parts.append(f'<text id="score-name-{point.key}" class="" x="{at(point.x)}" y="{at(y)}" '
                     f'text-anchor="middle">{escape(lines[0])}{more}</text>')
        if point.sub:
            parts.append(f'<text id="score-sub-{point.key}" class="sub" x="{at(point.x)}" '
                         f'y="{at(y + LINE * len(lines))}" text-anchor="middle">{escape(point.sub)}</text>')
        return "".join(parts)
