"""What pages draw inline: the allowed icons, the mark, the arcs of a ring.

Inlined, because the package's own file is 1.1 MB and an inlined drawing follows the colour of its text.
"""

import re
from functools import cache
from math import cos, radians, sin

from flask import Flask
from markupsafe import Markup

from cocreate.web.assets import BOOTSTRAP, STATIC

ALLOWED = frozenset(
    """
    arrow-90deg-left arrow-down arrow-left arrow-right bell box-arrow-right calendar3 chat check-lg check2
    check2-circle chevron-down circle clock cloud-check download envelope exclamation-octagon exclamation-triangle
    eye file-earmark-lock file-earmark-pdf file-earmark-text floppy hourglass-split info-circle key life-preserver
    pause pen pencil people person play plus-lg search slash-circle table upload x-lg
    """.split()
)

_SYMBOL = re.compile(r'<symbol [^>]*?id="([a-z0-9-]+)"[^>]*>(.*?)</symbol>', re.DOTALL)
_PATH = re.compile(r' d="([^"]+)"')


def init_app(app: Flask) -> None:
    """Give templates ``icon(name)``, ``mark()`` and ``ring_arc(index, count)``."""
    drawings = {name: _wrapped(body) for name, body in symbols().items() if name in ALLOWED}
    halves = _PATH.findall((STATIC / "mark.svg").read_text("utf-8"))
    mark = Markup(  # noqa: S704 - our own file
        '<svg class="logo" width="28" height="28" viewBox="0 0 32 32" aria-hidden="true">'
        '<g fill="none" stroke-width="3.6">'
        + "".join(f'<path d="{d}" class="sp{side}"/>' for side, d in enumerate(halves, 1))
        + "</g></svg>"
    )
    app.jinja_env.globals.update(icon=drawings.__getitem__, mark=lambda: mark, ring_arc=ring_arc)


@cache
def symbols() -> dict[str, str]:
    """Every symbol of the package's file: name to the shapes inside it."""
    return dict(_SYMBOL.findall((BOOTSTRAP / "icons" / "bootstrap-icons.svg").read_text("utf-8")))


def ring_arc(index: int, count: int) -> str:
    """Path data of one segment in a 24-unit square: the first ends at the top, the others follow clockwise."""
    gap = min(12.0, 90 / count)  # degrees on each side of a segment
    start = 360 - 360 / count + index * 360 / count + gap
    end = start + 360 / count - 2 * gap
    (x1, y1), (x2, y2) = ((12 + 9 * sin(radians(a)), 12 - 9 * cos(radians(a))) for a in (start, end))
    return f"M{x1:.2f} {y1:.2f}A9 9 0 {int(end - start > 180)} 1 {x2:.2f} {y2:.2f}"


def _wrapped(body: str) -> Markup:
    # Width and height are for a page whose style sheet did not arrive.
    start = '<svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">'
    return Markup(start + body + "</svg>")  # noqa: S704 - the package's own file
