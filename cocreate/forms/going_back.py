"""Going back from the signature, or not signing: what has to change, with a reason for each or one for all."""

from collections.abc import Mapping
from typing import Any, ClassVar

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field

from cocreate.forms.base import why
from cocreate.forms.tasks import ReasonForm

Named = tuple[str, int]  # a task and its party


class BackForm(ReasonForm):
    """Made by ``asking``: a box for each task, with its own reason below it, and one for the wording.

    tasks: those that can be chosen, with their titles. needed: whether something has to be.
    """

    tasks: ClassVar[Mapping[Named, str]] = {}
    needed: ClassVar[bool] = True

    wording = BooleanField(_("The wording of the contract"))
    reason = why(_("Why?"))

    @classmethod
    def asking(cls, tasks: Mapping[Named, str], *, needed: bool) -> "type[BackForm]":
        parts: dict[str, object] = {"tasks": tasks, "needed": needed}
        for named, title in tasks.items():
            own = why(gettext("Why: %(title)s", title=title), optional=True,
                      description=_("Left empty, the reason for all of it counts."))
            parts |= {_input("change", named): BooleanField(title), _input("why", named): own}
        return type("_BackForm", (cls,), parts)

    def part(self, what: str, named: Named) -> Field:
        """The box to tick of a task ("change"), or its reason ("why")."""
        return self[_input(what, named)]

    def chosen(self) -> dict[Named, str]:
        """What has to change, with its own reason; "" where it has none."""
        return {named: self.part("why", named).data or "" for named in self.tasks if self.part("change", named).data}

    def validate(self, extra_validators: Any = None) -> bool:
        right = super().validate(extra_validators)
        for named in self.tasks:
            if self.part("why", named).data and not self.part("change", named).data:
                self.blame(_input("why", named), gettext("Tick this one too, or delete what is typed here."))
                right = False
        if self.needed and not self.wording.data and not self.chosen():
            self.blame("wording", gettext("Choose what has to change: at least one task, or the wording of the "
                                          "contract."))
            return False
        return right


def _input(what: str, named: Named) -> str:
    return f"{what}-{named[0]}-{named[1]}"
