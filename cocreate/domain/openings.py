"""A project that is being opened: what was typed in its four steps, as it is kept.

Pure. Texts stay as they were typed until the project is opened; only then they become values.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

STEPS = ("strategy", "seats", "goal", "check")
LEFT_AT = "left_at"  # among the fields, since it is kept as they are
LONGEST = 200_000  # characters of everything together: a form is no store


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed so far.

    template: key of the chosen template; "" while none is. case: the published case it starts from. answers: those of
    the five questions, such as "aedff". own: organisation, name and email of the customer who suggests it. fields: name
    of an input -> text.
    """

    template: str = ""
    case: str = ""
    answers: str = ""
    own: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return self.fields.get("title", "")

    @property
    def organisations(self) -> tuple[str, ...]:
        """Who is named for the seats, as it is typed."""
        named = (text.strip() for key, text in self.fields.items() if key.endswith("-organisation"))
        return tuple(filter(None, named))

    @property
    def left_at(self) -> str:
        """The step that was saved last, of those after the first."""
        return self.fields.get(LEFT_AT, STEPS[1])


def encode(typed: Typed) -> str:
    return json.dumps({"template": typed.template, "case": typed.case, "answers": typed.answers,
                       "own": dict(typed.own), "fields": dict(typed.fields)}, ensure_ascii=False, sort_keys=True)


def decode(text: str) -> Typed:
    data = json.loads(text)
    return Typed(data.get("template", ""), data.get("case", ""), data.get("answers", ""), data.get("own", {}),
                 data.get("fields", {}))
