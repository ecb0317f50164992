"""Acts that were refused for other reasons than a guard's: one sentence each."""

import ast
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from cocreate import errors, sentences
from cocreate.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from cocreate.forms.accounts import REASONS
from tests.support.saying import GRACE, JAN, MONDAY, NOW, READER
from tests.support.spaces import spaced


class TestErrors:
    @pytest.mark.parametrize(("error", "said"), [
        (NotFound(), "This does not exist, or it is not yours to see. Perhaps the link is old."),
        (Conflict("project.on_hold", until=date(2025, 9, 1)), "The project is on hold until Mon 1 Sep 2025."),
        (Conflict("project.ended", outcome="declined", at=MONDAY), "The project has ended (declined, Mon 3 Feb)."),
        (Forbidden("only", act="decide", persons=(GRACE, JAN)), "Only Grace Lee and Jan Vos can do this."),
        (Forbidden("only", act="decide", persons=()), "Nobody in this project can do this yet."),
        (Forbidden("only", act="withdraw_entry", persons=()), "Nobody in this project can do this yet."),
        (Conflict("member.there", person=GRACE), "Grace Lee is in this project already."),
        (Conflict("contribution.not_open", task="cost", state="accepted", since=NOW),
         "Someone else was faster: 'Total cost today' is accepted, 07:00."),
        (Conflict("contribution.changed", given=1, now=2, task="cost", since=MONDAY),
         "Someone else was faster: there is a newer version of 'Total cost today', Mon 3 Feb 04:00 (New York)."),
        (Invalid("upload.too_large", name="plan.zip", size_mb=31, limit_mb=25),
         "'plan.zip' has 31 MB; the limit is 25. Send it in parts or make it smaller."),
        (Refused([]), "This is not possible yet."),
    ])
    def test_is_one_sentence(self, facts, error, said):
        assert spaced(sentences.error(error, replace(READER, zone="America/New_York"), facts)) == said

    def test_every_code_that_is_raised_has_one(self):
        classes = {name for name, kind in vars(errors).items()
                   if isinstance(kind, type) and issubclass(kind, errors.CocreateError)}
        raised = set()
        for path in Path("cocreate").rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.args:
                    given = [code.value for code in call.args if isinstance(code, ast.Constant)]
                    if call.func.id in classes | {"_Refusal"}:
                        raised.update(given[:1])
                    elif call.func.id == "require_same":
                        raised.update(given)
        # At their fields, and in cases.py.
        elsewhere = {code for code in raised if code.startswith("case.")} | set(REASONS)
        assert raised - set(sentences.ERRORS) - elsewhere == set()

    def test_nothing_is_said_that_no_code_is_raised_for(self):
        raised = "".join(path.read_text(encoding="utf-8") for folder in ("cocreate", "workflows")
                         for path in Path(folder).rglob("*.py") if "sentences" not in path.parts)
        assert [code for code in (*sentences.ERRORS, *sentences.REFUSALS) if f'"{code}"' not in raised] == []

    def test_without_the_project_at_hand_it_claims_nothing(self):
        said = sentences.error(Conflict("project.ended", outcome="declined", at=MONDAY), READER)
        assert said == "This cannot be done now. Nothing was changed."

    def test_an_unknown_code_claims_nothing(self):
        assert sentences.error(Invalid("no.such.code"), READER) == "This cannot be done now. Nothing was changed."
