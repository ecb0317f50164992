"""How much room words take, as far as one can know without a browser."""

EM, SUB_EM = 16.5, 14.5  # of the larger letters on narrow screens; labels that fit those fit everywhere

_NARROW, _WIDE = frozenset("iIjlftr.,:;'|!()[] -"), frozenset("mwMW@%→")


def width(text: str, em: float) -> float:
    """About how wide a text is; on the safe side, since no browser is here to measure."""
    return em * sum(0.33 if one in _NARROW else 0.9 if one in _WIDE else 0.68 if one.isupper() else
                    1.0 if ord(one) > 0x2E7F else 0.56 for one in text)


def cut(text: str, room: float, em: float) -> str:
    if width(text, em) <= room:
        return text
    while text and width(f"{text}…", em) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def wrapped(text: str, room: float, em: float) -> list[str]:
    """At most two lines; what does not fit ends in an ellipsis and stands whole in the title."""
    first, rest = "", text.split()
    while rest and width(f"{first} {rest[0]}".strip(), em) <= room:
        first = f"{first} {rest.pop(0)}".strip()
    if not first:  # one word longer than a line
        word = cut(rest.pop(0), room, em).removesuffix("…")
        first, rest = f"{word}-", [text[len(word):].strip()]
    return [first, cut(" ".join(rest), room, em)] if rest else [first]
