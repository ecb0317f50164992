"""What can be read and means nothing keeps a template from being published."""

import pytest

from tests.support.verifying import codes, findings, task
from workflows import library
from workflows.verification import verify
from workflows.verification.plain import LONGEST


def asking(**field):
    return task(accepted_by="two", fields={**task()["fields"], "more": {"label": "More", **field}})


@pytest.mark.parametrize(("changes", "code", "path"), [
    ({"name": "n" * (LONGEST + 1)}, "text.long", "name"),
    ({"parties__one__name": {"en": "One", "de": "n" * 5_000}}, "text.long", "parties.one.name.de"),
    ({"stages__talk__tasks__first": asking(type="text", label="n" * 201)}, "text.long",
     "stages.talk.tasks.first.fields.more.label"),
    ({"summary": "One \u202eowt"}, "text.turned", "summary"), ({"name": "\u2067One"}, "text.turned", "name"),
    ({"stages__talk__tasks__first__visible_to": []}, "visible.nobody", "stages.talk.tasks.first.visible_to"),
    ({"stages__talk__tasks__first": asking(type="text", visible_to=[])}, "visible.nobody",
     "stages.talk.tasks.first.fields.more.visible_to"),
    *(({"stages__talk__tasks__first": asking(type="quantity", unit=unit)}, "unit.gap",
       "stages.talk.tasks.first.fields.more.unit") for unit in ("pieces//a", "/a", "kg/", "kg/ /a")),
    ({"stages__talk__tasks__first": asking(type="money", per="t//a")}, "unit.gap",
     "stages.talk.tasks.first.fields.more.per"),
    ({"stages__talk__tasks__first": asking(type="choice", of=["yes", "no", "yes"])}, "choice.twice",
     "stages.talk.tasks.first.fields.more.of")])
def test_is_refused_where_it_stands(changes, code, path):
    assert (code, path) in [(one.code, one.path) for one in findings(**changes) if one.level == "error"]


def test_a_name_may_be_long_and_a_text_longer():
    assert not {"text.long", "text.turned"} & set(codes(name="n" * LONGEST, summary="s" * 5_000))


@pytest.mark.parametrize("key", library.names())
def test_the_shipped_templates_are_plain(key):
    assert not [one for one in verify(library.load(key)) if one.level == "error"]
