"""What is done, now and agreed, said on a diagram that was drawn before: by classes and a few texts, never a style."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from html import escape

from workflows.diagram.shapes import at


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
            return (f'<circle id="score-stage-{key}" class="node now" cx="{at(x)}" cy="{at(y)}" r="16"/>'
                    f'<circle class="node now-core" cx="{at(x)}" cy="{at(y)}" r="8.5"/>')
        if key in self.done:
            return (f'<circle id="score-stage-{key}" class="node done" cx="{at(x)}" cy="{at(y)}" r="11"/>'
                    f'<path class="tick" d="M{at(x - 4.6)} {at(y + 0.3)}l3.2 3.3 6-6.8"/>')
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
