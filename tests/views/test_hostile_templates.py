"""P-23: a template cannot run code. What it says is stored as text and shown as text, or refused."""

import json
from pathlib import Path
from tempfile import gettempdir
from time import monotonic

import pytest
from sqlalchemy import select

from cocreate.models.hosts import TemplateVersion
from tests.support import projects
from tests.support.openings import versions
from workflows.exchange.yaml_text import read

CANARY = Path(gettempdir()) / "cocreate-canary-of-templates"
SHELL = f"touch {CANARY}"
TEXTS = [
    "{{ 7*7 }}", "{{ config }}", "{{ self.__init__.__globals__ }}", "{% for x in ().__class__.__subclasses__() %}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ cycler.__init__.__globals__.os.popen('" + SHELL + "').read() }}",
    "{{ lipsum.__globals__['os'].system('" + SHELL + "') }}", "{{ request.application.__globals__ }}", "{# comment #}",
    "{%- set x = 1 -%}", "{{ url_for.__globals__ }}", "{{ get_flashed_messages.__globals__ }}", "{{ namespace() }}",
    "${7*7}", "#{7*7}", "<%= 7*7 %>", "*{7*7}", "@(7*7)", "{7*7}", "{self}", "{0.__class__}",
    "{name.__init__.__globals__}", "{!r}", "{0!r:>{1}}", "%s", "%(name)s", "%(__class__)s",
    "%n%n%n", "%99999999d", "%c", "$name", "${name}",
    "$__class__", "$maker.__class__", "__import__('os').system('" + SHELL + "')", "os.system", "subprocess.Popen",
    "builtins.eval", "lambda: 1", "lambda x: x.__class__", "eval('1')", "exec('import os')",
    "open('/etc/passwd').read()",
    "`" + SHELL + "`", "$(" + SHELL + ")", "; " + SHELL, "| " + SHELL, "&& " + SHELL, "(a+)+$", "^(([a-z])+.)+[A-Z]$",
    "(.*a){25}", "((a*)*)*b" * 50, "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
    "javascript:alert(1)", "\" onmouseover=\"alert(1)", "</textarea><script>alert(1)</script>", "&lt;b&gt;",
    "'; DROP TABLE template; --", "../../../../etc/passwd", "file:///etc/passwd", "#import \"/etc/passwd\"",
    "#read(\"/etc/passwd\")", "#eval(\"1\")", "\\input{/etc/passwd}", "\u202eevil", "=cmd|'/c calc'!A1",
]
WHOLE = [
    "!!python/object/apply:os.system ['" + SHELL + "']", "!!python/object/new:os.system ['" + SHELL + "']",
    "!!python/name:os.system", "!!python/module:os", "!!python/tuple [1]", "!include /etc/passwd", "!!binary aGk=",
    "!ENV {HOME}", "!<tag:yaml.org,2002:python/object:x> {}", "&a [*a, *a]", "*unknown", "<<: {format: 1}",
    "? [a]\n: b",
    "\"\\ud800\"", "\"\\0\"",
]


class TestHostile:
    @pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.long)])
    def test_a_text_stays_a_text(self, administrator, session, small, every):
        for payload in TEXTS[::every]:
            data = json.loads(read(projects.SMALL).canonical())
            data["summary"] = data["ends_in"] = data["parties"]["shop"]["name"] = payload
            stage = data["stages"]["figures"]
            stage["name"] = stage["purpose"] = stage["tasks"]["returns"]["title"] = payload
            stage["tasks"]["returns"]["fields"]["crates"] |= {"label": payload, "help": payload}
            data["transitions"]["to_terms"]["name"] = data["contract_title"] = payload
            data["clauses"]["parties"]["title"] = payload
            kept_as_text(administrator, session, small, json.dumps(data), payload)

    @pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.long)])
    def test_a_clause_stays_a_clause(self, administrator, session, small, every):
        for payload in TEXTS[::every]:
            data = json.loads(read(projects.SMALL).canonical())
            data["clauses"]["credit"]["text"] = payload
            kept_as_text(administrator, session, small, json.dumps(data), payload)

    @pytest.mark.parametrize("where", ["key", "seat", "of", "unit", "need", "when", "strategy"])
    def test_a_name_is_refused(self, administrator, session, small, where):
        for payload in [*TEXTS[:12], "os.system", "__class__", "a.b.c.__globals__", "x" * 41, "9**9**9**9"]:
            before = versions(session, small)
            text_ = json.dumps(named(where, payload))
            answer = administrator.post("/admin/templates/import", data={"text": text_, "save": "1"})
            if answer.status_code == 303:  # a unit is a text; any other name leads nowhere, and is never published
                page = administrator.get(answer.location)
                assert page.status_code == 200 and (where == "unit" or "in the way" in page.text), (where, payload)
                assert administrator.get(f"{answer.location}/tasks/returns").status_code == 200
            else:
                assert answer.status_code == 422 and versions(session, small) == before, (where, payload)
        assert not CANARY.exists()

    def test_yaml_says_only_what_it_shows(self, administrator):
        for payload in WHOLE:
            for text_ in (payload, projects.SMALL.replace("name: Returned crates", f"name: {payload}"),
                          f"{projects.SMALL}\nextra: {payload}"):
                answer = administrator.post("/admin/templates/import", data={"text": text_, "save": "1"})
                assert answer.status_code in (303, 422), payload
                if answer.status_code == 303:
                    assert administrator.get(answer.location).status_code == 200
        assert not CANARY.exists()


def named(where, payload):
    """The small template with the payload where a name belongs."""
    data = json.loads(read(projects.SMALL).canonical())
    returns = data["stages"]["figures"]["tasks"]["returns"]
    match where:
        case "key":
            data["key"] = payload
        case "seat":
            data["parties"][payload] = {"name": "Nobody"}
        case "of":
            returns["of"] = [payload]
        case "unit":
            returns["fields"]["crates"]["unit"] = payload
        case "need":
            data["clauses"]["credit"]["needs"]["crates"] = payload
        case "when":
            data["transitions"]["to_terms"]["when"] = payload
        case _:
            data["strategy"] = payload
    return data


def kept_as_text(administrator, session, small, body, payload):
    began, before = monotonic(), versions(session, small)
    shown = administrator.post("/admin/templates/import", data={"text": body})
    assert shown.status_code in (200, 422) and versions(session, small) == before
    answer = administrator.post("/admin/templates/import", data={"text": body, "save": "1"})
    assert monotonic() - began < 5
    if answer.status_code == 303:
        for tab in ("stages", "clauses", "texts"):
            page = administrator.get(f"{answer.location}?show={tab}")
            assert page.status_code == 200
            if payload[:1] == "<" or "onmouseover" in payload:
                assert payload not in page.text
        assert administrator.get(f"{answer.location}/tasks/returns").status_code == 200
        session.rollback()
        stored = session.scalars(select(TemplateVersion).where(TemplateVersion.host_id == small.host_id)
                                 .order_by(TemplateVersion.number.desc())).first()
        assert json.dumps(payload, ensure_ascii=False)[1:-1] in stored.definition, payload
    else:
        assert answer.status_code == 422
    assert not CANARY.exists()
