"""Ways that do not lead to the next stage: curves above the rail, each with its label."""

from dataclasses import dataclass
from html import escape

from workflows.diagram.letters import SUB_EM, width
from workflows.diagram.shapes import at

WIDTH, ARC = 1216.0, 26.0
LEG = 20.0  # how far a curve leans while it rises


@dataclass(slots=True)
class Arc:
    """A way that does not lead to the next stage."""

    start: float
    end: float
    label: str
    back: bool
    stub: bool = False  # leads to another row
    level: int = 0
    aside: float = 0.0  # how far its label stands beside the middle

    @property
    def middle(self) -> float:
        half = width(self.label, SUB_EM) / 2
        return min(max((self.start + self.end) / 2 + self.aside, half + 2), WIDTH - half - 2)

    @property
    def legs(self) -> tuple[tuple[float, float], ...]:
        """From where to where its curve rises through what lies lower, at either end."""
        side = LEG if self.end > self.start else -LEG
        pieces = [(self.start, self.start + side)] if self.stub else [
            (self.start, self.start + side), (self.end - side, self.end)]
        return tuple((min(piece), max(piece)) for piece in pieces)

    @property
    def plate(self) -> tuple[float, float]:
        """What its label covers."""
        half = width(self.label, SUB_EM) / 2 + 3
        return self.middle - half, self.middle + half

    @property
    def span(self) -> tuple[float, float]:
        """Everything the arc and its label cover."""
        half = width(self.label, SUB_EM) / 2 + 6
        ends = sorted((self.start, self.end))
        return min(ends[0], self.middle - half), max(ends[1], self.middle + half)


def levelled(arcs: list[Arc]) -> list[Arc]:
    """Short arcs low, long ones above them; no two arcs or labels of one level touch."""
    placed: list[Arc] = []
    for arc in sorted(arcs, key=lambda one: (abs(one.start - one.end), one.start)):
        left, right = arc.span
        taken = {other.level for other in placed if left < other.span[1] and other.span[0] < right}
        arc.level = next(level for level in range(len(placed) + 1) if level not in taken)
        placed.append(arc)
    for arc in placed:
        _step_aside(arc, [leg for other in placed if other.level > arc.level for leg in other.legs], placed)
    return arcs


def _step_aside(arc: Arc, legs: list[tuple[float, float]], placed: list[Arc]) -> None:
    """Move the label along its arc to where no longer arc rises through it, if there is room; else it stays."""
    room = max(abs(arc.end - arc.start) / 2 - LEG, 0)
    beside = [other.plate for other in placed if other is not arc and other.level == arc.level]
    for aside in (step * side for step in range(0, int(room) + 1, 4) for side in (1, -1)):
        arc.aside = float(aside)
        left, right = arc.plate
        if not any(left < end and start < right for start, end in (*legs, *beside)):
            return
    arc.aside = 0.0


def curved(arc: Arc, rail: float) -> str:
    """A dashed curve above the rail for a way back, a plain one for a short cut; the arrow at where it leads."""
    side = -1 if arc.end < arc.start else 1
    y, peak = rail - 18, rail - 18 - (24 + ARC * arc.level) * 4 / 3
    x1, x2 = arc.start + side * 5, arc.end - side * 6
    if arc.stub:
        y2 = rail - 42 - ARC * arc.level
        curve = f"M{at(x1)} {at(y)}C{at(x1 + side * 6)} {at(y2)} {at(x1 + side * 12)} {at(y2)} {at(arc.end)} {at(y2)}"
        head = f"M{at(arc.end + side * 4)} {at(y2)}l{at(-side * 9)} -4.6v9.2z"
    else:
        bend = f"{at(x1 + side * 13)} {at(peak)} {at(x2 - side * 12)} {at(peak)}"
        curve = f"M{at(x1)} {at(y)}C{bend} {at(x2)} {at(y - 1)}"
        x, foot = arc.end - side * 1.6, rail - 13.5
        head = f"M{at(x)} {at(foot)}l{at(side * 0.6)} -9.4l{at(-side * 8.6)} 4z"
    return f'<path class="{"back" if arc.back else "rail"}" d="{curve}"/><path class="back-head" d="{head}"/>'


def curve_label(arc: Arc, rail: float) -> str:
    y = rail - 48 - ARC * arc.level
    half = width(arc.label, SUB_EM) / 2
    return (f'<rect class="plate" x="{at(arc.middle - half)}" y="{at(y - 12)}" width="{at(2 * half)}" height="15"/>'
            f'<text class="sub" x="{at(arc.middle)}" y="{at(y)}" text-anchor="middle">{escape(arc.label)}</text>')
