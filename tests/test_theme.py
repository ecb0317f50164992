"""The theme: every class of it is worn, every colour of it can be read in light and in dark."""

import ast
import re
from itertools import product

import pytest

from cocreate.web import assets
from tests.support.sampler import TEMPLATES

ROOT = TEMPLATES.parent
GROUNDS = ("paper", "sheet", "sunken", "raised")
SPOKEN = ("p1", "p2", "p3", "p4", "alarm", "caution", "settled")
PAIRS = [
    *(("ink", ground, 7) for ground in (*GROUNDS, *(f"{name}-wash" for name in SPOKEN), "mark")),
    *(("ink-2", ground, 4.5) for ground in (*GROUNDS, *(f"{name}-wash" for name in SPOKEN))),
    *(("action", ground, 4.5) for ground in GROUNDS),
    *(("on-action", ground, 4.5) for ground in ("action", "action-hover")),
    *((edge, ground, 3) for edge, ground in product(("edge", "focus"), GROUNDS)),
    *((name, ground, 4.5) for name, ground in product(SPOKEN, GROUNDS)),
    *((name, f"{name}-wash", 4.5) for name in SPOKEN),
    *(("on-party", name, 4.5) for name in ("p1", "p2", "p3", "p4", "alarm", "ink-2")),
]


class TestWords:
    def test_none_of_a_page_decides_how_it_looks(self):
        """In another language it would look otherwise."""
        theme = (assets.STATIC / "theme.css").read_text("utf-8")
        assert re.findall(r"\[(?:data-label|aria-label|title|alt|placeholder)[*^$~|]?=[^]]*\]", theme) == []


class TestClasses:
    """Neither the theme nor the pages keep a class that only the other side knew once."""

    def test_of_the_theme_are_worn(self):
        theme = re.sub(r"/\*.*?\*/|\{[^{}]*\}", "", (assets.STATIC / "theme.css").read_text("utf-8"), flags=re.S)
        drawn = "".join(path.read_text("utf-8") for folder in ("templates", "cocreate", "workflows")
                        for path in sorted((ROOT / folder).rglob("*")) if path.suffix in (".html", ".py", ".js"))
        words = set(re.findall(r"[\w-]+", drawn))
        # What one choice asks for is joined where it is drawn, and so is a party's colour, its word and a number.
        words |= {f"on-{choice}" for hanging in re.findall(r"hangs_on = (\{[^{}]*\})", drawn)
                  for choice in ast.literal_eval(hanging).values()}
        assert [name for name in sorted(set(re.findall(r"\.([a-z][\w-]*)", theme)))
                if name not in words and not re.fullmatch(r"(on-p|[fstw]?p|v)[0-4]", name)] == []

    def test_of_pages_are_known(self):
        known = set(re.findall(r"\.([a-zA-Z][\w-]*)", assets.bundle().decode()))
        worn = {name: path.name for path in sorted(TEMPLATES.rglob("*.html")) if path.parent.name != "mail"
                for said in re.findall(r'class="([^"]*)"', re.sub(r"[\w-]*\{[{%].*?[%}]\}[\w-]*", " ",
                                                                  path.read_text("utf-8"), flags=re.S))
                for name in said.split()}
        assert {name: page for name, page in worn.items() if name not in known} == {}


class TestColours:
    def test_old_browsers_get_the_light_set(self):
        light, _, fallback = tokens()
        assert light
        assert {name: full(colour) for name, colour in fallback.items()} == {
            name: full(colour) for name, colour in light.items()
        }

    @pytest.mark.parametrize(("text", "ground", "limit"), PAIRS)
    def test_contrast(self, text, ground, limit):
        light, dark, _ = tokens()
        for scheme in (light, dark):
            assert contrast(full(scheme[text]), full(scheme[ground])) >= limit

    def test_no_party_speaks_louder(self):
        light, dark, _ = tokens()
        for scheme in (light, dark):
            first, second = (contrast(full(scheme[p]), full(scheme["sheet"])) for p in ("p1", "p2"))
            assert abs(first - second) < 0.5


# helpers


def tokens() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Light, dark and fallback colours of theme.css, by token."""
    css = (assets.STATIC / "theme.css").read_text()
    pairs = re.findall(r"--([a-z0-9-]+): light-dark\(((?:rgb\([^)]*\)|[^,()]+)), ((?:rgb\([^)]*\)|[^,()]+))\)", css)
    fallback = re.search(r"@supports not \(color: light-dark.*?\{\s*:root \{(.*?)\}", css, re.DOTALL)[1]
    return (
        {n: a for n, a, _ in pairs},
        {n: b for n, _, b in pairs},
        dict(re.findall(r"--([a-z0-9-]+): ([^;]+);", fallback)),
    )


def full(colour: str) -> str:
    return "#" + "".join(c * 2 for c in colour[1:]) if re.fullmatch(r"#[0-9a-f]{3}", colour) else colour


def contrast(a: str, b: str) -> float:
    """WCAG 2: (lighter + .05) / (darker + .05) of the relative luminances."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)
