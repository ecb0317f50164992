"""The marks of a diagram: the shape and colour of a party, the ring of a gate."""

from collections.abc import Iterator
from math import cos, radians, sin


def ring_parts(x: float, y: float, radius: float, parts: int) -> Iterator[str]:
    """One arc per deciding seat, the first at the left, then clockwise."""
    whole = 360 / parts
    gap = min(13.0, whole / 6)
    for number in range(parts):
        start = 270 - whole + number * whole + gap
        end = start + whole - 2 * gap
        x1, y1 = x + radius * cos(radians(start)), y + radius * sin(radians(start))
        x2, y2 = x + radius * cos(radians(end)), y + radius * sin(radians(end))
        large = int(end - start > 180)
        yield f"M{at(x1)} {at(y1)}A{at(radius)} {at(radius)} 0 {large} 1 {at(x2)} {at(y2)}"


SHARED, EMPTY = 0, -1  # instead of the number of a party: several sit there, nobody does


def colour_of(number: int) -> int:
    """The first four parties have a colour of their own; then they repeat from the third. 0: that of nobody."""
    return max(number, 0) if number <= 4 else 3 + (number - 5) % 2


def shaped(number: int, x: float, y: float, size: float, attributes: str) -> str:
    """Disc, square, hexagon, diamond: the shape of a party by its number. A bar is the shape of no party."""
    match colour_of(number):
        case 0:
            wide, high = size * 1.25, size * 0.6
            return (f'<rect {attributes} x="{at(x - wide)}" y="{at(y - high)}" width="{at(2 * wide)}" '
                    f'height="{at(2 * high)}" rx="{at(high)}"/>')
        case 1:
            return f'<circle {attributes} cx="{at(x)}" cy="{at(y)}" r="{at(size)}"/>'
        case 2:
            half = size * 0.9
            return (f'<rect {attributes} x="{at(x - half)}" y="{at(y - half)}" width="{at(2 * half)}" '
                    f'height="{at(2 * half)}" rx="0.6"/>')
        case 3:
            corners = [(cos(radians(a)), sin(radians(a))) for a in range(-90, 270, 60)]
        case _:
            corners = [(cos(radians(a)), sin(radians(a))) for a in range(-90, 270, 90)]
    points = " ".join(f"{at(x + size * 1.08 * dx)},{at(y + size * 1.08 * dy)}" for dx, dy in corners)
    return f'<polygon {attributes} points="{points}"/>'


def at(value: float) -> str:
    """A coordinate with at most two digits."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
